"""A file name + mappings → the only one that claims it, or P10 and P11 (design.md: exactly one mapping must claim)."""

from __future__ import annotations

import unicodedata
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from bridge.model.problem import Problem, problem
from bridge.model.settings import Environment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.mapping.language.parts import MappingFile


def claims(mapping: MappingFile, name: str) -> bool:
    """Whether `zrodlo.pliki` of the mapping, or of one of its tables, fits the name; case does not matter."""
    patterns = [mapping.pattern, *(table.files for table in mapping.layout.tables)]
    return any(_fits(pattern, name) for pattern in patterns)


def awake(mappings: Iterable[MappingFile], environment: Environment) -> list[MappingFile]:
    """The mappings that may claim files there: outside the sandbox an example only once a person has adopted it."""
    return [each for each in mappings if environment is Environment.SANDBOX or not each.example]


def claiming(name: str, mappings: Iterable[MappingFile]) -> list[MappingFile]:
    """Those that claim the name; what a person wrote goes before an example."""
    found = [each for each in mappings if claims(each, name)]
    return [each for each in found if not each.example] or found


def choose(
    name: str, mappings: Iterable[MappingFile], environment: Environment = Environment.SANDBOX
) -> tuple[MappingFile | None, list[Problem]]:
    """The mapping of a file of that name, or of a trigger file that came alone."""
    everything = list(mappings)
    known = awake(everything, environment)
    found = claiming(name, known) or [each for each in known if _fits(each.marker, name)]
    if len(found) == 1:
        return found[0], []
    if found:
        both = ", ".join(each.name for each in found)
        return None, [problem("P11", f"Do pliku {name} pasuje więcej niż jedno mapowanie: {both}.", file=name)]
    asleep = [each.name.removesuffix(".yaml") for each in everything if each not in known and claims(each, name)]
    if asleep:
        said = f"Plik {name} obejmuje tylko przykład {asleep[0]}, którego nikt jeszcze nie przyjął."
        advice = f"Przejrzyj go i przyjmij: ksef-bridge mapping adopt {asleep[0]}. Albo napisz własne mapowanie."
        return None, [problem("P10", said, advice=advice, file=name)]
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
