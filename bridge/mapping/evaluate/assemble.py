"""The rows of one invoice → a Mapped: header fields agree, rules vote, lines are built, all problems in one pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from bridge.mapping.converters.formats import Bad
from bridge.mapping.evaluate import build
from bridge.mapping.evaluate.bind import bind, texts
from bridge.mapping.evaluate.cell_problems import bad_cell, in_every_row, place_of, problem_at
from bridge.mapping.evaluate.doubtful import doubtful
from bridge.mapping.evaluate.joined import Joined, Tests
from bridge.mapping.evaluate.repeat import SILENT_FLAG, Around, Parts
from bridge.mapping.language.compile import is_line
from bridge.mapping.language.vocabulary import BY_KEY, NEEDED, PARTS, REPEATED
from bridge.model.invoice import Kind, Line
from bridge.model.item import Mapped
from bridge.model.problem import Problem, Severity, errors, problem
from bridge.model.table import Row, rows_text
from bridge.model.unread import UNREAD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bridge.mapping.evaluate.apply import Fired
    from bridge.mapping.evaluate.bind import Bound
    from bridge.mapping.language.parts import ExtraLine, Field, MappingFile
    from bridge.mapping.language.vocabulary import Word
    from bridge.model.invoice import Invoice
    from bridge.model.table import Source, Table

    Voted = tuple[Row, tuple[Fired, ...]]
    LineRows = dict[tuple[str, ...], list[Voted]] | None


ADVANCES = frozenset({Kind.ZAL, Kind.KOR_ZAL})
ORDER_LINES = "pozycja_zamowienia"
WITHOUT_LINES = frozenset({Kind.KOR, Kind.KOR_ZAL, Kind.KOR_ROZ, Kind.ZAL})


@dataclass(slots=True)
class InvoiceRows:
    """Rows with the same `jedna_faktura_to`."""

    key: tuple[str, ...]
    rows: list[Voted] = field(default_factory=list)
    skips: list[tuple[int, str]] = field(default_factory=list)  # row number, title of the rule

    @property
    def numbers(self) -> tuple[int, ...]:
        """All rows of the group, skipped ones too."""
        return tuple(sorted([*(row.number for row, _ in self.rows), *(number for number, _ in self.skips)]))


def _numbered(given: Iterable[tuple[Row, dict[str, Any]]]) -> list[Line]:
    """NrWierszaFa from 1, of the lines before and after a correction each (fa3.md, section 3)."""
    counts = {True: 0, False: 0}
    lines: list[Line] = []
    unknown = False  # from a line on of which nobody knows whether it is one before a correction
    for row, values in given:
        before = values.get("before", False)
        unknown = unknown or before is UNREAD
        if unknown:
            values.setdefault("number", UNREAD)
        else:
            counts[before] += 1
            values.setdefault("number", counts[before])
        lines.append(Line(row=row.number, **values))
    return lines


@dataclass(frozen=True, slots=True)
class _Extra:
    extra: ExtraLine
    table: str
    tests: Tests
    fields: tuple[Bound, ...]


Beside = Callable[[str], Row | None]  # the row of another table that an invoice has


class Reach(NamedTuple):
    """A row's own table, and what stands beside it."""

    table: str
    beside: Beside


