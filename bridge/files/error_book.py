"""Rows as they were dropped + problems → `bledy.xlsx`, where wrong cells are red and say why; `bledy.csv` for machines.

Texts are written as strings and never altered; numbers and dates of a dropped workbook keep their type and format, as
the workbook itself is painted. The first sheet lists every problem with a link to its cell, and every invoice.
"""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import openpyxl
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from bridge.files.highlight import Painter, clean
from bridge.files.origin import BookOrigin, BookShape, origin_of, sign
from bridge.files.sheets import Placed, SheetRows, fit, write
from bridge.files.summary_sheet import MOST_LISTED, WEIGHTS, Fate, LocatedProblem, write_front
from bridge.model.problem import Problem, Severity

FRONT = "Problemy"
CSV_COLUMNS = (
    "plik",
    "arkusz",
    "wiersz",
    "kolumna",
    "litera",
    "numer",
    "kod",
    "waga",
    "wartosc",
    "opis",
    "rada",
)
MEND = (
    "Popraw czerwone komórki (każda ma komentarz: co jest nie tak, dlaczego, co zrobić), zapisz ten skoroszyt i wrzuć go "
    "do folderu inbox. Mostek przeczyta go tym samym mapowaniem; to, co KSeF już przyjął, nie zostanie wysłane drugi raz."
)
LOOK = "Tego pliku nie dało się odczytać. Arkusz pokazuje jego wiersze tylko do obejrzenia: popraw plik i wrzuć go jeszcze raz."
PART = "Plik ma {total} wierszy, więc są tu tylko wiersze faktur, których dotyczą problemy ({shown})."
MORE = "Problemów jest więcej niż {most}; wszystkie są w pliku bledy.csv."


@dataclass(frozen=True, slots=True)
class Dropped:
    """What a drop held: the workbook itself, or the rows of its tables."""

    content: Path | Sequence[SheetRows]
    shape: BookShape


@dataclass(frozen=True, slots=True)
class DropReport:
    """Everything that is said of a drop."""

    drop: int
    file: str  # as the person called it
    mapping: str
    problems: Sequence[tuple[str, Problem]]  # invoice number, problem
    fates: Sequence[Fate]
    why: Callable[[str], str]  # of a code: the rule behind it
    made: datetime
    notes: Sequence[str] = ()  # what was noted while the file was read


def errors_book(dropped: Dropped, said: DropReport) -> bytes:
    """The workbook's bytes."""
    book, painter, sheets = (
        _painted(dropped.content, said.file) if isinstance(dropped.content, Path) else _rows(dropped.content)
    )
    painter.why = said.why
    told = [
        LocatedProblem(problem, number, painter.paint(problem)) for number, problem in said.problems[: 2 * MOST_LISTED]
    ]
    painter.show()
    front = book.create_sheet(FRONT, 0)
    write_front(front, _title(said), told, said.fates, _notes(dropped, said))
    for page in book.worksheets:
        page.sheet_view.tabSelected = page is front
    book.active = 0
    partial = not isinstance(dropped.content, Path) and any(each.partial for each in dropped.content)
    sign(book, BookOrigin(said.drop, said.mapping, said.file, dropped.shape, front.title, sheets, partial))
    book.properties.creator = "ksef-bridge"
    book.properties.created = book.properties.modified = said.made.replace(tzinfo=None)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def errors_csv(problems: Iterable[tuple[str, Problem]]) -> bytes:
    """The same list for machines: UTF-8 with BOM, `;`, CRLF."""
    out = io.StringIO(newline="")
    write_row = csv.writer(out, delimiter=";", lineterminator="\r\n").writerow
    write_row(CSV_COLUMNS)
    for number, each in problems:
        row = str(each.rows[0]) if each.rows else ""
        where = (each.file, each.sheet, row, each.column, each.letter, number)
        write_row((*where, each.code, WEIGHTS[each.severity], each.value, each.message, each.advice))
    return out.getvalue().encode("utf-8-sig")


def _painted(path: Path, file: str) -> tuple[Workbook, Painter, dict[str, str]]:
    """The dropped workbook itself; one that returned loses what was painted before."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that openpyxl does not keep
        book = openpyxl.load_workbook(path)
    before = origin_of(path)
    if before and before.front in book.sheetnames:
        del book[before.front]
        for page in book.worksheets:
            clean(page)
    for page in book.worksheets:
        page.protection.sheet = False  # what is red must be mended
        fit(page)

    def where(problem: Problem) -> tuple[Worksheet | None, Sequence[int]]:
        if problem.file not in {file, ""}:
            return None, ()  # of a mapping, perhaps
        page = next((each for each in book.worksheets if each.title == problem.sheet), None)
        shown = [each for each in book.worksheets if each.sheet_state == "visible"]
        return page or (shown[0] if len(shown) == 1 else None), problem.rows if problem.letter or page else ()

    return book, Painter(where, lambda _code: ""), {}


def _rows(tables: Sequence[SheetRows]) -> tuple[Workbook, Painter, dict[str, str]]:
    """A workbook with a sheet for each table."""
    book = Workbook()
    book.remove(book.worksheets[0])
    placed: Placed = {}
    titles: dict[str, str] = {}
    pages: list[tuple[SheetRows, Worksheet]] = []
    for table in tables:
        placed |= write(book, table)
        pages.append((table, book.worksheets[-1]))
        titles[book.worksheets[-1].title] = table.table

    def where(problem: Problem) -> tuple[Worksheet | None, Sequence[int]]:
        for table, page in pages:
            if table.sheet == problem.sheet and table.file == problem.file:
                return page, [line for row in problem.rows for line in placed.get((page.title, row), ())]
        return None, ()

    shifted = max((each.shifted for each in tables), default=0)
    return book, Painter(where, lambda _code: "", shift=1 - shifted), titles


def _title(said: DropReport) -> str:
    wrong = sum(problem.severity is Severity.ERROR for _, problem in said.problems)
    return f"{said.file}: błędów {wrong}, faktur w pliku {sum(bool(each.number) for each in said.fates)}"


def _notes(dropped: Dropped, said: DropReport) -> list[str]:
    notes = [LOOK if dropped.shape is BookShape.LINES else MEND]
    if not isinstance(dropped.content, Path):
        notes += [
            PART.format(total=each.total, shown=f"arkusz „{each.title}”: {len(each.rows)}")
            for each in dropped.content
            if each.partial and dropped.shape is BookShape.ROWS
        ]
    notes += said.notes
    return notes + ([MORE.format(most=MOST_LISTED)] if len(said.problems) > MOST_LISTED else [])


__all__ = ["DropReport", "Dropped", "Fate", "SheetRows", "errors_book", "errors_csv"]
