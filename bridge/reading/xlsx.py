"""An .xlsx workbook → a `Source`: with formats and hidden rows up to a size, without them and fast above it."""

from __future__ import annotations

import warnings
import zipfile
from datetime import date, datetime, time, timedelta
from math import isfinite
from typing import TYPE_CHECKING, Any

from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from bridge.model.problem import Problem, problem
from bridge.model.table import NO_VALUES, Layout, Row, Source, Untold
from bridge.reading import fast
from bridge.reading.content import Content
from bridge.reading.contract import Reader, holding
from bridge.reading.numberformat import shown_date, shown_number
from bridge.reading.oddcells import odd_cells
from bridge.reading.workbook import TRUTH, Cell, Merged, Sheet, day, digits15, is_bomb, opened, source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

SMALL = 10 * 1024**2  # bytes of sheets up to which formats are read: about 200,000 cells, 3 s, 150 MB


def read(path: Path, shown: str, layout: Layout) -> tuple[Source | None, list[Problem]]:
    """The workbook as a source of the layout's tables; P08, P18, P21, P22 and those of columns."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    if is_bomb(parts):
        return None, [problem("P22", file=shown)]
    size = sum(part.file_size for part in parts if part.filename.startswith("xl/"))
    engine = sheets if size <= SMALL else fast.sheets
    notes = () if size <= SMALL else (fast.NOTE,)
    found, broken = opened(lambda: engine(path), shown)
    return (None, [broken]) if broken else source(found, shown, layout, "xlsx", notes)


def sheets(path: Path) -> list[Sheet]:
    """The sheets with formats, merged ranges and hidden rows; for workbooks of some 200,000 cells at most."""
    with warnings.catch_warnings(), path.open("rb") as stream:
        warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that are not read anyway
        book = load_workbook(stream, data_only=True)
    odd = odd_cells(path)
    return [_sheet(each, odd.get(each.title, {})) for each in book.worksheets]


def _sheet(sheet: Worksheet, odd: Mapping[tuple[int, int], Cell]) -> Sheet:
    rows = _rows(sheet, odd)
    merged = tuple(
        Merged(each.min_row, each.min_col - 1, each.max_row, each.max_col - 1) for each in sheet.merged_cells.ranges
    )
    hidden = frozenset(number for number, row in sheet.row_dimensions.items() if row.hidden)
    return Sheet(sheet.title, sheet.sheet_state == "visible", lambda: iter(rows), merged, hidden)


def _rows(sheet: Worksheet, odd: Mapping[tuple[int, int], Cell]) -> list[Row]:
    """Rows that hold anything; `_cells` is openpyxl's sparse store, as its iterators make cells for phantom rows."""
    rows: dict[int, dict[int, Cell]] = {}
    for (row, column), cell in sheet._cells.items():  # noqa: SLF001 - see above
        told = odd.get((row, column)) or _cell(cell)
        if told is not None:
            rows.setdefault(row, {})[column - 1] = told
    return [_row(number, rows[number]) for number in sorted(rows)]


def _row(number: int, cells: Mapping[int, Cell]) -> Row:
    texts = tuple(cells[place].text if place in cells else "" for place in range(max(cells) + 1))
    values = {place: cell.value for place, cell in cells.items() if cell.value is not None}
    return Row(number, texts, values or NO_VALUES)


def _cell(cell: Any) -> Cell | None:
    value = cell.value
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    tell: Callable[[Any, str], Cell] = _TELL.get(type(value), _text)
    return tell(value, cell.number_format)


def _text(value: Any, _: str) -> Cell:
    return Cell(unescape(str(value)))  # _x000D_ is how a workbook writes a carriage return


def _truth(value: bool, _: str) -> Cell:
    return Cell(TRUTH[value], value)


def _number(value: float, code: str) -> Cell:
    if not isfinite(value):
        return Cell("", Untold("to nie jest liczba"))
    number = digits15(value)
    return Cell(shown_number(number, code) or "", number)


def _date(value: date | datetime, code: str) -> Cell:
    return Cell(shown_date(value, code) or "", day(value))


def _time(value: time, code: str) -> Cell:
    text = shown_date(value, code)
    return Cell(text) if text else Cell("", Untold(f"godzina w formacie {code}"))


def _duration(value: timedelta, code: str) -> Cell:
    return Cell("", Untold(f"czas trwania {value} w formacie {code}"))


_TELL: dict[type, Callable[[Any, str], Cell]] = {
    bool: _truth,
    int: _number,
    float: _number,
    datetime: _date,
    date: _date,
    time: _time,
    timedelta: _duration,
}

READER = Reader("xlsx", holding(Content.XLSX), read)
