"""Tables of a sample → their columns by the word they most likely mean, the invoices' table and that of lines.

Only for a proposal: the meaning is told by headings and by what stands below them, and a person confirms it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING

from bridge.mapping.propose import contents, headings
from bridge.model.text import collapsed

if TYPE_CHECKING:
    from bridge.model.table import Row, Table

LOOKED_AT = 1000  # rows of a table


@dataclass(slots=True)
class SampleColumn:
    """A column of the sample: how it is called, and the texts in the rows of invoices."""

    heading: str
    index: int
    texts: list[str]
    days: bool = False  # cells of a workbook that are dates
    guessed: bool = False  # told by what stands in it

    @property
    def seen(self) -> list[str]:
        """What stands there, each once, in the order of the file."""
        return list(dict.fromkeys(text for text in self.texts if text))


@dataclass(slots=True)
class SampleTable:
    """A table of the sample, its columns by the word they most likely mean."""

    table: Table
    rows: list[Row]
    columns: list[SampleColumn]
    words: dict[str, SampleColumn] = field(default_factory=dict)
    doubled: list[tuple[str, SampleColumn]] = field(default_factory=list)  # a second column of a word
    loose: list[Row] = field(default_factory=list)  # rows without an invoice number: totals, footers

    def has(self, *words: str) -> bool:
        """Whether one of these words has a column here."""
        return any(word in self.words for word in words)


def sheet_of(table: Table) -> SampleTable:
    """A table with its columns by word, and apart the rows that have no invoice number."""
    rows = [row for row in islice(table.rows(), LOOKED_AT) if any(cell.strip() for cell in row.cells) or row.values]
    names = dict(enumerate(table.heading)) | {at: name for name, at in table.own.items()}
    number = next((at for at, name in names.items() if headings.word_of(name) == "faktura.numer"), None)
    own = rows if number is None else [row for row in rows if text_at(row, number)]
    columns = [
        SampleColumn(name, at, [text_at(row, at) for row in own], _days(own, at)) for at, name in names.items() if name
    ]
    sheet = SampleTable(table, own, columns, loose=[row for row in rows if row not in own])
    for column in columns:
        word = _word(column)
        if word and word not in sheet.words:
            sheet.words[word] = column
        elif word:
            sheet.doubled.append((word, column))
    _by_name_of_its_kind(sheet)
    if table.own:
        _by_content(sheet)
    return sheet


def _days(rows: Sequence[Row], at: int) -> bool:
    """Whether cells of a workbook are dates by themselves."""
    values = [row.values[at] for row in rows if at in row.values]
    return bool(values) and all(isinstance(value, date) for value in values)


def _word(column: SampleColumn) -> str:
    """By the heading, unless what stands below denies it; then by both."""
    word = headings.word_of(column.heading)
    if word and (column.days or contents.fits(word, column.seen)):
        return word
    if word.startswith(("kwota.", "kontrola.")) and contents.surely_rates(column.seen):
        return "pozycja.stawka_vat"
    return "" if word else _by_both(column)


def _by_name_of_its_kind(sheet: SampleTable) -> None:
    """The only column of days whose heading speaks of a date is the day of issue; „Nazwa” beside a buyer is of goods."""
    days = [each for each in unused(sheet) if each.seen and (each.days or contents.are_days(each.seen))]
    days = [each for each in days if re.search(r"\bdat|dnia|date", headings.plain(each.heading))]
    if len(days) == 1 and not sheet.has("faktura.data_wystawienia"):
        sheet.words["faktura.data_wystawienia"] = days[0]
        days[0].guessed = True
    named = [each for each in unused(sheet) if headings.plain(each.heading) == "nazwa"]
    if len(named) == 1 and sheet.has("nabywca.nazwa", "pozycja.ilosc") and not sheet.has("pozycja.nazwa"):
        sheet.words["pozycja.nazwa"] = named[0]


def _by_content(sheet: SampleTable) -> None:
    """Of a file without a heading, what only one column can be."""
    for word, holds in contents.BY_CONTENT:
        found = [each for each in unused(sheet) if each.seen and holds(each.seen)]
        if len(found) == 1 and word not in sheet.words:
            sheet.words[word] = found[0]
            found[0].guessed = True


def unused(sheet: SampleTable) -> list[SampleColumn]:
    """Columns that no word took."""
    used = {id(column) for column in sheet.words.values()}
    return [column for column in sheet.columns if id(column) not in used]


def text_at(row: Row, at: int) -> str:
    """The cell's text, or "" where the row is shorter."""
    return collapsed(row.cells[at]) if at < len(row.cells) else ""


