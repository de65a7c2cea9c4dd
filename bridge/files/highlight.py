"""A problem → its cell in colour, with a comment that says what is wrong, why, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils import column_index_from_string
from openpyxl.worksheet.views import Selection
from openpyxl.worksheet.worksheet import Worksheet

from bridge.files.sheets import escaped
from bridge.model.problem import Problem, Severity

AUTHOR = "ksef-bridge"
RED, YELLOW, BLUE, PALE = "FFC7CE", "FFEB9C", "DDEBF7", "FCE4E6"
FILLS = {Severity.ERROR: RED, Severity.WARNING: YELLOW, Severity.INFO: BLUE}
WEIGHT = {Severity.ERROR: 3, Severity.WARNING: 2, Severity.INFO: 1}
OURS = frozenset({RED, YELLOW, BLUE, PALE})
MOST_COMMENTS = 20  # rows of one problem that are all painted and told
LINE, WIDTH = 52, 380  # characters of a comment's line, and points it takes


@dataclass(slots=True)
class Painter:
    """Paints the cells of one workbook; `where` gives sheet and rows of a problem, `shift` columns before the first."""

    where: Callable[[Problem], tuple[Worksheet | None, Sequence[int]]]
    why: Callable[[str], str]  # of a code: the rule behind it, in one sentence
    shift: int = 0
    _weights: dict[tuple[str, str], int] = field(default_factory=dict)
    _first: dict[str, tuple[Worksheet, Cell]] = field(default_factory=dict)  # of each sheet: its first red cell

    def paint(self, problem: Problem) -> str:
        """Colour and comment; the address of the first cell, "" when the problem has none here."""
        page, rows = self.where(problem)
        if page is None or not rows:
            return ""
        cells = [self._cell(page, problem, row) for row in rows[:MOST_COMMENTS]]
        for cell in cells:
            _comment(cell, _comment_text(problem, self.why(problem.code)))
            page.row_dimensions[cell.row].hidden = False
        if problem.severity is Severity.ERROR:
            self._first.setdefault(page.title, (page, cells[0]))
        return f"'{page.title.replace(chr(39), chr(39) * 2)}'!{cells[0].coordinate}"

    def show(self) -> None:
        """Each sheet opens at its first red cell."""
        for page, cell in self._first.values():
            _look_at(page, cell)

    def _cell(self, page: Worksheet, problem: Problem, row: int) -> Cell:
        if problem.letter:
            cell = cell_at(page, row, column_index_from_string(problem.letter) + self.shift)
            self._fill(page, cell, FILLS[problem.severity], WEIGHT[problem.severity])
            return cell
        if problem.severity is Severity.ERROR:
            for column in range(1, page.max_column + 1):
                self._fill(page, cell_at(page, row, column), PALE, 0)
        first = cell_at(page, row, 1)
        self._fill(page, first, FILLS[problem.severity], WEIGHT[problem.severity])
        return first

    def _fill(self, page: Worksheet, cell: Cell, colour: str, weight: int) -> None:
        """The heavier of two problems gives the colour."""
        place = (page.title, cell.coordinate)
        if weight >= self._weights.get(place, -1):
            self._weights[place] = weight
            cell.fill = PatternFill("solid", fgColor=colour)


def cell_at(page: Worksheet, row: int, column: int) -> Cell:
    """The cell there; of a merged range the one that shows."""
    cell = page.cell(row, column)
    if isinstance(cell, Cell):
        return cell
    around = next(each for each in page.merged_cells.ranges if cell.coordinate in each)
    shown = page.cell(around.min_row, around.min_col)
    assert isinstance(shown, Cell)
    return shown


def _comment_text(problem: Problem, why: str) -> str:
    known = why and why.rstrip(".") not in problem.message
    parts = (
        f"Co jest nie tak: {problem.message}",
        f"Dlaczego: {why}" if known else "",
        f"Co zrobić: {problem.advice}" if problem.advice else "",
    )
    return "\n".join(filter(None, parts)) + f"\n[{problem.code}]"


def _comment(cell: Cell, told: str) -> None:
    before = f"{cell.comment.text}\n\n" if cell.comment else ""
    text = before + told
    lines = sum(1 + len(line) // LINE for line in text.split("\n"))
    cell.comment = Comment(escaped(text), AUTHOR, width=WIDTH, height=18 * lines + 14)


def _look_at(page: Worksheet, cell: Cell) -> None:
    """Scroll below a frozen heading so that the cell stands on the first screen, and select it."""
    pane = page.sheet_view.pane
    page.sheet_view.selection = [
        Selection(pane=pane.activePane if pane else None, activeCell=cell.coordinate, sqref=cell.coordinate)
    ]
    across = cell.column > 8 + (pane.xSplit or 0 if pane else 0)
    top, left = max(cell.row - 5, 1), max(cell.column - 5, 1) if across else 1
    if pane:
        top, left = max(top, int(pane.ySplit or 0) + 1), max(left, int(pane.xSplit or 0) + 1)
        pane.topLeftCell = page.cell(top, left).coordinate
    elif top > 20 or left > 1:
        page.sheet_view.topLeftCell = page.cell(top if top > 20 else 1, left).coordinate


def clean(page: Worksheet) -> None:
    """Take the colours and comments of an earlier workbook of errors away."""
    for cell in _cells(page):
        if cell.comment and (cell.comment.author == AUTHOR or "Co jest nie tak:" in cell.comment.text):
            cell.comment = None
        if cell.fill.fgColor.rgb in {f"00{each}" for each in OURS} | {f"FF{each}" for each in OURS}:
            cell.fill = PatternFill()


def _cells(page: Worksheet) -> Iterator[Cell]:
    for row in page.iter_rows():
        yield from (cell for cell in row if isinstance(cell, Cell))
