"""Reference numbers and KSeF numbers, in the shapes of the real system (protocol.md, sections 4.8 and 10)."""

from __future__ import annotations

import secrets
from datetime import datetime
from zoneinfo import ZoneInfo

WARSAW = ZoneInfo("Europe/Warsaw")


def reference(kind: str, now: datetime) -> str:
    """36 characters: YYYYMMDD-XX-10HEX-10HEX-2HEX."""
    return f"{now:%Y%m%d}-{kind}-{_hex(10)}-{_hex(10)}-{_hex(2)}"


def ksef_number(seller_nip: str, accepted: datetime) -> str:
    """NIP, day of acceptance in Warsaw, twelve hex digits, CRC-8."""
    body = f"{seller_nip}-{accepted.astimezone(WARSAW):%Y%m%d}-{_hex(12)}"
    return f"{body}-{crc8(body)}"


def crc8(text: str) -> str:
    """Polynomial 0x07, start 0, no reflection, two upper-case hex digits."""
    crc = 0
    for byte in text.encode("ascii"):
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1) ^ (0x107 if crc & 0x80 else 0)
    return f"{crc & 0xFF:02X}"


def stamp(moment: datetime) -> str:
    """Seven fractional digits and +00:00, as KSeF writes moments."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}0+00:00"


def _hex(digits: int) -> str:
    return secrets.token_hex((digits + 1) // 2).upper()[:digits]
