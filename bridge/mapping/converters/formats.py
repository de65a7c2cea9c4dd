"""How a file writes numbers and dates, and what is said of a cell that cannot be what its field needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Bad(NamedTuple):
    """A cell that cannot be what its field needs."""

    code: str
    message: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Formats:
    """How the file writes numbers and dates (`zrodlo`)."""

    decimal: str = ""  # "," or "."; "" = not declared
    thousands: str = ""  # declared beside spaces
    minus_behind: bool = False
    parentheses: bool = False
    suffixes: tuple[str, ...] = ()  # texts that may follow an amount
    dates: tuple[str, ...] = ()  # DD.MM.RRRR …
    serial: bool = False  # a workbook's serial number is a date
    empty: frozenset[str] = frozenset()  # folded texts that mean nothing
    drop_apostrophe: bool = False
    keep_apostrophe: bool = False
