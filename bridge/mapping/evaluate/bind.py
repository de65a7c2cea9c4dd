"""Fields and tests of a mapping + the columns of a table → functions of a row; and which columns are not there (P02).

What a text becomes is remembered per field, as dates, NIPs, rates and names repeat from row to row; so a row costs
little more than looking its cells up.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bridge.mapping.converters.armour import left
from bridge.mapping.converters.convert import CONVERTERS, from_value, rates_spelled, usual_number
from bridge.mapping.converters.formats import Bad, Formats
from bridge.mapping.evaluate.unknown_texts import PARTS, verdict_of
from bridge.model.problem import Problem, problem
from bridge.model.table import Row, Table, Untold
from bridge.model.text import collapsed, folded

if TYPE_CHECKING:
    from bridge.mapping.language.parts import Column, Field, MappingFile, Repeat, Test, ValueOrigin

REMEMBERED = 2_000  # texts per field; then it starts anew: few enough to stay in the caches of the processor
LOST = Decimal(10) ** 15
ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)  # what a workbook leaves of a deleted link
NAMES = frozenset({"nazwa", "numer", "adres_linia1"})
MEND_CELL = "Otwórz skoroszyt w Excelu, sprawdź tę komórkę, zapisz i wrzuć go jeszcze raz."
ERROR_CELLS = frozenset(
    {
        "#N/A",
        "#N/D!",
        "#REF!",
        "#ADR!",
        "#VALUE!",
        "#ARG!",
        "#DIV/0!",
        "#DZIEL/0!",
        "#NAME?",
        "#NAZWA?",
        "#NUM!",
        "#LICZBA!",
        "#NULL!",
    }
)

Getter = Callable[[Row], Any]


@dataclass(frozen=True, slots=True)
class Bound:
    """A field ready to be read from rows of one table; `indexes` are the columns it looks at."""

    field: Field
    table: str
    indexes: tuple[int, ...]
    get: Getter
    attribute: str
    must_speak: bool  # an empty flag is `gdy_puste` or an error (mapping.md, converters)


@dataclass(frozen=True, slots=True)
class BoundTest:
    """A test ready for rows of one table."""

    table: str
    holds: Callable[[Row], bool]


def place(table: Table, name: str) -> int | None:
    """The column of that name: the mapping's own, a heading, or a heading below a group when there is one such."""
    wanted = folded(name)
    for own, index in table.own.items():
        if folded(own) == wanted:
            return index
    headings = [folded(heading) for heading in table.heading]
    if wanted in headings:
        return headings.index(wanted)
    below = [index for index, heading in enumerate(headings) if heading.endswith(f" / {wanted}")]
    return below[0] if len(below) == 1 else None


def absent(table: Table, column: Column, file: str) -> Problem:
    """P02 with the nearest heading, or with the advice that belongs to the habit behind it."""
    names = [name for name in (*table.own, *table.heading) if name]
    found = problem("P02", f"W pliku {file} nie ma kolumny „{column.name}”.", column=column.name)
    split = [
        name for name in names if "," in name and folded(column.name) in (folded(part) for part in name.split(","))
    ]
    repeated = [name for name in names if folded(name.partition("#")[0]) == folded(column.name) and "#" in name]
    near = _nearest(folded(column.name), [folded(name) for name in names])
    listed = ", ".join(names[:12]) + (" …" if len(names) > 12 else "")
    if split:
        advice = f"Jest „{split[0]}”: weź całość w cudzysłów."
    elif repeated:
        advice = f"Takich kolumn jest kilka: napisz {' albo '.join(f'[{name}]' for name in repeated)}."
    elif near:
        heading = next(name for name in names if folded(name) == near[0])
        advice = f"Czy chodziło o [{heading}]?  Kolumny w pliku: {listed}"
    else:
        advice = f"Kolumny w pliku: {listed}"
    excerpt = f"      {column.at.file}:\n{column.at.excerpt}" if column.at.text else ""
    return replace(found, advice=advice, file=file, sheet=table.sheet, rows=(1,), excerpt=excerpt)


def _nearest(wanted: str, names: list[str]) -> list[str]:
    """The name that is nearest in letters, else the first that holds the wanted one."""
    return difflib.get_close_matches(wanted, names, 1, 0.6) or [name for name in names if wanted and wanted in name][:1]


