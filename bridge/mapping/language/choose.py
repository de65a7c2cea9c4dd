"""A file name + mappings → the only one that claims it, or P10 and P11 (design.md: exactly one mapping must claim)."""

from __future__ import annotations

import unicodedata
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from bridge.model.problem import Problem, problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.mapping.language.parts import MappingFile


def claims(mapping: MappingFile, name: str) -> bool:
    """Whether `zrodlo.pliki` of the mapping, or of one of its tables, fits the name; case does not matter."""
    patterns = [mapping.pattern, *(table.files for table in mapping.layout.tables)]
    return any(_fits(pattern, name) for pattern in patterns)


def choose(name: str, mappings: Iterable[MappingFile]) -> tuple[MappingFile | None, list[Problem]]:
    """The mapping of a file of that name, or of a trigger file that came alone."""
    known = list(mappings)
    found = [each for each in known if claims(each, name)] or [each for each in known if _fits(each.marker, name)]
    if len(found) == 1:
        return found[0], []
    if found:
        both = ", ".join(each.name for each in found)
        return None, [problem("P11", f"Do pliku {name} pasuje więcej niż jedno mapowanie: {both}.", file=name)]
    patterns = ", ".join(f"{' + '.join(_patterns(each))} ({each.name})" for each in known if _patterns(each))
    return None, [
        problem("P10", f"Żadne mapowanie nie obejmuje pliku {name}. Wzorce: {patterns or 'brak mapowań'}.", file=name)
    ]


def _patterns(mapping: MappingFile) -> list[str]:
    """Of a single file, or of every file of a set."""
    return [each for each in (mapping.pattern, *(table.files for table in mapping.layout.tables)) if each]


def _fits(pattern: str, name: str) -> bool:
    return bool(pattern) and fnmatchcase(_fold(name), _fold(pattern))


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
