"""Rows around an invoice → its parts that repeat: third parties, accounts, descriptions, blocks of an attachment.

One mechanism for all of them: a part comes from columns of the row around it, and is left out when they are all empty;
or from every row of a table with its key (`z_tabeli`). Parts inside parts come in the same two ways.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bridge.mapping.bind import bind, bind_test, texts
from bridge.mapping.blame import bad_cell
from bridge.mapping.build import Plan, kept_of, part_plan
from bridge.mapping.formats import Bad
from bridge.mapping.vocabulary import BY_KEY, PARTS
from bridge.model.problem import Problem, problem
from bridge.model.table import Row, rows_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.mapping.bind import Bound, BoundTest
    from bridge.mapping.parts import Mapping as Language
    from bridge.mapping.parts import Repeat, Rule
    from bridge.model.table import Source

    Key = tuple[str, ...]

SILENT_FLAG = Bad("D01", "Ta komórka jest pusta, a ma mówić tak albo nie.")
NUMBERED = "pozycja_zamowienia"  # its parts are numbered by the bridge


@dataclass(frozen=True, slots=True)
class Around:
    """The rows at hand where a part is read: of the main table, of joined ones, and of the tables of parts around it."""

    rows: Mapping[str, Row]

    def of(self, table: str) -> Row | None:
        """The row of a table, None when the invoice has none there."""
        return self.rows.get(table)

    def and_row(self, table: str, row: Row) -> Around:
        """The same with a row of one more table."""
        return Around({**self.rows, table: row})


@dataclass(slots=True)
class _Bound:
    """A Repeat bound to the tables of one source."""

    repeat: Repeat
    table: str
    fields: tuple[Bound, ...]
    plan: Plan
    inner: tuple[_Bound, ...]
    rows: dict[Key, list[Row]] = field(default_factory=dict)  # of its own table, by klucz
    key: Callable[[Row], Key] | None = None  # its klucz, looked up in a row of the table around


class Parts:
    """The parts of a mapping, ready to be read for each invoice of one source."""

    def __init__(self, mapping: Language, source: Source) -> None:
        self._mapping, self._source = mapping, source
        self.problems: list[Problem] = []
        self.skipped: dict[str, list[int]] = {}
        self.empty = 0
        self.rows: dict[str, tuple[int, ...]] = {}  # of the last invoice: section → rows of its parts, in order
        self._loaded: dict[str, dict[Key, list[Row]]] = {}
        self._bound = [self._bind(each, "") for each in mapping.repeats]

    def __bool__(self) -> bool:
        """Whether the mapping has any."""
        return bool(self._bound)

    def of(self, around: Around, key: Key, found: list[Problem]) -> dict[str, tuple[Any, ...]]:
        """The parts of one invoice by section, in the order of the mapping; what is wrong with them goes to `found`."""
        made: dict[str, tuple[Any, ...]] = {}
        self.rows = {}
        for bound in self._bound:
            made[bound.repeat.section] = (
                *made.get(bound.repeat.section, ()),
                *self._parts(bound, around, key, found),
            )
        for section, parts in made.items():
            most = PARTS[section].most
            if len(parts) > most:
                said = f"Faktura ma {len(parts)} części „{section}”, a FA(3) pozwala na {most}."
                found.append(problem("D14", said, file=self._source.file, field=section))
        return made

    def leave_out(self, key: Key) -> None:
        """The parts of an invoice that a rule skipped go with it."""
        for bound in self._bound:
            self._leave_out(bound, key)

    def _leave_out(self, bound: _Bound, key: Key) -> None:
        for row in bound.rows.pop(key, []):
            for inner in bound.inner:
                if inner.key:
                    self._leave_out(inner, inner.key(row))

    def orphans(self) -> Iterator[Problem]:
        """Rows of the tables of parts that belong to no invoice, or to no part around them (law 8)."""
        for bound in {each.repeat.table: each for each in self._every(self._bound) if each.repeat.table}.values():
            for key, rows in bound.rows.items():
                table = self._source.tables[bound.table]
                numbers = tuple(row.number for row in rows)
                said = f"Wiersze {rows_text(numbers)} („{' '.join(key)}”) nie należą do żadnej faktury."
                yield problem("D10", said, file=table.file, sheet=table.sheet, rows=numbers, value=" ".join(key))

    # --- one invoice --------------------------------------------------------------------------------------------------

    def _parts(self, bound: _Bound, around: Around, key: Key, found: list[Problem]) -> Iterator[Any]:
        if bound.repeat.table:
            rows = bound.rows.pop(key, [])
            parts = [self._part(bound, around.and_row(bound.table, row), found, row) for row in rows]
            section = bound.repeat.section
            self.rows[section] = (*self.rows.get(section, ()), *(row.number for row in rows))
        else:
            parts = [self._part(bound, around, found, None)]
        made = [part for part in parts if part is not None]
        yield from _numbered(made) if bound.repeat.section == NUMBERED else made

    def _part(self, bound: _Bound, around: Around, found: list[Problem], row: Row | None) -> Any:
        """One part; None when its columns are all empty, or when something of it is wrong."""
        before = len(found)
        values = self._values(bound, around, found)
        for inner in bound.inner:
            key = inner.key(row) if inner.key and row is not None else ()
            parts = tuple(self._parts(inner, around, key, found))
            values[inner.repeat.section] = (*values.get(inner.repeat.section, ()), *parts)
        missing: list[str] = []
        made = bound.plan.made(values, missing, {} if row is not None and bound.plan.cells else None)
        if len(found) > before:
            return None
        found += [self._missing(bound, name, row or around.of(bound.table)) for name in missing]
        if made is None and not missing and row is not None:
            said = f"Wiersz {row.number} nie mówi nic o tym, czym jest „{bound.repeat.section}”."
            found.append(self._problem(bound, "D01", said, row))
        return made

    def _values(self, bound: _Bound, around: Around, found: list[Problem]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        silent: list[tuple[Bound, Row]] = []
        for each in bound.fields:
            row = around.of(each.table)
            value = each.get(row) if row is not None else None
            if isinstance(value, Bad):
                found.append(bad_cell(value, each, self._source.tables[each.table], row))
            elif value is not None:
                values[each.field.word.key] = value
            elif each.must_speak and row is not None:
                silent.append((each, row))
        if any(values.get(key) not in (None, False) for key in bound.plan.telling):  # an absent part may be silent
            found += [bad_cell(SILENT_FLAG, each, self._source.tables[each.table], row) for each, row in silent]
        return values

    def _missing(self, bound: _Bound, key: str, row: Row | None) -> Problem:
        said = f"Brakuje wartości: {BY_KEY[key].meaning if key in BY_KEY else key} („{key}”)."
        return replace(self._problem(bound, "D01", said, row), field=key)

    def _problem(self, bound: _Bound, code: str, said: str, row: Row | None) -> Problem:
        table = self._source.tables[bound.table]
        where = {"file": table.file, "sheet": table.sheet, "rows": (row.number,) if row else ()}
        return problem(code, said, field=bound.repeat.section, **where)

    # --- binding ------------------------------------------------------------------------------------------------------

    def _bind(self, repeat: Repeat, around: str) -> _Bound:
        table = repeat.table or around or self._mapping.main_table
        fields = tuple(
            bind(each, self._source.tables[_table_of(each.origin.columns, table)], self._mapping.formats)
            for each in repeat.fields
        )
        inner = tuple(self._bind(each, table) for each in repeat.inner)
        used = ((each.word.key, each.constant is not None) for each in repeat.fields)
        kept = kept_of(used, (), (each.section for each in repeat.inner))
        bound = _Bound(repeat, table, fields, part_plan(repeat.section, kept), inner)
        if repeat.table:
            if repeat.table not in self._loaded:
                self._loaded[repeat.table] = self._rows(repeat.table)
            bound.rows = dict(self._loaded[repeat.table])
            bound.key = self._key_around(repeat.table, around) if around else None
        return bound

    def _key_around(self, name: str, around: str) -> Callable[[Row], Key]:
        """An inner table's klucz in a row of the table around: that one's own klucz, then columns of the same names."""
        own = self._mapping.joins.get(around, self._mapping.key)
        return texts(self._source.tables[around], (*own, *self._mapping.joins[name][len(own) :]))

    def _rows(self, name: str) -> dict[Key, list[Row]]:
        table = self._source.tables[name]
        key = texts(table, self._mapping.joins[name])
        rules = [
            (rule, tuple(bind_test(test, table) for test in rule.tests))
            for rule in self._mapping.rules
            if rule.table == name
        ]
        found: dict[Key, list[Row]] = {}
        for row in table.rows():
            if not any(row.cells):
                self.empty += 1
            elif (title := _skip(rules, row)) is not None:
                self.skipped.setdefault(title, []).append(row.number)
            elif not all(key(row)):
                said = f"Wiersz {row.number} tabeli „{name}” nie mówi, do której faktury należy."
                where = {"file": table.file, "sheet": table.sheet, "rows": (row.number,)}
                self.problems.append(problem("D12", said, **where))
            else:
                found.setdefault(key(row), []).append(row)
        return found

    def _every(self, bound: list[_Bound]) -> Iterator[_Bound]:
        for each in bound:
            yield each
            yield from self._every(list(each.inner))


def _skip(rules: list[tuple[Rule, tuple[BoundTest, ...]]], row: Row) -> str | None:
    """The title of the rule that leaves this row out."""
    return next(
        (rule.title for rule, tests in rules if rule.action == "pomin" and all(test.holds(row) for test in tests)), None
    )


def _table_of(columns: tuple[Any, ...], default: str) -> str:
    return next((column.table for column in columns if column.table), default)


def _numbered(lines: list[Any]) -> list[Any]:
    """NrWierszaZam from 1, of the lines before and after a correction each, unless they are numbered."""
    counts = {True: 0, False: 0}
    made = []
    for line in lines:
        counts[line.before] += 1
        made.append(line if line.number else replace(line, number=counts[line.before]))
    return made
