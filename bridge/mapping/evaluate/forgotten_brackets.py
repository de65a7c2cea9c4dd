"""A text of the mapping that is the name of a column of the file: somebody forgot the brackets (mapping.md, law 1).

Only texts that would reach an invoice as they stand are looked at: a rate, a country or a number that is no such thing is
refused when the mapping is loaded. The label of what stands beside it is no mistake (`nazwa: Dostawa` where the price is
[Dostawa], `jednostka: szt.` where the quantity is [szt.]), and `stala` says that a text is meant.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from bridge.mapping.evaluate.bind import place
from bridge.mapping.language.yamltext import bracketed, scalar
from bridge.model.text import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bridge.mapping.language.parts import Field, MappingFile, ValueOrigin
    from bridge.model.problem import Problem
    from bridge.model.table import Source, Table

TAKEN_AS_THEY_ARE = frozenset({"text", "long_text", "cell"})
NUMBERS = frozenset({"number", "count", "whole", "percent"})
CONTENT = frozenset({"tresc", "komorka_1"})
WITHIN = re.compile(r"[\[{<]([^\[\]{}<>]+)[\]}>]")  # "[Nabywca]" in quotation marks, Zamówienie {Nr}


def forgotten_brackets(mapping: MappingFile, source: Source) -> list[Problem]:
    """M26 at every such text, each place once."""
    found: dict[tuple[str, int, int], Problem] = {}
    for fields in _parts(mapping):
        labelled = set(_labelled(fields))
        for field in fields:
            for origin in (field.origin, *field.fallbacks):
                names = _named(origin, field, source) if not origin.columns and not origin.meant else ()
                if names and not set(map(folded, names)) <= labelled:
                    at = origin.at
                    found.setdefault((at.file, at.line, at.column), _problem(origin, field, names))
    return list(found.values())


def _parts(mapping: MappingFile) -> Iterator[Sequence[Field]]:
    """Fields that stand together: a section, a part, a line made from columns, what a rule sets."""
    everything = (*mapping.header, *mapping.line)
    for _, fields in groupby(sorted(everything, key=_section), key=_section):
        yield tuple(fields)
    yield mapping.file_control
    yield from (repeat.fields for repeat, _ in mapping.every_repeat())
    yield from (extra.fields for extra in mapping.extra_lines)
    yield from (rule.fields for rule in mapping.rules)


def _section(field: Field) -> str:
    return field.word.section


def _labelled(fields: Iterable[Field]) -> Iterator[str]:
    """Columns that give the amount or the content of a part: its label may be called like them."""
    for field in fields:
        if field.word.takes in NUMBERS or field.word.name in CONTENT:
            for origin in (field.origin, *field.fallbacks):
                yield from (folded(column.name) for column in origin.columns)


def _named(origin: ValueOrigin, field: Field, source: Source) -> tuple[str, ...]:
    """The columns that a literal names; () when it names none, or when it is looked up and found."""
    text = origin.literal
    known = origin.dictionary
    if not text or (known is not None and folded(text) in (known.entries if known.rows is None else known.rows)):
        return ()
    if field.word.takes not in TAKEN_AS_THEY_ARE and not origin.pattern and known is None:
        return ()
    within = tuple(
        name for name in map(str.strip, WITHIN.findall(text)) if not origin.pattern and _anywhere(source, name)
    )
    if within:
        return within
    bare = text.strip("()<>„”\"'{}")
    if _anywhere(source, bare):
        return (bare,)
    name, mark, column = bare.partition("!")
    if mark and name in source.tables and _has(source.tables[name], column):
        return (bare,)
    several = tuple(filter(None, (each.strip() for each in bare.split(","))))
    return several if len(several) > 1 and all(_anywhere(source, each) for each in several) else ()


def _anywhere(source: Source, name: str) -> bool:
    return any(_has(table, name) for table in source.tables.values())


def _has(table: Table, name: str) -> bool:
    """Whether a table has such a column; of equal headings „Netto#1” and „Netto#2” also by the plain name."""
    return bool(name) and (
        place(table, name) is not None or any(folded(each.partition("#")[0]) == folded(name) for each in table.heading)
    )


def _problem(origin: ValueOrigin, field: Field, names: tuple[str, ...]) -> Problem:
    written = bracketed(*names)
    said = f"„{origin.literal}” to nazwa kolumny w pliku, a w polu „{field.word.key}” stoi jako zwykły tekst."
    quoted = " bez cudzysłowu i bez innego tekstu obok" if WITHIN.search(origin.literal) else ""
    advice = f"Weź ją w nawias{quoted}: {written}. Jeśli na fakturze ma stać ten sam tekst, napisz pod polem: stala: {scalar(origin.literal)}."
    return origin.at.problem("M26", said, advice)
