"""An .xlsb workbook → its sheets, by calamine, without number formats.

A number or date has a value and no text here, as nobody knows how Excel shows it; identifiers must be stored as text.
"""

from __future__ import annotations

from datetime import date, datetime
from itertools import repeat
from math import isfinite
from typing import TYPE_CHECKING, Any

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from bridge.model.table import NO_VALUES, Row, Untold
from bridge.reading.excel.cells import text_cell, truth_cell
from bridge.reading.excel.workbook import Cell, Merged, Sheet, day, digits15

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def sheets(path: Path) -> list[Sheet]:
    """The sheets of a workbook; hidden rows are read, but not known as such."""
    with CalamineWorkbook.from_path(str(path)) as book:
        return [
            _sheet(book.get_sheet_by_name(each.name), visible=each.visible is SheetVisibleEnum.Visible)
            for each in book.sheets_metadata
            if each.typ is SheetTypeEnum.WorkSheet
        ]


def _sheet(sheet: CalamineSheet, *, visible: bool) -> Sheet:
    merged = tuple(
        Merged(top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
    )
    return Sheet(sheet.name, visible, lambda: _rows(sheet), merged)


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    _, left = sheet.start or (0, 0)  # iter_rows gives the rows above the used range, but not the columns before it
    for number, found in enumerate(sheet.iter_rows(), 1):
        cells = [*repeat(Cell(), left), *map(_cell, found)]
        values = {place: cell.value for place, cell in enumerate(cells) if cell.value is not None}
        if values or any(cell.text for cell in cells):
            yield Row(number, tuple(cell.text for cell in cells), values or NO_VALUES)


def _cell(found: Any) -> Cell:
    if isinstance(found, str):
        return text_cell(found) or Cell()
    if isinstance(found, bool):
        return truth_cell(found)
    if isinstance(found, int | float) and isfinite(found):
        return Cell("", digits15(found))
    if isinstance(found, date | datetime):
        return Cell("", day(found))
    return Cell("", Untold(f"to nie jest liczba ani data: {found}"))
