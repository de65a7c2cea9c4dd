"""Sheets as an engine gives them → a `Source`: which sheets, where their headings are, what merged ranges mean.

Ranges merged downwards in one column are filled; ranges merged sideways are not, or "Razem" becomes an invoice number
(mapping.md). Nothing else is ever filled.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from itertools import repeat, takewhile
from typing import TYPE_CHECKING, NamedTuple

from bridge.model.problem import Problem, problem
from bridge.model.table import NO_VALUES, WINDOWS_EPOCH, CellValue, Layout, Row, Source, Table, TableLayout, rows_text
from bridge.model.text import folded
from bridge.reading.heading import names, own_columns, place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from zipfile import ZipInfo

TRUTH = {True: "PRAWDA", False: "FAŁSZ"}
# Bounds of a zipped workbook, looked at before anything is unpacked.
UNPACKED = 2 * 1024**3  # bytes it may have when unpacked
RATIO = 250  # and how many times its packed size; sheets of an ERP reach about 60
HARMLESS = 10 * 1024**2  # a small workbook may be packed as tightly as it likes
MOST_COLUMNS = 16_384  # of a sheet of Excel
LOCKED = "Tego pliku nie da się otworzyć: to skoroszyt zaszyfrowany hasłem."
UNLOCK = "Zapisz go bez hasła (Plik > Informacje > Chroń skoroszyt) i wrzuć jeszcze raz."
PHANTOM = 200  # a longer run of empty rows is the used range of a careless program, and is not counted


class Cell(NamedTuple):
    """A text as Excel shows it and, for what is no text, its value."""

    text: str = ""
    value: CellValue | None = None


class Merged(NamedTuple):
    """A merged range: rows from 1, columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; `rows()` gives those that hold anything, in order; the engine knows nothing of headings and merges."""

    name: str
    visible: bool
    rows: Callable[[], Iterator[Row]]
    merged: tuple[Merged, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    epoch: date = WINDOWS_EPOCH


class TooBig(Exception):  # noqa: N818 - what it is, as an engine meets it
    """A sheet has more of something than any sheet of invoices has; the text is a Polish half-sentence."""


class Locked(Exception):  # noqa: N818 - as above
    """A workbook is encrypted with a password."""


def is_bomb(parts: Iterable[ZipInfo]) -> bool:
    """Whether unpacking such an archive could fill memory or disk."""
    sizes = [(part.file_size, part.compress_size) for part in parts]
    unpacked, packed = sum(size for size, _ in sizes), sum(size for _, size in sizes)
    return unpacked > UNPACKED or (unpacked > HARMLESS and unpacked > RATIO * packed)


def opened(engine: Callable[[], list[Sheet]], shown: str) -> tuple[list[Sheet], Problem | None]:
    """What an engine finds in a workbook, or P08: a damaged one makes it raise anything, calamine even panics."""
    try:
        return engine(), None
    except MemoryError:
        raise  # the process that reads has a limit, and says so by name
    except Locked:
        return [], problem("P08", LOCKED, advice=UNLOCK, file=shown)
    except TooBig as error:
        return [], problem("P22", f"Skoroszyt jest za duży: {error}.", file=shown)
    except Exception as error:  # noqa: BLE001 - see above
        return [], _damaged(error, shown)
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        return [], _damaged(error, shown)


def _damaged(error: BaseException, shown: str) -> Problem:
    said = f"Skoroszyt jest uszkodzony ({type(error).__name__})."
    advice = "Otwórz go w Excelu, zapisz jako „Skoroszyt programu Excel (*.xlsx)” i wrzuć jeszcze raz."
    return problem("P08", said, advice=advice, file=shown)


def digits15(number: float) -> Decimal:
    """A number as Excel means it: binary noise beyond 15 significant digits is no part of it."""
    return Decimal(f"{number:.15g}")


def day(moment: date | datetime) -> date | datetime:
    """A moment at midnight is a day."""
    return moment.date() if isinstance(moment, datetime) and moment.time() == time() else moment


def source(
    sheets: Sequence[Sheet],
    shown: str,
    layout: Layout,
    kind: str,
    notes: tuple[str, ...] = (),
) -> tuple[Source | None, list[Problem]]:
    """The tables of the layout, each from its sheet; all problems at once."""
    tables: dict[str, Table] = {}
    problems: list[Problem] = []
    sheets = [_bared(sheet) for sheet in sheets]
    for wanted in layout.tables:
        sheet, told = _chosen(sheets, wanted, shown)
        table, more = _table(sheet, wanted, layout, shown) if sheet else (None, told)
        problems += more
        if sheet and table:
            tables[table.name] = table
            notes += _hidden(sheet, layout)
    return (None, problems) if problems else (Source(shown, kind, "", tables, notes), [])


def _bared(sheet: Sheet) -> Sheet:
    """The sheet without what lies under merged ranges: only their first cell is shown."""
    if not sheet.merged:
        return sheet
    starts: dict[int, list[Merged]] = {}
    for range_ in sheet.merged:
        starts.setdefault(range_.top, []).append(range_)
    tops = sorted(starts)

    def rows() -> Iterator[Row]:
        place, running = 0, list[Merged]()
        for row in sheet.rows():
            while place < len(tops) and tops[place] <= row.number:
                running += starts[tops[place]]
                place += 1
            running = [each for each in running if each.bottom >= row.number]
            shown = _uncovered(row, running) if running else row
            if shown.values or any(shown.cells):
                yield shown

    return replace(sheet, rows=rows)


def _uncovered(row: Row, ranges: Iterable[Merged]) -> Row:
    texts, values = list(row.cells), dict(row.values)
    for range_ in ranges:
        for place in range(range_.left, min(range_.right + 1, len(texts))):
            if place > range_.left or row.number > range_.top:
                texts[place] = ""
                values.pop(place, None)
    return Row(row.number, tuple(texts), values or NO_VALUES)


def _chosen(sheets: Sequence[Sheet], wanted: TableLayout, shown: str) -> tuple[Sheet | None, list[Problem]]:
    """The named sheet, or the only visible one that is not empty."""
    if wanted.sheet:
        fitting = [sheet for sheet in sheets if folded(sheet.name) == folded(wanted.sheet)]
        said = f"W skoroszycie nie ma arkusza „{wanted.sheet}”."
    else:
        fitting = [sheet for sheet in sheets if sheet.visible and next(sheet.rows(), None)]
        said = "W skoroszycie jest kilka arkuszy z danymi, a mapowanie nie mówi, który czytać."
    if len(fitting) == 1:
        return fitting[0], []
    if not fitting and not wanted.sheet:
        return None, [problem("P07", "W skoroszycie nie ma widocznego arkusza z danymi.", file=shown)]
    there = ", ".join(f"„{sheet.name}”" for sheet in sheets if sheet.visible)
    advice = f"Wpisz w mapowaniu `arkusz`; widoczne arkusze: {there}."
    return None, [problem("P21", said, advice=advice, file=shown, sheet=wanted.sheet)]


def _table(sheet: Sheet, wanted: TableLayout, layout: Layout, shown: str) -> tuple[Table | None, list[Problem]]:
    last = max(layout.heading_rows, default=0)
    upper = {row.number: row.cells for row in takewhile(lambda row: row.number <= last, sheet.rows())}
    found = [_heading_row(sheet, upper.get(number, ()), number, last) for number in layout.heading_rows]
    if layout.heading_rows and not any(cell.strip() for cells in found for cell in cells):
        where = "-".join(map(str, layout.heading_rows))
        said = f"W wierszu {where} arkusza „{sheet.name}” nie ma nagłówka."
        return None, [problem("P18", said, file=shown, sheet=sheet.name, rows=layout.heading_rows)]
    heading = _padded(names(found), sheet, wanted, last)
    own, problems = own_columns(heading, wanted, shown)
    rows = _rows(sheet, last, len(heading))
    return (
        (None, problems) if problems else (Table(wanted.name, shown, sheet.name, heading, rows, own, sheet.epoch), [])
    )


def _heading_row(sheet: Sheet, cells: Sequence[str], number: int, last: int) -> list[str]:
    """Names of one heading row; a group is written over all columns it is merged over."""
    texts = list(cells)
    for range_ in sheet.merged:
        if range_.top == number < last and range_.left < len(texts):
            texts += repeat("", range_.right + 1 - len(texts))
            texts[range_.left : range_.right + 1] = [texts[range_.left]] * (range_.right + 1 - range_.left)
    return texts


def _padded(heading: tuple[str, ...], sheet: Sheet, wanted: TableLayout, last: int) -> tuple[str, ...]:
    """As wide as the last name or a column that the mapping calls by letter or number; without a heading, as the rows."""
    named = max((place for place, name in enumerate(heading, 1) if name), default=0)
    if not last or any(not column.headings for column in wanted.columns):
        widest = max((len(row.cells) for row in sheet.rows()), default=0)
        called = [place_of(column) + 1 for column in wanted.columns if not column.headings]
        named = widest if not last else max(named, *(place for place in called if place <= widest), 0)
    return (*heading[:named], *repeat("", named - len(heading)))


def _rows(sheet: Sheet, last: int, width: int) -> Callable[[], Iterator[Row]]:
    downwards = _downwards(sheet.merged, last)

    def rows() -> Iterator[Row]:
        above = last
        filling: dict[int, tuple[int, Cell]] = {}
        for row in sheet.rows():
            if row.number <= last:
                continue
            if row.number - above <= PHANTOM:
                yield from (Row(empty, ()) for empty in range(above + 1, row.number))
            above = row.number
            fitted = row if len(row.cells) == width else _fitted(row, width)
            yield _filled(fitted, downwards, filling) if downwards else fitted

    return rows


def _downwards(merged: Iterable[Merged], last: int) -> Mapping[int, list[Merged]]:
    """Ranges of one column below the heading, by their first row."""
    starts: dict[int, list[Merged]] = {}
    for range_ in merged:
        if range_.left == range_.right and range_.top > last and range_.bottom > range_.top:
            starts.setdefault(range_.top, []).append(range_)
    return starts


def _fitted(row: Row, width: int) -> Row:
    cells = row.cells[:width] + ("",) * (width - len(row.cells))
    values = {place: value for place, value in row.values.items() if place < width}
    return Row(row.number, cells if values or any(cells) else (), values or NO_VALUES)


def _filled(row: Row, starts: Mapping[int, list[Merged]], filling: dict[int, tuple[int, Cell]]) -> Row:
    """The row with what ranges merged from above put into it; `filling` is column → last row and cell."""
    if not row.cells:
        return row
    for range_ in starts.get(row.number, ()):
        if range_.left < len(row.cells):
            filling[range_.left] = (range_.bottom, Cell(row.cells[range_.left], row.values.get(range_.left)))
    running = {column: cell for column, (bottom, cell) in filling.items() if row.number <= bottom}
    cells = tuple(running[place].text if place in running else text for place, text in enumerate(row.cells))
    told = {place: cell.value for place, cell in running.items() if cell.value is not None}
    return Row(row.number, cells, {**row.values, **told} if told else row.values)


def _hidden(sheet: Sheet, layout: Layout) -> tuple[str, ...]:
    last = max(layout.heading_rows, default=0)
    rows = {row.number for row in sheet.rows() if row.number > last} & sheet.hidden_rows if sheet.hidden_rows else ()
    return (f"W arkuszu „{sheet.name}” przeczytano też ukryte wiersze: {rows_text(rows)}.",) if rows else ()
