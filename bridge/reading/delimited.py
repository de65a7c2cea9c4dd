"""A text file of separated fields (CSV) → rows of texts, streamed; a first pass finds all that is wrong with it.

Nothing is padded, shifted or swallowed: strict quotes, counted fields, physical line numbers (design.md, decision 6).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from bridge.model.problem import Problem, problem
from bridge.model.table import Layout, Row, Source, Table
from bridge.reading.encoding import Encoding, Look, look, settle
from bridge.reading.heading import names, own_columns, spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LISTED = 50  # problems of one file; more only hide the first
FIELD_LIMIT = 128 * 1024  # characters of one field; reaching it means an open quote
TRIED = 20  # rows by which a better separator is proven
NO_LINE_END = "Ostatni wiersz pliku nie ma znaku końca wiersza."
SEPARATORS = {";": "średnik", ",": "przecinek", "\t": "tab", "|": "kreska"}


@dataclass(frozen=True, slots=True)
class _File:
    """A text file, and all that is needed to read it again."""

    path: Path
    shown: str
    layout: Layout
    encoding: Encoding
    seen: Look

    @property
    def first(self) -> int:
        """The first line that is read, from 1; titles above it are not even split."""
        return min(self.layout.heading_rows, default=1)

    @property
    def last_heading(self) -> int:
        return max(self.layout.heading_rows, default=0)

    def fault(self, code: str, message: str = "", row: int = 0, **more: object) -> Problem:
        return problem(code, message, file=self.shown, rows=(row,) if row else (), **more)


def read(path: Path, shown: str, layout: Layout) -> tuple[Source | None, list[Problem]]:
    """The file as a source of one table, or everything that is wrong with it."""
    seen = look(path)
    problems = _whole(seen, layout, shown)
    encoding, doubts = (None, []) if problems else settle(seen, layout.encoding, shown)
    if encoding is None:
        return None, problems + doubts
    file = _File(path, shown, layout, encoding, seen)
    heading, problems = _heading(file)
    if not problems:
        heading, problems = _structure(file, heading)
    own, more = own_columns(heading, layout.tables[0], shown) if not problems else ({}, [])
    if problems or more:
        return None, problems + more
    table = Table(layout.tables[0].name, shown, "", heading, _rows(file, len(heading)), own)
    notes = tuple(filter(None, (encoding.note, "" if seen.ended else NO_LINE_END)))
    return Source(shown, "csv", encoding.name, {table.name: table}, notes), []


def _whole(seen: Look, layout: Layout, shown: str) -> list[Problem]:
    if seen.blank and not seen.nul_row:
        return [problem("P07", file=shown)]
    if seen.nul_row and layout.encoding != "utf-16":
        return [problem("P06", f"Od wiersza {seen.nul_row} plik zawiera znaki NUL.", file=shown, rows=(seen.nul_row,))]
    if seen.endless_line:
        return [problem("P16", "Plik ma wiersz dłuższy niż milion znaków: to nie jest tekst.", file=shown)]
    return []


def _rows(file: _File, width: int) -> Callable[[], Iterator[Row]]:
    def rows() -> Iterator[Row]:
        with _opened(file) as stream:
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


def _opened(file: _File) -> Any:
    return file.path.open(encoding=file.encoding.codec, newline="")


def _below_titles(file: _File, stream: Iterator[str]) -> Iterator[str]:
    lines = islice(stream, file.first - 1, None) if file.first > 1 else stream
    return _without_ctrl_z(lines) if file.seen.ctrl_z else lines


def _without_ctrl_z(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if kept := line.rstrip("\x1a"):
            yield kept


def _dialect(layout: Layout, separator: str = "") -> dict[str, Any]:
    csv.field_size_limit(FIELD_LIMIT)
    quoting = csv.QUOTE_MINIMAL if layout.quotes else csv.QUOTE_NONE
    delimiter = separator or layout.separator
    return {"delimiter": delimiter, "quoting": quoting, "escapechar": layout.escape or None, "strict": True}


# --- the heading -------------------------------------------------------------------------------------------------


def _heading(file: _File) -> tuple[tuple[str, ...], list[Problem]]:
    """Names of the columns; () where the file has no heading."""
    if not file.layout.separator:
        return (), [_undeclared(file)]
    records = _first(file, file.layout.separator)
    wanted = file.layout.heading_rows
    found = [cells for number, cells in records if number in wanted and not isinstance(cells, Problem)]
    whole = [cells for _, cells in records if not isinstance(cells, Problem)]
    if len(whole) < len(records) or max(map(len, whole), default=0) == 1:
        doubts = _other_separator(file)
        if doubts or len(found) < len(wanted):
            return (), doubts or _structure(file, ())[1]
    if len(found) < len(wanted) or (wanted and not any(map(str.strip, found[-1]))):
        where = "-".join(map(str, wanted))
        return (), [file.fault("P18", f"W wierszu {where} nie ma nagłówka.", max(wanted))]
    return names([*map(spread, found[:-1]), *found[-1:]]), []


def _first(file: _File, separator: str) -> list[tuple[int, list[str] | Problem]]:
    """The first records, with the heading among them."""
    with _opened(file) as stream:
        records = _read(file, _below_titles(file, stream), separator)
        return list(islice(records, max(TRIED, file.last_heading)))


def _splits(file: _File) -> str:
    """A separator that gives the first rows equally many fields, or ""; it only makes advice."""
    for separator in SEPARATORS:
        counts = {_count(cells) for _, cells in _first(file, separator)} - {0}
        if len(counts) == 1 and counts.pop() > 1:
            return separator
    return ""


def _count(cells: list[str] | Problem) -> int:
    """Fields of a record without a trailing empty one; of a faulty record 1, which proves nothing."""
    return 1 if isinstance(cells, Problem) else len(cells) - (not cells[-1] if cells else 0)


def _other_separator(file: _File) -> list[Problem]:
    """P17 when another separator divides the first rows evenly; the bridge does not take it by itself."""
    other, declared = _splits(file), file.layout.separator
    if other in {"", declared}:
        return []
    said = f"Separator „{_word(declared)}” nie dzieli wierszy tego pliku, a „{_word(other)}” dzieli je równo."
    return [file.fault("P17", said, file.first, advice=f"Wpisz w mapowaniu `zrodlo.separator: {_word(other)}`.")]


def _undeclared(file: _File) -> Problem:
    other = _splits(file)
    advice = f"Wpisz `zrodlo.separator: {_word(other)}`, jeśli to on." if other else "Wpisz `zrodlo.separator`."
    return file.fault("P17", "Mapowanie nie podaje separatora pól.", advice=advice)


def _word(separator: str) -> str:
    return SEPARATORS.get(separator, separator)


# --- the first pass ----------------------------------------------------------------------------------------------


def _structure(file: _File, heading: tuple[str, ...]) -> tuple[tuple[str, ...], list[Problem]]:
    """Read everything once: the heading (nameless columns where there is none), and all problems, at most LISTED."""
    problems: list[Problem] = []
    mixed: list[int] = []
    width, number = _Width(file, heading), 0
    with _opened(file) as stream:
        for number, found in _read(file, _watched(file, _below_titles(file, stream), mixed)):
            if isinstance(found, Problem):
                problems.append(found)
            elif len(found) != width.most and number > file.last_heading and (fault := width.fault(number, found)):
                problems.append(fault)
            if len(problems) == LISTED:
                break
    if _code_at(problems, number) == "P15" and len(problems) < LISTED and not file.seen.ended:
        problems[-1] = file.fault("P03", f"Plik urywa się w wierszu {number}.", number)
    if mixed:
        problems.insert(0, _mixed(file, mixed))
    return heading or ("",) * width.most, problems


def _read(file: _File, lines: Iterator[str], separator: str = "") -> Iterator[tuple[int, list[str] | Problem]]:
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
            yield number, _bad_byte(file, reader.line_num + file.first, error)
            return
        number = reader.line_num + file.first


def _code_at(problems: list[Problem], row: int) -> str:
    return problems[-1].code if problems and problems[-1].rows == (row,) else ""


class _Width:
    """How many fields a row may have: by the heading, or by the first row where there is none."""

    def __init__(self, file: _File, heading: tuple[str, ...]) -> None:
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


def _watched(file: _File, lines: Iterator[str], mixed: list[int]) -> Iterator[str]:
    """The lines as they are, noting those that are written in another encoding."""
    pattern = file.encoding.mojibake
    for number, line in enumerate(lines, file.first):
        if len(mixed) < LISTED and not line.isascii() and pattern.search(line):
            mixed.append(number)
        yield line


def _mixed(file: _File, rows: list[int]) -> Problem:
    twice = file.encoding.name == "utf-8"
    said = (
        "polskie litery są zapisane w UTF-8 podwójnie"
        if twice
        else f"są wiersze w UTF-8, a plik jest w {file.encoding.name}"
    )
    advice = "Wyeksportuj plik jeszcze raz w jednym kodowaniu; nie sklejaj plików o różnych kodowaniach."
    return problem("P01", f"Od wiersza {rows[0]} {said}.", advice=advice, file=file.shown, rows=tuple(rows))


def _bad_quotes(file: _File, number: int, line: int, error: str) -> Problem:
    if "end of data" in error and number == line and not file.seen.ended:
        return file.fault("P03", f"Plik urywa się w wierszu {number}, wewnątrz cudzysłowu.", number)
    if "end of data" in error or "limit" in error:
        return file.fault("P09", f"Cudzysłów otwarty w wierszu {number} nie jest zamknięty.", number)
    return file.fault("P09", f"W wierszu {line} cudzysłów wewnątrz pola nie jest podwojony.", line)


def _bad_byte(file: _File, line: int, error: UnicodeDecodeError) -> Problem:
    row = line + error.object.count(b"\n", 0, error.start)
    if error.reason in {"unexpected end of data", "truncated data"}:
        return file.fault("P03", f"Plik urywa się w wierszu {row}, w środku litery.", row)
    name = file.encoding.name
    said = f"W wierszu {row} jest bajt {error.object[error.start]:02X}, którego nie ma w kodowaniu {name}."
    return file.fault("P01", said, row)
