"""A value of a workbook cell and its number format → the text that Polish Excel shows, or None when it is not known.

Only formats that ERPs and accountants use are known; the rest is not guessed (fractions, exponents, month names,
conditions, dates in the computer's own style).
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

LOST = Decimal(10) ** 15  # from here on Excel has zeroed digits (support.microsoft.com, KB 269370)
GENERAL_DIGITS = 10  # significant digits of a fraction that General shows in a cell that is wide enough
USUAL = {"0": 0, "0.00": 2}  # most cells of big workbooks; told at once where nothing is rounded
THOUSANDS = "\u00a0"

_TOKEN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|General|[yYrR]+|[mM]+|[dD]+|[hH]+|[sS]+|AM/PM|.', re.DOTALL)
_BRACKET = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]")
_COLOUR = re.compile(r"\[(?:Black|Blue|Cyan|Green|Magenta|Red|White|Yellow|Color ?\d+)\]", re.IGNORECASE)
_LITERALS = frozenset(" -+/():.$€£'!&~{}<>=^\u00a0")


class _Number(NamedTuple):
    """A section of a number format: literals before, digit places with literals between, literals after."""

    before: str
    whole: tuple[str, ...]  # 0, # or a literal
    fraction: str  # of 0 and #
    point: bool
    grouped: bool
    percents: int
    after: str


def shown_number(value: Decimal, code: str) -> str | None:
    """The text of a number."""
    if abs(value) >= LOST:
        return None
    places = USUAL.get(code)
    if places is not None and value == round(value, places):  # nothing is rounded
        return f"{value or abs(value):.{places}f}".replace(".", ",")
    sections = _sections(code)
    place = 0 if value > 0 or len(sections) == 1 else (1 if value < 0 or len(sections) == 2 else 2)
    place = 0 if value == 0 and len(sections) == 2 else place
    sign = "-" if value < 0 and len(sections) == 1 else ""
    section = sections[min(place, len(sections) - 1)]
    if section.lower() in {"general", "", "@"}:
        return _general(value)
    layout = _number(section)
    return None if layout is None else _filled(layout, abs(value), sign)


def shown_date(value: date | datetime | time, code: str) -> str | None:
    """The text of a date or time."""
    layout = _date(_sections(code)[0])
    if layout is None:
        return None
    moment = value if isinstance(value, datetime) else _moment(value)
    return "".join(moment.strftime(part) if part.startswith("%") else part for part in layout).strip()


def _general(value: Decimal) -> str | None:
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    digits = text.lstrip("-").replace(".", "").lstrip("0")
    if "." in text and len(digits) > GENERAL_DIGITS:
        return None
    return text.replace(".", ",") if text != "-0" else "0"


def _filled(layout: _Number, value: Decimal, sign: str) -> str:
    value = value.scaleb(2 * layout.percents).quantize(Decimal(1).scaleb(-len(layout.fraction)), ROUND_HALF_UP)
    if value == 0:
        sign = ""
    whole, _, fraction = f"{value:f}".partition(".")
    least = len(layout.fraction.rstrip("#"))
    fraction = fraction[:least] + fraction[least:].rstrip("0")
    text = _whole(layout, whole.lstrip("0")) + ("," if layout.point else "") + fraction
    return f"{layout.before}{sign}{text}{layout.after}".strip()


def _whole(layout: _Number, digits: str) -> str:
    """Digits put into their places from the right; the leftmost place takes all that are left."""
    if layout.grouped:
        digits = digits.rjust(layout.whole.count("0"), "0")
        return f"{int(digits):,}".replace(",", THOUSANDS) if digits.lstrip("0") else digits
    text, left = "", layout.whole.count("0") + layout.whole.count("#")
    for place in reversed(layout.whole):
        if place not in {"0", "#"}:
            text = place + text
            continue
        left -= 1
        taken, digits = (digits, "") if left == 0 else (digits[-1:], digits[:-1])
        text = (taken or ("0" if place == "0" else "")) + text
    return text


@lru_cache(maxsize=1000)
def _sections(code: str) -> tuple[str, ...]:
    parts, quoted = [""], False
    for char in re.findall(r"\\.|.", code, re.DOTALL):
        quoted ^= char == '"'
        if char == ";" and not quoted:
            parts.append("")
        else:
            parts[-1] += char
    return tuple(parts)


def _literal(piece: str) -> str | None:
    """What a piece that is no place writes; None when it is not known."""
    if piece[0] == '"':
        return piece[1:-1]
    if piece[0] == "\\":
        return piece[1:]
    if piece[0] in "_*":
        return ""
    if _COLOUR.fullmatch(piece):
        return ""
    if found := _BRACKET.fullmatch(piece):
        return found.group(1)
    return piece if piece in _LITERALS else None


@lru_cache(maxsize=1000)
def _number(section: str) -> _Number | None:
    pieces = _TOKEN.findall(section)
    places = [at for at, piece in enumerate(pieces) if piece in {"0", "#"}]
    if not places:
        return None
    first, last = places[0], places[-1]
    inner = pieces[first : last + 1]
    point = inner.index(".") if "." in inner else len(inner)
    whole = [piece for piece in inner[:point] if piece != ","]
    fraction = "".join(inner[point + 1 :])
    outer = [*pieces[:first], *pieces[last + 1 :]]
    written = [_literal(piece) if piece != "%" else "%" for piece in outer]
    between = ["0" if piece in {"0", "#"} else _literal(piece) for piece in whole]
    grouped = "," in inner[:point]
    if None in written or None in between or re.search("[^0#]", fraction) or (grouped and len(set(whole) - {"0", "#"})):
        return None
    before, after = "".join(map(str, written[:first])), "".join(map(str, written[first:]))
    spelled = tuple(piece if piece in {"0", "#"} else str(_literal(piece)) for piece in whole)
    return _Number(before, spelled, fraction, bool(fraction), grouped, outer.count("%"), after)


@lru_cache(maxsize=1000)
def _date(section: str) -> tuple[str, ...] | None:
    """Pieces for strftime and literals between; None for formats of the system and names of months."""
    if section.lower() in {"mm-dd-yy", "m/d/yy", "m/d/yy h:mm", "general"}:
        return None  # built in formats 14 and 22: as Windows is set
    pieces = _TOKEN.findall(section)
    parts: list[str] = []
    for at, piece in enumerate(pieces):
        part = _minutes(pieces, at) if piece.lower() in {"m", "mm"} else _DATE_PARTS.get(piece.lower())
        written = part or _literal(piece) if piece != "," else None
        if written is None or (not part and "%" in written):
            return None
        parts.append(written)
    return tuple(parts) if any(part.startswith("%") for part in parts) else None


_DATE_PARTS = {"yyyy": "%Y", "rrrr": "%Y", "yy": "%y", "rr": "%y", "dd": "%d", "hh": "%H", "ss": "%S"}


def _minutes(pieces: list[str], at: int) -> str | None:
    """M means minutes after hours or before seconds."""
    letters = [piece.lower() for piece in pieces if piece.isalpha()]
    place = sum(piece.isalpha() for piece in pieces[:at])
    after_hours = place > 0 and letters[place - 1] in {"h", "hh"}
    before_seconds = place + 1 < len(letters) and letters[place + 1] in {"s", "ss"}
    if after_hours or before_seconds:
        return "%M" if pieces[at].lower() == "mm" else None
    return "%m" if pieces[at].lower() == "mm" else None


def _moment(value: date | time) -> datetime:
    if isinstance(value, time):
        return datetime.combine(date(1900, 1, 1), value)
    return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a cell has no time zone
