"""A settled file → ours, by an atomic rename; later → the archive, unchanged (ledger.md, "exactly once" 1)."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from bridge.errors import TryLater
from bridge.files.folders import Folders

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Taken:
    """A file in `.w_toku`."""

    path: Path
    name: str
    size: int
    sha256: str


def take(folders: Folders, name: str, token: str) -> Taken | None:
    """Rename to `.w_toku/<token>-<name>`; None while a writer still holds it or when it is gone again."""
    ours = folders.in_progress / f"{token}-{name}"
    try:
        os.rename(folders.inbox / name, ours)  # noqa: PTH104 - never over another file: the token is new
    except (PermissionError, FileNotFoundError):
        return None
    return look(ours, name)


def look(path: Path, name: str) -> Taken:
    """Size and hash of a taken file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return Taken(path, name, path.stat().st_size, digest.hexdigest())


def orphans(folders: Folders) -> list[Taken]:
    """Files in `.w_toku`, with the names that people gave them; those without a drop row were taken just before a crash."""
    if not folders.in_progress.is_dir():
        return []
    found = (path for path in sorted(folders.in_progress.iterdir()) if path.is_file())
    return [look(path, path.name.partition("-")[2]) for path in found]


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
        raise TryLater(f"Nie da się przenieść pliku do archiwum {target.parent}: {error.strerror}.") from error


def _across(source: Path, target: Path) -> None:
    """From one disk to another: copy under a temporary name, sync, rename, then remove the source."""
    temporary = target.with_name(f".{target.name}.tmp")
    shutil.copyfile(source, temporary)
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    os.replace(temporary, target)  # noqa: PTH105 - the same call on every platform
    source.unlink()
