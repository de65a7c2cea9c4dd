"""File names + mappings → which files are one drop: a file alone, or the members of a set with their trigger file.

What * stood for in a pattern must be the same in all files of a set (mapping.md, "Tables"), case ignored.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.mapping.language.choose import claiming

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bridge.mapping.language.parts import MappingFile


@dataclass(frozen=True, slots=True)
class Gathered:
    """Files that are one drop, that of the headers first and the trigger last; `missing` are names still waited for."""

    names: tuple[str, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """The files of a drop by table ("" for the only one), and what is not there."""

    files: Mapping[str, str]
    marker: str = ""  # the trigger file
    missing: tuple[str, ...] = ()  # members
    awaited: str = ""  # the trigger that the mapping names and that is not there
    strange: tuple[str, ...] = ()  # names that fit no pattern of the set


def gather(names: Iterable[str], mappings: Sequence[MappingFile]) -> list[Gathered]:
    """Each drop that these files make; a file that no single mapping claims is one alone, and its reading says why."""
    alone: list[Gathered] = []
    stars: dict[tuple[str, str], tuple[MappingFile, list[str]]] = {}
    loose: list[str] = []
    for name in names:
        found = claiming(name, mappings)
        if len(found) != 1:
            loose.append(name)
        elif not _patterns(found[0]):
            alone.append(Gathered((name,)))
        else:
            mapping = found[0]
            stars.setdefault((mapping.name, _star(mapping, name)), (mapping, []))[1].append(name)
    for mapping, members in stars.values():
        members += [name for name in loose if _fits_beside(mapping, name, members[0])]
    used = {name for _, members in stars.values() for name in members}
    alone += [Gathered((name,), _awaited(name, mappings)) for name in loose if name not in used]
    return alone + [_gathered(mapping, members) for mapping, members in stars.values()]


def placed(mapping: MappingFile, names: Sequence[str]) -> Placed:
    """Which table each file of a drop is; a mapping for single files takes the first name, whatever it is."""
    patterns = {table.name: table.files for table in mapping.layout.tables if table.files}
    marker = next((name for name in names if _captured(mapping.marker, name) is not None), "")
    files = {"": names[0]} if not patterns and names[0] != marker else {}
    patterns = patterns or {"": mapping.pattern}
    for name in names:
        fitting = (each for each, pattern in patterns.items() if _captured(pattern, name) is not None)
        table = next((each for each in fitting if each not in files), None)
        if table is not None:
            files[table] = name
    star = next((_star(mapping, name) for name in names), "")
    missing = tuple(_named(pattern, star) for table, pattern in patterns.items() if table not in files)
    strange = tuple(name for name in names if name not in files.values() and name != marker)
    return Placed(files, marker, missing, "" if marker else _named(mapping.marker, star), strange)


def is_trigger(name: str, mappings: Iterable[MappingFile]) -> bool:
    """Whether a file is only a sign that others are complete; it may be empty."""
    return any(_captured(mapping.marker, name) is not None for mapping in mappings)


def _gathered(mapping: MappingFile, names: list[str]) -> Gathered:
    found = placed(mapping, names)
    ordered = [name for _, name in sorted(found.files.items(), key=lambda each: each[0] != "naglowki")]
    rest = (name for name in names if name not in ordered)
    return Gathered((*ordered, *rest), tuple(filter(None, (*found.missing, found.awaited))))


def _awaited(name: str, mappings: Sequence[MappingFile]) -> tuple[str, ...]:
    """A trigger that came before its files waits for them."""
    for mapping in mappings:
        star = _captured(mapping.marker, name)
        if star is not None:
            return tuple(_named(pattern, star) for pattern in _patterns(mapping).values())
    return ()


def _patterns(mapping: MappingFile) -> dict[str, str]:
    """Table → pattern of its file; a single file only where it waits for a trigger."""
    tables = {table.name: table.files for table in mapping.layout.tables if table.files}
    return tables or ({"": mapping.pattern} if mapping.marker else {})


def _star(mapping: MappingFile, name: str) -> str:
    """What * stands for in the name of a member or a trigger."""
    captured = (_captured(pattern, name) for pattern in (*_patterns(mapping).values(), mapping.marker))
    return next((star for star in captured if star is not None), "")


def _fits_beside(mapping: MappingFile, marker: str, name: str) -> bool:
    star = _captured(mapping.marker, marker)
    return star is not None and ("*" not in mapping.marker or star == _star(mapping, name))


def _captured(pattern: str, name: str) -> str | None:
    """What the first * of a pattern stood for, folded; None when the name does not fit or there is no pattern."""
    if not pattern:
        return None
    pieces = ("(.*)" if piece == "*" else "." if piece == "?" else re.escape(piece) for piece in _fold(pattern))
    found = re.fullmatch("".join(pieces), _fold(name), re.DOTALL)
    return None if found is None else (found[1] if found.groups() else "")


def _named(pattern: str, star: str) -> str:
    return pattern.replace("*", star, 1)


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
