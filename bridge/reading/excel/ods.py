"""An .ods workbook → its sheets; it holds beside each value the text that its program shows.

A cell without a format of its own shows as Excel's General does. Elsewhere the text is believed when it can be the
value in Polish notation; an English one is not taken for a thousand times less.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import TYPE_CHECKING

from lxml import etree

from bridge.model.table import NO_VALUES, WINDOWS_EPOCH, Row, Untold
from bridge.reading.excel.cells import BROKEN, NOT_COMPUTED, duration_cell, number_cell, text_cell, truth_cell
from bridge.reading.excel.sheet_xml import forget
from bridge.reading.excel.workbook import MOST_COLUMNS, Cell, Locked, Merged, Sheet, TooBig, day

if TYPE_CHECKING:
    from pathlib import Path

MOST_REPEATED = 10_000  # equal rows that hold anything; no export has so many
_NUMBERS = frozenset({"float", "currency", "percentage"})
_DIGITS = re.compile(r"-?\d[\d \u00a0\u202f]*(?:,\d+)?")
_ERROR = re.compile(r"(?:#[A-ZĄĆĘŁŃÓŚŹŻ/0!?]+|(?:Err|Błąd):\d+)", re.IGNORECASE)


def sheets(path: Path) -> list[Sheet]:
    """The sheets of a workbook, with merged ranges and hidden rows."""
    with zipfile.ZipFile(path) as archive:
        if b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise Locked
        reading = _Reading(_hidden_tables(archive))
        with archive.open("content.xml") as stream:
            events = etree.iterparse(stream, events=("start", "end"), resolve_entities=False, no_network=True)
            for event, element in events:
                reading.take(event, element)
    return reading.sheets


def _hidden_tables(archive: zipfile.ZipFile) -> frozenset[str]:
    """Names of the styles whose tables are not displayed."""
    hidden = set()
    with archive.open("content.xml") as stream:
        for _, element in etree.iterparse(stream, tag="{*}style", resolve_entities=False, no_network=True):
            shown = [each.get(_name(each, "display")) for each in element.iterfind("{*}table-properties")]
            if "false" in shown:
                hidden.add(_of(element, "name"))
            element.clear()
    return frozenset(hidden)


@dataclass(slots=True)
class _Table:
    name: str
    visible: bool
    rows: list[Row] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    last: int = 0


@dataclass(slots=True)
class _Reading:
    """One pass over the content; tables inside cells or of references are none of the workbook's."""

    unshown: frozenset[str]
    sheets: list[Sheet] = field(default_factory=list)
    _table: _Table | None = None
    _depth: int = 0
    _formats: dict[str, bool] = field(default_factory=dict)  # style of a cell → whether it has a format of its own

    def take(self, event: str, element: etree._Element) -> None:
        local = _local(element)
        if local == "table":
            self._begin(element) if event == "start" else self._end(element)
        elif event == "end" and local == "style" and _of(element, "family") == "table-cell":
            self._formats[_of(element, "name")] = bool(_of(element, "data-style-name"))
        elif event == "end" and local == "table-row" and self._table is not None and self._depth == 1:
            self._row(self._table, element)
            forget(element)

    def _begin(self, element: etree._Element) -> None:
        self._depth += 1
        if self._depth == 1:
            self._table = _Table(_of(element, "name"), _of(element, "style-name") not in self.unshown)

    def _end(self, element: etree._Element) -> None:
        self._depth -= 1
        table = self._table
        if self._depth == 0 and table is not None:
            shared = (tuple(table.merged), frozenset(table.hidden), WINDOWS_EPOCH)
            self.sheets.append(Sheet(table.name, table.visible, partial(iter, table.rows), *shared))
            self._table = None
            element.clear()

    def _row(self, table: _Table, element: etree._Element) -> None:
        times = int(_of(element, "number-rows-repeated") or 1)
        first = table.last + 1
        table.last += times
        cells = self._cells(table, element, first)
        if not cells:
            return
        if times > MOST_REPEATED:
            raise TooBig(f"w arkuszu „{table.name}” jest {times} takich samych wierszy")
        texts = tuple(cells[place].text if place in cells else "" for place in range(max(cells) + 1))
        values = {place: cell.value for place, cell in cells.items() if cell.value is not None}
        for number in range(first, first + times):
            table.rows.append(Row(number, texts, values or NO_VALUES))
            if _of(element, "visibility") in {"collapse", "filter"}:
                table.hidden.add(number)

    def _cells(self, table: _Table, row: etree._Element, number: int) -> Mapping[int, Cell]:
        found: dict[int, Cell] = {}
        place = 0
        for element in row:
            local = _local(element)
            if local not in {"table-cell", "covered-table-cell"}:
                continue
            times = int(_of(element, "number-columns-repeated") or 1)
            cell = self._cell(element)
            if cell is not None:
                if place + times > MOST_COLUMNS:
                    raise TooBig(f"w arkuszu „{table.name}” jest więcej niż {MOST_COLUMNS} kolumn")
                found |= dict.fromkeys(range(place, place + times), cell)
            high, wide = (int(_of(element, f"number-{each}-spanned") or 1) for each in ("rows", "columns"))
            if high > 1 or wide > 1:
                table.merged.append(Merged(number, place, number + high - 1, place + wide - 1))
            place += times
        return found

    def _cell(self, element: etree._Element) -> Cell | None:  # noqa: PLR0911 - a kind of value a line
        kind, shown = _of(element, "value-type"), _shown(element)
        formula = bool(_of(element, "formula"))
        if formula and _ERROR.fullmatch(shown):
            return Cell(shown if shown.startswith("#") else "#N/A")
        if kind in _NUMBERS:
            return self._number(element, kind, shown)
        if kind == "date":
            return _date(_of(element, "date-value"), shown)
        if kind == "time":
            return text_cell(shown) or duration_cell(_of(element, "time-value"), "")
        if kind == "boolean":
            return truth_cell(_of(element, "boolean-value") == "true")
        if formula and not kind and not shown:
            return NOT_COMPUTED
        return text_cell(_of(element, "string-value") or shown)

    def _number(self, element: etree._Element, kind: str, shown: str) -> Cell:
        try:
            number = float(_of(element, "value"))
        except ValueError:
            return BROKEN
        if kind == "float" and not self._formats.get(_of(element, "style-name"), False):
            return number_cell(number, "General", WINDOWS_EPOCH)
        cell = number_cell(number, "General", WINDOWS_EPOCH)
        value = cell.value
        if not isinstance(value, Decimal) or kind == "currency":
            return Cell(shown if isinstance(value, Decimal) and _means(shown, value) else "", value)
        return Cell(shown if _means(shown, value * 100 if kind == "percentage" else value) else "", value)


