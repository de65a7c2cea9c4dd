"""Rows around an invoice → its parts that repeat: third parties, accounts, descriptions, blocks of an attachment.

One mechanism for all of them: a part comes from columns of the rows around it, and is left out where they are all empty;
or from every row of a table with its key (`z_tabeli`). Parts inside parts come in the same two ways. What several rows
of one invoice mean, bridge.mapping.evaluate.several decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from bridge.mapping.converters.formats import Bad
from bridge.mapping.evaluate.bind import bind, texts
from bridge.mapping.evaluate.build import Plan, kept_of, part_plan
from bridge.mapping.evaluate.cell_problems import bad_cell, place_of, problem_at
from bridge.mapping.evaluate.joined import Tests
from bridge.mapping.evaluate.several import Clash, Unclear, Voice, sorted_out
from bridge.mapping.language.vocabulary import BY_KEY, PARTS
from bridge.model.problem import Problem, problem
from bridge.model.table import Row, rows_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bridge.mapping.evaluate.bind import Bound
    from bridge.mapping.evaluate.joined import Joined
    from bridge.mapping.language.parts import MappingFile as Language
    from bridge.mapping.language.parts import Repeat
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
    looks: tuple[int, ...] = ()  # columns of the invoice's own table
    varies: bool = False  # it, or a part in it, looks at them, so that each row of the invoice has its say
    rows: dict[Key, list[Row]] = field(default_factory=dict)  # of its own table, by klucz
    key: Callable[[Row], Key] | None = None  # its klucz, looked up in a row of the table around


class Parts:
    """The parts of a mapping, ready to be read for each invoice of one source."""

    def __init__(self, mapping: Language, source: Source, joined: Joined) -> None:
        self._mapping, self._source, self._joined = mapping, source, joined
        self.problems: list[Problem] = []
        self.skipped: dict[str, list[int]] = {}
        self.empty = 0
        self.rows: dict[str, tuple[int, ...]] = {}  # of the last invoice: section → rows of its parts, in order
        self._loaded: dict[str, dict[Key, list[Row]]] = {}
        self._bound = [self._bind(each, "") for each in mapping.repeats]

    def __bool__(self) -> bool:
        """Whether the mapping has any."""
        return bool(self._bound)

    def of(self, rows: Sequence[Around], key: Key, found: list[Problem]) -> dict[str, tuple[Any, ...]]:
        """The parts of one invoice by section, in the order of the mapping; what is wrong with them goes to `found`."""
        made: dict[str, tuple[Any, ...]] = {}
        self.rows = {}
        for bound in self._bound:
            made[bound.repeat.section] = (
                *made.get(bound.repeat.section, ()),
                *self._parts(bound, rows, key, found),
            )
        for section, parts in made.items():
            self._count(section, len(parts), found)
        if NUMBERED in made:
            made[NUMBERED] = tuple(_numbered(made[NUMBERED]))
        return made

    def _count(self, section: str, count: int, found: list[Problem]) -> None:
        most = PARTS[section].most
        if count > most:
            told = f"Faktura ma {count} części „{section}”, a FA(3) pozwala na {most}."
            found.append(problem("D14", told, file=self._source.file, field=section))

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
                told = f"Wiersze {rows_text(numbers)} („{' '.join(key)}”) nie należą do żadnej faktury."
                yield problem("D10", told, file=table.file, sheet=table.sheet, rows=numbers, value=" ".join(key))

    # --- one invoice --------------------------------------------------------------------------------------------------

    def _parts(self, bound: _Bound, rows: Sequence[Around], key: Key, found: list[Problem]) -> list[Any]:
        """The parts that these rows of the invoice make."""
        main = self._mapping.main_table
        if bound.repeat.table:
            own = bound.rows.pop(key, [])
            if len(rows) > 1:
                self._settle(bound, rows, found)
            made = [(self._part(bound, [rows[0].and_row(bound.table, row)], found, row), row.number) for row in own]
        elif len(rows) == 1 or not (bound.varies or bound.repeat.per == "wiersz"):
            made = [(self._part(bound, rows[:1], found, None), rows[0].rows[main].number)]
        else:
            made = [
                (self._part(bound, some, found, None, values), some[0].rows[main].number)
                for values, some in self._sorted_out(bound, rows, found)
            ]
        parts = [(part, number) for part, number in made if part is not None]
        section = bound.repeat.section
        self.rows[section] = (*self.rows.get(section, ()), *(number for _, number in parts))
        return [part for part, _ in parts]

    def _part(
        self,
        bound: _Bound,
        rows: Sequence[Around],
        found: list[Problem],
        row: Row | None,
        values: dict[str, Any] | None = None,
    ) -> Any:
        """One part; None when its columns are all empty, or when something of it is wrong."""
        before, around = len(found), rows[0]
        values = dict(values) if values is not None else self._values(bound, around, found)
        for inner in bound.inner:
            key = inner.key(row) if inner.key and row is not None else ()
            parts = tuple(self._parts(inner, rows, key, found))
            values[inner.repeat.section] = (*values.get(inner.repeat.section, ()), *parts)
        for inner in bound.inner:
            self._count(inner.repeat.section, len(values[inner.repeat.section]), found)
        missing: list[str] = []
        made = bound.plan.made(values, missing, {} if row is not None and bound.plan.cells else None)
        if len(found) > before:
            return None
        found += [self._missing(bound, name, row or around.of(bound.table)) for name in missing]
        if made is None and not missing and row is not None:
            told = f"Wiersz {row.number} nie mówi nic o tym, czym jest „{bound.repeat.section}”."
            found.append(self._problem(bound, "D01", told, row))
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
        if silent and bound.plan.is_there(values):  # an absent part may be silent
            found += [bad_cell(SILENT_FLAG, each, self._source.tables[each.table], row) for each, row in silent]
        return values

    # --- several rows of one invoice ----------------------------------------------------------------------------------

    def _sorted_out(
        self, bound: _Bound, rows: Sequence[Around], found: list[Problem]
    ) -> list[tuple[dict[str, Any], list[Around]]]:
        """What the rows say together: the values of each part, with the rows that say them; nothing after a problem."""
        before = len(found)
        voices = self._voices(bound, rows, found)
        if len(found) > before:
            return []
        made = sorted_out(bound.repeat, voices, silent=self._mapping.header_in_first_row)
        if isinstance(made, Clash):
            found.append(self._clash(bound, made))
        elif isinstance(made, Unclear):
            found.append(self._unclear(bound, made))
        else:
            return [(values, [rows[place] for place in places]) for values, places in made]
        return []

    def _voices(self, bound: _Bound, rows: Sequence[Around], found: list[Problem]) -> list[Voice]:
        """What each row says of the part; rows with the same cells are read once."""
        main, known = self._mapping.main_table, {}
        look = itemgetter(*bound.looks) if bound.looks else None
        longest = max(bound.looks, default=-1)
        voices = []
        for around in rows:
            row = around.rows[main]
            cells: Any = row.cells if look is None or len(row.cells) <= longest else look(row.cells)
            cells = row.number if row.values else cells if look else ()
            if cells not in known:
                values = self._values(bound, around, found)
                known[cells] = (values, bound.plan.is_there(values))
            voices.append(Voice(row.number, *known[cells]))
        return voices

    def _settle(self, bound: _Bound, rows: Sequence[Around], found: list[Problem]) -> None:
        """A part of a table may look at the invoice's own rows only where they agree."""
        for each in (each for one in self._every([bound]) for each in one.fields):
            if each.table == self._mapping.main_table and each.indexes:
                said_by = [(around.rows[each.table], each.get(around.rows[each.table])) for around in rows]
                first, old = said_by[0]
                other = next(((row, value) for row, value in said_by if value != old), None)
                if other is not None:
                    clash = Clash(each.field.word.key, (first.number, old), (other[0].number, other[1]))
                    found.append(self._clash(bound, clash))

    def _clash(self, bound: _Bound, clash: Clash) -> Problem:
        each = next(each for one in self._every([bound]) for each in one.fields if each.field.word.key == clash.key)
        (first, old), (row, new) = clash.before, clash.after
        shown = ["puste" if value is None else str(value) for value in (old, new)]
        told = f"Część „{bound.repeat.section}” ma dwie różne wartości pola „{clash.key}”: "
        told += f"{shown[0]} (wiersz {first}) i {shown[1]} (wiersz {row})."
        where = place_of(each, self._source.tables[each.table]) | {"rows": (first, row), "value": shown[1]}
        return problem_at(Bad("D03", told), where)

    def _unclear(self, bound: _Bound, unclear: Unclear) -> Problem:
        section, numbers = bound.repeat.section, unclear.rows
        each = next((each for each in bound.fields if each.field.word.key == unclear.key), bound.fields[0])
        told = f"Wiersze {rows_text(numbers)} mówią to samo o części „{section}” ({unclear.shown}): "
        told += "nie wiadomo, czy to jedna rzecz powtórzona w każdym wierszu, czy w każdym wierszu osobna."
        advice = f"Dopisz w mapowaniu przy `{PARTS[section].name}`: raz_na: faktura (jedna na fakturę) albo raz_na: wiersz (osobna w każdym wierszu)."
        where = place_of(each, self._source.tables[each.table]) | {"rows": numbers, "value": unclear.shown}
        return problem_at(Bad("D22", told, advice), where)

    def _missing(self, bound: _Bound, key: str, row: Row | None) -> Problem:
        told = f"Brakuje wartości: {BY_KEY[key].meaning if key in BY_KEY else key} („{key}”)."
        return replace(self._problem(bound, "D01", told, row), field=key)

    def _problem(self, bound: _Bound, code: str, told: str, row: Row | None) -> Problem:
        table = self._source.tables[bound.table]
        where = {"file": table.file, "sheet": table.sheet, "rows": (row.number,) if row else ()}
        return problem(code, told, field=bound.repeat.section, **where)

    # --- binding ------------------------------------------------------------------------------------------------------

    def _bind(self, repeat: Repeat, around: str) -> _Bound:
        table = repeat.table or around or self._mapping.main_table
        fields = tuple(
            bind(each, self._source.tables[_table_of(each.origin.columns, table)], self._mapping.formats)
            for each in repeat.fields
        )
        inner = tuple(self._bind(each, table) for each in repeat.inner)
        kept = kept_of(repeat.fields, (), (each.section for each in repeat.inner))
        main = self._mapping.main_table
        looks = tuple(sorted({index for each in fields if each.table == main for index in each.indexes}))
        varies = bool(looks) or any(each.varies for each in inner)
        bound = _Bound(repeat, table, fields, part_plan(repeat.section, kept), inner, looks, varies)
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
            (rule.title, Tests(rule.tests, name, self._source))
            for rule in self._mapping.rules
            if rule.table == name and rule.action == "pomin"
        ]
        length, lines = len(self._mapping.key), name == self._mapping.line_table
        found: dict[Key, list[Row]] = {}
        for row in table.rows():
            own = key(row)
            if not any(row.cells) and not row.values:
                self.empty += 0 if lines else 1  # those of the lines' table are counted with the lines
            elif (title := self._skip(rules, row, own[:length])) is not None:
                self.skipped.setdefault(title, []).append(row.number)
            elif not all(own):
                told = f"Wiersz {row.number} tabeli „{name}” nie mówi, do której faktury należy."
                where = {"file": table.file, "sheet": table.sheet, "rows": (row.number,)}
                self.problems.append(problem("D12", told, **where))
            else:
                found.setdefault(own, []).append(row)
        return found

    def _skip(self, rules: list[tuple[str, Tests]], row: Row, key: Key) -> str | None:
        """The title of the rule that leaves this row out."""

        def beside(name: str) -> Row | None:
            return self._joined.row(name, key)

        return next((title for title, tests in rules if tests.hold(row, beside)), None)

    def _every(self, bound: list[_Bound]) -> Iterator[_Bound]:
        for each in bound:
            yield each
            yield from self._every(list(each.inner))


def _table_of(columns: tuple[Any, ...], default: str) -> str:
    return next((column.table for column in columns if column.table), default)


def _numbered(lines: Sequence[Any]) -> list[Any]:
    """NrWierszaZam from 1, of the lines before and after a correction each, unless they are numbered."""
    counts = {True: 0, False: 0}
    made = []
    for line in lines:
        counts[line.before] += 1
        made.append(line if line.number else replace(line, number=counts[line.before]))
    return made
