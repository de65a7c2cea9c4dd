"""Reference numbers and KSeF numbers, in the shapes of the real system (protocol.md, sections 4.8 and 10)."""

from __future__ import annotations

from datetime import date, datetime
from random import Random
from zoneinfo import ZoneInfo

WARSAW = ZoneInfo("Europe/Warsaw")


def reference(kind: str, now: datetime, chance: Random) -> str:
    """36 characters: YYYYMMDD-XX-10HEX-10HEX-2HEX."""
    return f"{now:%Y%m%d}-{kind}-{_hex(10, chance)}-{_hex(10, chance)}-{_hex(2, chance)}"


def ksef_number(seller_nip: str, accepted: date, chance: Random) -> str:
    """NIP, day of acceptance, twelve hex digits, CRC-8."""
    body = f"{seller_nip}-{accepted:%Y%m%d}-{_hex(12, chance)}"
    return f"{body}-{crc8(body)}"


def collective_number(seller_nip: str, made: date, chance: Random) -> str:
    """NIP, IZ and month, twelve hex digits, CRC-8: 1111111111-IZ202607-65ED02180000-E7."""
    body = f"{seller_nip}-IZ{made:%Y%m}-{_hex(12, chance)}"
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


def _hex(digits: int, chance: Random) -> str:
    return f"{chance.getrandbits(4 * digits):0{digits}X}"
