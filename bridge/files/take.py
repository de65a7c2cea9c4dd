"""A settled file → ours, by an atomic rename; later → the archive, unchanged (ledger.md, "exactly once" 1)."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.files.folders import Folders
from bridge.files.names import drop_name
from bridge.files.writing import new_beside, refuse_linked, sync_folder
from bridge.model.errors import TryLater
from bridge.system.causes import cause_and_advice

CHUNK = 1 << 20
TOKEN = re.compile(r"\d{14}[0-9a-f]{6}")  # of one drop: the moment of taking and what makes it unique
SYSTEM = re.compile(r"\..*|thumbs\.db|desktop\.ini", re.IGNORECASE | re.DOTALL)  # made by Explorer, Finder and us


@dataclass(frozen=True, slots=True)
class Taken:
    """A drop in `.w_toku`: its first file, and what all of them come to."""

    path: Path
    name: str
    size: int
    sha256: str


def take(folders: Folders, name: str, token: str) -> Path | None:
    """Rename to `.w_toku/<token>-<drop name>`; None while a writer still holds it or when it is gone again.

    Files of one drop have one token; so a set needs no list of its members.
    """
    ours = folders.in_progress / f"{token}-{drop_name(name)}"
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


def may_be_read(path: Path) -> None:
    """OSError when it may not: asked before a file is taken, so that it stays where a person looks for it."""
    os.close(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)))


def is_plain(path: Path) -> bool:
    """Whether a file lies there, no link and nothing else; OSError when nobody can tell."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def in_progress(folders: Folders) -> dict[str, dict[str, Path]]:
    """Token → the files in `.w_toku` that were taken under it, by the names that people gave them."""
    found: dict[str, dict[str, Path]] = {}
    for path in _there(folders):
        token, _, name = path.name.partition("-")
        if TOKEN.fullmatch(token) and name and is_plain(path):
            found.setdefault(token, {})[name] = path
    return found


def strangers(folders: Folders) -> list[str]:
    """Names in `.w_toku` that are not ours: nobody will ever read them there."""
    there = (path.name for path in _there(folders))
    ours = (name.partition("-") for name in there)
    return [
        f"{token}{dash}{name}"
        for token, dash, name in ours
        if not (TOKEN.fullmatch(token) and name) and not SYSTEM.fullmatch(token)
    ]


def _there(folders: Folders) -> list[Path]:
    try:
        return sorted(folders.in_progress.iterdir())
    except FileNotFoundError:
        return []


def archive(source: Path, target: Path) -> None:
    """Move a taken file to the archive, also to another disk; whole or not at all. Done twice is done once."""
    try:
        if not is_plain(source):
            return  # done before, or gone
        refuse_linked(target.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.replace(source, target)  # noqa: PTH105 - the same call on every platform
        except OSError:
            _across(source, target)
        sync_folder(target.parent)
        sync_folder(source.parent)
    except OSError as error:
        raise TryLater(f"Nie da się przenieść pliku do archiwum {target.parent}: {cause_and_advice(error)}.") from error


def _across(source: Path, target: Path) -> None:
    """From one disk to another: copy under a temporary name, sync, rename, then remove the source."""
    with new_beside(target) as temporary, source.open("rb") as before:
        shutil.copyfileobj(before, temporary.file)
        temporary.become(target)
    source.unlink()
