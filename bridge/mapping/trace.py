"""Problems of the checks, which know fields and rows → the same with sheet, column, letter and the cell's text."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bridge.mapping.bind import place
from bridge.mapping.vocabulary import BY_ELEMENT, LINE_KEYS
from bridge.model.table import letter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bridge.mapping.parts import Column, Mapping
    from bridge.model.item import Mapped
    from bridge.model.problem import Problem
    from bridge.model.table import Source, Table

_INDEX = re.compile(r"\[\d+\]")


class Places:
    """Where each field of a mapping stands in one source; looked up once per field."""

    def __init__(self, mapping: Mapping, source: Source) -> None:
        self._mapping, self._source = mapping, source
        self._known: dict[str, _Place] = {}

    def located(self, mapped: Mapped, problems: Iterable[Problem]) -> list[Problem]:
        """Each problem of an invoice with the cell its field came from, as far as one can be named."""
        return [self._located(mapped, each) for each in problems]

    def _located(self, mapped: Mapped, found: Problem) -> Problem:
        key = found.field or BY_ELEMENT.get(_INDEX.sub("", found.element), "")
        where = self._known.get(key) or self._known.setdefault(key, self._place(key))
        if where.table is None:
            return replace(found, field=key, file=found.file or self._source.file)
        return replace(
            found,
            field=key,
            file=where.table.file,
            sheet=where.table.sheet,
            column=where.heading or found.column,
            letter=where.letter or found.letter,
            value=found.value or _cell(where, mapped, found.rows),
        )

    def _place(self, key: str) -> _Place:
        mapping = self._mapping
        default = mapping.line_table if key in LINE_KEYS else mapping.main_table
        named = next(_columns(mapping, key, default), None)
        table = self._source.tables.get(named[0] if named else default)
        index = place(table, named[1].name) if table and named else None
        if table is None or named is None or index is None:
            return _Place(table)
        heading = table.heading[index] if index < len(table.heading) else named[1].name
        return _Place(table, index, heading, letter(index))


@dataclass(frozen=True, slots=True)
class _Place:
    """The table and column of a field; no index where it has no column."""

    table: Table | None
    index: int | None = None
    heading: str = ""
    letter: str = ""


def _cell(where: _Place, mapped: Mapped, numbers: Sequence[int]) -> str:
    """What stands in the first of the problem's rows."""
    if where.table is None or where.index is None or not numbers:
        return ""
    rows = dict(mapped.sources).get(where.table.name, ())
    cells = next((row.cells for row in rows if row.number == numbers[0]), ())
    return cells[where.index] if where.index < len(cells) else ""


def _columns(mapping: Mapping, key: str, default: str) -> Iterator[tuple[str, Column]]:
    """Columns of a field; of a total of the file or of a rule's value where the field itself has none."""
    everywhere = (
        *mapping.header,
        *mapping.line,
        *(each for extra in mapping.extra_lines for each in extra.fields),
        *(each for rule in mapping.rules for each in rule.fields),
    )
    for each in everywhere:
        if each.word.key == key:
            for column in each.origin.columns:
                yield column.table or default, column
