"""Tables of a sample → their columns by the word they most likely mean, the invoices' table and that of lines.

Only for a proposal: the meaning is told by headings and by what stands below them, and a person confirms it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from bridge.mapping import headings
from bridge.model.text import collapsed

if TYPE_CHECKING:
    from bridge.model.table import Row, Table

LOOKED_AT = 1000  # rows of a table


@dataclass(slots=True)
class Column:
    """A column of the sample: how it is called, and the texts in the rows of invoices."""

    heading: str
    index: int
    texts: list[str]

    @property
    def seen(self) -> list[str]:
        """What stands there, each once, in the order of the file."""
        return list(dict.fromkeys(text for text in self.texts if text))


@dataclass(slots=True)
class Sheet:
    """A table of the sample, its columns by the word they most likely mean."""

    table: Table
    rows: list[Row]
    columns: list[Column]
    words: dict[str, Column] = field(default_factory=dict)
    doubled: list[tuple[str, Column]] = field(default_factory=list)  # a second column of a word
    loose: list[Row] = field(default_factory=list)  # rows without an invoice number: totals, footers

    def has(self, *words: str) -> bool:
        """Whether one of these words has a column here."""
        return any(word in self.words for word in words)


def sheet_of(table: Table) -> Sheet:
    """A table with its columns by word, and apart the rows that have no invoice number."""
    rows = [row for row in islice(table.rows(), LOOKED_AT) if any(cell.strip() for cell in row.cells) or row.values]
    number = next((at for at, name in enumerate(table.heading) if headings.word_of(name) == "faktura.numer"), None)
    own = rows if number is None else [row for row in rows if text_at(row, number)]
    columns = [Column(name, at, [text_at(row, at) for row in own]) for at, name in enumerate(table.heading) if name]
    sheet = Sheet(table, own, columns, loose=[row for row in rows if row not in own])
    for column in columns:
        word = headings.word_of(column.heading) or _by_content(column)
        if word and word not in sheet.words:
            sheet.words[word] = column
        elif word:
            sheet.doubled.append((word, column))
    return sheet


def text_at(row: Row, at: int) -> str:
    """The cell's text, or "" where the row is shorter."""
    return collapsed(row.cells[at]) if at < len(row.cells) else ""


def _by_content(column: Column) -> str:
    """The word of a heading that means several things, told by what stands below it."""
    name, seen = headings.plain(column.heading).rpartition(" / ")[2], column.seen
    if name == "kod" and seen:
        return "nabywca.kod" if all(re.fullmatch(r"'?\d\d-\d{3}", text) for text in seen) else "pozycja.indeks"
    if name == "vat" and seen:
        rates = all(
            text.rstrip("%. ").casefold() in {"23", "8", "5", "0", "zw", "np", "oo", "22", "7"} for text in seen
        )
        return "pozycja.stawka_vat" if rates else "kwota.vat"
    return {"nr": "faktura.numer"}.get(name, "") if len(seen) > 1 and not all(map(str.isdecimal, seen)) else ""


def header_and_lines(sheets: Sequence[Sheet]) -> tuple[Sheet, Sheet]:
    """The table of invoices and that of lines, joined by the number; the same one where there is only one."""
    numbered = [sheet for sheet in sheets if sheet.has("faktura.numer")] or list(sheets[:1])
    if len(numbered) == 1:
        return numbered[0], numbered[0]
    unique = [sheet for sheet in numbered if _is_unique(sheet.words["faktura.numer"])]
    header = next(iter(unique), numbered[0])
    rest = [sheet for sheet in numbered if sheet is not header]
    return header, max(rest, key=lambda sheet: sheet.has("pozycja.ilosc") + sheet.has("pozycja.nazwa"))


def _is_unique(column: Column) -> bool:
    return max(Counter(column.texts).values(), default=0) <= 1


def level(sheet: Sheet, has_lines: bool) -> None:
    """„Netto” is of a line where the table has lines, else of the invoice."""
    for amount in ("netto", "vat", "brutto"):
        column = sheet.words.pop(f"kwota.{amount}", None)
        line = {"netto": "pozycja.wartosc_netto", "vat": "kontrola.pozycja_vat", "brutto": "kontrola.pozycja_brutto"}
        word = line[amount] if has_lines else f"kontrola.faktura_{amount}"
        if column and word not in sheet.words:
            sheet.words[word] = column
        elif column:
            sheet.doubled.append((word, column))
