"""A bad cell, a missing value or a conflict → the Problem that names its file, row, column and field."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bridge.mapping.language.vocabulary import LINE_KEYS
from bridge.model.problem import Problem, problem
from bridge.model.table import index_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.mapping.converters.formats import Bad
    from bridge.mapping.evaluate.bind import Bound
    from bridge.model.table import Row, Table


def bad_cell(bad: Bad, bound: Bound, table: Table, row: Row | None) -> Problem:
    """What a converter refused, with what stands in the cell."""
    where = place_of(bound, table)
    if row is not None:
        shown = " ".join(row.cells[index] for index in bound.indexes if index < len(row.cells))
        where |= {"rows": (row.number,), "value": shown}
    return problem_at(bad, where)


def place_of(bound: Bound, table: Table) -> dict[str, Any]:
    """Where a field stands in a table."""
    index = bound.indexes[0] if bound.indexes else None
    return {
        "file": table.file,
        "sheet": table.sheet,
        "field": bound.field.word.key,
        "element": bound.field.word.element,
        "column": "" if index is None or index >= len(table.heading) else table.heading[index],
        "letter": "" if index is None else table.letter(index),
    }


def problem_at(bad: Bad, where: dict[str, Any]) -> Problem:
    """A Bad at a place; its own advice wins over the code's."""
    found = problem(bad.code, bad.message, **where)
    return replace(found, advice=bad.advice) if bad.advice else found


def in_every_row(found: Problem, table: Table, rows: Sequence[Row]) -> Problem:
    """A bad value of a header field with every row of the invoice that repeats it, so that all of them are mended."""
    if len(found.rows) != 1 or not found.value or found.field in LINE_KEYS or found.sheet != table.sheet:
        return found
    own = next((row for row in rows if row.number == found.rows[0]), None)
    place = index_of(found.letter) if found.letter else -1
    if own is None or not 0 <= place < len(own.cells):
        return found
    same = tuple(row.number for row in rows if row.cells[place : place + 1] == own.cells[place : place + 1])
    return replace(found, rows=same)
