"""What a reader gives: a `Source` of tables of rows of texts, and the `Layout` by which it was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Untold:
    """What stands for the value of a cell whose content cannot be told; `reason` is a Polish half-sentence."""

    reason: str


CellValue = Decimal | date | datetime | bool | Untold

# What a mapping may say under `zrodlo.format`; each is a reader of bridge.reading.
FORMATS = ("csv", "stala_szerokosc", "rekordy", "xlsx", "xlsb", "xls", "ods", "epp", "jpk_fa")
NO_VALUES: Mapping[int, CellValue] = {}
WINDOWS_EPOCH = date(1899, 12, 30)  # day 0 of the serial numbers of a workbook
MAC_EPOCH = date(1904, 1, 1)  # and of one that counts from 1904


class Row(NamedTuple):
    """One row: its number as a person sees it, its cells as texts, and the values of workbook cells that have one.

    A text is what Excel shows (0.23 in format 0% is "23%"); a value is the number to 15 significant digits, the date
    or the truth value (design.md, decision 6); EPP and JPK_FA, whose formats fix how numbers are written, have them too. A NamedTuple, as a million of them are made.

    A cell with a value and the text "" has a text that is not known: its number format is unknown, or the workbook was
    too big to read formats. It serves number and date fields; for text fields and dictionaries it is D18. A number of
    10^15 or more has lost digits in Excel and never has a text: D11. `Untold` serves no field at all: D18.
    """

    number: int
    cells: tuple[str, ...]
    values: Mapping[int, CellValue] = NO_VALUES


@dataclass(frozen=True, slots=True)
class OwnColumn:
    """A name that the mapping itself gives to a column (`zrodlo.kolumny`)."""

    name: str
    headings: tuple[str, ...] = ()  # synonyms of which exactly one must be there
    letter: str = ""  # M: column of a sheet
    index: int = 0  # 7: which field, from 1
    span: tuple[int, int] | None = None  # 1-16: places in a line of fixed width, from 1, both included


@dataclass(frozen=True, slots=True)
class TableLayout:
    """Where one table of a source stands; name "" is the only table."""

    name: str = ""
    files: str = ""  # pattern of the set's member
    sheet: str = ""
    record: str = ""
    columns: tuple[OwnColumn, ...] = ()
    skipped: bool = False  # known and not needed
    once: bool = False  # exactly one row per file


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is read: `zrodlo` of a mapping, as far as a reader needs it (mapping.md)."""

    format: str = ""  # csv · xlsx · …; "" = by content
    encoding: str = ""  # utf-8 · cp1250 · …; "" = BOM, strict UTF-8, recogniser
    separator: str = ""  # one character
    quotes: bool = True
    escape: str = ""
    heading_rows: tuple[int, ...] = (1,)  # () = none, (5, 6) = two rows
    tables: tuple[TableLayout, ...] = field(default=(TableLayout(),))


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a heading; `rows()` starts from the top each time and holds one row in memory where it can.

    `heading` has one name per column: "Grupa / Nagłówek" for two heading rows, "Netto#2" for the second of equal ones
    (then the first is "Netto#1"), "" where there is none. `own` gives the places of the mapping's own column names.
    """

    name: str
    file: str
    sheet: str
    heading: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]
    own: Mapping[str, int] = field(default_factory=dict)
    epoch: date = WINDOWS_EPOCH  # of bare serial numbers
    shifted: int = 0  # columns that stand before the first one in the sheet that a person sees

    def letter(self, index: int) -> str:
        """What Excel calls a column, in the sheet that a person sees."""
        return letter(index + self.shifted)


@dataclass(frozen=True, slots=True)
class Source:
    """A dropped file, open for reading."""

    file: str  # the name the person gave it
    format: str
    encoding: str  # declared or recognised; "" for workbooks
    tables: Mapping[str, Table]
    notes: tuple[str, ...] = ()  # what the results must say about reading: recognised encoding, hidden rows read …


def letter(index: int) -> str:
    """Column 0 → A, 26 → AA, as Excel names it."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def index_of(name: str) -> int:
    """A → column 0, AA → 26."""
    place = 0
    for char in name.upper():
        place = place * 26 + ord(char) - ord("A") + 1
    return place - 1


def rows_text(rows: Iterable[int]) -> str:
    """2, 3, 4, 7 → "2-4,7"."""
    parts: list[list[int]] = []
    for row in sorted(set(rows)):
        if parts and row == parts[-1][1] + 1:
            parts[-1][1] = row
        else:
            parts.append([row, row])
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in parts)


def rows_of(text: str) -> tuple[int, ...]:
    """Rows again: "2-4,7" → 2, 3, 4, 7."""
    ends = [part.partition("-") for part in text.split(",") if part]
    return tuple(row for low, _, high in ends for row in range(int(low), int(high or low) + 1))
