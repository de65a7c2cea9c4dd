"""Bytes → a file that appears whole or not at all, under a name that nobody can foresee until then.

The temporary file is made new (O_EXCL) and is never a link (O_NOFOLLOW): who may write into the folder cannot make us
write elsewhere. A link in the place of the target is replaced, not followed.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from bridge.model.errors import TryLater
from bridge.system.causes import cause_and_advice

TRIES, PAUSE = 20, 0.1  # a reader that holds a file open is waited for this often, this long (seconds)
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Temporary:
    """A new file beside the one that it will be."""

    path: Path
    file: BinaryIO

    def become(self, target: Path) -> None:
        """To the disk, and into the place of the target."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        replace_held(self.path, target)


@contextmanager
def new_beside(target: Path) -> Iterator[Temporary]:
    """A temporary file in the folder of the target, which is made; gone at the end unless it became the target."""
    refuse_linked(target.parent)
    target.parent.mkdir(parents=True, exist_ok=True)
    path = target.with_name(f".{secrets.token_hex(8)}.tmp")
    with os.fdopen(os.open(path, NEW, 0o666), "wb") as file:
        try:
            yield Temporary(path, file)
        finally:
            file.close()
            with suppress(FileNotFoundError):
                path.unlink()


def put(path: Path, content: bytes) -> None:
    """Write a file whole; TryLater when the disk is full, the folder read-only or a reader never lets go."""
    try:
        with new_beside(path) as temporary:
            temporary.file.write(content)
            temporary.become(path)
        sync_folder(path.parent)
    except OSError as error:
        raise TryLater(f"Nie da się zapisać {path}: {cause_and_advice(error)}.") from error


def put_all(files: Iterable[tuple[Path, bytes]]) -> None:
    """Write many files whole, those that are not there yet with these bytes; one synchronisation for all of them.

    TryLater as `put`; what was written before it stays.
    """
    new = [(path, content) for path, content in files if not _holds(path, content)]
    if not new:
        return
    waiting: list[tuple[Path, Path]] = []
    try:
        for path, content in new:
            refuse_linked(path.parent)
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
            waiting.append((temporary, path))
            with os.fdopen(os.open(temporary, NEW, 0o666), "wb") as file:
                file.write(content)
        _sync_all([temporary for temporary, _ in waiting])
        for temporary, path in waiting:
            replace_held(temporary, path)
        for folder in {path.parent for path, _ in new}:
            sync_folder(folder)
    except OSError as error:
        raise TryLater(
            f"Nie da się zapisać {error.filename or new[0][0].parent}: {cause_and_advice(error)}."
        ) from error
    finally:
        for temporary, _ in waiting:
            with suppress(OSError):
                temporary.unlink()


def refuse_linked(folder: Path) -> None:
    """OSError where a folder of ours was replaced by a link: what lies behind it is not ours."""
    for each in (folder, folder.parent):  # faktury/2026-11; a folder of the settings itself is resolved
        if each.is_symlink():
            raise OSError(errno.ELOOP, "link", str(each))


def _holds(path: Path, content: bytes) -> bool:
    try:
        found = path.lstat()
        return stat.S_ISREG(found.st_mode) and found.st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False


def _sync_all(paths: Sequence[Path]) -> None:
    """Everything to the disk at once where the system can; else one after the other."""
    if os.name == "posix":
        os.sync()
        return
    for path in paths:
        with path.open("rb+") as file:
            os.fsync(file.fileno())


def replace_held(
    temporary: Path,
    path: Path,
    replace: Callable[[Path, Path], None] = os.replace,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Put a file in another's place; on Windows a reader that holds it makes this fail for a moment."""
    for left in reversed(range(TRIES)):
        try:
            replace(temporary, path)
        except PermissionError:
            if not left:
                raise
            sleep(PAUSE)
        else:
            return


def sync_folder(folder: Path) -> None:
    """The name itself must survive a power cut (POSIX; Windows has no such call)."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sweep(folder: Path) -> None:
    """Remove temporary files that a crash left; nobody else writes here. What cannot be looked at is left."""
    with suppress(OSError):
        for stale in folder.rglob(".*.tmp"):
            with suppress(OSError):
                stale.unlink()
