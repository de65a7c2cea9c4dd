"""Numbers, dates and texts of a workbook → cells: one place for all engines, so that none of them changes an invoice.

A number is what Excel means by it (15 significant digits), a text is what Polish Excel shows in the cell's format.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from math import isfinite

from openpyxl.styles.numbers import is_date_format, is_timedelta_format

from bridge.model.table import WINDOWS_EPOCH, Untold
from bridge.reading.excel.number_format import shown_date, shown_number
from bridge.reading.excel.workbook import TRUTH, Cell, day, digits15

LAST_DAY = 2_958_465  # 31.12.9999 as a serial number
MIDNIGHT = datetime(1900, 1, 1)  # noqa: DTZ001 - a cell has no time zone
PHANTOM_DAY = 60  # 29.02.1900, which Excel knows and the calendar does not
NOT_COMPUTED = Cell("", Untold("formuła nie ma wyniku, bo plik zapisał program, który nie liczy"))
BROKEN = Cell("", Untold("zapis tej komórki jest uszkodzony"))

# Half a letter (of a surrogate pair) and what is no letter at all: nothing can write them to a file. Control characters
# are texts like any other here, and refused by rule A04 where they reach an invoice.
_FORBIDDEN = re.compile("[\ud800-\udfff\ufffe\uffff]")


def text_cell(text: str) -> Cell | None:
    """A text; None for a blank one; one with a character that no invoice can hold serves no field."""
    if not text.isascii():
        clean, found = _FORBIDDEN.subn("\ufffd", text)
        if found:
            return Cell(clean, Untold("jest w niej znak, którego nie może być w fakturze (tu widać go jako \ufffd)"))
    return Cell(text) if text and not text.isspace() else None


def truth_cell(value: bool) -> Cell:
    """PRAWDA or FAŁSZ."""
    return Cell(TRUTH[value], value)


def number_cell(number: float, code: str, epoch: date) -> Cell:
    """A number, or the day or time that its format makes of it."""
    if not isfinite(number):
        return Cell("", Untold("to nie jest liczba"))
    value = digits15(number)
    if _is_date(code):
        return _serial_cell(value, code, epoch)
    return Cell(shown_number(value, code) or "", value)


def moment_cell(value: date | datetime, code: str) -> Cell:
    """A day, or a day with its time."""
    return Cell(shown_date(value, code) or "", day(value))


def time_cell(value: time, code: str) -> Cell:
    """A time without a day: a text, as no field takes it as a value."""
    text = shown_date(value, code)
    return Cell(text) if text else Cell("", Untold(f"godzina w formacie {code}"))


def duration_cell(value: object, code: str) -> Cell:
    """A length of time, which no invoice has."""
    return Cell("", Untold(f"czas trwania {value} w formacie {code}"))


@lru_cache(maxsize=1000)
def _is_date(code: str) -> bool:
    return bool(is_date_format(code))


def _serial_cell(value: Decimal, code: str, epoch: date) -> Cell:
    """The moment of a serial number; its part of a day never reaches the next one, as Excel shows the day it is in."""
    days = int(value // 1)
    if is_timedelta_format(code):
        return duration_cell(f"{value} doby", code)
    if not 0 <= days <= LAST_DAY:
        return Cell("", Untold(f"to nie jest data: {value}"))
    thousandths = min(round((value - days) * 86_400_000), 86_399_999)
    if days == 0 and epoch == WINDOWS_EPOCH:
        return time_cell((MIDNIGHT + timedelta(milliseconds=thousandths)).time(), code)
    days += days < PHANTOM_DAY and epoch == WINDOWS_EPOCH
    midnight = datetime(epoch.year, epoch.month, epoch.day)  # noqa: DTZ001 - a cell has no time zone
    try:
        return moment_cell(midnight + timedelta(days=days, milliseconds=thousandths), code)
    except OverflowError:
        return Cell("", Untold(f"to nie jest data: {value}"))
