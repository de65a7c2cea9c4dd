"""An .xls workbook → its sheets, by xlrd, which knows formats, merged ranges and hidden rows of Excel 2 to 2003.

A workbook of Excel 5/95 says in a record of its own in which code page its texts are written. Where the record is not
there, or contradicts what the texts look like, they are not guessed at: P01.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from bridge.model.problem import Problem, problem
from bridge.model.table import MAC_EPOCH, NO_VALUES, WINDOWS_EPOCH, Row
from bridge.reading.encoding import likely
from bridge.reading.excel.cells import number_cell, text_cell, truth_cell
from bridge.reading.excel.workbook import Cell, Locked, Merged, Sheet, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

XL_CELL_TEXT, XL_CELL_NUMBER, XL_CELL_DATE, XL_CELL_BOOLEAN, XL_CELL_ERROR = 1, 2, 3, 4, 5  # as xlrd calls them
UNICODE = 80  # the version from which texts are Unicode
CODE_PAGES = {"cp1250": "cp1250", "cp852": "cp852", "iso-8859-2": "iso8859_2"}
SAVE_AS = "Otwórz go w Excelu, sprawdź polskie litery i zapisz jako „Skoroszyt programu Excel (*.xlsx)”."


def sheets(path: Path, shown: str) -> tuple[list[Sheet], list[Problem]]:
    """The sheets of a workbook; P01 where its letters are not sure, P08 where it is damaged."""
    book: list[Any] = []
    found, broken = opened(lambda: _opened(path, book, ""), shown)
    if broken:
        return [], [broken]
    if book[0].biff_version >= UNICODE:
        return found, []
    return _lettered(path, shown, book[0], found)


def _lettered(path: Path, shown: str, book: Any, found: list[Sheet]) -> tuple[list[Sheet], list[Problem]]:
    """A workbook of before Unicode: with the code page that its letters are surely in, or P01."""
    own = book.encoding
    written = "\n".join({text for sheet in found for row in sheet.rows() for text in row.cells if not text.isascii()})
    if not written:
        return found, []
    name = likely(written.encode(own, "replace"))
    codec = CODE_PAGES.get(name, "")
    if codec and codec != own and (not book.codepage or own not in CODE_PAGES.values()):
        again, broken = opened(lambda: _opened(path, [], codec), shown)
        return again, [broken] if broken else []
    if codec == own:
        return found, []
    said = "Nie wiadomo, w jakiej stronie kodowej zapisano litery tego skoroszytu."
    return [], [problem("P01", said, advice=SAVE_AS, file=shown)]


def _opened(path: Path, kept: list[Any], encoding: str) -> list[Sheet]:
    import xlrd  # noqa: PLC0415 - few inboxes see an .xls; the other readers start without it

    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - xlrd prints what it thinks of a file
        try:
            book = xlrd.open_workbook(
                str(path), logfile=nowhere, formatting_info=True, encoding_override=encoding or None
            )
        except xlrd.XLRDError as error:
            if "encrypted" in str(error):
                raise Locked from error
            raise
    kept.append(book)
    return [_sheet(book, each) for each in book.sheets()]


def _sheet(book: Any, sheet: Any) -> Sheet:
    rows = [row for number in range(sheet.nrows) if (row := _row(book, sheet, number)) is not None]
    merged = tuple(Merged(top + 1, left, bottom, right - 1) for top, bottom, left, right in sheet.merged_cells)
    hidden = frozenset(number + 1 for number, info in sheet.rowinfo_map.items() if info.hidden)
    epoch = MAC_EPOCH if book.datemode else WINDOWS_EPOCH
    return Sheet(sheet.name, sheet.visibility == 0, partial(_iterated, rows), merged, hidden, epoch)


def _iterated(rows: list[Row]) -> Iterator[Row]:
    return iter(rows)


def _row(book: Any, sheet: Any, number: int) -> Row | None:
    cells = {
        place: cell
        for place, (kind, value) in enumerate(zip(sheet.row_types(number), sheet.row_values(number), strict=True))
        if (cell := _cell(book, sheet, (number, place), kind, value)) is not None
    }
    if not cells:
        return None
    texts = tuple(cells[place].text if place in cells else "" for place in range(max(cells) + 1))
    values = {place: cell.value for place, cell in cells.items() if cell.value is not None}
    return Row(number + 1, texts, values or NO_VALUES)


def _cell(book: Any, sheet: Any, place: tuple[int, int], kind: int, value: Any) -> Cell | None:
    if kind == XL_CELL_TEXT:
        return text_cell(value.replace("\x00", ""))  # some programs fill texts up with them
    if kind in {XL_CELL_NUMBER, XL_CELL_DATE}:
        return number_cell(value, _format(book, sheet, place), MAC_EPOCH if book.datemode else WINDOWS_EPOCH)
    if kind == XL_CELL_BOOLEAN:
        return truth_cell(bool(value))
    return Cell(ERRORS.get(value, "#N/A")) if kind == XL_CELL_ERROR else None


ERRORS: Mapping[int, str] = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


def _format(book: Any, sheet: Any, place: tuple[int, int]) -> str:
    index = sheet.cell_xf_index(*place)
    if not 0 <= index < len(book.xf_list):
        return "General"
    known = book.format_map.get(book.xf_list[index].format_key)
    return str(known.format_str) if known is not None else "General"