def _by_both(column: SampleColumn) -> str:
    """The word of a heading that means several things, told by what stands below it."""
    name, seen = headings.plain(column.heading).rpartition(" / ")[2], column.seen
    if name == "kod" and seen:
        return "nabywca.kod" if all(re.fullmatch(r"'?\d\d-\d{3}", text) for text in seen) else "pozycja.indeks"
    if name == "vat" and seen:
        return "pozycja.stawka_vat" if contents.are_rates(seen) else "kwota.vat"
    if name in {"cena", "wartosc", "kwota"} and seen and contents.are_amounts(seen):
        return {"cena": "pozycja.cena"}.get(name, "kwota.kwota")
    several = len(seen) > 1 and not all(map(str.isdecimal, seen))
    return "faktura.numer" if name == "nr" and seen and (several or contents.are_numbers_of_invoices(seen)) else ""


def header_and_lines(sheets: Sequence[SampleTable]) -> tuple[SampleTable, SampleTable]:
    """The table of invoices and that of lines, joined by the number; the same one where there is only one."""
    numbered = [sheet for sheet in sheets if sheet.has("faktura.numer")] or list(sheets[:1])
    if len(numbered) == 1:
        return numbered[0], numbered[0]
    unique = [sheet for sheet in numbered if _is_unique(sheet.words["faktura.numer"])]
    header = next(iter(unique), numbered[0])
    rest = [sheet for sheet in numbered if sheet is not header]
    return header, max(rest, key=lambda sheet: sheet.has("pozycja.ilosc") + sheet.has("pozycja.nazwa"))


def _is_unique(column: SampleColumn) -> bool:
    return max(Counter(column.texts).values(), default=0) <= 1


def priced(sheet: SampleTable) -> None:
    """Whether „Cena” is net or gross, and „Wartość” too: as far as quantity × price tells; net and to be checked otherwise."""
    price, worth = sheet.words.pop("pozycja.cena", None), sheet.words.pop("kwota.kwota", None)
    given = {name: sheet.words.get(f"kwota.{name}") for name in ("netto", "brutto")}
    own = price or sheet.words.get("pozycja.cena_netto") or sheet.words.get("pozycja.cena_brutto")
    gross = sheet.has("pozycja.cena_brutto") or (
        not sheet.has("pozycja.cena_netto") and _is_product(sheet, own, given["brutto"])
    )
    if price:
        price.guessed = True
        word = "pozycja.cena_brutto" if gross else "pozycja.cena_netto"
        sheet.doubled += [(word, price)] if word in sheet.words else []
        sheet.words.setdefault(word, price)
    if worth and _is_product(sheet, own, worth, taxed=not gross):
        worth.guessed = True
        sheet.words.setdefault("kwota.brutto", worth)
    elif worth and _is_product(sheet, own, worth):
        worth.guessed = True
        sheet.words.setdefault("kwota.netto", worth)


def _is_product(
    sheet: SampleTable, price: SampleColumn | None, worth: SampleColumn | None, *, taxed: bool = False
) -> bool:
    """Whether a column is quantity × price in every row that has both, with VAT on top where asked."""
    count, rate = sheet.words.get("pozycja.ilosc"), sheet.words.get("pozycja.stawka_vat")
    if price is None or worth is None or count is None or (taxed and rate is None):
        return False
    compared = 0
    for at, text in enumerate(worth.texts):
        known = [contents.amount(each) for each in (text, price.texts[at], count.texts[at])]
        percent = contents.rate(rate.texts[at]) or Decimal(0) if taxed and rate else Decimal(0)
        if None in known:
            continue
        value, one, several = (each or Decimal(0) for each in known)
        if abs(value - one * several * (100 + percent) / 100) > Decimal("0.02"):
            return False
        compared += 1
    return compared > 0


def level(sheet: SampleTable, has_lines: bool) -> None:
    """„Netto” is of a line where the table has lines, else of the invoice."""
    for amount in ("netto", "vat", "brutto"):
        column = sheet.words.pop(f"kwota.{amount}", None)
        line = {"netto": "pozycja.wartosc_netto", "vat": "kontrola.pozycja_vat", "brutto": "kontrola.pozycja_brutto"}
        word = line[amount] if has_lines else f"kontrola.faktura_{amount}"
        if column and word not in sheet.words:
            sheet.words[word] = column
        elif column:
            sheet.doubled.append((word, column))
