"""The ledger and what lies beside it are its user's alone, also where an older version left them open."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bridge.files.lock import only_one
from bridge.ledger.store import open_ledger
from bridge.system import private


def _modes(folder: Path) -> set[int]:
    return {path.stat().st_mode & 0o077 for path in (folder, *folder.rglob("*"))}


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_a_new_ledger_is_closed_whatever_the_umask_is(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        ledger = open_ledger(tmp_path / "dane")
        with ledger.begin():
            assert _modes(tmp_path / "dane") == {0}
        ledger.close()
    finally:
        os.umask(before)


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_what_an_older_version_left_open_is_closed(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    for name in ("ledger.sqlite", "ledger.sqlite-wal", "logs/bridge.log"):
        (tmp_path / name).touch(mode=0o644)
    tmp_path.chmod(0o755)
    with only_one(tmp_path):
        assert _modes(tmp_path) == {0}


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_a_folder_of_other_things_is_left_to_its_owner(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir(mode=0o755)
    (tmp_path / "ledger.sqlite").touch(mode=0o644)
    tmp_path.chmod(0o755)
    private.close(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "inbox").stat().st_mode & 0o777 == 0o755
    assert not private.is_open(tmp_path / "ledger.sqlite")


def test_windows_keeps_the_user_the_system_and_administrators() -> None:
    command = private.for_windows(Path("dane"), "erp")
    assert command[2:5] == ["/inheritance:r", "/grant:r", "erp:(OI)(CI)F"]
    assert [each.partition(":")[0] for each in command[5:]] == ["*S-1-5-18", "*S-1-5-32-544"]
