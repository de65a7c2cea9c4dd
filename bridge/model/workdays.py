"""Days → Polish working days: Monday to Friday without public holidays and, since 2025, without 24 December."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

CHRISTMAS_EVE_SINCE = 2025


def is_working_day(day: date) -> bool:
    """Whether deadlines count it (protocol.md, 9.1)."""
    eve = day.year >= CHRISTMAS_EVE_SINCE and (day.month, day.day) == (12, 24)
    return day.weekday() < 5 and day not in _free(day.year) and not eve


def working_day_after(day: date, count: int = 1) -> date:
    """The count-th working day after a day; the day itself does not count."""
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


@cache
def _free(year: int) -> frozenset[date]:
    import holidays  # noqa: PLC0415 - a quarter of a second, needed only on days when something goes offline

    return frozenset(holidays.country_holidays("PL", years=year))
