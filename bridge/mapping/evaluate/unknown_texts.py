"""Cells of a workbook whose text is not known, where a test, a key or the results need it: D18, never an empty text.

Tests see the value of a cell beside its text: 3 is 3, whether it is shown as "3" or "3,00", so that the program that
wrote a workbook and the engine that read it change no invoice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from bridge.model.problem import Problem, problem
from bridge.model.table import Row, Source, Table, Untold
from bridge.model.text import folded

if TYPE_CHECKING:
    from bridge.mapping.language.parts import MappingFile, Test
    from bridge.model.table import CellValue

_NUMBER = re.compile(r"(-?)(\d{1,15})(?:[.,](\d{1,15}))?(%?)", re.ASCII)
_DAY = re.compile(r"(?:(\d{4})[-./](\d{2})[-./](\d{2})|(\d{2})[-./](\d{2})[-./](\d{4}))", re.ASCII)
ADVICE = "Zapisz skoroszyt w Excelu jako „Skoroszyt programu Excel (*.xlsx)” albo sformatuj tę kolumnę jako tekst i wpisz wartości jeszcze raz."
MOST_TOLD = 100  # cells; what is wrong with a hundred is wrong with the column


def verdict_of(verb: str, values: tuple[str, ...], text: str, value: CellValue) -> bool | None:
    """What a test says of a cell that has a value; None when only a text that is not known could say it."""
    if isinstance(value, Untold):
        return None
    if verb == "jest_puste":
        return values != ("tak",)
    shown = folded(text)
    if verb in {"jest", "nie_jest"}:
        meant = [_meant(each, value) for each in values]
        same = shown in values or any(meant)
        clear = same or bool(shown) or None not in meant
        return (same == (verb == "jest")) if clear else None
    return PARTS[verb](shown, values) if shown else None


PARTS: dict[str, Callable[[str, tuple[str, ...]], bool]] = {
    "zawiera": lambda text, values: any(value in text for value in values),
    "nie_zawiera": lambda text, values: not any(value in text for value in values),
    "zaczyna_sie_od": lambda text, values: any(text.startswith(value) for value in values),
}


def _meant(written: str, value: CellValue) -> bool | None:
    """Whether a value of a mapping means that of the cell; None when it is of another kind."""
    if isinstance(value, Decimal):
        number = _number(written)
        return None if number is None else number == value
    if isinstance(value, date):
        meant = _day(written)
        own = value.date() if isinstance(value, datetime) else value
        return None if meant is None else meant == own
    return None


@lru_cache(maxsize=1000)
def _number(written: str) -> Decimal | None:
    found = _NUMBER.fullmatch(written)
    if not found:
        return None
    number = Decimal(f"{found[1]}{found[2]}.{found[3] or 0}")
    return number / 100 if found[4] else number


@lru_cache(maxsize=1000)
def _day(written: str) -> date | None:
    found = _DAY.fullmatch(written)
    if not found:
        return None
    year, month, day = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


@dataclass(slots=True)
class Watch:
    """What was met while rows passed by: cells that a test, a key or the results need and nobody can tell."""

    found: dict[tuple[str, int, int], Problem] = field(default_factory=dict)

    def rows(self, table: Table, needs: dict[int, list[Test | None]]) -> Iterator[Row]:
        """The rows of a table, looked at on their way; None among `needs` asks for the text itself."""
        for row in table.rows():
            if row.values:
                for index in row.values.keys() & needs.keys():
                    self._look(table, row, index, needs[index])
            yield row

    def _look(self, table: Table, row: Row, index: int, needs: list[Test | None]) -> None:
        text, value = row.cells[index] if index < len(row.cells) else "", row.values[index]
        if text and not isinstance(value, Untold):
            return
        told = [each and verdict_of(each.verb, each.values, text, value) for each in needs]
        place = (table.name, row.number, index)
        if None in told and place not in self.found and len(self.found) < MOST_TOLD:
            reason = value.reason if isinstance(value, Untold) else f"nie wiadomo, jak Excel pokazuje wartość {value}"
            said = f"Ta komórka decyduje o fakturze, a nie da się jej odczytać: {reason}."
            self.found[place] = replace(
                problem("D18", said, advice=ADVICE, file=table.file, sheet=table.sheet, rows=(row.number,)),
                column=table.heading[index] if index < len(table.heading) else "",
                letter=table.letter(index),
            )


def watched(mapping: MappingFile, source: Source, place: Callable[[Table, str], int | None], watch: Watch) -> Source:
    """The source whose rows are looked at as they are read."""
    needs: dict[str, dict[int, list[Test | None]]] = {}
    for name, column, test in _asked(mapping):
        table = source.tables.get(name)
        index = place(table, column) if table else None
        if index is not None:
            needs.setdefault(name, {}).setdefault(index, []).append(test)
    tables = {
        name: replace(table, rows=_looking(watch, table, needs[name])) if name in needs else table
        for name, table in source.tables.items()
    }
    return replace(source, tables=tables)


def _looking(watch: Watch, table: Table, needs: dict[int, list[Test | None]]) -> Callable[[], Iterator[Row]]:
    return lambda: watch.rows(table, needs)


def _asked(mapping: MappingFile) -> Iterator[tuple[str, str, Test | None]]:
    """Table, column and test of every cell that decides about invoices, or is repeated in the results."""
    main, lines = mapping.main_table, mapping.line_table
    for column in (*mapping.key, *mapping.results.echo):
        yield column.table or main, column.name, None
    for name, key in mapping.joins.items():
        yield from ((name, column.name, None) for column in key)
    for extra in mapping.extra_lines:
        own = main if extra.once else lines
        yield from ((test.column.table or own, test.column.name, test) for test in extra.tests)
    for rule in mapping.rules:
        own = rule.table or main
        yield from ((test.column.table or own, test.column.name, test) for test in rule.tests)