def columns_of(mapping: MappingFile) -> Iterator[tuple[str, Column]]:
    """Every column that the mapping names, with the table it stands in."""
    main, lines = mapping.main_table, mapping.line_table
    for column in mapping.key:
        yield main, column
    for name, key in mapping.joins.items():
        yield from ((name, column) for column in key)
    for fields, default in ((mapping.header, main), (mapping.line, lines), (mapping.file_control, main)):
        yield from _columns(fields, default)
    for repeat, table in mapping.every_repeat():
        yield from _columns(repeat.fields, table)
        yield from _keys_around(mapping, repeat, table)
    for extra in mapping.extra_lines:
        yield from _columns(extra.fields, main if extra.once else lines)
        yield from ((test.column.table or (main if extra.once else lines), test.column) for test in extra.tests)
    for rule in mapping.rules:
        table = rule.table or main
        yield from ((test.column.table or table, test.column) for test in rule.tests)
        yield from _columns(rule.fields, table)
    yield from ((column.table or main, column) for column in mapping.results.echo)


def _keys_around(mapping: MappingFile, repeat: Repeat, table: str) -> Iterator[tuple[str, Column]]:
    """An inner table's `klucz` names columns of the table around it, after those of the invoice's key."""
    for inner in repeat.inner:
        if inner.table and repeat.table:
            own = len(mapping.joins.get(repeat.table, ()))
            yield from ((table, column) for column in mapping.joins.get(inner.table, ())[own:])


def _columns(fields: Iterable[Field], default: str) -> Iterator[tuple[str, Column]]:
    for each in fields:
        for origin in (each.origin, *each.fallbacks):
            yield from ((column.table or default, column) for column in origin.columns)


def bind(field: Field, table: Table, formats: Formats) -> Bound:
    """A field as a function of a row of that table; its columns are known to be there."""
    if field.constant is not None:
        constant = field.constant
        return Bound(field, table.name, (), lambda _row: constant, field.word.attribute, must_speak=False)
    origins = (field.origin, *field.fallbacks)
    spans = [tuple(_index(table, column) for column in origin.columns) for origin in origins]
    indexes = tuple(index for span in spans for index in span)
    reading = _Reading(field, origins, spans, formats, table.epoch)
    get = _single(reading, indexes[0]) if len(indexes) == 1 else _several(reading, indexes)
    must_speak = field.word.takes == "flag" and bool(indexes)
    return Bound(field, table.name, indexes, get, field.word.attribute, must_speak)


def bind_test(test: Test, table: Table) -> BoundTest:
    """A test as a function of a row of that table."""
    index = _index(table, test.column)
    verdict = VERBS[test.verb]
    remembered: dict[str, bool] = {}

    def holds(row: Row) -> bool:
        text = row.cells[index] if index < len(row.cells) else ""
        if row.values and index in row.values:
            return bool(verdict_of(test.verb, test.values, text, row.values[index]))  # None is told as D18 (untold)
        known = remembered.get(text)
        if known is None:
            if len(remembered) > REMEMBERED:
                remembered.clear()
            known = remembered[text] = verdict(folded(text), test.values)
        return known

    return BoundTest(table.name, holds)


VERBS: dict[str, Callable[[str, tuple[str, ...]], bool]] = {
    "jest": lambda text, values: text in values,
    "nie_jest": lambda text, values: text not in values,
    **PARTS,
    "jest_puste": lambda text, values: (not text) == (values == ("tak",)),
}


def texts(table: Table, columns: Iterable[Column]) -> Callable[[Row], tuple[str, ...]]:
    """The collapsed texts of some columns: keys and echoed cells. Case is kept."""
    indexes = [_index(table, column) for column in columns]
    remembered: dict[str, str] = {}

    def read(row: Row) -> tuple[str, ...]:
        found = []
        for index in indexes:
            raw = row.cells[index] if index < len(row.cells) else ""
            text = remembered.get(raw)
            if text is None:
                if len(remembered) > REMEMBERED:
                    remembered.clear()
                text = remembered[raw] = collapsed(raw)
            found.append(text)
        return tuple(found)

    return read


def _index(table: Table, column: Column) -> int:
    index = place(table, column.name)
    assert index is not None, f"columns are checked before rows are read: {column.name}"
    return index


def _single(reading: _Reading, index: int) -> Getter:
    usual = reading.usual_number()
    return _remembering(reading, index) if usual is None else _counting(reading, index, usual)


