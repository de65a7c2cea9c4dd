"""Rows as they were dropped + problems → `bledy.xlsx`, where wrong cells are red and say why; `bledy.csv` for machines.

Texts are written as strings and never altered; numbers and dates of a dropped workbook keep their type and format, as
the workbook itself is painted. The first sheet lists every problem with a link to its cell.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import openpyxl
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from bridge.model.problem import Problem, Severity

MOST_ROWS = 5_000  # above, only the affected rows; the sheet says so
RED, YELLOW, PALE = "FFC7CE", "FFEB9C", "FCE4E6"
FILLS = {Severity.ERROR: RED, Severity.WARNING: YELLOW, Severity.INFO: "DDEBF7"}
FIRST, SECOND = "Problemy", "Faktury"
PROBLEM_COLUMNS = ("Waga", "Kod", "Arkusz", "Wiersz", "Kolumna", "Wartość", "Co jest nie tak", "Co zrobić", "Komórka")
WEIGHTS = {Severity.ERROR: "błąd", Severity.WARNING: "ostrzeżenie", Severity.INFO: "informacja"}
CSV_COLUMNS = ("plik", "arkusz", "wiersz", "kolumna", "litera", "kod", "waga", "wartosc", "opis", "rada")


@dataclass(frozen=True, slots=True)
class SheetRows:
    """A sheet of texts: a text export as it was read."""

    title: str
    heading: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]]  # row number as the person counts, cells


@dataclass(frozen=True, slots=True)
class Fate:
    """What happened to one invoice."""

    number: str
    rows: str
    status: str
    told: str


def errors_book(
    source: Path | Sequence[SheetRows], problems: Sequence[Problem], fates: Sequence[Fate], origin: str, made: datetime
) -> bytes:
    """The workbook's bytes. `source` is a dropped .xlsx, or the rows of a text export; `origin` names drop and mapping."""
    if isinstance(source, Path):
        book = openpyxl.load_workbook(source)
        offset: dict[tuple[str, int], int] = {}
    else:
        book = Workbook()
        book.remove(book.active or book.create_sheet())
        affected = {row for each in problems for row in each.rows}
        offset = {key: row for sheet in source for key, row in _written(book, sheet, affected).items()}
    cells = [_painted(book, each, offset, text=not isinstance(source, Path)) for each in problems]
    _problem_sheet(book, problems, cells)
    _fate_sheet(book, fates)
    book.active = 0
    book.properties.creator = "ksef-bridge"
    book.properties.created = book.properties.modified = made.replace(tzinfo=None)
    book.custom_doc_props.append(  # type: ignore[attr-defined]  # the stubs are older than openpyxl 3.1
        StringProperty(name="ksef-bridge", value=origin)
    )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def errors_csv(problems: Iterable[Problem]) -> bytes:
    """The same list for machines: UTF-8 with BOM, `;`, CRLF."""
    out = io.StringIO(newline="")
    write = csv.writer(out, delimiter=";", lineterminator="\r\n")
    write.writerow(CSV_COLUMNS)
    for each in problems:
        row = str(each.rows[0]) if each.rows else ""
        write.writerow(
            [
                each.file,
                each.sheet,
                row,
                each.column,
                each.letter,
                each.code,
                WEIGHTS[each.severity],
                each.value,
                each.message,
                each.advice,
            ]
        )
    return out.getvalue().encode("utf-8-sig")


def _written(book: Workbook, sheet: SheetRows, affected: set[int]) -> dict[tuple[str, int], int]:
    """A sheet of strings with frozen heading; where each source row stands in it."""
    page = book.create_sheet(sheet.title[:31])
    few = len(sheet.rows) > MOST_ROWS
    page.append(["Wiersz pliku", *sheet.heading])
    placed: dict[tuple[str, int], int] = {(sheet.title, 1): 1}
    for number, cells in sheet.rows:
        if few and number not in affected:
            continue
        page.append([number, *cells])
        line = page.max_row
        placed[sheet.title, number] = line
        for cell in page[line][1:]:
            _as_text(cell)
    if few:
        page.append([f"Pokazano tylko wiersze z problemami; plik ma {len(sheet.rows)} wierszy."])
    _dress(page)
    return placed


