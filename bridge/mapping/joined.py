"""Tables beside the invoice's own that single fields look at (`[U!tekst]`) → at most one row per invoice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.mapping.bind import texts
from bridge.model.problem import Problem, problem
from bridge.model.table import rows_text

if TYPE_CHECKING:
    from bridge.mapping.parts import Mapping
    from bridge.model.table import Row, Source, Table

    Key = tuple[str, ...]


class Joined:
    """Rows by key, or the only row where there is no `klucz`; of several the first is kept and all are told."""

    def __init__(self, mapping: Mapping, source: Source, named: set[str]) -> None:
        self._mapping, self._source = mapping, source
        self._doubled: dict[tuple[str, Key], list[int]] = {}
        self._rows = {name: self._by_key(source.tables[name]) for name in sorted(named)}
        self._seen: set[Key] = {()}

    def row(self, name: str, key: Key) -> Row | None:
        """The row that an invoice has in a table."""
        return self._rows.get(name, {}).get(key if name in self._mapping.joins else ())

    def rows(self, key: Key) -> dict[str, Row]:
        """The rows that an invoice has in all tables."""
        return {name: found for name in self._rows if (found := self.row(name, key)) is not None}

    def told(self, key: Key) -> Iterator[Problem]:
        """An invoice with this key was met; D03 for each table that has several rows for it."""
        self._seen.add(key)
        for (name, own), numbers in self._doubled.items():
            if own in (key, ()):
                said = f"Tabela „{name}” ma dla tej faktury {len(numbers)} wiersze ({rows_text(numbers)}), a może mieć jeden."
                advice = "Popraw eksport albo weź wszystkie wiersze jako części: `z_tabeli`."
                yield replace(self._problem("D03", said, name, numbers), advice=advice)

    def orphans(self) -> Iterator[Problem]:
        """Rows of no invoice that was met (law 8)."""
        for name, rows in self._rows.items():
            for key, row in rows.items():
                if key not in self._seen:
                    numbers = self._doubled.get((name, key), [row.number])
                    said = f"Wiersze {rows_text(numbers)} („{' '.join(key)}”) nie należą do żadnej faktury."
                    yield self._problem("D10", said, name, numbers)

    def _by_key(self, table: Table) -> dict[Key, Row]:
        joins = self._mapping.joins
        key: Callable[[Row], Key] = texts(table, joins[table.name]) if table.name in joins else lambda _row: ()
        found: dict[Key, Row] = {}
        for row in table.rows():
            if any(row.cells):
                first = found.setdefault(key(row), row)
                if first is not row:
                    self._doubled.setdefault((table.name, key(row)), [first.number]).append(row.number)
        return found

    def _problem(self, code: str, said: str, name: str, numbers: list[int]) -> Problem:
        table = self._source.tables[name]
        return problem(code, said, file=table.file, sheet=table.sheet, rows=tuple(numbers))
