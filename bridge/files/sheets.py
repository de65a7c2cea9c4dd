"""Rows as they were read → sheets of a workbook: texts as strings, numbers and dates as what they are.

A text is written as it stands and never calculated; where Excel cannot hold it whole, the cell says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from openpyxl.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from bridge.model.table import Row

ROW_NUMBER = "Wiersz pliku"
GREY, FONT = "D9D9D9", "Calibri"
NARROWEST, WIDEST = 9, 42  # characters
MOST_IN_A_CELL = 32_767  # characters that Excel holds
# What XML cannot hold, and what would be read as such an escape.
_ESCAPED = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True, slots=True)
class SheetRows:
    """The rows of one table, or those of its affected invoices."""

    title: str
    heading: Sequence[str]
    rows: Sequence[Row]
    total: int  # rows of the whole table
    file: str = ""  # of a set, the file that the table came from
    sheet: str = ""  # as problems name it
    table: str = ""  # its name in the source
    shifted: int = 0  # columns before the first one, in the sheet that the problems speak of

    @property
    def partial(self) -> bool:
        """Whether rows were left out."""
        return len(self.rows) < self.total


Placed = dict[tuple[str, int], list[int]]  # (title, row of the file) → rows of the sheet


def write(book: Workbook, sheet: SheetRows) -> Placed:
    """A sheet with a frozen heading; where each row of the file stands in it."""
    page = book.create_sheet(sheet.title)
    page.append([ROW_NUMBER])
    for column, name in enumerate(sheet.heading, start=2):
        _put_text(page.cell(1, column), name)
    placed: Placed = {(page.title, 1): [1]}
    for line, row in enumerate(sheet.rows, start=2):
        page.cell(line, 1, row.number).font = Font(FONT, 11, color="808080")
        for place, text in enumerate(row.cells):
            _put(page.cell(line, place + 2), text, row.values.get(place))
        placed.setdefault((page.title, row.number), []).append(line)
    _dress(page)
    return placed


def _put(cell: Cell, text: str, value: object) -> None:
    if isinstance(value, bool):
        cell.value = value
    elif isinstance(value, Decimal):
        cell.value, cell.number_format = value, _number_format(text)
    elif isinstance(value, date | datetime):
        cell.value, cell.number_format = value, "DD.MM.YYYY HH:MM" if isinstance(value, datetime) else "DD.MM.YYYY"
    elif text:
        _put_text(cell, text)


def _put_text(cell: Cell, text: str) -> None:
    """A string stays a string, whatever it begins with; what XML cannot hold is escaped as Excel does it."""
    cell.value = escaped(text[:MOST_IN_A_CELL])
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = True


def escaped(text: str) -> str:
    """The text as Excel writes control characters: _x0007_."""
    return _ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def _number_format(text: str) -> str:
    """The format by which Excel shows the number as that text; General where the text is not known."""
    digits = text.strip().removesuffix("%").replace(" ", "").lstrip("-")
    whole, _, fraction = digits.replace(",", ".").partition(".")
    if not (whole.isdecimal() and (not fraction or fraction.isdecimal())):
        return "General"
    shown = "0" * (len(whole) if whole.startswith("0") else 1) + (f".{'0' * len(fraction)}" if fraction else "")
    return shown + "%" * text.strip().endswith("%")


def _dress(page: Worksheet) -> None:
    """Bold frozen heading, filter, widths that fit."""
    for cell in page[1]:
        cell.font = Font(FONT, 11, bold=True)
        cell.fill = PatternFill("solid", fgColor=GREY)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    page.freeze_panes = "B2"
    page.auto_filter.ref = page.dimensions
    one_page_wide(page)
    fit(page)


def fit(page: Worksheet) -> None:
    """Columns to which nobody gave a width get one that fits; a title, alone in its row, may reach over the next ones."""
    given = {letter for letter, column in page.column_dimensions.items() if column.customWidth}
    longest: dict[int, int] = {}
    for row in page.iter_rows():
        filled = [cell for cell in row if cell.value is not None]
        for cell in filled if len(filled) > 1 or page.max_column == 1 else ():
            longest[cell.column] = max(longest.get(cell.column, 0), _shown_length(cell))
    for column, length in longest.items():
        letter = get_column_letter(column)
        if letter not in given:
            page.column_dimensions[letter].width = min(max(length + 2, NARROWEST), WIDEST)


def _shown_length(cell: Cell | MergedCell) -> int:
    """About as many characters as Excel shows of it."""
    if isinstance(cell.value, date | datetime):
        return len(cell.number_format)
    return max(map(len, str(cell.value).split("\n")))


def one_page_wide(page: Worksheet) -> None:
    """Printed, all columns stand on one page."""
    page.page_setup.orientation, page.page_setup.fitToHeight = "landscape", 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
