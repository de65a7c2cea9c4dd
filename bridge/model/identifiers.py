"""Texts that identify → whether they can be right: NIP, KSeF number, bank account, EU VAT number, GTIN.

Formats and check digits only; nothing here asks whether the thing exists.
"""

from __future__ import annotations

import re
from functools import lru_cache

_NIP = re.compile(r"[1-9]((\d[1-9])|([1-9]\d))\d{7}", re.ASCII)
_NIP_WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)
_KSEF = re.compile(
    r"([1-9](?:\d[1-9]|[1-9]\d)\d{7}|M\d{9}|[A-Z]{3}\d{7})-(20[2-9]\d|2[1-9]\d{2}|[3-9]\d{3})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"
    r"-([0-9A-F]{6})-?([0-9A-F]{6})-([0-9A-F]{2})",
    re.ASCII,
)

# After the prefix; the pattern NipVatUe of the official OpenAPI (fa3.md, section 5 B).
EU_VAT: dict[str, re.Pattern[str]] = {
    country: re.compile(pattern, re.ASCII)
    for country, pattern in {
        "AT": r"U\d{8}",
        "BE": r"[01]\d{9}",
        "BG": r"\d{9,10}",
        "CY": r"\d{8}[A-Z]",
        "CZ": r"\d{8,10}",
        "DE": r"\d{9}",
        "DK": r"\d{8}",
        "EE": r"\d{9}",
        "EL": r"\d{9}",
        "ES": r"[A-Z]\d{8}|\d{8}[A-Z]|[A-Z]\d{7}[A-Z]",
        "FI": r"\d{8}",
        "FR": r"[A-Z0-9]{2}\d{9}",
        "HR": r"\d{11}",
        "HU": r"\d{8}",
        "IE": r"\d{7}[A-Z]{2}|\d[A-Z0-9+*]\d{5}[A-Z]|\d{7}[A-Z]",
        "IT": r"\d{11}",
        "LT": r"\d{9}|\d{12}",
        "LU": r"\d{8}",
        "LV": r"\d{11}",
        "MT": r"\d{8}",
        "NL": r"[A-Z0-9+*]{12}",
        "PT": r"\d{9}",
        "RO": r"\d{2,10}",
        "SE": r"\d{12}",
        "SI": r"\d{8}",
        "SK": r"\d{10}",
        "XI": r"\d{9}|\d{12}|(GD|HA)\d{3}",
    }.items()
}


@lru_cache(maxsize=65536)
def nip_is_right(nip: str) -> bool:
    """Ten digits in FA(3)'s pattern with a right check digit (weights 6 5 7 2 3 4 5 6 7, mod 11)."""
    if not _NIP.fullmatch(nip):
        return False
    return sum(weight * int(digit) for weight, digit in zip(_NIP_WEIGHTS, nip, strict=False)) % 11 == int(nip[9])


def internal_id_is_right(identifier: str) -> bool:
    """IDWew: a right NIP, a dash, five digits, the last of them a check digit (weights 1 3 1 3 …, mod 10; rule B26)."""
    if not re.fullmatch(r"\d{10}-\d{5}", identifier, re.ASCII) or not nip_is_right(identifier[:10]):
        return False
    digits = identifier.replace("-", "")
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits[:14])) % 10 == int(digits[14])


def ksef_crc(number: str) -> str:
    """CRC-8 (polynomial 0x07, start 0) over the first 32 characters, two hex digits (fa3.md, section 6.1)."""
    crc = 0
    for byte in number[:32].encode("ascii"):
        crc ^= byte
        for _ in range(8):
            crc = ((crc << 1) ^ 0x07) & 0xFF if crc & 0x80 else crc << 1
    return f"{crc:02X}"


def is_ksef_number(number: str) -> bool:
    """In the pattern of FA(3): 35 characters, or 36 with the extra dash of KSeF 1.0; the CRC is not looked at."""
    return bool(_KSEF.fullmatch(number))


def ksef_date(number: str) -> str:
    """The day of acceptance in a KSeF number, RRRR-MM-DD."""
    found = _KSEF.fullmatch(number)
    return "-".join(found.group(2, 3, 4)) if found else ""


def ksef_crc_is_right(number: str) -> bool:
    """Whether a number of KSeF 2.0 ends in its CRC; numbers before 2026-02-01 and of KSeF 1.0 are not judged."""
    if len(number) != 35 or ksef_date(number) < "2026-02-01":
        return True
    return ksef_crc(number) == number[33:]


@lru_cache(maxsize=4096)  # a firm's own account stands on all its invoices
def iban_is_right(account: str) -> bool:
    """IBAN or 26-digit domestic NRB, without spaces: mod-97 = 1 (fa3.md, rule H05)."""
    if re.fullmatch(r"\d{26}", account, re.ASCII):
        account = f"PL{account}"
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{6,30}", account, re.ASCII):
        return False
    return int("".join(str(int(char, 36)) for char in account[4:] + account[:4])) % 97 == 1


def gtin_is_right(code: str) -> bool:
    """GS1 check digit of 8, 12, 13 or 14 digits; a GLN is 13."""
    if not re.fullmatch(r"\d{8}|\d{12,14}", code, re.ASCII):
        return False
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(code))) % 10 == 0
