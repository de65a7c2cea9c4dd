"""A text file of separated fields (CSV) → rows of texts, streamed; a first pass finds all that is wrong with it.

Nothing is padded, shifted or swallowed: strict quotes, counted fields, physical line numbers (design.md, decision 6).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from bridge.model.problem import Problem
from bridge.model.table import Layout, Row, Source, Table
from bridge.reading.content import Content
from bridge.reading.contract import Reader, holding
from bridge.reading.heading import names, own_columns, spread
from bridge.reading.text import LISTED, TextFile, bad_byte, mixed_encodings, open_text, watched, without_ctrl_z

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FIELD_LIMIT = 128 * 1024  # characters of one field; reaching it means an open quote
TRIED = 20  # rows by which a better separator is proven
SEPARATORS = {";": "średnik", ",": "przecinek", "\t": "tab", "|": "kreska"}


@dataclass(frozen=True, slots=True)
class Fields:
    """A text file, and how its fields are divided."""

    text: TextFile
    layout: Layout

    @property
    def first(self) -> int:
        """The first line that is read, from 1; titles above it are not even split."""
        return min(self.layout.heading_rows, default=1)

    @property
    def last_heading(self) -> int:
        """The last line of the heading, 0 when there is none."""
        return max(self.layout.heading_rows, default=0)

    def fault(self, code: str, message: str = "", row: int = 0, **more: object) -> Problem:
        """A problem of this file."""
        return self.text.fault(code, message, row, **more)


def read(path: Path, shown: str, layout: Layout) -> tuple[Source | None, list[Problem]]:
    """The file as a source of one table, or everything that is wrong with it."""
    text, problems = open_text(path, shown, layout.encoding)
    if text is None:
        return None, problems
    file = Fields(text, layout)
    heading, problems = _heading(file)
    if not problems:
        heading, problems = _structure(file, heading)
    own, more = own_columns(heading, layout.tables[0], shown) if not problems else ({}, [])
    if problems or more:
        return None, problems + more
    table = Table(layout.tables[0].name, shown, "", heading, _rows(file, len(heading)), own)
    return Source(shown, "csv", text.encoding.name, {table.name: table}, text.notes), []


def _rows(file: Fields, width: int) -> Callable[[], Iterator[Row]]:
    def rows() -> Iterator[Row]:
        with file.text.open() as stream:
            lines = _below_titles(file, stream)
            reader = csv.reader(lines, **_dialect(file.layout))
            above, number, last_heading = file.first - 1, file.first, file.last_heading
            for cells in reader:
                if number <= last_heading:
                    pass
                elif not cells or not (cells[0].strip() or any(map(str.strip, cells))):
                    yield Row(number, ())
                else:
                    yield Row(number, tuple(cells if len(cells) == width else _fitted(cells, width)))
                number = reader.line_num + above + 1

    return rows


def _fitted(cells: list[str], width: int) -> list[str]:
    """A row that the first pass let through: surplus cells are empty, missing ones stand under no name."""
    return cells[:width] + [""] * (width - len(cells))


def _below_titles(file: Fields, stream: Iterator[str]) -> Iterator[str]:
    lines = islice(stream, file.first - 1, None) if file.first > 1 else stream
    return without_ctrl_z(lines) if file.text.seen.ctrl_z else lines


def _dialect(layout: Layout, separator: str = "") -> dict[str, Any]:
    csv.field_size_limit(FIELD_LIMIT)
    quoting = csv.QUOTE_MINIMAL if layout.quotes else csv.QUOTE_NONE
    delimiter = separator or layout.separator
    return {"delimiter": delimiter, "quoting": quoting, "escapechar": layout.escape or None, "strict": True}


# --- the heading -------------------------------------------------------------------------------------------------


def _heading(file: Fields) -> tuple[tuple[str, ...], list[Problem]]:
    """Names of the columns; () where the file has no heading."""
    if not file.layout.separator:
        return (), [_undeclared(file)]
    upper = _first(file, file.layout.separator)
    wanted = file.layout.heading_rows
    found = [cells for number, cells in upper if number in wanted and not isinstance(cells, Problem)]
    whole = [cells for _, cells in upper if not isinstance(cells, Problem)]
    if len(whole) < len(upper) or max(map(len, whole), default=0) == 1:
        doubts = _other_separator(file)
        if doubts or len(found) < len(wanted):
            return (), doubts or _structure(file, ())[1]
    if len(found) < len(wanted) or (wanted and not any(map(str.strip, found[-1]))):
        where = "-".join(map(str, wanted))
        return (), [file.fault("P18", f"W wierszu {where} nie ma nagłówka.", max(wanted))]
    return names([*map(spread, found[:-1]), *found[-1:]]), []


def _first(file: Fields, separator: str) -> list[tuple[int, list[str] | Problem]]:
    """The first records, with the heading among them."""
    with file.text.open() as stream:
        found = records(file, _below_titles(file, stream), separator)
        return list(islice(found, max(TRIED, file.last_heading)))


def _splits(file: Fields) -> str:
    """A separator that gives the first rows equally many fields, or ""; it only makes advice."""
    for separator in SEPARATORS:
        counts = {_count(cells) for _, cells in _first(file, separator)} - {0}
        if len(counts) == 1 and counts.pop() > 1:
            return separator
    return ""


def _count(cells: list[str] | Problem) -> int:
    """Fields of a record without a trailing empty one; of a faulty record 1, which proves nothing."""
    return 1 if isinstance(cells, Problem) else len(cells) - (not cells[-1] if cells else 0)


def _other_separator(file: Fields) -> list[Problem]:
    """P17 when another separator divides the first rows evenly; the bridge does not take it by itself."""
    other, declared = _splits(file), file.layout.separator
    if other in {"", declared}:
        return []
    said = f"Separator „{_word(declared)}” nie dzieli wierszy tego pliku, a „{_word(other)}” dzieli je równo."
    return [file.fault("P17", said, file.first, advice=f"Wpisz w mapowaniu `zrodlo.separator: {_word(other)}`.")]


def _undeclared(file: Fields) -> Problem:
    other = _splits(file)
    advice = f"Wpisz `zrodlo.separator: {_word(other)}`, jeśli to on." if other else "Wpisz `zrodlo.separator`."
    return file.fault("P17", "Mapowanie nie podaje separatora pól.", advice=advice)


def _word(separator: str) -> str:
    return SEPARATORS.get(separator, separator)


# --- the first pass ----------------------------------------------------------------------------------------------


def _structure(file: Fields, heading: tuple[str, ...]) -> tuple[tuple[str, ...], list[Problem]]:
    """Read everything once: the heading (nameless columns where there is none), and all problems, at most LISTED."""
    problems: list[Problem] = []
    mixed: list[int] = []
    width, number = _Width(file, heading), 0
    with file.text.open() as stream:
        for number, found in records(file, watched(file.text, _below_titles(file, stream), file.first, mixed)):
            if isinstance(found, Problem):
                problems.append(found)
            elif len(found) != width.most and number > file.last_heading and (fault := width.fault(number, found)):
                problems.append(fault)
            if len(problems) == LISTED:
                break
    if _code_at(problems, number) == "P15" and len(problems) < LISTED and not file.text.seen.ended:
        problems[-1] = file.fault("P03", f"Plik urywa się w wierszu {number}.", number)
    if mixed:
        problems.insert(0, mixed_encodings(file.text, mixed))
    return heading or ("",) * width.most, problems


def records(file: Fields, lines: Iterator[str], separator: str = "") -> Iterator[tuple[int, list[str] | Problem]]:
    """Each record with the number of its first line, or what is wrong with it; the reader goes on where it can."""
    reader = csv.reader(lines, **_dialect(file.layout, separator))
    number = file.first
    while True:
        try:
            yield number, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, _bad_quotes(file, number, reader.line_num + file.first - 1, str(error))
            if "limit" in str(error):  # the rest of that field would be read as rows
                return
        except UnicodeDecodeError as error:
            yield number, bad_byte(file.text, reader.line_num + file.first, error)
            return
        number = reader.line_num + file.first


def _code_at(problems: list[Problem], row: int) -> str:
    return problems[-1].code if problems and problems[-1].rows == (row,) else ""


class _Width:
    """How many fields a row may have: by the heading, or by the first row where there is none."""

    def __init__(self, file: Fields, heading: tuple[str, ...]) -> None:
        self.file = file
        self.most = len(heading)
        self.least = max((place for place, name in enumerate(heading, 1) if name), default=0)

    def fault(self, number: int, cells: list[str]) -> Problem | None:
        """What is wrong with the count of a row's cells; nothing is with a row without any text."""
        if self.least <= len(cells) <= self.most or not any(map(str.strip, cells)):
            return None
        if not self.most:
            self.most = self.least = len(cells)
            return None
        norm = "w nagłówku" if self.file.layout.heading_rows else "w pierwszym wierszu"
        said = f"Liczba pól w wierszu {number} to {len(cells)}, a {norm} {self.most}."
        if len(cells) < self.least:
            return self.file.fault("P15", said, number)
        surplus = next((cell for cell in cells[self.most :] if cell.strip()), None)
        return None if surplus is None else self.file.fault("P14", said, number, value=surplus)


def _bad_quotes(file: Fields, number: int, line: int, error: str) -> Problem:
    if "end of data" in error and number == line and not file.text.seen.ended:
        return file.fault("P03", f"Plik urywa się w wierszu {number}, wewnątrz cudzysłowu.", number)
    if "end of data" in error or "limit" in error:
        return file.fault("P09", f"Cudzysłów otwarty w wierszu {number} nie jest zamknięty.", number)
    return file.fault("P09", f"W wierszu {line} cudzysłów wewnątrz pola nie jest podwojony.", line)


READER = Reader("csv", holding(Content.TEXT), read)