def _as_text(cell: Cell) -> None:
    """A string stays a string, whatever it begins with; Excel shows it and calculates nothing."""
    if cell.value is not None:
        cell.data_type = "s"
        cell.number_format = "@"
        cell.quotePrefix = True


def _painted(book: Workbook, problem: Problem, offset: dict[tuple[str, int], int], *, text: bool) -> str:
    """Colour the cell of a problem and tell it why; the cell's address, "" when the problem has none."""
    names = [name for name in book.sheetnames if name not in (FIRST, SECOND)]
    title = problem.sheet if problem.sheet in names else (names[0] if names else "")
    if not title or not problem.rows:
        return ""
    page = book[title]
    told = ""
    for row in problem.rows:
        line = offset.get((title, row)) if text else row
        if line is None:
            continue
        told = told or _paint_row(page, problem, line, shift=1 if text else 0)
        if problem.letter and row != problem.rows[0]:
            _paint_row(page, problem, line, shift=1 if text else 0)
    return f"'{title}'!{told}" if told else ""


def _paint_row(page: Worksheet, problem: Problem, line: int, shift: int) -> str:
    colour = PatternFill("solid", fgColor=FILLS[problem.severity])
    if not problem.letter:
        for column in range(1, page.max_column + 1):
            cell = page.cell(line, column)
            if cell.fill.fgColor.rgb in ("00000000", f"00{PALE}"):
                cell.fill = PatternFill("solid", fgColor=PALE)
        cell = page.cell(line, 1)
    else:
        cell = page.cell(line, column_index_from_string(problem.letter) + shift)
        if not (cell.comment and cell.fill.fgColor.rgb == f"00{RED}"):
            cell.fill = colour
    told = "\n".join(filter(None, (f"[{problem.code}] {problem.message}", problem.advice)))
    before = f"{cell.comment.text}\n\n" if cell.comment else ""
    cell.comment = Comment(before + told, "ksef-bridge", width=420, height=60 + 20 * ((len(before + told)) // 50))
    return cell.coordinate


def _problem_sheet(book: Workbook, problems: Sequence[Problem], cells: Sequence[str]) -> None:
    page = book.create_sheet(FIRST, 0)
    page.append(PROBLEM_COLUMNS)
    for each, cell in sorted(zip(problems, cells, strict=True), key=lambda pair: list(WEIGHTS).index(pair[0].severity)):
        rows = ", ".join(str(row) for row in each.rows[:20])
        column = " ".join(filter(None, (each.letter, each.column)))
        page.append(
            [
                WEIGHTS[each.severity],
                each.code,
                each.sheet,
                rows,
                column,
                each.value,
                each.message,
                each.advice,
                "→" if cell else "",
            ]
        )
        line = page.max_row
        for made in page[line]:
            _as_text(made)
        page.cell(line, 1).fill = PatternFill("solid", fgColor=FILLS[each.severity])
        if cell:
            link = page.cell(line, len(PROBLEM_COLUMNS))
            link.hyperlink = f"#{cell}"
            link.font = Font(color="0563C1", underline="single")
    _dress(page, widths=(14, 8, 14, 12, 24, 22, 60, 60, 10))


def _fate_sheet(book: Workbook, fates: Sequence[Fate]) -> None:
    page = book.create_sheet(SECOND, 1)
    page.append(("Numer", "Wiersze", "Co się stało", "Uwagi"))
    for each in fates:
        page.append([each.number, each.rows, each.status, each.told])
        for made in page[page.max_row]:
            _as_text(made)
    _dress(page, widths=(24, 12, 16, 90))


def _dress(page: Worksheet, widths: Sequence[int] = ()) -> None:
    """Bold frozen heading, filter, widths that fit, long texts wrapped."""
    for cell in page[1]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="D9D9D9")
    page.freeze_panes = "A2"
    page.auto_filter.ref = page.dimensions
    for index in range(1, page.max_column + 1):
        longest = max(
            (
                len(str(row[0]))
                for row in page.iter_rows(min_col=index, max_col=index, values_only=True)
                if row[0] is not None
            ),
            default=8,
        )
        width = widths[index - 1] if index <= len(widths) else min(max(longest + 2, 8), 40)
        page.column_dimensions[get_column_letter(index)].width = width
    if widths:
        for line in page.iter_rows(min_row=2):
            for cell in line:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
