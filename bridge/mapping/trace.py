"""Problems of the checks, which know fields and rows → the same with sheet, column, letter and the cell's text."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.mapping.bind import place
from bridge.mapping.vocabulary import BY_ELEMENT, LINE_KEYS
from bridge.model.table import letter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bridge.mapping.parts import Column, Mapping
    from bridge.model.item import Mapped
    from bridge.model.problem import Problem
    from bridge.model.table import Row, Source, Table

_INDEX = re.compile(r"\[\d+\]")


def locate(mapping: Mapping, source: Source, mapped: Mapped, problems: Sequence[Problem]) -> list[Problem]:
    """Each problem of an invoice with the cell its field came from, as far as one can be named."""
    return [_located(mapping, source, mapped, each) for each in problems]


def _located(mapping: Mapping, source: Source, mapped: Mapped, found: Problem) -> Problem:
    key = found.field or BY_ELEMENT.get(_INDEX.sub("", found.element), "")
    default = mapping.line_table if key in LINE_KEYS else mapping.main_table
    named = next(_columns(mapping, key, default), None)
    table = source.tables.get(named[0] if named else default)
    if table is None:
        return replace(found, field=key, file=found.file or source.file)
    found = replace(found, field=key, file=table.file, sheet=table.sheet)
    return _with_cell(found, table, named[1], dict(mapped.sources).get(table.name, ())) if named else found


def _with_cell(found: Problem, table: Table, column: Column, rows: Sequence[Row]) -> Problem:
    index = place(table, column.name)
    if index is None:
        return found
    heading = table.heading[index] if index < len(table.heading) else column.name
    cells = next((row.cells for row in rows if found.rows and row.number == found.rows[0]), ())
    value = found.value or (cells[index] if index < len(cells) else "")
    return replace(found, column=heading, letter=letter(index), value=value)


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
