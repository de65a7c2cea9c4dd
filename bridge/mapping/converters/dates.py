"""A cell → a day, or a day with its time, by exactly one of the shapes that the mapping declares; or why not."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache

from bridge.mapping.converters.formats import Bad, Formats

_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})?", re.ASCII
)  # as xsd:dateTime
_DATE_PARTS = {
    "RRRR": r"(?P<year>\d{4})",
    "RR": r"(?P<short>\d{2})",
    "MM": r"(?P<month>\d{2})",
    "M": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{2})",
    "D": r"(?P<day>\d{1,2})",
    "gg": r"(?P<hour>\d{2})",
    "g": r"(?P<hour>\d{1,2})",
    "mm": r"(?P<minute>\d{2})",
    "ss": r"(?P<second>\d{2})",
    "strefa": r"(?P<zone>[+-]\d{2}:?\d{2})",
}
# D, M and g, of one or two digits, only where a sign stands on both sides: 1112026 would have two readings.
_DATE_TOKEN = re.compile(
    "|".join(
        each if len(each) > 1 else rf"(?<![^\W_]){each}(?![^\W_])"
        for each in sorted(_DATE_PARTS, key=len, reverse=True)
    )
)


@cache
def date_pattern(written: str) -> re.Pattern[str] | None:
    """DD.MM.RRRR as a pattern with year, month and day; None when it names no day, month or year, or one of them twice."""
    pieces = re.split(f"({_DATE_TOKEN.pattern})", written)
    body = "".join(_DATE_PARTS[piece] if place % 2 else re.escape(piece) for place, piece in enumerate(pieces))
    named = re.findall(r"<(\w+)>", body)
    dated = {"month", "day"} <= set(named) and ("year" in named) != ("short" in named)
    return re.compile(body, re.ASCII) if dated and len(named) == len(set(named)) else None


def day(text: str, formats: Formats, _limit: int) -> date | Bad:
    """Exactly one of the declared shapes must fit."""
    found = {made for written in formats.dates for made in [_day(text, written)] if made}
    if len(found) == 1:
        return found.pop()
    if found:
        return Bad(
            "D13",
            f"„{text}” można odczytać jako {' albo '.join(sorted(map(str, found)))}.",
            "Zostaw w `zrodlo.format_daty` tylko jeden zapis.",
        )
    if not formats.dates:
        told = f"Nie wiadomo, jak odczytać datę „{text}”: mapowanie nie mówi, jak plik zapisuje daty."
        return Bad("D13", told, "Dopisz w sekcji `zrodlo` zapis dat, np. format_daty: DD.MM.RRRR.")
    return Bad("D13", f"„{text}” nie jest datą w zapisie {', '.join(formats.dates)}.")


def _day(text: str, written: str) -> date | None:
    pattern = date_pattern(written)
    found = pattern.fullmatch(text) if pattern else None
    if not found:
        return None
    parts = found.groupdict()
    year = int(parts["year"]) if "year" in parts else 2000 + int(parts["short"])
    try:
        return date(year, int(parts["month"]), int(parts["day"]))
    except ValueError:
        return None


def moment(text: str, formats: Formats, _limit: int) -> datetime | Bad:
    """A day with its time, as XML Schema writes it or by a shape of `format_daty` that has hours and minutes."""
    if _MOMENT.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return Bad("D13", f"„{text}” nie jest datą z godziną.")
    for written in formats.dates:
        if found := _moment(text, written):
            return found
    return Bad("D13", f"„{text}” nie jest datą z godziną.", "Zapis zawsze przyjmowany: 2026-02-03T08:30:00.")


def _moment(text: str, written: str) -> datetime | None:
    pattern = date_pattern(written)
    found = pattern.fullmatch(text) if pattern else None
    made = _day(text, written)
    parts = found.groupdict() if found else {}
    if made is None or "hour" not in parts:
        return None
    time = f"{parts['hour']:0>2}:{parts.get('minute') or '00'}:{parts.get('second') or '00'}{parts.get('zone') or ''}"
    try:
        return datetime.fromisoformat(f"{made.isoformat()}T{time}")
    except ValueError:
        return None