def _counting(reading: _Reading, index: int, usual: re.Pattern[str]) -> Getter:
    """Amounts seldom repeat, and reading one costs less than remembering it."""
    of_text, matches, mark = reading.of_text(), usual.fullmatch, reading.formats.decimal or "."

    def get(row: Row) -> Any:
        _, cells, values = row
        text = cells[index] if index < len(cells) else ""
        if values and index in values:
            return reading.of_values(((text, values[index]),))
        return Decimal(text.replace(mark, ".")) if matches(text) else of_text(text)

    return get


def _remembering(reading: _Reading, index: int) -> Getter:
    remembered: dict[str, Any] = {}
    of_text = reading.of_text()

    def get(row: Row) -> Any:
        _, cells, values = row
        text = cells[index] if index < len(cells) else ""
        if values and index in values:
            return reading.of_values(((text, values[index]),))
        made = remembered.get(text, remembered)
        if made is remembered:  # a text that was not met before: no value is the memory itself
            if len(remembered) > REMEMBERED:
                remembered.clear()
            made = remembered[text] = of_text(text)
        return made

    return get


def _several(reading: _Reading, indexes: tuple[int, ...]) -> Getter:
    remembered: dict[tuple[str, ...], Any] = {}

    def get(row: Row) -> Any:
        key = tuple(row.cells[index] if index < len(row.cells) else "" for index in indexes)
        if row.values and any(index in row.values for index in indexes):
            return reading.of_values(
                tuple((text, row.values.get(index)) for text, index in zip(key, indexes, strict=True))
            )
        try:
            return remembered[key]
        except KeyError:
            if len(remembered) > REMEMBERED:
                remembered.clear()
            made = remembered[key] = reading.of_texts(key)
            return made

    return get


