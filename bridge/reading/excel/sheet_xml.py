"""The XML of one sheet of an .xlsx → its rows, one at a time, and what must be known before them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.escape import unescape

from bridge.model.table import NO_VALUES, Row, index_of
from bridge.reading.excel.cells import BROKEN, NOT_COMPUTED, moment_cell, number_cell, text_cell, truth_cell
from bridge.reading.excel.workbook import MOST_COLUMNS, Cell, Merged, TooBig

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import IO

REMEMBERED = 20_000  # cells; then it starts anew
MOST_ROWS = 1_048_576  # of a sheet of Excel
MOST_MERGED = 100_000  # ranges; more are no sheet of invoices


@dataclass(frozen=True, slots=True)
class Book:
    """What the cells of all sheets share."""

    strings: Sequence[str]
    formats: Sequence[str]
    epoch: date
    known: dict[tuple[str, str, str], Cell | None] = field(default_factory=dict)  # days, rates and names repeat
    places: dict[str, int] = field(default_factory=dict)  # letters → column


class SheetShape(NamedTuple):
    """What a sheet says of its rows."""

    merged: tuple[Merged, ...]
    hidden: frozenset[int]
    in_order: bool


def shape_of(stream: IO[bytes]) -> SheetShape:
    """One pass over a sheet without looking into its cells; raises XMLSyntaxError for a damaged one."""
    merged: list[Merged] = []
    hidden: set[int] = set()
    last, in_order = 0, True
    for element in _elements(stream, "row", "mergeCell"):
        if element.tag.endswith("}row"):
            number = int(element.get("r") or last + 1)
            in_order = in_order and number > last
            last = number
            if element.get("hidden") in {"1", "true"}:
                hidden.add(number)
        elif len(merged) < MOST_MERGED:
            left, top, right, bottom = range_boundaries(element.get("ref", ""))
            everything = (top or 1, (left or 1) - 1, bottom or MOST_ROWS, (right or MOST_COLUMNS) - 1)
            merged.append(Merged(*everything))
        else:
            raise TooBig(f"w arkuszu jest więcej niż {MOST_MERGED} scalonych zakresów")
    return SheetShape(tuple(merged), frozenset(hidden), in_order)


def rows_of(stream: IO[bytes], book: Book) -> Iterator[Row]:
    """The rows that hold anything, as they stand in the sheet."""
    number = 0
    for element in _elements(stream, "row"):
        number = int(element.get("r") or number + 1)
        cells = _cells(element, book)
        if cells:
            texts = [""] * (max(cells) + 1)
            for place, cell in cells.items():
                texts[place] = cell.text
            values = {place: cell.value for place, cell in cells.items() if cell.value is not None}
            yield Row(number, tuple(texts), values or NO_VALUES)


def _elements(stream: IO[bytes], *names: str) -> Iterator[etree._Element]:
    """Elements of these names, each forgotten after its turn."""
    tags = [f"{{*}}{name}" for name in names]
    for _, element in etree.iterparse(stream, tag=tags, resolve_entities=False, no_network=True):
        yield element
        forget(element)


def forget(element: etree._Element) -> None:
    """Free what was read: the element's content and everything before it."""
    element.clear()
    around = element.getparent()
    while around is not None and element.getprevious() is not None:
        del around[0]


def _cells(row: etree._Element, book: Book) -> Mapping[int, Cell]:
    space = row.tag[: row.tag.index("}") + 1]
    tags = tuple(space + name for name in ("c", "v", "f", "is"))
    found: dict[int, Cell] = {}
    place = -1
    for element in row.iterchildren(tags[0]):
        reference = element.get("r")
        place = _place(reference.rstrip("0123456789"), book) if reference else place + 1
        if place >= MOST_COLUMNS:
            raise TooBig(f"w arkuszu jest więcej niż {MOST_COLUMNS} kolumn")
        cell = _cell(element, tags, book)
        if cell is not None:
            found[place] = cell
    return found


def _place(letters: str, book: Book) -> int:
    known = book.places.get(letters)
    return known if known is not None else book.places.setdefault(letters, index_of(letters))


def _cell(element: etree._Element, tags: tuple[str, ...], book: Book) -> Cell | None:
    """What a cell holds; None when that is nothing."""
    kind, written = element.get("t", "n"), element.findtext(tags[1])
    if kind == "inlineStr":
        inside = element.find(tags[3])
        kind, written = "str", None if inside is None else text_of(inside)
    elif kind == "e":
        return Cell(written or "#N/A")
    if not written:
        return NOT_COMPUTED if kind != "str" and element.find(tags[2]) is not None else None
    key = (kind, written, element.get("s", "0"))
    known = book.known.get(key, BROKEN)
    if known is BROKEN:
        if len(book.known) > REMEMBERED:
            book.known.clear()
        known = book.known[key] = _cell_as_kept(key, book)
    return known


def _cell_as_kept(key: tuple[str, str, str], book: Book) -> Cell | None:
    kind, written, style = key
    if kind == "str":
        return text_cell(unescape(written))
    try:
        return _typed(kind, written.strip(), style, book)
    except (ValueError, IndexError, OverflowError):
        return BROKEN


def _typed(kind: str, written: str, style: str, book: Book) -> Cell | None:
    if kind == "s":
        return text_cell(book.strings[int(written)])
    if kind == "b":
        return truth_cell(written in {"1", "true"})
    code = book.formats[int(style)] if int(style) < len(book.formats) else "General"
    if kind == "d":
        return moment_cell(datetime.fromisoformat(written), code)
    return number_cell(float(written), code, book.epoch)


def text_of(element: etree._Element) -> str:
    """The text of a shared or inline string: its own and that of its runs."""
    space = element.tag[: element.tag.index("}") + 1]
    alone = element.findtext(f"{space}t")
    if alone is not None and len(element) == 1:
        return alone
    pieces = [*element.iterfind(f"{space}t"), *element.iterfind(f"{space}r/{space}t")]
    return "".join(each.text or "" for each in pieces)
