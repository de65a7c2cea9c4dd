"""Rows of a source → one Mapped per invoice, then Closing (mapping.md, "How a mapping is evaluated").

Rows of one invoice need not be adjacent: a first look notes the last row of each number, so that an invoice is handed
on as soon as its last row was seen and memory holds only the invoices that are open. Every row ends in exactly one
place: a line, a titled skip, a control total, or a problem (law 8).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bridge.mapping.converters.armour import unarmoured
from bridge.mapping.converters.formats import Bad
from bridge.mapping.evaluate.assemble import Assembler, InvoiceRows
from bridge.mapping.evaluate.bind import absent, bind, columns_of, place, texts
from bridge.mapping.evaluate.forgotten_brackets import forgotten_brackets
from bridge.mapping.evaluate.joined import Joined, Tests
from bridge.mapping.evaluate.unknown_texts import Watch, watched
from bridge.mapping.language.demands import without_lines
from bridge.model.item import Closing, FileControl, Mapped
from bridge.model.problem import Problem, Severity, problem
from bridge.model.table import Row, Source, Table, rows_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bridge.mapping.evaluate.bind import Bound
    from bridge.mapping.evaluate.repeat import Parts
    from bridge.mapping.language.parts import Column, MappingFile, MappingRule

PLIK = {
    "plik.netto": "net",
    "plik.vat": "vat",
    "plik.brutto": "gross",
    "plik.liczba_faktur": "invoices",
    "plik.liczba_pozycji": "lines",
}


def missing(mapping: MappingFile, source: Source) -> list[Problem]:
    """Every column that the mapping names and the source lacks, each once (P02)."""
    found: dict[tuple[str, str], Problem] = {}
    source = unarmoured(source, mapping.formats)
    for name, column in columns_of(mapping):
        table = source.tables.get(name)
        if table is None:
            said = name or "pliku"
            found.setdefault((name, ""), problem("P12", f"W tym pliku nie ma tabeli „{said}”.", file=source.file))
        elif place(table, column.name) is None:
            heading = mapping.layout.heading_rows[-1:]
            found.setdefault((name, column.name), replace(absent(table, column, table.file), rows=heading))
    forgotten = forgotten_brackets(mapping, source)
    return [*(forgotten or without_lines(mapping, source.file)), *found.values()]


def apply(mapping: MappingFile, source: Source) -> Iterator[Mapped | Closing]:
    """Each invoice of the source when its last row was seen; at the end the file's own totals and loose rows."""
    watch = Watch()
    walk = _Walk(mapping, watched(mapping, unarmoured(source, mapping.formats), place, watch))
    yield from walk.invoices()
    end = walk.closing()
    yield replace(end, problems=(*end.problems, *watch.found.values()))


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule ready for rows of its table."""

    rule: MappingRule
    table: str
    tests: Tests
    fields: tuple[Bound, ...]


@dataclass(slots=True)
class _Walk:
    mapping: MappingFile
    source: Source
    problems: list[Problem] = field(default_factory=list)
    skipped: dict[str, list[int]] = field(default_factory=dict)
    totals: dict[str, Any] = field(default_factory=dict)
    total_rows: set[int] = field(default_factory=set)
    empty: int = 0
    numbers: set[tuple[str, str, str]] = field(default_factory=set)
    parts: Parts | None = None
    joined: Joined | None = None

    def invoices(self) -> Iterator[Mapped]:
        main = self._table(self.mapping.main_table)
        key = texts(main, self.mapping.key)
        last = _last_rows(main, key)
        rules = self._rules(self.mapping.main_table)
        assembler = Assembler(self.mapping, self.source)
        self.parts, self.joined = assembler.parts, assembler.joined
        lines = self._line_rows() if self.mapping.joins else None
        open_: dict[tuple[str, ...], InvoiceRows] = {}
        ended = False
        for row in main.rows():
            if not any(row.cells) and not row.values:
                self.empty += 1
                continue
            number = key(row)
            fired = self._fired_by(rules, row, number) if rules and not ended else ()
            ended = ended or any(each.rule.action == "koniec" for each in fired)
            if ended:
                self._after_end(row, number, fired, main)
            else:
                self._sort(row, number, fired, open_, main)
            if last.get(number) == row.number and number in open_:
                yield self._unique(assembler.mapped(open_.pop(number), lines))
        self._orphans(lines)

    def _sort(
        self,
        row: Row,
        number: tuple[str, ...],
        fired: tuple[Fired, ...],
        open_: dict[tuple[str, ...], InvoiceRows],
        main: Table,
    ) -> None:
        """One row to its place: control total, skip, invoice, or D12."""
        skip = ""
        if fired:
            self._take_totals(row, fired, number)
            skip = next((each.rule.title for each in fired if each.rule.action == "pomin"), "")
        if not any(number):
            if skip:
                self.skipped.setdefault(skip, []).append(row.number)
            else:
                self._say(
                    "D12",
                    f"Wiersz {row.number} nie ma numeru faktury ({self._key_name()}).",
                    row,
                    main,
                    self.mapping.key,
                )
            return
        group = open_.get(number) or open_.setdefault(number, InvoiceRows(number))
        if skip:
            group.skips.append((row.number, skip))
        else:
            group.rows.append((row, fired))

    def _after_end(self, row: Row, number: tuple[str, ...], fired: tuple[Fired, ...], main: Table) -> None:
        """`koniec`: this and all later rows; a later row with an invoice number is an error."""
        ending = [each for each in fired if each.rule.action == "koniec"]
        self._take_totals(row, fired, number)
        if ending:
            self.skipped.setdefault(ending[0].rule.title, []).append(row.number)
        elif any(number):
            self._say(
                "D12",
                f"Wiersz {row.number} ma numer faktury {' '.join(number)}, a reguła „koniec” uznała, że faktur już nie ma.",
                row,
                main,
            )

    def _fired_by(self, rules: tuple[Fired, ...], row: Row, number: tuple[str, ...]) -> tuple[Fired, ...]:
        """The rules whose tests hold for this row and what stands beside it."""
        beside = self._beside(number)
        return tuple([each for each in rules if each.tests.hold(row, beside)])

    def _beside(self, number: tuple[str, ...]) -> Callable[[str], Row | None]:
        def row(name: str) -> Row | None:
            return self.joined.row(name, number) if self.joined else None

        return row

    def _take_totals(self, row: Row, fired: tuple[Fired, ...], number: tuple[str, ...]) -> None:
        """`plik.*` values are taken even from skipped rows."""
        for each in fired:
            for bound in each.fields:
                if bound.field.word.section == "plik":
                    seen = row if bound.table == each.table else self._beside(number)(bound.table)
                    if seen is not None:
                        self._total(bound, seen)

    def _total(self, bound: Bound, row: Row) -> None:
        value = bound.get(row)
        name = bound.field.word.key
        if isinstance(value, Bad):
            where = {"file": self.source.file, "rows": (row.number,), "field": name}
            self.problems.append(problem(value.code, value.message, **where))
        elif value is not None:
            if self.totals.get(name, value) != value:
                self._say("D03", f"Plik podaje dwie różne wartości „{name}”: {self.totals[name]} i {value}.", row, None)
            self.totals[name] = value
            self.total_rows.add(row.number)

    def _line_rows(self) -> dict[tuple[str, ...], list[tuple[Row, tuple[Fired, ...]]]]:
        """Rows of the lines' table by key, skipped ones left out and counted."""
        found: dict[tuple[str, ...], list[tuple[Row, tuple[Fired, ...]]]] = {}
        if "pozycje" not in self.mapping.joins:
            return found
        table = self._table("pozycje")
        key = texts(table, self.mapping.joins["pozycje"])
        rules = self._rules("pozycje")
        ended = False
        for row in table.rows():
            if not any(row.cells) and not row.values:
                self.empty += 1
                continue
            number = key(row)
            fired = self._fired_by(rules, row, number) if rules and not ended else ()
            ended = ended or any(each.rule.action == "koniec" for each in fired)
            if ended:
                self._after_end(row, number, fired, table)
                continue
            self._take_totals(row, fired, number)
            skip = next((each.rule.title for each in fired if each.rule.action == "pomin"), "")
            if skip:
                self.skipped.setdefault(skip, []).append(row.number)
            elif not any(number):
                said = f"Wiersz {row.number} nie mówi, do której faktury należy ta pozycja."
                self._say("D12", said, row, table, self.mapping.joins["pozycje"])
            else:
                found.setdefault(number, []).append((row, fired))
        return found

    def _orphans(self, lines: dict[tuple[str, ...], list[tuple[Row, tuple[Fired, ...]]]] | None) -> None:
        for number, rows in (lines or {}).items():
            table = self._table("pozycje")
            numbers = tuple(row.number for row, _ in rows)
            said = f"Ta pozycja należy do faktury „{' '.join(number)}”, a takiej faktury nie ma wśród nagłówków."
            where = {"file": table.file, "sheet": table.sheet, "rows": numbers, "value": " ".join(number)}
            self.problems.append(problem("D10", said, **where, **_cell(table, self.mapping.joins["pozycje"])))

    def _unique(self, mapped: Mapped) -> Mapped:
        """D06: two groups of rows that carry the same invoice number."""
        identity = (
            mapped.invoice.seller.nip if mapped.invoice else self.mapping.seller_nip,
            mapped.kind,
            mapped.number,
        )
        if mapped.skipped or not mapped.number or identity not in self.numbers:
            self.numbers.add(identity)
            return mapped
        said = f"Numer {mapped.number} wystąpił już w tym pliku jako inna faktura."
        double = problem(
            "D06", said, file=self.source.file, rows=mapped.rows, field="faktura.numer", value=mapped.number
        )
        return Mapped(
            mapped.number, mapped.rows, problems=(*mapped.problems, double), echo=mapped.echo, kind=mapped.kind
        )

    def closing(self) -> Closing:
        """What the whole file says, and what no invoice could be blamed for."""
        self._loose_totals()
        if self.parts is not None:
            self.problems += [*self.parts.problems, *self.parts.orphans()]
            self.problems += self.joined.orphans() if self.joined else ()
            self.empty += self.parts.empty
            for title, rows in self.parts.skipped.items():
                self.skipped.setdefault(title, []).extend(rows)
        skips = [
            problem(
                "D20",
                f"Pominięto: {title} (wiersze {rows_text(rows)}).",
                severity=Severity.INFO,
                advice="",
                file=self.source.file,
                rows=tuple(rows),
            )
            for title, rows in self.skipped.items()
        ]
        control = FileControl(
            **{name: self.totals.get(key) for key, name in PLIK.items()}, rows=tuple(sorted(self.total_rows))
        )
        echo = tuple(column.name for column in self.mapping.results.echo)
        return Closing(control, self.empty, (*self.problems, *skips), echo)

    def _loose_totals(self) -> None:
        """`plik` from columns: every one of a table in one pass over its rows."""
        by_table: dict[str, list[Bound]] = {}
        for each in self.mapping.file_control:
            bound = bind(each, self._loose_table(each), self.mapping.formats)
            by_table.setdefault(bound.table, []).append(bound)
        for name, bounds in by_table.items():
            for row in self._loose_rows(name):
                for bound in bounds:
                    self._total(bound, row)

    # --- small answers -----------------------------------------------------------------------------------------------

    def _table(self, name: str) -> Table:
        return self.source.tables[name]

    def _loose_table(self, each: Any) -> Table:
        named = next((column.table for column in each.origin.columns if column.table), self.mapping.main_table)
        return self._table(named)

    def _loose_rows(self, name: str) -> Iterator[Row]:
        return (row for row in self._table(name).rows() if any(row.cells) or row.values)

    def _rules(self, name: str) -> tuple[Fired, ...]:
        """The rules whose rows are those of that table, ready to be asked."""
        default = self.mapping.main_table
        return tuple(self._fired(rule, name) for rule in self.mapping.rules if (rule.table or default) == name)

    def _fired(self, rule: MappingRule, name: str) -> Fired:
        fields = tuple(
            bind(each, self._table(next((c.table for c in each.columns if c.table), name)), self.mapping.formats)
            for each in rule.fields
        )
        return Fired(rule, name, Tests(rule.tests, name, self.source), fields)

    def _key_name(self) -> str:
        return ", ".join(f"[{column.name}]" for column in self.mapping.key)

    def _say(self, code: str, message: str, row: Row, table: Table | None, columns: Sequence[Column] = ()) -> None:
        where = {
            "file": table.file if table else self.source.file,
            "sheet": table.sheet if table else "",
            "rows": (row.number,),
        }
        self.problems.append(problem(code, message, **where, **(_cell(table, columns) if table else {})))


def _cell(table: Table, columns: Sequence[Column]) -> dict[str, str]:
    """Heading and letter of the first of these columns, as a problem names them."""
    index = place(table, columns[0].name) if columns else None
    return {} if index is None else {"column": table.heading[index], "letter": table.letter(index)}


def _last_rows(table: Table, key: Callable[[Row], tuple[str, ...]]) -> dict[tuple[str, ...], int]:
    """The number of the last row of each invoice number."""
    return {key(row): row.number for row in table.rows() if row.cells}