def _means(shown: str, value: Decimal) -> bool:
    """Whether a shown text can be that number, rounded to its digits, in Polish notation."""
    found = _DIGITS.search(shown)
    if found is None or re.search(r"[.'\d]", shown[: found.start()] + shown[found.end() :]):
        return False
    try:
        number = Decimal(re.sub(r"[ \u00a0\u202f]", "", found.group()).replace(",", "."))
        return abs(number) == abs(value.quantize(number, "ROUND_HALF_UP"))
    except InvalidOperation:
        return False


def _date(written: str, shown: str) -> Cell:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return Cell("", Untold(f"to nie jest data: {written}"))
    value: date = day(moment)
    parts = {f"{value:%d}", f"{value:%m}", f"{value:%Y}"}
    return Cell(shown if parts <= set(re.split(r"\D+", shown)) else "", value)


def _shown(element: etree._Element) -> str:
    """The paragraphs of a cell, each in a line of its own; a note on the cell is none of them."""
    return "\n".join(_text(each) for each in element if _local(each) == "p")


def _text(element: etree._Element) -> str:
    """The text of a paragraph, whose runs of spaces, tabs and line breaks are elements."""
    pieces = [element.text or ""]
    for each in element:
        local = _local(each)
        if local == "s":
            pieces.append(" " * min(int(_of(each, "c") or 1), 1000))
        elif local in {"tab", "line-break"}:
            pieces.append("\t" if local == "tab" else "\n")
        elif local not in {"annotation", "note", "ruby-text"}:
            pieces.append(_text(each))
        pieces.append(each.tail or "")
    return "".join(pieces)


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _name(element: etree._Element, local: str) -> str:
    return next((str(name) for name in element.attrib if str(name).endswith("}" + local)), local)


def _of(element: etree._Element, local: str) -> str:
    """An attribute, whatever its namespace's prefix."""
    return str(element.get(_name(element, local), ""))
