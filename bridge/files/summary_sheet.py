"""Problems and what happened to each invoice → the first sheet of a workbook of errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from bridge.files.highlight import FILLS, cell_at
from bridge.files.sheets import FONT, GREY, MOST_IN_A_CELL, escaped, one_page_wide
from bridge.model.problem import Problem, Severity
from bridge.model.table import rows_text

MOST_LISTED = 5_000  # problems; all of them stand in bledy.csv
WEIGHTS = {Severity.ERROR: "błąd", Severity.WARNING: "ostrzeżenie", Severity.INFO: "informacja"}
COLUMNS = ("Waga", "Gdzie", "Faktura", "Wartość", "Co jest nie tak", "Co zrobić", "Kod")
FATES = ("Status", "Wiersze", "Faktura", "Numer KSeF", "Uwagi")
WIDTHS = (13, 32, 20, 22, 52, 52, 8)
LINE = 14.5  # points of one line of text
THIN = Border(bottom=Side("thin", color=GREY))


@dataclass(frozen=True, slots=True)
class Fate:
    """What happened to one invoice."""

    number: str
    rows: str
    status: str
    told: str
    ksef_number: str = ""


@dataclass(frozen=True, slots=True)
class LocatedProblem:
    """A problem, the invoice it belongs to, and its cell in this workbook."""

    problem: Problem
    number: str
    cell: str


def write_front(
    page: Worksheet, title: str, told: Sequence[LocatedProblem], fates: Sequence[Fate], notes: Sequence[str]
) -> None:
    """Title, what to do with this workbook, the problems, the invoices."""
    page.append([title])
    cell_at(page, 1, 1).font = Font(FONT, bold=True, size=14)
    for note in notes:
        page.append([note])
        page.merge_cells(start_row=page.max_row, end_row=page.max_row, start_column=1, end_column=len(COLUMNS))
        page.cell(page.max_row, 1).alignment = Alignment(wrap_text=True, vertical="top")
        page.row_dimensions[page.max_row].height = LINE * (1 + len(note) // sum(WIDTHS))
    heading = page.max_row + 2
    _heading(page, heading, COLUMNS)
    for line, each in enumerate(_ordered(told), start=heading + 1):
        _problem(page, line, each)
    page.freeze_panes = f"A{heading + 1}"
    page.auto_filter.ref = f"A{heading}:{page.cell(max(page.max_row, heading + 1), len(COLUMNS)).coordinate}"
    _fates(page, page.max_row + 2, fates)
    for column, width in zip("ABCDEFG", WIDTHS, strict=True):
        page.column_dimensions[column].width = width
    page.sheet_view.showGridLines = False
    one_page_wide(page)


def _ordered(told: Sequence[LocatedProblem]) -> list[LocatedProblem]:
    return sorted(told, key=lambda each: list(WEIGHTS).index(each.problem.severity))[:MOST_LISTED]


def _heading(page: Worksheet, line: int, names: Sequence[str]) -> None:
    for column, name in enumerate(names, start=1):
        cell = page.cell(line, column, name)
        cell.font = Font(FONT, 11, bold=True)
        cell.fill = PatternFill("solid", fgColor=GREY)


def _problem(page: Worksheet, line: int, each: LocatedProblem) -> None:
    found = each.problem
    texts = (WEIGHTS[found.severity], _place(each), each.number, found.value, found.message, found.advice, found.code)
    _row(page, line, texts)
    page.cell(line, 1).fill = PatternFill("solid", fgColor=FILLS[found.severity])
    if each.cell:
        link = page.cell(line, 2)
        link.hyperlink = Hyperlink(ref=link.coordinate, location=each.cell)
        link.font = Font(FONT, 11, color="0563C1", underline="single")


def _place(each: LocatedProblem) -> str:
    """Sheet and cell, or file and row where there is none: what a person looks for."""
    found = each.problem
    if each.cell:
        where = each.cell.replace("'", "").replace("!", ", ")
        heading = found.column.rpartition(" / ")[2]
        return f"{where} „{heading}”" if heading else where
    return f"{found.file} wiersz {rows_text(found.rows)}" if found.rows else found.file


def _fates(page: Worksheet, line: int, fates: Sequence[Fate]) -> None:
    page.cell(line, 1, "Co stało się z fakturami").font = Font(FONT, 12, bold=True)
    _heading(page, line + 1, (*FATES, "", ""))
    for row, each in enumerate(fates[:MOST_LISTED], start=line + 2):
        _row(page, row, (each.status, each.rows, each.number, each.ksef_number, each.told, "", ""))
        page.merge_cells(start_row=row, end_row=row, start_column=5, end_column=7)
        page.row_dimensions[row].height = LINE * _lines(each.told, sum(WIDTHS[4:]))


def _row(page: Worksheet, line: int, texts: Sequence[str]) -> None:
    for column, text in enumerate(texts, start=1):
        _string(cell_at(page, line, column), text)
    page.row_dimensions[line].height = LINE * max(
        _lines(text, width) for text, width in zip(texts, WIDTHS, strict=True)
    )


def _string(cell: Cell, text: str) -> None:
    """A string, wrapped, whatever it begins with."""
    if text:
        cell.value = escaped(text[:MOST_IN_A_CELL])
        cell.data_type = "s"
        cell.quotePrefix = True
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.border = THIN


def _lines(text: str, width: int) -> int:
    return max(1, sum(-(-len(part) // max(width - 2, 1)) for part in text.split("\n")))
