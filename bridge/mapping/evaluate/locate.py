"""Problems that know fields, elements and rows → the same with sheet, column, letter and the cell's text.

While a file is read `Places` does it. What the ledger or KSeF say later is traced by what was kept of the reading: the
column of each field, and the row of each line (`retraced`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bridge.mapping.evaluate.bind import place
from bridge.mapping.language.vocabulary import BY_ELEMENT, BY_KEY, KEYS_OF, LINE_KEYS, PARTS, REPEATED
from bridge.model.item import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bridge.mapping.language.parts import Column, Field, MappingFile
    from bridge.model.item import Mapped
    from bridge.model.problem import Problem
    from bridge.model.table import Source, Table

_INDEX = re.compile(r"\[\d+\]")
_LINE = re.compile(r"Fa/FaWiersz(?:\[(\d+)\])?/")


class Places:
    """Where each field of a mapping stands in one source; looked up once per field."""

    def __init__(self, mapping: MappingFile, source: Source) -> None:
        self._mapping, self._source = mapping, source
        self._known: dict[str, _Column] = {}
        self._own = (mapping.main_table, mapping.line_table)

    def located(self, mapped: Mapped, problems: Iterable[Problem]) -> list[Problem]:
        """Each problem of an invoice with the cell its field came from, as far as one can be named."""
        return [self._located(mapped, each) for each in problems]

    def kept(self) -> dict[str, Place]:
        """The place of every field that has a column, to be kept with the drop."""
        found = {each.word.key: self._column(each.word.key) for each in _fields(self._mapping)}
        return {
            key: Place(where.table.sheet, where.heading, where.letter)
            for key, where in found.items()
            if where.table and where.letter
        }

    def _located(self, mapped: Mapped, found: Problem) -> Problem:
        if found.letter:
            return found
        key = self._key(found)
        where = self._column(key)
        if where.table is None:
            return replace(found, field=key, file=found.file or self._source.file)
        section = key.rpartition(".")[0]
        if where.letter and section in REPEATED:
            rows = _part_rows(section, found, mapped)
            if not rows and where.table.name not in self._own:
                return replace(found, field=key, file=found.file or self._source.file)
            found = replace(found, rows=rows or found.rows)
        return replace(
            named(found),
            field=key,
            file=where.table.file,
            sheet=where.table.sheet,
            column=where.heading or found.column,
            letter=where.letter or found.letter,
            value=found.value or _cell(where, mapped, found.rows),
        )

    def _key(self, found: Problem) -> str:
        """The key a problem speaks of; of several that may give an element, the one that this mapping uses."""
        usual = key_of(found)
        several = () if found.field else KEYS_OF.get(_INDEX.sub("", found.element), ())
        return next((key for key in several if self._column(key).letter), usual)

    def _column(self, key: str) -> _Column:
        return self._known.get(key) or self._known.setdefault(key, self._looked_up(key))

    def _looked_up(self, key: str) -> _Column:
        mapping = self._mapping
        default = mapping.line_table if key in LINE_KEYS else mapping.main_table
        named = next(_columns(mapping, key, default), None)
        table = self._source.tables.get(named[0] if named else default)
        index = place(table, named[1].name) if table and named else None
        if table is None or named is None or index is None:
            return _Column(table)
        heading = table.heading[index] if index < len(table.heading) else named[1].name
        return _Column(table, index, heading, table.letter(index))


def retraced(found: Problem, places: Mapping[str, Place], rows: Sequence[int], line_rows: Sequence[int]) -> Problem:
    """A problem of an element, said after the reading, with row and cell by what was kept of it."""
    key = key_of(found)
    where = places.get(key, Place("", "", ""))
    found = replace(named(found), field=key, column=where.column, letter=where.letter, sheet=where.sheet)
    return replace(found, rows=row_of(found.element, line_rows) or tuple(rows[:1] if where.letter else rows))


def key_of(found: Problem) -> str:
    """The vocabulary key that a problem speaks of, "" when it is none."""
    return found.field or BY_ELEMENT.get(_INDEX.sub("", found.element), "")


def row_of(element: str, line_rows: Sequence[int]) -> tuple[int, ...]:
    """The row of the line that an element belongs to; () when it is no line's."""
    line = _LINE.match(element)
    number = int(line[1] or 1) if line else 0
    return (line_rows[number - 1],) if 0 < number <= len(line_rows) and line_rows[number - 1] else ()


def meaning(element: str) -> str:
    """An element's path in an accountant's words: "cena jednostkowa netto (P_9A)"; the path where no word has it."""
    word = BY_KEY.get(BY_ELEMENT.get(_INDEX.sub("", element), ""))
    return f"{word.label} ({element.rpartition('/')[2]})" if word else element


def named(found: Problem) -> Problem:
    """Its message with the accountant's word for an element instead of its path."""
    if not key_of(found) or f"Element {found.element}" not in found.message:
        return found
    return replace(found, message=found.message.replace(f"Element {found.element}", f"Pole „{meaning(found.element)}”"))


@dataclass(frozen=True, slots=True)
class _Column:
    """The table and column of a field; no index where it has no column."""

    table: Table | None
    index: int | None = None
    heading: str = ""
    letter: str = ""


def _part_rows(section: str, found: Problem, mapped: Mapped) -> tuple[int, ...]:
    """Rows of the parts a problem speaks of; () when they cannot be told, as for parts inside parts.

    The schema names the part by its place; a rule speaks of all of them, unless it says which.
    """
    part, rows = PARTS[section], mapped.part_rows.get(section, ())
    place_in = re.match(rf"{re.escape(part.element)}(?:\[(\d+)\])?(?:/|$)", found.element)
    if place_in is None or part.around in REPEATED:
        return ()
    if found.field and not place_in[1]:
        return rows
    return rows[int(place_in[1] or 1) - 1 : int(place_in[1] or 1)]


def _cell(where: _Column, mapped: Mapped, numbers: Sequence[int]) -> str:
    """What stands in the first of the problem's rows."""
    if where.table is None or where.index is None or not numbers:
        return ""
    rows = dict(mapped.sources).get(where.table.name, ())
    cells = next((row.cells for row in rows if row.number == numbers[0]), ())
    return cells[where.index] if where.index < len(cells) else ""


def _fields(mapping: MappingFile) -> Iterator[Field]:
    """Every field of a mapping; those of extra lines and rules after its own."""
    yield from mapping.header
    yield from mapping.line
    yield from (each for extra in mapping.extra_lines for each in extra.fields)
    yield from (each for rule in mapping.rules for each in rule.fields)


def _columns(mapping: MappingFile, key: str, default: str) -> Iterator[tuple[str, Column]]:
    """Columns of a field; of a total of the file or of a rule's value where the field itself has none."""
    for each in _fields(mapping):
        if each.word.key == key:
            for column in each.origin.columns:
                yield column.table or default, column
    for repeat, table in mapping.every_repeat():
        for each in repeat.fields:
            if each.word.key == key:
                yield from ((column.table or table, column) for column in each.origin.columns)
