"""What a disk, a share or a right refuses is told in Polish; what a library has made up itself is not the world's fault."""

from __future__ import annotations

import errno

import pytest

from bridge.system.causes import cause_and_advice, of_the_world

SHARE = (53, 59, 64, 121, 1231)


@pytest.mark.parametrize(
    "number",
    [
        "ENOSPC",
        "EACCES",
        "EPERM",
        "EIO",
        "ENAMETOOLONG",
        "ESTALE",
        "EROFS",
        "EBUSY",
        "ENOENT",
        "EMFILE",
        "ELOOP",
        "EILSEQ",
    ],
)
def test_a_number_has_its_polish_sentence(number: str) -> None:
    error = OSError(getattr(errno, number), "English words", "plik.csv")
    assert of_the_world(error)
    assert "English" not in cause_and_advice(error)
    assert ";" in cause_and_advice(error)


@pytest.mark.parametrize("winerror", SHARE)
def test_a_share_of_windows_that_went_is_a_share_that_went(winerror: int) -> None:
    error = OSError(22, "The network path was not found")
    error.winerror = winerror  # type: ignore[attr-defined]
    assert "sprawdź sieć i serwer plików" in cause_and_advice(error)
    assert of_the_world(error)


def test_what_has_no_number_of_a_disk_is_a_mistake_of_a_program() -> None:
    assert not of_the_world(OSError("seek of a damaged archive"))
    assert not of_the_world(OSError(errno.EINVAL, "Invalid argument"))
