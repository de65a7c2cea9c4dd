"""What a mapping is made of once it is understood: fields, tests, rules, extra lines, and the Mapping itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bridge.mapping.converters.formats import Formats
from bridge.mapping.language.nodes import Mark
from bridge.mapping.language.vocabulary import Word
from bridge.model.table import Layout


@dataclass(frozen=True, slots=True)
class Column:
    """A name in brackets: `[Nr dok.]`, or `[U!tekst]` of another table."""

    name: str
    table: str  # "" = the table of the place where it stands
    at: Mark


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Folded key → value, or → the row of a file by folded heading."""

    name: str
    entries: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, Mapping[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class ValueOrigin:
    """Where a text comes from: columns joined by a space, or a literal; a pattern may take a part of it."""

    at: Mark
    columns: tuple[Column, ...] = ()
    literal: str = ""
    pattern: Pattern | None = None
    dictionary: Dictionary | None = None
    dictionary_column: str = ""
    meant: bool = False  # `stala`: a literal even though a column has this name


@dataclass(frozen=True, slots=True)
class Field:
    """One vocabulary word and how it gets its value: `wartosc`, then `wzor`, `slownik`, `gdy_puste` (law 4)."""

    word: Word
    origin: ValueOrigin
    fallbacks: tuple[ValueOrigin, ...] = ()
    constant: object = None  # converted when the mapping was loaded, if it is a literal

    @property
    def says(self) -> bool:
        """Whether anything stands behind the key: an empty `adres_linia2:` says nothing."""
        return bool(self.origin.columns or self.origin.literal or self.fallbacks)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Every column it looks at."""
        return tuple(column for origin in (self.origin, *self.fallbacks) for column in origin.columns)


@dataclass(frozen=True, slots=True)
class Pattern:
    """`wzor`: a whole cell with slots, once read as short and once as long as possible; they must agree."""

    short: re.Pattern[str]
    long: re.Pattern[str]
    slot: str


@dataclass(frozen=True, slots=True)
class Test:
    """One test of one column; several values are "or" (for nie_…: none of them)."""

    column: Column
    verb: str
    values: tuple[str, ...]  # folded


@dataclass(frozen=True, slots=True)
class MappingRule:
    """A condition with a title; every test must hold (mapping.md, "Rules")."""

    title: str
    table: str
    tests: tuple[Test, ...]
    fields: tuple[Field, ...] = ()
    action: str = ""  # pomin · koniec · bez_pozycji · odrzuc
    at: Mark = field(default=Mark("", 0, 0))


@dataclass(frozen=True, slots=True)
class ExtraLine:
    """`pozycje_z_kolumn`: a line made from columns."""

    title: str
    once: bool  # raz_na: faktura
    tests: tuple[Test, ...]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """One part that repeats: from columns of the rows around it, or (`z_tabeli`) from every row of a table."""

    section: str  # podmioty_trzecie, zalaczniki.tabele
    table: str  # "" = from the rows around it
    fields: tuple[Field, ...]
    inner: tuple[Repeat, ...] = ()
    at: Mark = field(default=Mark("", 0, 0))
    per: str = ""  # raz_na: faktura · wiersz; "" = what the vocabulary says of the part


@dataclass(frozen=True, slots=True)
class Results:
    """`wyniki`: how result files are written."""

    encoding: str = ""
    separator: str = ""
    echo: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True)
class MappingFile:
    """A mapping with its layers merged, free of mistakes."""

    name: str
    files: tuple[Path, ...]  # the layers, the file itself last
    sha256: str
    text: str  # all layers, for the archive
    pattern: str  # zrodlo.pliki; "" when its tables name their files
    layout: Layout
    formats: Formats
    key: tuple[Column, ...]  # jedna_faktura_to
    joins: Mapping[str, tuple[Column, ...]]  # klucz of each other table
    header: tuple[Field, ...]
    line: tuple[Field, ...]
    repeats: tuple[Repeat, ...] = ()
    extra_lines: tuple[ExtraLine, ...] = ()
    file_control: tuple[Field, ...] = ()
    rules: tuple[MappingRule, ...] = ()
    header_in_first_row: bool = False
    lump: bool = False  # pozycja_zbiorcza
    example: bool = False  # przyklad: nobody has adopted it yet
    marker: str = ""  # znacznik
    severities: Mapping[str, str] = field(default_factory=dict)
    template: str = ""
    results: Results = Results()
    places: Mapping[str, Mark] = field(default_factory=dict)  # each merged key: where it was said last

    @property
    def seller_nip(self) -> str:
        """`sprzedawca.nip` when it is a constant; "" when a column gives it."""
        found = next((each for each in self.header if each.word.key == "sprzedawca.nip"), None)
        return str(found.constant) if found and found.constant else ""

    def every_repeat(self) -> Iterator[tuple[Repeat, str]]:
        """Each part that repeats, inner ones too, with the table whose rows it reads."""
        return ((repeat, tables[-1]) for repeat, tables in self.every_chain())

    def every_chain(self) -> Iterator[tuple[Repeat, tuple[str, ...]]]:
        """The same with all tables whose rows are at hand: of the invoice, of the parts around, its own."""
        own: tuple[str, ...] = (self.main_table,)
        waiting = [(each, own) for each in self.repeats]
        while waiting:
            repeat, around = waiting.pop(0)
            tables = (*around, repeat.table) if repeat.table else around
            yield repeat, tables
            waiting += [(inner, tables) for inner in repeat.inner]

    def part_tables(self) -> set[str]:
        """The tables whose rows are parts."""
        return {repeat.table for repeat, _ in self.every_chain() if repeat.table}

    @property
    def main_table(self) -> str:
        """The table whose rows are invoices: "naglowki" of several, "" when there is one."""
        return "naglowki" if self.joins else ""

    @property
    def line_table(self) -> str:
        """The table whose rows are lines."""
        return "pozycje" if "pozycje" in self.joins else self.main_table