class Assembler:
    """A mapping bound to the tables of one source."""

    def __init__(self, mapping: MappingFile, source: Source) -> None:
        self.mapping = mapping
        self.source = source
        self._main = source.tables[mapping.main_table]
        self._lines = source.tables[mapping.line_table]
        self._header = self._bound(mapping.header, mapping.main_table)
        self._line = self._bound(mapping.line, mapping.line_table)
        self.joined = Joined(mapping, source)
        self.parts = Parts(mapping, source, self.joined)
        self._plan = build.invoice_plan(_kept(mapping))
        self._discounts = any(key == "pozycja.kwota_rabatu" for key in _line_keys(mapping))
        self._extras = [self._extra(each) for each in mapping.extra_lines]
        self._own_header = [bound for bound in self._header if bound.table == mapping.main_table and bound.indexes]
        seen = sorted({index for bound in self._own_header for index in bound.indexes})
        self._header_cells = _cells(seen)
        self._echo = texts(self._main, mapping.results.echo)
        made = bool(mapping.line) or any(not each.once for each in mapping.extra_lines)  # lines of the rows of invoices
        self._single = bool(mapping.joins) and not (made and mapping.line_table == mapping.main_table)
        # Where both read the same rows, the kind says what they are: order lines of an advance, else lines.
        orders = {table for repeat, table in mapping.every_repeat() if repeat.section == ORDER_LINES}
        self._either = bool(mapping.line) and mapping.line_table in orders

    # --- one invoice -------------------------------------------------------------------------------------------------

    def mapped(self, group: InvoiceRows, lines: LineRows) -> Mapped:
        """The invoice of a group of rows, its skip, or its problems. Takes its lines out of `lines`."""
        line_rows = group.rows if lines is None else lines.pop(group.key, [])
        if not group.rows or (self._single and len(group.rows) > 1):
            self.parts.leave_out(group.key)
            list(self.joined.duplicates(group.key))
            return (
                self._doubled(group)
                if group.rows
                else Mapped(" ".join(group.key), group.numbers, skipped=group.skips[0][1])
            )
        found: list[Problem] = []
        beside = self._beside(group)
        everything = [*group.rows, *(line_rows if lines is not None else [])]
        votes = self._votes(everything, beside, found)
        values = self._values(group, votes, found)
        values |= {key: value for key, value in votes.items() if value is not None}
        self._refusals(everything, found)
        number, kind = values.get("faktura.numer"), values.get("faktura.rodzaj")
        ordered = self._either and kind in ADVANCES
        made = self._made_lines(group, line_rows, beside, found, own=not ordered)
        if self.parts:
            own: list[Problem] = []
            values |= self.parts.of(self._around(group), group.key, own)
            if self._either and not ordered:
                values.pop(ORDER_LINES, None)
                own = [each for each in own if not each.field.startswith(ORDER_LINES)]
            found += own
        found += self.joined.duplicates(group.key)
        invoice = self._invoice(dict(values), made, group, found)
        found += [_skip(group, self._main)] if group.skips else []
        echo, said_kind = self._echo(group.rows[0][0]), kind.value if kind else ""
        name = number or " ".join(group.key)
        if errors(found):
            told = dict.fromkeys(in_every_row(each, self._main, [row for row, _ in group.rows]) for each in found)
            doubted = None
            if not (self._either and kind is None):
                doubted = doubtful(self._plan, values, made, group.numbers, found)
            sources, parts = self._sources(group, line_rows, lines), self.parts.rows
            return Mapped(name, group.numbers, None, "", tuple(told), echo, said_kind, sources, parts, doubted)
        return Mapped(
            name,
            group.numbers,
            invoice,
            "",
            tuple(found),
            echo,
            said_kind,
            self._sources(group, line_rows, lines),
            self.parts.rows,
        )

    def _doubled(self, group: InvoiceRows) -> Mapped:
        """D06: each row of `naglowki` is an invoice, so several with one number are several invoices."""
        told = f"Numer {' '.join(group.key)} ma {len(group.rows)} wiersze wśród nagłówków ({rows_text(group.numbers)}), a każdy z nich to osobna faktura."
        where = {"file": self._main.file, "sheet": self._main.sheet, "rows": group.numbers}
        key = next((each for each in self._header if each.field.word.key == "faktura.numer"), None)
        cell = place_of(key, self._main) if key and key.table == self._main.name else {}
        found = problem("D06", told, **{**cell, **where, "value": " ".join(group.key)})
        echo = self._echo(group.rows[0][0])
        return Mapped(" ".join(group.key), group.numbers, problems=(found,), echo=echo)

    def _beside(self, group: InvoiceRows) -> Beside:
        """Rows of other tables, as seen from a row of this invoice."""
        main, header = self.mapping.main_table, group.rows[0][0]
        return lambda name: header if name == main else self.joined.row(name, group.key)

    def _sources(
        self, group: InvoiceRows, line_rows: list[Voted], lines: LineRows
    ) -> tuple[tuple[str, tuple[Row, ...]], ...]:
        own = (self.mapping.main_table, tuple(row for row, _ in group.rows))
        return (own,) if lines is None else (own, (self.mapping.line_table, tuple(row for row, _ in line_rows)))

    def _values(self, group: InvoiceRows, votes: dict[str, Any], found: list[Problem]) -> dict[str, Any]:
        """Header fields of the first row; the other rows must agree after conversion (law 7, D03).

        What cannot be read is told and takes no part in the agreement: one fault, one problem.
        """
        first = group.rows[0][0]
        known: dict[str, tuple[Row, Any]] = {}
        for bound in self._header:
            if bound.field.word.key not in votes:
                self._take(known, bound, (first, self._row_of(bound, first, group.key)), found)
        look, reference = self._header_cells, self._header_cells(first.cells)
        for row, _ in group.rows[1:]:
            if row.values or look(row.cells) != reference:
                self._agree(known, votes, row, found)
        return {key: value for key, (_, value) in known.items() if value is not None}

    def _take(
        self, known: dict[str, tuple[Row, Any]], bound: Bound, rows: tuple[Row, Row | None], found: list[Problem]
    ) -> None:
        first, row = rows
        value = bound.get(row) if row is not None else None
        if value is None and bound.must_speak and row is not None:
            value = SILENT_FLAG
        if isinstance(value, Bad):
            found.append(self._bad(value, bound, row))
        else:
            known[bound.field.word.key] = (first, value)

    def _agree(self, known: dict[str, tuple[Row, Any]], votes: dict[str, Any], row: Row, found: list[Problem]) -> None:
        for bound in self._own_header:
            key = bound.field.word.key
            if key in votes:
                continue
            value = bound.get(row)
            if value is None and self.mapping.header_in_first_row:
                continue
            if value is None and bound.must_speak:
                value = SILENT_FLAG
            if isinstance(value, Bad):
                found.append(self._bad(value, bound, row))
                continue
            before = known.setdefault(key, (row, value))
            if before[1] != value:
                found.append(self._conflict(bound, before, (row, value)))

    def _votes(self, rows: Iterable[Voted], beside: Beside, found: list[Problem]) -> dict[str, Any]:
        """Values that rules set win over the columns; over the rows whose rules set them they must agree (law 7)."""
        votes: dict[str, tuple[Row, Any]] = {}
        for row, fired in rows:
            own: dict[str, Any] = {}
            for bound, table in ((bound, each.table) for each in fired for bound in each.fields):
                if bound.field.word.section == "plik" or is_line(bound.field):
                    continue
                seen = row if bound.table == table else beside(bound.table)
                value = bound.get(seen) if seen is not None else None
                if isinstance(value, Bad):
                    found.append(self._bad(value, bound, seen))
                else:
                    own[bound.field.word.key] = value
            for key, value in own.items():
                before = votes.setdefault(key, (row, value))
                if before[1] != value:
                    found.append(self._quarrel(key, before, (row, value)))
        return {key: value for key, (_, value) in votes.items()}

    def _quarrel(self, key: str, before: tuple[Row, Any], after: tuple[Row, Any]) -> Problem:
        (first, old), (row, new) = before, after
        said = (
            f"Reguły ustawiają dwie różne wartości pola „{key}”: "
            f"{_shown(old)} (wiersz {first.number}) i {_shown(new)} (wiersz {row.number})."
        )
        return problem("D03", said, file=self._main.file, rows=(first.number, row.number), field=key)

    def _refusals(self, rows: Iterable[Voted], found: list[Problem]) -> None:
        titles: dict[str, list[int]] = {}
        for row, fired in rows:
            for each in fired:
                if each.rule.action == "odrzuc":
                    titles.setdefault(each.rule.title, []).append(row.number)
        found += [
            problem("D17", f"{title}.", file=self._main.file, rows=tuple(numbers)) for title, numbers in titles.items()
        ]

    # --- lines -------------------------------------------------------------------------------------------------------

    def _made_lines(
        self, group: InvoiceRows, rows: list[Voted], beside: Beside, found: list[Problem], *, own: bool
    ) -> list[Line]:
        given: list[tuple[Row, dict[str, Any]]] = []
        reach = Reach(self.mapping.line_table, beside)
        for row, fired in rows:
            if any(each.rule.action == "bez_pozycji" for each in fired):
                self._no_line(row, fired, found)
            elif self._line and own:
                given.append((row, self._given(row, fired, self._line, reach, found)))
        for extra in self._extras:
            sources = group.rows if extra.extra.once else rows
            chosen = [row for row, _ in sources if extra.tests.hold(row, beside)]
            made = [(row, self._given(row, (), extra.fields, Reach(extra.table, beside), found)) for row in chosen]
            given += self._once(extra, made, found) if extra.extra.once else made
        self._header_says_none(group, rows, found)
        return _numbered(given)

    def _once(
        self, extra: _Extra, made: list[tuple[Row, dict[str, Any]]], found: list[Problem]
    ) -> list[tuple[Row, dict[str, Any]]]:
        """`raz_na: faktura`: one line on which all rows that ask for it agree; what is unreadable is told already."""
        silent = self.mapping.header_in_first_row
        for row, given in made[1:] if not errors(found) else []:
            first, values = made[0]
            for bound in extra.fields:
                old, new = values.get(bound.attribute), given.get(bound.attribute)
                if old != new and not (new is None and silent):
                    found.append(self._conflict(bound, (first, old), (row, new)))
        return made[:1]

    def _given(
        self, row: Row, fired: tuple[Fired, ...], fields: Iterable[Bound], reach: Reach, found: list[Problem]
    ) -> dict[str, Any]:
        """A line's own columns, and what rules set over them."""
        given: dict[str, Any] = {}
        if fired:
            ruled = {bound.attribute: bound for each in fired for bound in each.fields if is_line(bound.field)}
            fields = [*(bound for bound in fields if bound.attribute not in ruled), *ruled.values()]
        for bound in fields:
            seen = row if bound.table == reach.table else reach.beside(bound.table)
            value = bound.get(seen) if seen is not None else None
            if value.__class__ is Bad:
                found.append(self._bad(value, bound, seen))
                given[bound.attribute] = UNREAD
            elif value is not None:
                given[bound.attribute] = value
            elif bound.must_speak:
                found.append(self._bad(SILENT_FLAG, bound, seen))
                given[bound.attribute] = UNREAD
        return given

    def _header_says_none(self, group: InvoiceRows, rows: list[Voted], found: list[Problem]) -> None:
        """`bez_pozycji` of a header row whose lines stand in another table: an error when there are some."""
        if not self._single or not rows:
            return
        rule = next((each.rule for _, fired in group.rows for each in fired if each.rule.action == "bez_pozycji"), None)
        if rule is not None:
            told = f"Reguła „{rule.title}” mówi, że faktura nie ma pozycji, a pozycje ma (wiersze {rows_text(row.number for row, _ in rows)})."
            where = {"file": self._lines.file, "sheet": self._lines.sheet, "rows": tuple(row.number for row, _ in rows)}
            found.append(problem("D07", told, **where))

    def _no_line(self, row: Row, fired: tuple[Fired, ...], found: list[Problem]) -> None:
        """`bez_pozycji`: an error when a column of `pozycja` is filled in this row."""
        title = next(each.rule.title for each in fired if each.rule.action == "bez_pozycji")
        own = {index for bound in self._line for index in bound.indexes} - {
            index for bound in self._own_header for index in bound.indexes
        }
        for index in sorted(own):
            if index < len(row.cells) and row.cells[index].strip():
                said = f"Reguła „{title}” mówi, że wiersz nie jest pozycją, a w kolumnie „{self._lines.heading[index]}” stoi „{row.cells[index]}”."
                found.append(
                    problem(
                        "D07",
                        said,
                        file=self._lines.file,
                        rows=(row.number,),
                        column=self._lines.heading[index],
                        letter=self._lines.letter(index),
                    )
                )

    def _invoice(
        self, values: dict[str, Any], lines: list[Line], group: InvoiceRows, found: list[Problem]
    ) -> Invoice | None:
        """The tree, and what it lacks; silent about fields whose own problem was said."""
        blamed = {each.field for each in found} if found else set()
        kind = values.get("faktura.rodzaj")
        missing: list[str] = [key for key in NEEDED if key not in values]
        made = build.invoice(self._plan, values, missing, tuple(lines), group.numbers)
        found += [self._empty(key, group) for key in missing if key not in blamed]
        if self._discounts and _discount_unexplained(values, lines) and "faktura.rabat" not in blamed:
            found.append(self._empty("faktura.rabat", group))
        if not lines and kind is not None and kind not in WITHOUT_LINES and not errors(found):
            where = {"file": self._main.file, "sheet": self._main.sheet, "rows": group.numbers}
            found.append(problem("D09", f"Faktura {values.get('faktura.numer', '')} nie ma żadnej pozycji.", **where))
        return made

    def _around(self, group: InvoiceRows) -> list[Around]:
        """The rows at hand for parts: each of the invoice's own, with those joined to it."""
        joined = self.joined.rows(group.key)
        return [Around({**joined, self.mapping.main_table: row}) for row, _ in group.rows]

    # --- binding -----------------------------------------------------------------------------------------------------

    def _bound(self, fields: Iterable[Field], default: str) -> tuple[Bound, ...]:
        return tuple(bind(each, self.source.tables[_table_of(each, default)], self.mapping.formats) for each in fields)

    def _extra(self, extra: ExtraLine) -> _Extra:
        table = self.mapping.main_table if extra.once else self.mapping.line_table
        tests = Tests(extra.tests, table, self.source)
        return _Extra(extra, table, tests, self._bound(extra.fields, table))

    def _row_of(self, bound: Bound, row: Row, key: tuple[str, ...]) -> Row | None:
        if bound.table == self.mapping.main_table:
            return row
        return self.joined.row(bound.table, key)

    # --- problems ----------------------------------------------------------------------------------------------------

    def _bad(self, bad: Bad, bound: Bound, row: Row | None) -> Problem:
        return bad_cell(bad, bound, self.source.tables[bound.table], row)

    def _conflict(self, bound: Bound, before: tuple[Row, Any], after: tuple[Row, Any]) -> Problem:
        (first, old), (row, new) = before, after
        number = " ".join(texts(self._main, self.mapping.key)(first))
        told = (
            f"Faktura {number} ma dwie różne wartości pola „{bound.field.word.key}”: "
            f"{_shown(old)} (wiersz {first.number}) i {_shown(new)} (wiersz {row.number})."
        )
        where = {**place_of(bound, self._main), "rows": (first.number, row.number), "value": _shown(new)}
        return problem_at(Bad("D03", told, _several_may_stand(bound.field.word)), where)

    def _empty(self, key: str, group: InvoiceRows) -> Problem:
        bound = next((each for each in self._header if each.field.word.key == key), None)
        where = place_of(bound, self._main) if bound else {"file": self._main.file, "field": key}
        return problem_at(
            Bad("D01", f"Brakuje wartości: {BY_KEY[key].meaning} („{key}”)."),
            {**where, "rows": group.numbers},
        )


