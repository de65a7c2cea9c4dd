"""What several rows of one invoice say of a part that repeats → the parts they mean, or why that cannot be told.

The vocabulary says it for each part, `raz_na` in the mapping overrides it (docs/adr/0023): a set by identity, a list by
row, or one thing on which the rows agree. Where one thing repeated and one thing per row look the same, nobody guesses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from bridge.mapping.language.vocabulary import PARTS

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence

    from bridge.mapping.language.parts import Repeat
    from bridge.mapping.language.vocabulary import Part

    Meant = list[tuple[dict[str, Any], list[int]]]

PER = {"faktura": "one", "wiersz": "list"}  # raz_na


class Voice(NamedTuple):
    """What one row says: the values of the part's own words, and whether there is a part at all."""

    row: int
    values: dict[str, Any]
    told: bool


@dataclass(frozen=True, slots=True)
class Clash:
    """Two rows that give one part different values of a word."""

    key: str
    before: tuple[int, Any]
    after: tuple[int, Any]


@dataclass(frozen=True, slots=True)
class Unclear:
    """Rows that may repeat one part, or be a part each."""

    rows: tuple[int, ...]
    key: str
    shown: str


def sorted_out(repeat: Repeat, voices: Sequence[Voice], *, silent: bool) -> Meant | Clash | Unclear:
    """The values of each part with the places of its rows. `silent`: an empty cell of a later row repeats the first."""
    part = PARTS[repeat.section]
    how = PER.get(repeat.per, part.several)
    if how == "one":
        return _one(voices, silent=silent)
    if how == "set":
        return _set(part, voices, silent=silent)
    unclear = None if repeat.per else _unclear(part, voices, some=how == "ask")
    return unclear or [(voice.values, [place]) for place, voice in enumerate(voices)]


def _one(voices: Sequence[Voice], *, silent: bool) -> Meant | Clash:
    first = voices[0]
    for voice in voices[1:]:
        clash = _differ(first, voice, silent=silent)
        if clash:
            return clash
    return [(first.values, list(range(len(voices))))]


def _set(part: Part, voices: Sequence[Voice], *, silent: bool) -> Meant | Clash:
    first = voices[0].values
    if all(voice.values is first for voice in voices):  # rows with the same cells are read once
        return [(first, list(range(len(voices))))]
    made: list[tuple[Voice, list[int]]] = []
    known: dict[Hashable, tuple[Voice, list[int]]] = {}
    for place, voice in enumerate(voices):
        names = list(_names(part, voice.values))
        same = next((known[name] for name in names if name in known), None)
        clash = _differ(same[0], voice, silent=silent) if same else None
        if clash:
            return clash
        if same is None:
            same = (voice, [])
            made.append(same)
        same[1].append(place)
        known |= dict.fromkeys(names, same)
    return [(voice.values, places) for voice, places in made]


def _names(part: Part, values: Mapping[str, Any]) -> Iterator[Hashable]:
    """By what a part is known: all of it, and each identity of which it has something."""
    yield frozenset(values.items())
    for count, names in enumerate(part.identity):
        mine = tuple(values.get(f"{part.section}.{name}") for name in names)
        if any(value is not None for value in mine):
            yield count, mine


def _differ(first: Voice, voice: Voice, *, silent: bool) -> Clash | None:
    for key in (*first.values, *voice.values):
        old, new = first.values.get(key), voice.values.get(key)
        if old != new and not (silent and new is None):
            return Clash(key, (first.row, old), (voice.row, new))
    return None


def _unclear(part: Part, voices: Sequence[Voice], *, some: bool) -> Unclear | None:
    """Equal rows of a list: the amount (or all of it) on every row; with `some`, on any two."""
    told = [voice for voice in voices if voice.told]
    amount = f"{part.section}.{part.amount}" if part.amount else ""

    alike: dict[Any, list[int]] = {}
    for voice in told:
        look = voice.values.get(amount) if amount else frozenset(voice.values.items())
        if look is not None:
            alike.setdefault(look, []).append(voice.row)
    rows = next((rows for rows in alike.values() if len(rows) >= (2 if some else max(2, len(voices)))), None)
    if rows is None:
        return None
    values = next(voice.values for voice in told if voice.row == rows[0])
    key = amount or next(iter(values))
    return Unclear(tuple(rows), key, str(values[key]) if amount else ", ".join(map(str, values.values())))
