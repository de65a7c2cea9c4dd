from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.model.identifiers import (
    gtin_is_right,
    iban_is_right,
    is_ksef_number,
    ksef_crc,
    ksef_crc_is_right,
    ksef_date,
    nip_is_right,
)

RIGHT = [  # protocol.md, section 10: numbers of the official documentation, and one of the Ministry's example taxpayer
    "5265877635-20250826-0100001AF629-AF",
    "5265877635-20250626-010080DD2B5E-26",
    "1111111111-20260831-83E371000000-FC",
]


@pytest.mark.parametrize("number", RIGHT)
def test_crc_of_documented_numbers(number: str) -> None:
    assert is_ksef_number(number)
    assert ksef_crc(number) == number[-2:]


def test_crc_is_judged_only_for_numbers_of_ksef_2() -> None:
    assert ksef_crc_is_right("9999999999-20230908-8BEF280C8D35-4D")  # KSeF 1.0, its CRC follows another rule
    assert not ksef_crc_is_right("1111111111-20260831-83E371000000-FD")


def test_the_day_in_a_number() -> None:
    assert ksef_date(RIGHT[2]) == "2026-08-31"
    assert ksef_date("nonsense") == ""


def test_36_characters_of_ksef_1() -> None:
    assert is_ksef_number("1111111111-20230721-80B510-9675F7-B5")
    assert not is_ksef_number("1111111111-20231321-80B510-9675F7-B5")


@pytest.mark.parametrize("nip", ["1111111111", "5555555555", "9999999999", "5265877635"])
def test_right_nip(nip: str) -> None:
    assert nip_is_right(nip)


@pytest.mark.parametrize(
    "nip", ["0123456789", "0000000000", "1111111112", "111111111", "111-111-11-11", "١١١١١١١١١١", ""]
)
def test_wrong_nip(nip: str) -> None:
    assert not nip_is_right(nip)


@given(st.from_regex(r"[1-9]((\d[1-9])|([1-9]\d))\d{7}", fullmatch=True))
def test_at_most_one_check_digit_is_right(nip: str) -> None:
    if nip.isascii():
        assert sum(nip_is_right(nip[:9] + digit) for digit in "0123456789") <= 1


def test_accounts() -> None:
    assert iban_is_right("61109010140000071219812874")
    assert iban_is_right("PL61109010140000071219812874")
    assert iban_is_right("DE89370400440532013000")
    assert not iban_is_right("61109010140000071219812875")
    assert not iban_is_right("61 1090 1014 0000 0712 1981 2874")


def test_gtin() -> None:
    assert gtin_is_right("5901234123457")
    assert not gtin_is_right("5901234123458")
    assert not gtin_is_right("590123412345")
