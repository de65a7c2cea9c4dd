"""A mapping → for each field where its value comes from: column, constant, dictionary or rule, with file and line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.mapping.language.nodes import Mark
    from bridge.mapping.language.parts import Field, MappingFile, ValueOrigin


@dataclass(frozen=True, slots=True)
class ExplainedField:
    """One field of the merged mapping."""

    key: str
    source: str  # in Polish: kolumna [Nr dok.], stała „PLN”, słownik stawki_vat …
    file: str
    line: int
    meaning: str
    element: str


def explain(mapping: MappingFile) -> list[ExplainedField]:
    """Every field in the order of the mapping: the fields, extra lines, parts, then what rules set."""
    return list(_fields(mapping))


def _fields(mapping: MappingFile) -> Iterator[ExplainedField]:
    for each in (*mapping.header, *mapping.line, *mapping.file_control):
        yield _explained(each, _source(each))
    for repeat, _ in mapping.every_repeat():
        whence = f"z tabeli „{repeat.table}”: " if repeat.table else ""
        for each in repeat.fields:
            yield _explained(each, f"{whence}{_source(each)}")
    for extra in mapping.extra_lines:
        for each in extra.fields:
            yield _explained(each, f"pozycja z kolumn „{extra.title}”: {_source(each)}")
    for rule in mapping.rules:
        for each in rule.fields:
            yield _explained(each, f"reguła „{rule.title}”: {_source(each)}")


def _explained(each: Field, source: str) -> ExplainedField:
    at: Mark = each.origin.at
    return ExplainedField(each.word.key, source, at.file, at.line, each.word.meaning, each.word.element)


def _source(each: Field) -> str:
    told = _origin(each.origin)
    for fallback in each.fallbacks:
        told += f"; gdy puste: {_origin(fallback)}"
    return told


def _origin(origin: ValueOrigin) -> str:
    if not origin.columns:
        return f"stała „{origin.literal}”" if origin.literal else "puste"
    names = ", ".join(f"{column.table}!{column.name}" if column.table else column.name for column in origin.columns)
    told = f"kolumna [{names}]"
    if origin.pattern:
        told += f", część <{origin.pattern.slot}> wzoru"
    if origin.dictionary:
        told += f", słownik „{origin.dictionary.name}”"
    return told
