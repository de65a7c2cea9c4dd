"""A sample file → how it is most likely written: a `Layout` to propose to a person, never one to read invoices by.

Told by shape alone: the encoding by the recogniser, the separator by how evenly it divides the rows, the heading as the
first wide row without numbers. What columns mean is the mapping's question.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from bridge.model.problem import Problem, problem
from bridge.model.table import Layout, OwnColumn, TableLayout
from bridge.reading import epp, jpk_fa
from bridge.reading.content import Content, content, impostor, unread
from bridge.reading.delimited import SEPARATORS
from bridge.reading.excel.books import ENGINES
from bridge.reading.text import bad_byte, open_text, without_ctrl_z

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LINES = 200  # looked at
WIDE = 0.6  # of the widest row: titles and footers are narrower
_VALUE = re.compile(r"[-\d.,:/%\s()\u00a0\u202f]*\d[-\d.,:/%\s()\u00a0\u202f]*(zł|PLN|EUR)?")

Rows = list[tuple[int, "Sequence[str]"]]


def guess(path: Path, shown: str) -> tuple[Layout | None, list[Problem]]:
    """How the sample is written; P01, P07, P08, P16, P17 and P18 where that cannot be told."""
    held, head = content(path)
    fault = impostor(held, shown)
    if fault:
        return None, [fault]
    for reader in (epp.READER, jpk_fa.READER):
        if reader.knows(held, head):
            return Layout(reader.format), []
    if held is Content.TEXT:
        return _text(path, shown)
    return _workbook(path, shown, held) if held in ENGINES else (None, [unread(held, shown)])


def _text(path: Path, shown: str) -> tuple[Layout | None, list[Problem]]:
    text, problems = open_text(path, shown, "")
    if text is None:
        return None, problems
    lines: list[str] = []
    try:
        with text.open() as stream:
            lines.extend(islice(without_ctrl_z(stream), LINES))
    except UnicodeDecodeError as error:
        return None, [bad_byte(text, len(lines) + 1, error)]
    divided = {separator: _divided(lines, separator) for separator in SEPARATORS}
    separator = max(divided, key=lambda each: _evenness(divided[each]))
    if _evenness(divided[separator]) == (0, 0):
        advice = "Jeśli kolumny mają w nim stałe miejsca, zobacz w docs/mapowanie.md „Stała szerokość”."
        return None, [problem("P17", "W tym pliku żaden separator nie dzieli wierszy.", advice=advice, file=shown)]
    heading = _heading_rows(divided[separator])
    if not heading:  # the mapping gives the columns names of its own
        width = _evenness(divided[separator])[1]
        own = tuple(OwnColumn(f"kolumna {place}", index=place) for place in range(1, width + 1))
        return Layout("csv", text.encoding.name, separator, heading_rows=(), tables=(TableLayout(columns=own),)), []
    return Layout("csv", text.encoding.name, separator, heading_rows=heading), []


def _divided(lines: Sequence[str], separator: str) -> Rows:
    rows: Rows = []
    reader = csv.reader(lines, delimiter=separator, strict=True)
    number = 1
    try:
        for cells in reader:
            rows.append((number, cells))
            number = reader.line_num + 1
    except csv.Error:
        pass  # what comes after an open quote tells nothing; the first rows do
    return rows


def _evenness(rows: Rows) -> tuple[int, int]:
    """How many rows have the usual count of fields, and that count; nothing when it is one field."""
    counts = Counter(len(cells) for _, cells in rows if any(map(str.strip, cells)))
    if not counts:
        return 0, 0
    usual, times = counts.most_common(1)[0]
    return (times, usual) if usual > 1 else (0, 0)


def _workbook(path: Path, shown: str, held: Content) -> tuple[Layout | None, list[Problem]]:
    sheets, broken = ENGINES[held](path, shown)
    if broken:
        return None, broken
    found: dict[str, tuple[int, ...]] = {}
    for sheet in sheets:
        rows: Rows = [(row.number, row.cells) for row in islice(sheet.rows(), LINES)]
        if sheet.visible and rows and (heading := _heading_rows(rows)):
            found[sheet.name] = heading
    if not found:
        return None, [problem("P18", "W żadnym widocznym arkuszu nie widać wiersza nagłówka.", file=shown)]
    usual = Counter(found.values()).most_common(1)[0][0]  # one mapping has one place for headings
    names = [name for name, heading in found.items() if heading == usual]
    return Layout(heading_rows=usual, tables=tuple(TableLayout(name, sheet=name) for name in names)), []


def _heading_rows(rows: Rows) -> tuple[int, ...]:
    """The first wide row of names, with the row of groups above it where there is one."""
    widest = max((_filled(cells) for _, cells in rows), default=0)
    above: Sequence[str] = ()
    for number, cells in rows:
        named = _filled(cells) >= max(2, WIDE * widest) and not any(_VALUE.fullmatch(cell.strip()) for cell in cells)
        if named:
            return (number - 1, number) if _filled(above) >= 2 else (number,)
        above = cells
    return ()


def _filled(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if cell.strip())
