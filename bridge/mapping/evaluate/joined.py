"""Rows beside the one that is read: of tables that single fields and tests look at (`[U!tekst]`), one per invoice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.mapping.evaluate.bind import bind_test, texts
from bridge.mapping.language.across import named
from bridge.model.problem import Problem, problem
from bridge.model.table import Row, rows_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.mapping.evaluate.bind import BoundTest
    from bridge.mapping.language.parts import Column, MappingFile, Test
    from bridge.model.table import Source, Table

    Key = tuple[str, ...]

NO_ROW = Row(0, ())  # what a test sees of a table that has no row for the invoice


class Tests:
    """The tests of one condition, ready for rows of one table and what stands beside them."""

    def __init__(self, tests: Iterable[Test], own: str, source: Source) -> None:
        self._tests: tuple[BoundTest, ...] = tuple(
            bind_test(each, source.tables[each.column.table or own]) for each in tests
        )
        self._own = own
        self._alone = all(each.table == own for each in self._tests)

    def hold(self, row: Row, beside: Callable[[str], Row | None]) -> bool:
        """Whether all of them hold; `beside` gives the row of another table."""
        for test in self._tests:
            looked = row if self._alone or test.table == self._own else beside(test.table) or NO_ROW
            if not test.holds(looked):
                return False
        return True


class Joined:
    """Index the rows of a side table by invoice key. Duplicate keys: the first row wins, D03 lists all of them."""

    def __init__(self, mapping: MappingFile, source: Source) -> None:
        self._mapping, self._source = mapping, source
        self._doubled: dict[tuple[str, Key], list[int]] = {}
        self._rows = {name: self._by_key(source.tables[name]) for name in sorted(named(mapping))}
        self._seen: set[Key] = {()}

    def row(self, name: str, key: Key) -> Row | None:
        """The row that an invoice has in a table."""
        rows = self._rows.get(name)
        return rows.get(key if self._columns(name) else ()) if rows else None

    def rows(self, key: Key) -> dict[str, Row]:
        """The rows that an invoice has in all tables."""
        return {name: found for name in self._rows if (found := self.row(name, key)) is not None}

    def duplicates(self, key: Key) -> Iterator[Problem]:
        """An invoice with this key was met; D03 for each table that has several rows for it."""
        self._seen.add(key)
        for (name, own), numbers in self._doubled.items():
            if own in (key, ()) and name != self._mapping.main_table:
                said = f"Tabela „{name}” ma dla tej faktury {len(numbers)} wiersze ({rows_text(numbers)}), a może mieć jeden."
                advice = "Popraw eksport albo weź wszystkie wiersze jako części: `z_tabeli`."
                yield replace(self._problem("D03", said, name, numbers), advice=advice)

    def orphans(self) -> Iterator[Problem]:
        """Rows of no invoice that was met (law 8); those of lines and parts are told by who reads them."""
        others = {self._mapping.main_table, self._mapping.line_table, *self._mapping.part_tables()}
        for name, rows in self._rows.items():
            for key, row in rows.items() if name not in others else ():
                if key not in self._seen:
                    numbers = self._doubled.get((name, key), [row.number])
                    said = f"Wiersze {rows_text(numbers)} („{' '.join(key)}”) nie należą do żadnej faktury."
                    yield self._problem("D10", said, name, numbers)

    def _columns(self, name: str) -> tuple[Column, ...]:
        return self._mapping.key if name == self._mapping.main_table else self._mapping.joins.get(name, ())

    def _by_key(self, table: Table) -> dict[Key, Row]:
        columns = self._columns(table.name)
        key: Callable[[Row], Key] = texts(table, columns) if columns else lambda _row: ()
        found: dict[Key, Row] = {}
        for row in table.rows():
            if any(row.cells) or row.values:
                first = found.setdefault(key(row), row)
                if first is not row:
                    self._doubled.setdefault((table.name, key(row)), [first.number]).append(row.number)
        return found

    def _problem(self, code: str, said: str, name: str, numbers: list[int]) -> Problem:
        table = self._source.tables[name]
        return problem(code, said, file=table.file, sheet=table.sheet, rows=tuple(numbers))