def _line_keys(mapping: MappingFile) -> Iterator[str]:
    """The keys that lines of this mapping may have."""
    yield from (each.word.key for each in mapping.line)
    yield from (each.word.key for extra in mapping.extra_lines for each in extra.fields)
    yield from (each.word.key for rule in mapping.rules for each in rule.fields)


def _discount_unexplained(values: dict[str, Any], lines: list[Line]) -> bool:
    """A discount that nobody says what to take off (fa3.md, section 4: P_10 has two readings)."""
    unsaid = values.get("faktura.rabat") is None and not values.get("faktura.kwoty")
    return unsaid and any(line.discount is not UNREAD and line.discount for line in lines)


def _kept(mapping: MappingFile) -> build.Kept:
    """The keys that the header fields of a mapping and its rules can fill, and its parts."""
    ruled = {
        each.word.key
        for rule in mapping.rules
        for each in rule.fields
        if not is_line(each) and each.word.section != "plik"
    }
    return build.kept_of(mapping.header, ruled, {each.section for each in mapping.repeats})


def _several_may_stand(word: Word) -> str:
    """What to do when rows differ in something of which an invoice may have several; "" = the code's own advice."""
    path = f"{PARTS[word.section].attribute}.{word.attribute}".strip(".")
    for section, part in REPEATED.items():
        own = f"{PARTS[part.around].attribute}.{part.attribute}".strip(".") if part.around else part.attribute
        if part.around not in REPEATED and (path == own or path.startswith(f"{own}.")):
            return f"Popraw dane w programie ERP, a jeśli faktura ma ich kilka, weź je w mapowaniu jako `{section}`: każda inna wartość będzie osobną częścią."
    return ""


def _table_of(each: Field, default: str) -> str:
    return next((column.table for column in each.origin.columns if column.table), default)


def _cells(indexes: list[int]) -> Callable[[tuple[str, ...]], Any]:
    """The header cells of a row, comparable at once; a short row compares as different."""
    if not indexes:
        return lambda _cells: ()
    look, longest = itemgetter(*indexes), indexes[-1]
    return lambda cells: look(cells) if len(cells) > longest else cells


def _skip(group: InvoiceRows, table: Table) -> Problem:
    titles = ", ".join(dict.fromkeys(title for _, title in group.skips))
    numbers = tuple(number for number, _ in group.skips)
    said = f"Z tej faktury pominięto wiersze {rows_text(numbers)}: {titles}."
    return problem("D20", said, severity=Severity.INFO, advice="", file=table.file, sheet=table.sheet, rows=numbers)


def _shown(value: Any) -> str:
    return "puste" if value is None else str(value)
