"""A settled file → ours, by an atomic rename; later → the archive, unchanged (ledger.md, "exactly once" 1)."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.errors import TryLater
from bridge.files.folders import Folders
from bridge.model.causes import cause_of

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Taken:
    """A drop in `.w_toku`: its first file, and what all of them come to."""

    path: Path
    name: str
    size: int
    sha256: str


def take(folders: Folders, name: str, token: str) -> Path | None:
    """Rename to `.w_toku/<token>-<name>`; None while a writer still holds it or when it is gone again.

    Files of one drop have one token; so a set needs no list of its members.
    """
    ours = folders.in_progress / f"{token}-{name}"
    if (folders.inbox / name).is_symlink():
        return None  # what it points to is not ours (design.md, section 7)
    try:
        os.rename(folders.inbox / name, ours)  # noqa: PTH104 - never over another file: the token is new
    except (PermissionError, FileNotFoundError):
        return None
    return ours


def look(files: Mapping[str, Path]) -> Taken:
    """Size and hash of a taken drop; that of a set is the hash over those of its files. The first names it."""
    digests = [_sha256(path) for path in files.values()]
    name, path = next(iter(files.items()))
    size = sum(each.stat().st_size for each in files.values())
    return Taken(path, name, size, digests[0] if len(digests) == 1 else _joined(digests))


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _joined(digests: Sequence[str]) -> str:
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def in_progress(folders: Folders) -> dict[str, dict[str, Path]]:
    """Token → the files in `.w_toku` that were taken under it, by the names that people gave them."""
    found: dict[str, dict[str, Path]] = {}
    if folders.in_progress.is_dir():
        for path in sorted(folders.in_progress.iterdir()):
            token, _, name = path.name.partition("-")
            if path.is_file() and not path.is_symlink():
                found.setdefault(token, {})[name] = path
    return found


def archive(source: Path, target: Path) -> None:
    """Move a taken file to the archive, also to another disk; whole or not at all. Done twice is done once."""
    if not source.exists() and target.exists():
        return
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.replace(source, target)  # noqa: PTH105 - the same call on every platform
        except OSError:
            _across(source, target)
    except OSError as error:
        raise TryLater(f"Nie da się przenieść pliku do archiwum {target.parent}: {cause_of(error)}.") from error


def _across(source: Path, target: Path) -> None:
    """From one disk to another: copy under a temporary name, sync, rename, then remove the source."""
    temporary = target.with_name(f".{target.name}.tmp")
    shutil.copyfile(source, temporary)
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    os.replace(temporary, target)  # noqa: PTH105 - the same call on every platform
    source.unlink()
