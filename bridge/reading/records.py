"""A text file whose rows begin with their record type (N, H, L, Z) → one table per type (erp-exports.md, section 1.7).

A type that the mapping does not describe is an error, and a type without `klucz` (the file's own first or last row) must
be there exactly once: a missing one is how a cut file is known.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bridge.model.problem import Problem
from bridge.model.table import Layout, Row, Source, Table, TableLayout
from bridge.reading.content import Content
from bridge.reading.contract import Reader, holding
from bridge.reading.delimited import Fields, records
from bridge.reading.heading import own_columns
from bridge.reading.text import LISTED, mixed_encodings, open_text, watched, without_ctrl_z

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path


def read(path: Path, shown: str, layout: Layout) -> tuple[Source | None, list[Problem]]:
    """The file as a source of one table per described record type."""
    text, problems = open_text(path, shown, layout.encoding)
    if text is None:
        return None, problems
    file = Fields(text, layout)
    if not layout.separator:
        return None, [file.fault("P17", "Mapowanie nie podaje separatora pól.", advice="Wpisz `zrodlo.separator`.")]
    widths, problems = _structure(file)
    tables = {}
    for wanted in layout.tables:
        own, more = own_columns(("",) * widths.get(wanted.record, 0), wanted, shown)
        problems += more if wanted.record in widths else []
        if not wanted.skipped:
            tables[wanted.name] = _table(file, wanted, own, widths.get(wanted.record, 0))
    return (None, problems) if problems else (Source(shown, "rekordy", text.encoding.name, tables, text.notes), [])


def _table(file: Fields, wanted: TableLayout, own: Mapping[str, int], width: int) -> Table:
    """A record's columns are called as the mapping calls them; a type of which no row came has them all the same."""
    own = own or {column.name: place for place, column in enumerate(wanted.columns)}
    named = {place: name for name, place in own.items()}
    heading = tuple(named.get(place, "") for place in range(max(width, len(wanted.columns))))
    return Table(wanted.name, file.text.shown, wanted.name, heading, _rows(file, wanted, width), own)


def _structure(file: Fields) -> tuple[Mapping[str, int], list[Problem]]:
    """The count of fields of each record type, and all that is wrong with the rows."""
    known = {wanted.record: wanted for wanted in file.layout.tables}
    widths: dict[str, int] = {}
    count: Counter[str] = Counter()
    problems: list[Problem] = []
    mixed: list[int] = []
    number = 0
    for number, found in _records(file, mixed):
        kind = "" if isinstance(found, Problem) else found[0].strip()
        fault = found if isinstance(found, Problem) else _fault(file, number, found, known, widths)
        if fault is None:
            count[kind] += 1
        elif len(problems) < LISTED:
            problems.append(fault)
    if problems and problems[-1].code == "P15" and problems[-1].rows == (number,) and not file.text.seen.ended:
        problems[-1] = file.fault("P03", f"Plik urywa się w wierszu {number}.", number)
    if mixed:
        problems.insert(0, mixed_encodings(file.text, mixed))
    once = [_once(file, wanted, count[wanted.record]) for wanted in known.values() if wanted.once]
    return widths, problems or [each for each in once if each]


def _fault(
    file: Fields, number: int, cells: list[str], known: Mapping[str, TableLayout], widths: dict[str, int]
) -> Problem | None:
    kind = cells[0].strip()
    if kind not in known:
        said = f"Wiersz {number} zaczyna się od „{kind}”, a mapowanie nie opisuje takiego rekordu."
        return file.fault("P23", said, number, value=kind)
    width = widths.setdefault(kind, len(cells))
    if len(cells) == width or (len(cells) > width and not any(map(str.strip, cells[width:]))):
        return None
    said = f"Liczba pól w wierszu {number} to {len(cells)}, a w pierwszym rekordzie {kind} {width}."
    return file.fault("P15" if len(cells) < width else "P14", said, number)


def _once(file: Fields, wanted: TableLayout, count: int) -> Problem | None:
    if count == 1:
        return None
    if count == 0:
        return file.fault("P04", f"W pliku nie ma rekordu {wanted.record}, a musi być jeden.")
    return file.fault("P16", f"Rekord {wanted.record} musi wystąpić raz, a jest ich {count}.")


def _rows(file: Fields, wanted: TableLayout, width: int) -> Callable[[], Iterator[Row]]:
    def rows() -> Iterator[Row]:
        for number, found in _records(file, []):
            if not isinstance(found, Problem) and found[0].strip() == wanted.record:
                yield Row(number, tuple(found[:width]))

    return rows


def _records(file: Fields, mixed: list[int]) -> Iterator[tuple[int, list[str] | Problem]]:
    """Every row that holds anything."""
    with file.text.open() as stream:
        lines = watched(file.text, without_ctrl_z(stream), file.first, mixed)
        for number, found in records(file, lines):
            if isinstance(found, Problem) or any(map(str.strip, found)):
                yield number, found


READER = Reader("rekordy", holding(Content.TEXT), read, asked=True)