@dataclass(frozen=True, slots=True)
class _Reading:
    """`wartosc`, `wzor`, `slownik`, `gdy_puste`, then the converter: in this order (law 4)."""

    field: Field
    origins: tuple[ValueOrigin, ...]
    spans: list[tuple[int, ...]]
    formats: Formats
    epoch: date  # of the workbook's serial numbers

    @property
    def _only_converts(self) -> bool:
        origin = self.origins[0]
        plain = len(self.origins) == 1 and not (origin.dictionary or origin.pattern)
        return plain and self.field.word.key.rpartition(".")[2] not in NAMES

    def usual_number(self) -> re.Pattern[str] | None:
        """What goes the short way to a number; None where the mapping asks for more, or calls some digits nothing."""
        usual = usual_number(self.formats, self.field.word.limit)
        plain = self.field.word.takes == "number" and self._only_converts
        return usual if plain and not any(map(usual.fullmatch, self.formats.empty)) else None

    def of_text(self) -> Callable[[str], Any]:
        """`of_texts` for a field of one column; the usual one, which is only converted, goes the short way."""
        formats, word = self.formats, self.field.word
        if not self._only_converts:
            return lambda cell: self.of_texts((cell,))
        convert, empty, limit = CONVERTERS[word.takes], formats.empty, word.limit

        def converted(cell: str) -> Any:
            text = collapsed(cell)
            if not text or text.casefold() in empty:
                return None
            return convert(text, formats, limit) if text[0] not in "#='" else self.of_texts((cell,))

        return converted

    def of_texts(self, cells: tuple[str, ...]) -> Any:
        """The value of a row whose cells have only texts; None when there is nothing."""
        if len(self.origins) == 1 and self.origins[0].dictionary is None:
            text = self._text(self.origins[0], cells)
            return text if isinstance(text, Bad) else self._converted(text)
        start = 0
        for place, (origin, span) in enumerate(zip(self.origins, self.spans, strict=True)):
            text = self._text(origin, cells[start : start + len(span)])
            start += len(span)
            if isinstance(text, Bad):
                return text
            if text:
                found = self._looked_up(origin, text) if place == 0 else text
                return found if isinstance(found, Bad) else self._converted(found)
        return None

    def of_values(self, cells: tuple[tuple[str, object], ...]) -> Any:
        """The value of a row of a workbook: a number or date field takes the cell's own value."""
        origin = self.origins[0]
        if len(self.spans[0]) == 1 and origin.dictionary is None and origin.pattern is None:
            value = cells[0][1]
            made = self._dated(value) if value is not None else None
            if made is not None:
                return made
        if len(cells) == 1 and isinstance(cells[0][1], Decimal):
            made = self._spelled(cells[0][0], cells[0][1])
            if made is not None:
                return made
        for text, value in cells:
            bad = _untold(text, value)
            if bad:
                return bad
        return self.of_texts(tuple(text for text, _ in cells))

    def _dated(self, value: object) -> Any:
        word = self.field.word
        if (
            self.formats.serial
            and word.takes in ("date", "sale_date")
            and isinstance(value, Decimal)
            and value == int(value)
        ):
            return self._of_serial(int(value))
        if isinstance(value, Decimal) and abs(value) >= LOST:
            return _lost(value)
        return from_value(word.takes, value, word.limit)

    def _of_serial(self, days: int) -> date | Bad:
        try:
            return self.epoch + timedelta(days=days)
        except OverflowError:
            return Bad("D13", f"Liczba {days} nie jest numerem dnia.")

    def _spelled(self, text: str, value: Decimal) -> Any:
        """A rate or NIP that is a number: it has one meaning, however it is shown; None where the text must tell."""
        takes = self.field.word.takes
        if takes == "nip" and not text and value == int(value):
            return self.of_texts((f"{value:.0f}",))
        if takes != "rate":
            return None
        shown = self.of_texts((text,)) if text else None
        if shown is not None and not isinstance(shown, Bad):
            return shown
        made = [self.of_texts((each,)) for each in rates_spelled(value)]
        found = {each for each in made if each is not None and not isinstance(each, Bad)}
        return found.pop() if len(found) == 1 else None

    def _text(self, origin: ValueOrigin, cells: tuple[str, ...]) -> str | Bad:
        if not origin.columns:
            return origin.literal
        text = self._clean(cells[0]) if len(cells) == 1 else " ".join(filter(None, map(self._clean, cells)))
        if text[:1] == "#" and text.upper() in ERROR_CELLS:
            return Bad("D02", f"W komórce jest błąd Excela: {text}.", "Popraw formułę w skoroszycie.")
        for cell in cells:
            mark = left(cell.strip(), self.field.word.key, self.formats) if cell.lstrip()[:1] in ("=", "'") else None
            if mark:
                return mark
        if ADDRESS.fullmatch(text) and self.field.word.key.rpartition(".")[2] in NAMES:
            return Bad("D15", f"„{text}” to adres strony, a nie nazwa.", "Usuń odnośnik z tej komórki i wpisz nazwę.")
        return self._slot(origin, text) if origin.pattern and text else text

    def _clean(self, cell: str) -> str:
        text = _lines(cell) if self.field.word.takes == "long_text" else collapsed(cell)
        return "" if text.casefold() in self.formats.empty else text

    def _slot(self, origin: ValueOrigin, text: str) -> str | Bad:
        assert origin.pattern is not None
        short, long = origin.pattern.short.fullmatch(text), origin.pattern.long.fullmatch(text)
        if short is None or long is None:
            return ""
        if short["slot"].strip() != long["slot"].strip():
            return Bad("D15", f"Wzór pasuje do „{text}” na dwa sposoby: „{short['slot']}” i „{long['slot']}”.")
        return short["slot"].strip()

    def _looked_up(self, origin: ValueOrigin, text: str) -> str | Bad:
        dictionary = origin.dictionary
        if dictionary is None:
            return text
        if dictionary.rows is not None:
            row = dictionary.rows.get(folded(text))
            found = row.get(origin.dictionary_column) if row is not None else None
            mark = left(found, self.field.word.key, self.formats) if found else None
            if mark:
                return mark
        else:
            found = dictionary.entries.get(folded(text))
        return Bad("D04", f"Słownik „{dictionary.name}” nie zna wartości „{text}”.") if found is None else found

    def _converted(self, text: str) -> Any:
        word = self.field.word
        return CONVERTERS[word.takes](text, self.formats, word.limit) if text else None


def _lines(cell: str) -> str:
    """Collapsed line by line: only the footer of an invoice has lines (fa3.md, section 1.13)."""
    return "\n".join(collapsed(line) for line in cell.strip().splitlines())


def _untold(text: str, value: object) -> Bad | None:
    """A text field needs the text as Excel shows it."""
    if isinstance(value, Untold):
        return Bad("D18", f"Nie da się odczytać tej komórki: {value.reason}.", MEND_CELL)
    if text or value is None:
        return None
    if isinstance(value, Decimal) and abs(value) >= LOST:
        return _lost(value)
    return Bad("D18", f"Nie wiadomo, jak Excel pokazuje wartość {value} w tej komórce.")


def _lost(value: Decimal) -> Bad:
    digits = len(format(abs(value), ".0f"))
    return Bad("D11", f"Liczba w tej komórce ma {digits} cyfr, a Excel pamięta tylko 15: końcowe zastąpił zerami.")
