"""A folder of the bridge's own → nobody but its user (and the system's administrators) may look into it.

POSIX: modes 700 and 600, also of what an older version made. Windows: `icacls` takes inherited rights away and leaves the
user, SYSTEM and Administrators. A folder in which other things lie is not closed: `doctor` says so.
"""

from __future__ import annotations

import getpass
import os
import subprocess
from contextlib import suppress
from pathlib import Path

OURS = ("ledger.sqlite", "lock", "logs", "spool", "zgoda-na-produkcje", "ca.pem")
SYSTEM, ADMINISTRATORS = "*S-1-5-18", "*S-1-5-32-544"  # the same on a Windows of any language


def make(folder: Path) -> None:
    """The folder, closed to others; an empty ledger in it is made closed too, so that its WAL will be."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if os.name == "posix":
        with suppress(FileExistsError, PermissionError):
            os.close(os.open(folder / "ledger.sqlite", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def close(folder: Path) -> None:
    """Take from others what an older version, or a copy, has left open; what belongs to another user stays as it is."""
    if os.name != "posix":
        if _only_ours(folder):
            with suppress(OSError):
                subprocess.run(for_windows(folder, getpass.getuser()), check=False, capture_output=True)  # noqa: S603
        return
    for path in (each for each in folder.iterdir() if each.name.startswith(OURS) and not each.is_symlink()):
        inside = list(path.rglob("*")) if path.is_dir() else []
        for each in (path, *inside):
            if not each.is_symlink():
                _tighten(each)
    if _only_ours(folder):
        _tighten(folder)


def for_windows(folder: Path, user: str) -> list[str]:
    """The command that closes a folder there."""
    grants = [f"{who}:(OI)(CI)F" for who in (user, SYSTEM, ADMINISTRATORS)]
    return ["icacls", str(folder), "/inheritance:r", "/grant:r", *grants]


def is_open(path: Path) -> bool:
    """Whether others may read it; always False where modes tell nothing."""
    return os.name == "posix" and bool(path.stat().st_mode & 0o077)


def _only_ours(folder: Path) -> bool:
    return all(each.name.startswith(OURS) for each in folder.iterdir())


def _tighten(path: Path) -> None:
    with suppress(OSError):
        mode = path.stat().st_mode & 0o777
        if mode & 0o077:
            path.chmod(mode & 0o700)
