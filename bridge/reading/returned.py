"""A workbook of errors that a person mended and returned → the `Source` that its export was, with the mended cells.

A dropped workbook is read as ever, without the sheet that lists the problems. The sheets of text exports hold the rows
as they were read: the first column is the row of the file, the heading is the export's own; every cell is a text, and
is typed again by the mapping.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.model.problem import Problem, problem
from bridge.model.table import Layout, Row, Source, Table, TableLayout
from bridge.reading.content import Content, content
from bridge.reading.excel.books import ENGINES
from bridge.reading.excel.workbook import source
from bridge.reading.heading import names, own_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from bridge.reading.excel.workbook import Sheet

FORMAT = "wiersze"  # of a source that comes from sheets of rows


def read_book(path: Path, shown: str, layout: Layout, front: str) -> tuple[Source | None, list[Problem]]:
    """The mended copy of a workbook; `front` is the sheet that is ours."""
    sheets, problems = _sheets(path, shown)
    own = [sheet for sheet in sheets if sheet.name != front]
    return (
        (None, problems)
        if problems
        else source(own, shown, layout, "ods" if content(path)[0] is Content.ODS else "xlsx")
    )


def read_rows(path: Path, shown: str, layout: Layout, tables: Mapping[str, str]) -> tuple[Source | None, list[Problem]]:
    """The mended copy of a text export; `tables` says which table a sheet holds."""
    sheets, problems = _sheets(path, shown)
    there = {sheet.name: sheet for sheet in sheets}
    problems += [_gone(title, shown) for title in tables if title not in there and not problems]
    made = [_table(there[title], name, layout, shown) for title, name in tables.items() if title in there]
    problems += [each for _, found in made for each in found]
    return (None, problems) if problems else (Source(shown, FORMAT, "", {each.name: each for each, _ in made}), [])


def _sheets(path: Path, shown: str) -> tuple[list[Sheet], list[Problem]]:
    return ENGINES[content(path)[0]](path, shown)


def _gone(title: str, shown: str) -> Problem:
    advice = "Wróć do skoroszytu z folderu bledy i popraw w nim komórki; arkuszy nie usuwaj i nie zmieniaj ich nazw."
    return problem("P21", f"W tym skoroszycie nie ma już arkusza „{title}”.", advice=advice, file=shown)


def _table(sheet: Sheet, name: str, layout: Layout, shown: str) -> tuple[Table, list[Problem]]:
    wanted = next((each for each in layout.tables if each.name == name), TableLayout(name))
    heading = next((row.cells[1:] for row in sheet.rows() if row.number == 1), ())
    called = replace(wanted, columns=tuple(each for each in wanted.columns if each.span is None))
    columns = _plain(heading)
    own, problems = own_columns(columns, called, shown)
    return Table(name, shown, sheet.name, columns, _rows(sheet, len(columns)), own, shifted=1), problems


def _plain(heading: tuple[str, ...]) -> tuple[str, ...]:
    """The heading as it was read: names that were numbered then stay as they are."""
    return heading if len(set(heading)) == len(heading) else names([heading])


def _rows(sheet: Sheet, width: int) -> Callable[[], Iterator[Row]]:
    """The rows by the number that they have in the file; a row that a person added has the sheet's."""

    def rows() -> Iterator[Row]:
        for row in sheet.rows():
            if row.number > 1:
                number = row.cells[0].strip() if row.cells else ""
                cells = (row.cells[1:] + ("",) * width)[:width]
                values = {place - 1: value for place, value in row.values.items() if 0 < place <= width}
                yield Row(int(number) if number.isdecimal() else row.number, cells if any(cells) else (), values)

    return rows
