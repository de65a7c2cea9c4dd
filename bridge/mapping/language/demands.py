"""A mapping that is understood → what it still lacks, or may not do: fields of every invoice, lines, ways of counting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.mapping.language.across import check_looks
from bridge.mapping.language.source import FIXED
from bridge.mapping.language.vocabulary import BY_KEY, NEEDED
from bridge.model.problem import Problem, errors, problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.mapping.language.compile import Compiler
    from bridge.mapping.language.nodes import Mark
    from bridge.mapping.language.parts import Field, MappingFile


def demand(compiler: Compiler, mapping: MappingFile, at: Mark) -> None:
    """Everything an invoice needs must come from somewhere; causes, not consequences: silent after other mistakes."""
    if errors(compiler.problems):
        return
    mapped = {each.word.key for each in _all(mapping) if not _is_empty(each)}
    empty = {each.word.key: each.origin.at for each in mapping.header}
    for key in NEEDED:
        if key not in mapped:
            said = f"Pole „{key}” jest puste" if key in empty else f"Brakuje pola „{key}”"
            advice = f"{'Uzupełnij' if key in empty else 'Dopisz'} je w sekcji `{BY_KEY[key].section}`."
            compiler.say(empty.get(key, at), "M19", f"{said}: {BY_KEY[key].meaning}.", advice)
    _lines(compiler, mapping, at)
    _rules(compiler, mapping)
    check_looks(compiler, mapping)
    _unread(compiler, mapping, at)
    _one_table(compiler, mapping)
    _discount(compiler, mapping, mapped)
    _amounts(compiler, mapping, mapped)


def _lines(compiler: Compiler, mapping: MappingFile, at: Mark) -> None:
    orders = any(each.section == "pozycja_zamowienia" for each in mapping.repeats)
    if not mapping.line and not mapping.extra_lines and not orders and not _may_lack_lines(mapping):
        said = "Mapowanie nie mówi, skąd wziąć pozycje faktury."
        compiler.say(at, "M19", said, "Dopisz sekcję `pozycja` albo `pozycje_z_kolumn`.")


def _rules(compiler: Compiler, mapping: MappingFile) -> None:
    """A rule tests rows that are looked at: of invoices, of lines, or of parts, whose rows it may only leave out."""
    whole = {"", mapping.main_table, mapping.line_table}
    parts = {repeat.table for repeat, _ in mapping.every_repeat() if repeat.table}
    for rule in mapping.rules:
        if rule.table in whole:
            continue
        if rule.table not in parts:
            told = f"Reguła „{rule.title}” dotyczy tabeli „{rule.table}”, której wierszy mostek nie sprawdza."
            known = ", ".join(sorted(filter(None, whole | parts))) or "tylko jedna tabela: usuń `tabela`"
            compiler.say(rule.at, "M22", told, f"Możliwe: {known}.")
        elif rule.fields or rule.action != "pomin":
            told = f"Reguła „{rule.title}” dotyczy tabeli części „{rule.table}”, a tam może tylko pominąć wiersz (`pomin`)."
            compiler.say(rule.at, "M18", told)


def _unread(compiler: Compiler, mapping: MappingFile, at: Mark) -> None:
    """A described table that nothing reads would be lost in silence (law 8), unless it says `pomin: tak`."""
    if mapping.layout.format in FIXED:
        return
    read = {"", mapping.main_table, mapping.line_table}
    read |= {table for repeat, _ in mapping.every_repeat() for table in (repeat.table,)}
    fields = [
        *_all(mapping),
        *mapping.file_control,
        *(each for repeat, _ in mapping.every_repeat() for each in repeat.fields),
    ]
    read |= {column.table for each in fields for origin in (each.origin, *each.fallbacks) for column in origin.columns}
    read |= {test.column.table for rule in mapping.rules for test in rule.tests}
    read |= {column.table for column in mapping.results.echo}
    for table in mapping.layout.tables:
        if table.name not in read and not table.skipped:
            told = f"Tabeli „{table.name}” nic nie czyta, a jej wiersze nie mogą zginąć po cichu."
            advice = "Weź z niej części (`z_tabeli`) albo kolumny, albo dopisz przy niej `pomin: tak`."
            compiler.say(mapping.places.get(f"zrodlo.tabele.{table.name}", at), "M18", told, advice)


def _one_table(compiler: Compiler, mapping: MappingFile) -> None:
    """A field is read from the rows of one table, with all that joins it or stands in for it."""
    tested = [(rule.table or mapping.main_table, rule.fields) for rule in mapping.rules]
    extra = [(mapping.main_table if each.once else mapping.line_table, each.fields) for each in mapping.extra_lines]
    parts = [(table, repeat.fields) for repeat, table in mapping.every_repeat()]
    whole = [(mapping.main_table, (*mapping.header, *mapping.file_control)), (mapping.line_table, mapping.line)]
    for default, fields in (*whole, *parts, *extra, *tested):
        for field in fields:
            tables = {column.table or default for each in (field.origin, *field.fallbacks) for column in each.columns}
            if len(tables) > 1:
                told = f"„{field.word.key}” bierze kolumny z różnych tabel: {', '.join(sorted(tables))}."
                compiler.say(field.origin.at, "M18", told, "Jedno pole bierze kolumny jednej tabeli.")


def without_lines(mapping: MappingFile, file: str) -> list[Problem]:
    """P13 of a file whose lines would be made up: that is done only where the mapping says `pozycja_zbiorcza: tak`."""
    name = next((each for each in mapping.line if each.word.key == "pozycja.nazwa"), None)
    orders = any(each.section == "pozycja_zamowienia" for each in mapping.repeats)
    said = ""
    if name is not None and name.constant is not None:
        said = "Mapowanie wpisuje nazwę pozycji na stałe, a więc ten plik nie ma pozycji faktur."
    elif not mapping.line and mapping.extra_lines and not orders:
        said = "Mapowanie robi pozycje tylko z kolumn faktury, a więc ten plik ich nie ma."
    return [problem("P13", said, file=file)] if said and not mapping.lump else []


def _may_lack_lines(mapping: MappingFile) -> bool:
    """Rules take lines away, or every invoice is a correction whose amounts are stated."""
    stated = any(each.word.section == "sumy" for each in mapping.header)
    kind = next((each.constant for each in mapping.header if each.word.key == "faktura.rodzaj"), None)
    return any(rule.action == "bez_pozycji" for rule in mapping.rules) or (stated and kind == "KOR")


def _discount(compiler: Compiler, mapping: MappingFile, mapped: set[str]) -> None:
    """P_10 has two readings (fa3.md, section 4): which one, the mapping must say."""
    column = next((each for each in _all(mapping) if each.word.key == "pozycja.kwota_rabatu"), None)
    if column is not None and "faktura.rabat" not in mapped:
        said = "Jest kolumna rabatu, a nie wiadomo, od czego go odjąć."
        advice = "Dopisz w sekcji `faktura`: rabat: od_ceny (od ceny jednostkowej) albo rabat: od_wartosci (od wartości pozycji)."
        compiler.say(column.origin.at, "M19", said, advice)


def _amounts(compiler: Compiler, mapping: MappingFile, mapped: set[str]) -> None:
    """`kwoty: podane` takes amounts as the file has them, so the file must have the total as well."""
    field = next((each for each in _all(mapping) if each.word.key == "faktura.kwoty"), None)
    if field is not None and "sumy.do_zaplaty" not in mapped:
        said = "Kwoty mają być takie jak w pliku, a mapowanie nie mówi, ile wynosi należność."
        compiler.say(field.origin.at, "M19", said, "Dopisz w sekcji `sumy` pole `do_zaplaty`.")


def _is_empty(field: Field) -> bool:
    """Whether a key stands there with nothing behind it, as `mapping new` leaves what only a person knows."""
    return not field.says


def _all(mapping: MappingFile) -> Iterable[Field]:
    yield from mapping.header
    yield from mapping.line
    yield from (each for extra in mapping.extra_lines for each in extra.fields)
    yield from (each for rule in mapping.rules for each in rule.fields)
