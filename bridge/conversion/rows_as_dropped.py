"""A dropped file → its rows as they were dropped, for the workbook that explains its errors."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from itertools import chain
from pathlib import Path

from bridge.conversion.drop import mapping_of, opened
from bridge.conversion.returned import returned
from bridge.files.error_book import Dropped, DropReport, SheetRows, errors_book
from bridge.files.origin import BookShape
from bridge.mapping.language.sets import placed
from bridge.model.job import Job
from bridge.model.table import Row, Table
from bridge.reading.content import content
from bridge.reading.excel import xlsx
from bridge.reading.excel.books import ENGINES

SHEET = "Dane"
MOST_ROWS = 5_000  # above, only the rows of affected invoices
LARGEST_BOOK = 5 * 1024**2  # bytes of a workbook that is painted itself; a bigger one takes openpyxl a minute
MOST_MERGED = 50_000  # cells under merged ranges
TITLE = 31  # characters that Excel allows
NOT_IN_A_TITLE = str.maketrans("[]:*?/\\", "_______")


def rows_as_dropped(job: Job, affected: AbstractSet[int], *, painted: bool = True) -> Dropped:
    """The workbook itself, or a sheet of texts per table; a file that no reader opens comes as its lines.

    `affected` are the rows of the invoices that have problems.
    """
    mapping, _ = mapping_of(job)
    drop = placed(mapping, tuple(job.files)) if mapping else None
    source, _ = opened(job, mapping, drop) if mapping and drop and (drop.files or returned(job)) else (None, [])
    if source is None:
        texts = {name: path for name, path in job.files.items() if content(path)[0] not in ENGINES}
        return Dropped([_lines(path, name, affected) for name, path in texts.items()], BookShape.LINES)
    sheets = [_sheet(table, affected) for table in source.tables.values()]
    path = job.files[job.name]
    alone = len(job.files) == 1 and not any(each.partial for each in sheets)
    if source.format == "xlsx" and alone and painted and path.stat().st_size <= LARGEST_BOOK and _narrow(path):
        return Dropped(path, BookShape.BOOK)
    return Dropped(sheets, BookShape.ROWS)


def book(job: Job, affected: AbstractSet[int], said: DropReport) -> bytes:
    """The workbook of errors; of the rows alone where the dropped workbook cannot be painted itself."""
    dropped = rows_as_dropped(job, affected)
    if dropped.shape is not BookShape.BOOK:
        return errors_book(dropped, said)
    try:
        return errors_book(dropped, said)
    except Exception:  # noqa: BLE001 - openpyxl stops at what Excel and our reader forgive, each time with another error
        return errors_book(rows_as_dropped(job, affected, painted=False), said)


def _narrow(path: Path) -> bool:
    """Whether merged ranges are few cells: openpyxl makes each of them."""
    merged = (each for sheet in xlsx.sheets(path) for each in sheet.merged)
    return sum((each.bottom - each.top + 1) * (each.right - each.left + 1) for each in merged) <= MOST_MERGED


def _sheet(table: Table, affected: AbstractSet[int]) -> SheetRows:
    own = {index: name for name, index in table.own.items()}
    heading = [name or own.get(index, "") for index, name in enumerate(table.heading)]
    rows, total = _kept((row for row in table.rows() if any(row.cells) or row.values), affected)
    return SheetRows(_title(table), heading, rows, total, table.file, table.sheet, table.name, table.shifted)


def _title(table: Table) -> str:
    return (table.sheet or table.name or SHEET).translate(NOT_IN_A_TITLE)[:TITLE]


def _kept(rows: Iterable[Row], affected: AbstractSet[int]) -> tuple[list[Row], int]:
    """All rows of a small table, of a bigger one those affected; and how many there are."""
    first: list[Row] = []
    rest: list[Row] = []
    total = 0
    for total, row in enumerate(rows, start=1):
        if total <= MOST_ROWS:
            first.append(row)
        elif row.number in affected:
            rest.append(row)
    if total <= MOST_ROWS:
        return first, total
    return [row for row in chain(first, rest) if row.number in affected][:MOST_ROWS], total


def _lines(path: Path, shown: str, affected: AbstractSet[int]) -> SheetRows:
    """The raw lines, for looking only: letters that do not decode show as a replacement sign."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1250", errors="replace")
    printable = "".join(
        char if char.isprintable() or char in "\n\t" else "\ufffd" for char in text.replace("\r\n", "\n")
    )
    lines = (Row(number, (line,)) for number, line in enumerate(printable.split("\n"), start=1) if line)
    return SheetRows(SHEET, ["Wiersz"], *_kept(lines, affected), file=shown)
