"""What looks from the rows of one table at another → mistakes of a mapping, told before any row is read.

A field or a test sees the row it stands for and, of every other table, at most one row per invoice. What cannot be seen
so is refused here, and is never silently empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bridge.mapping.language.compile import is_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bridge.mapping.language.compile import Compiler
    from bridge.mapping.language.nodes import Mark
    from bridge.mapping.language.parts import Column, Field, MappingFile, Test


def check_looks(compiler: Compiler, mapping: MappingFile) -> None:
    """Every look at another table can be answered by one row; every rule reaches what it sets."""
    for look in looks(mapping):
        _one_row(compiler, mapping, look)
    _rules(compiler, mapping)
    for name, columns in (
        ("klucz", mapping.joins.values()),
        ("jedna_faktura_to", [mapping.key]),
        ("przepisz", [mapping.results.echo]),
    ):
        _own(compiler, mapping, name, columns)


def _one_row(compiler: Compiler, mapping: MappingFile, look: ForeignLook) -> None:
    """A foreign table has one row per invoice: not lines or parts for a test, and no longer key."""
    several = ({mapping.line_table} | mapping.part_tables()) - {mapping.main_table}
    for column in look.columns:
        if column.table in ("", *look.own):
            continue
        if look.test and column.table in several:
            told = f"{look.who} patrzy na [{column.table}!{column.name}], a w tabeli „{column.table}” faktura może mieć wiele wierszy."
            advice = f"Zapisz osobną regułę z `tabela: {column.table}` albo sprawdzaj kolumnę tabeli, której wiersz jest jeden."
            compiler.say(column.at, "M18", told, advice)
        elif len(mapping.joins.get(column.table, mapping.key)) != len(mapping.key):
            told = f"{look.who} patrzy na [{column.table}!{column.name}], a klucz tabeli „{column.table}” mówi o czymś mniejszym niż faktura."
            compiler.say(column.at, "M18", told, f"Weź części z tej tabeli: `z_tabeli: {column.table}`.")


def _rules(compiler: Compiler, mapping: MappingFile) -> None:
    """A rule on headers cannot set what stands in lines of another table."""
    if mapping.line_table == mapping.main_table:
        return
    for rule in mapping.rules:
        lines = [each for each in rule.fields if is_line(each)]
        if lines and (rule.table or mapping.main_table) == mapping.main_table:
            told = f"Reguła „{rule.title}” sprawdza nagłówki, a ustawia pole pozycji „{lines[0].word.key}”."
            advice = f"Dopisz w niej `tabela: {mapping.line_table}`; kolumny nagłówka widzi jako [{mapping.main_table}!Kolumna]."
            compiler.say(rule.at, "M18", told, advice)


def _own(compiler: Compiler, mapping: MappingFile, name: str, columns: Iterable[tuple[Column, ...]]) -> None:
    for column in (column for each in columns for column in each):
        if column.table and column.table != mapping.main_table:
            told = f"„{name}” bierze kolumny własnej tabeli, a [{column.table}!{column.name}] jest z innej."
            compiler.say(column.at, "M18", told, "Zostaw samą nazwę kolumny.")


def named(mapping: MappingFile) -> set[str]:
    """The tables that are looked at from rows of another one."""
    return {column.table for look in looks(mapping) for column in look.columns if column.table not in ("", *look.own)}


class ForeignLook(NamedTuple):
    """A field or a test, and the tables whose rows it has at hand: the last one is its own."""

    who: str
    at: Mark
    columns: tuple[Column, ...]
    own: tuple[str, ...]
    test: bool = False


def looks(mapping: MappingFile) -> Iterator[ForeignLook]:
    """Everything in a mapping that looks at columns, but for keys."""
    main, lines = (mapping.main_table,), (mapping.main_table, mapping.line_table)
    yield from (_field(each, main) for each in mapping.header)
    yield from (_field(each, lines) for each in mapping.line)
    for extra in mapping.extra_lines:
        own = main if extra.once else lines
        yield from (_field(each, own) for each in extra.fields)
        yield from (_test(f"Wpis „{extra.title}” w `pozycje_z_kolumn`", each, own) for each in extra.tests)
    for rule in mapping.rules:
        own = (rule.table or mapping.main_table,)
        yield from (_field(each, own) for each in rule.fields)
        yield from (_test(f"Reguła „{rule.title}”", each, own) for each in rule.tests)
    for repeat, tables in mapping.every_chain():
        yield from (_field(each, tables) for each in repeat.fields)


def _field(each: Field, own: tuple[str, ...]) -> ForeignLook:
    return ForeignLook(f"Pole „{each.word.key}”", each.origin.at, each.columns, own)


def _test(who: str, each: Test, own: tuple[str, ...]) -> ForeignLook:
    return ForeignLook(who, each.column.at, (each.column,), own, test=True)
