"""Rows of the universal workbook → an .xlsx that people read and fill: headings with comments, lists to choose from.

Texts are written as strings, so that 007 and =1+1 stay what they are; numbers and dates as such, but a number of more
than the 15 digits that Excel remembers as text.
"""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

from bridge.mapping.language.vocabulary import NEEDED, PARTS
from bridge.mapping.universal.sheets import UniversalSheet, choices, heading, sheets

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from bridge.mapping.language.vocabulary import Word
    from bridge.mapping.universal.rows import Rows, Value

LISTS = "Listy"  # a hidden sheet with the values of drop-down lists
FORM_ROWS = 1000  # rows that have formats and lists
SHOWN = 200  # rows that the width of a column is made for
ROOM, WIDEST = 26, 46  # characters
KEY, NEEDED_FILL = "DDEBF7", "FFF2CC"
FILLS = ("E2EFDA", "FCE4D6", "EDEDED", "D9E1F2", "E4DFEC", "DAEEF3")  # sections on the sheet of invoices, in turn
DIGITS = 15
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # what a workbook would read as a character


def book(rows: Rows, made: datetime) -> bytes:
    """The workbook's bytes; without rows it is the empty form."""
    out = Workbook()
    out.remove(out.active or out.create_sheet())
    lists = _Lists(out)
    for sheet in sheets():
        _written(out.create_sheet(sheet.title), sheet, rows.get(sheet.title, []), lists)
    lists.finish()
    out.properties.creator = "ksef-bridge"
    out.properties.created = out.properties.modified = made.replace(tzinfo=None)
    stream = io.BytesIO()
    out.save(stream)
    return stream.getvalue()


def _written(target: Worksheet, sheet: UniversalSheet, rows: list[tuple[Value | None, ...]], lists: _Lists) -> None:
    own = (*sheet.keys, *([sheet.own] if sheet.own else []))
    for place, name in enumerate(own, start=1):
        told = "Numer albo dowolny znak faktury: ten sam we wszystkich arkuszach." if place == 1 else "Łączy arkusze."
        _heading(target.cell(1, place), name, told, KEY)
        target.column_dimensions[get_column_letter(place)].width = 22
        target.column_dimensions[get_column_letter(place)].number_format = "@"
    for place, word in enumerate(sheet.words, start=len(own) + 1):
        longest = max((len(str(row[place - 1])) for row in rows[:SHOWN] if row[place - 1] is not None), default=0)
        _column(target, sheet, place, word, lists)
        target.column_dimensions[get_column_letter(place)].width = _width(word, longest)
    for number, cells in enumerate(rows, start=2):
        for place, value in enumerate(cells, start=1):
            if value is not None:
                _cell(target.cell(number, place), value)
    target.freeze_panes = f"{get_column_letter(len(own) + 1)}2"
    target.row_dimensions[1].height = 48


def _column(target: Worksheet, sheet: UniversalSheet, place: int, word: Word, lists: _Lists) -> None:
    letter = get_column_letter(place)
    fill = NEEDED_FILL if word.key in NEEDED else _fill(sheet, word)
    _heading(target.cell(1, place), heading(word), _comment(word), fill)
    target.column_dimensions[letter].number_format = _format(word)
    listed = choices(word)
    if listed:
        rule = DataValidation(type="list", formula1=lists.of(listed), allow_blank=True, showErrorMessage=True)
        rule.error, rule.errorTitle = "Wybierz wartość z listy.", heading(word)[:32]
        rule.add(f"{letter}2:{letter}{FORM_ROWS}")
        target.add_data_validation(rule)


def _width(word: Word, longest: int) -> float:
    """Wide enough for what stands there, and for the longest word of the heading; a form leaves room for long texts."""
    room = ROOM if word.takes in ("text", "long_text") and word.limit >= 256 else 0
    written = max(map(len, heading(word).split())) + 4
    return min(WIDEST, max(12, written, longest + 3, room, len(heading(word)) / 2.5 + 3))


def _fill(sheet: UniversalSheet, word: Word) -> str:
    sections = list(dict.fromkeys(each.section for each in sheet.words))
    return FILLS[sections.index(word.section) % len(FILLS)]


def _comment(word: Word) -> str:
    """The comment of a heading: what it is, what it takes, where it goes."""
    kinds = {"text": f"Tekst, najwyżej {word.limit} znaków.", "long_text": f"Tekst, najwyżej {word.limit} znaków."}
    kinds["number"] = f"Liczba, najwyżej {word.limit} miejsc po przecinku."
    kinds["date"] = kinds["sale_date"] = "Data."
    kinds["moment"] = "Data i godzina: 2026-02-03T08:30:00."
    where = f"FA(3): {word.element}" if word.element else ""
    need = "Potrzebne na każdej fakturze." if word.key in NEEDED else ""
    first = f"{PARTS[word.section].meaning}: {word.meaning}."
    return "\n".join(each for each in (first, kinds.get(word.takes, ""), need, where) if each)


def _format(word: Word) -> str:
    if word.takes == "number":
        return "#,##0.00" if word.limit == 2 else "General"
    if word.takes in ("date", "sale_date"):
        return "yyyy-mm-dd"
    return "0" if word.takes in ("count", "whole") else "@"


def _heading(cell: Any, text: str, told: str, fill: str) -> None:
    _cell(cell, text)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor=fill)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.comment = Comment(told, "ksef-bridge", width=320, height=40 + 18 * (1 + told.count("\n") + len(told) // 45))


def _cell(cell: Any, value: Value) -> None:
    if isinstance(value, Decimal | int):
        number = format(value, "f") if isinstance(value, Decimal) else str(value)
        if len(number.strip("-").replace(".", "").strip("0")) > DIGITS:
            value = number.replace(".", ",")
        else:
            cell.value = value
            cell.number_format = "General"
            return
    if isinstance(value, date):
        cell.value = value
        cell.number_format = "yyyy-mm-dd"
        return
    cell.value = _ESCAPE.sub("_x005F_", value)
    cell.data_type = "s"
    cell.number_format = "@"
    if value[:1] in ("=", "+", "-", "@", "'"):
        cell.quotePrefix = True
    if "\n" in value:
        cell.alignment = Alignment(wrap_text=True, vertical="top")


class _Lists:
    """Drop-down lists, each once, on a hidden sheet."""

    def __init__(self, out: Workbook) -> None:
        self._out = out
        self._columns: dict[tuple[str, ...], int] = {}

    def of(self, values: tuple[str, ...]) -> str:
        """The range that holds these values."""
        place = self._columns.setdefault(values, len(self._columns) + 1)
        letter = get_column_letter(place)
        return f"{quote_sheetname(LISTS)}!${letter}$1:${letter}${len(values)}"

    def finish(self) -> None:
        """The sheet itself, last and hidden."""
        sheet = self._out.create_sheet(LISTS)
        sheet.sheet_state = "hidden"
        for values, place in self._columns.items():
            for number, value in enumerate(values, start=1):
                _cell(sheet.cell(number, place), value)
