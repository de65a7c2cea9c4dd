"""A cell → a day, or a day with its time, by exactly one of the shapes that the mapping declares; or why not."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache

from bridge.mapping.formats import Bad, Formats

_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})?", re.ASCII
)  # as xsd:dateTime
_DATE_PARTS = {
    "RRRR": r"(?P<year>\d{4})",
    "RR": r"(?P<short>\d{2})",
    "MM": r"(?P<month>\d{2})",
    "DD": r"(?P<day>\d{2})",
    "gg": r"(?P<hour>\d{2})",
    "mm": r"(?P<minute>\d{2})",
    "ss": r"(?P<second>\d{2})",
    "strefa": r"(?P<zone>[+-]\d{2}:?\d{2})",
}
_DATE_TOKEN = re.compile("|".join(sorted(_DATE_PARTS, key=len, reverse=True)))


@cache
def date_pattern(written: str) -> re.Pattern[str] | None:
    """DD.MM.RRRR as a pattern with year, month and day; None when it names no day, month or year."""
    body = "".join(
        _DATE_PARTS[piece] if piece in _DATE_PARTS else re.escape(piece)
        for piece in re.split(f"({_DATE_TOKEN.pattern})", written)
    )
    return (
        re.compile(body, re.ASCII)
        if all(f"<{part}>" in body for part in ("month", "day")) and ("<year>" in body or "<short>" in body)
        else None
    )


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
    shapes = ", ".join(formats.dates) or "w mapowaniu nie ma `zrodlo.format_daty`"
    return Bad("D13", f"„{text}” nie jest datą w zapisie {shapes}.")


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
        found = (date_pattern(written) if "gg" in written else None) and _moment(text, written)
        if found:
            return found
    return Bad("D13", f"„{text}” nie jest datą z godziną.", "Zapis zawsze przyjmowany: 2026-02-03T08:30:00.")


def _moment(text: str, written: str) -> datetime | None:
    pattern = date_pattern(written)
    found = pattern.fullmatch(text) if pattern else None
    made = _day(text, written)
    if found is None or made is None:
        return None
    parts = found.groupdict()
    time = f"{parts['hour']}:{parts.get('minute') or '00'}:{parts.get('second') or '00'}{parts.get('zone') or ''}"
    try:
        return datetime.fromisoformat(f"{made.isoformat()}T{time}")
    except ValueError:
        return None
