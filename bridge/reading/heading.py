"""Heading rows → one name per column, and the places of the mapping's own column names."""

from __future__ import annotations

from collections import Counter
from itertools import zip_longest
from typing import TYPE_CHECKING

from bridge.model.problem import Problem, problem
from bridge.model.table import TableLayout, index_of, letter
from bridge.model.text import collapsed, folded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bridge.model.table import OwnColumn


def names(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """One row → its names, two rows → "Grupa / Nagłówek"; of equal names each gets its #number."""
    columns = [[collapsed(cell) for cell in cells] for cells in zip_longest(*rows, fillvalue="")]
    joined = [" / ".join(dict.fromkeys(filter(None, cells))) for cells in columns]
    return _numbered(joined)


def spread(groups: Sequence[str]) -> list[str]:
    """A row of groups in a text file, where a group reaches to the next one."""
    filled: list[str] = []
    for cell in groups:
        filled.append(cell if cell.strip() or not filled else filled[-1])
    return filled


def own_columns(heading: Sequence[str], layout: TableLayout, shown: str) -> tuple[Mapping[str, int], list[Problem]]:
    """The place (from 0) of each name in `zrodlo.kolumny`; P02 and P19, all at once."""
    places: dict[str, int] = {}
    problems: list[Problem] = []
    for column in layout.columns:
        found, told = _place(column, heading)
        if not told and any(folded(column.name) == folded(name) for at, name in enumerate(heading) if at != found):
            told = problem("P19", f"Nazwa „{column.name}” z `zrodlo.kolumny` jest też nagłówkiem w pliku.")
        if told:
            problems.append(_placed(told, shown, layout))
        else:
            places[column.name] = found
    return places, problems


def place_of(column: OwnColumn) -> int:
    """The place (from 0) of a column that is called by its letter or number."""
    return index_of(column.letter) if column.letter else column.index - 1


def _numbered(columns: list[str]) -> tuple[str, ...]:
    count = Counter(map(folded, columns))
    seen: Counter[str] = Counter()
    numbered = []
    for name in columns:
        key = folded(name)
        seen[key] += 1
        numbered.append(f"{name}#{seen[key]}" if name and count[key] > 1 else name)
    return tuple(numbered)


def _place(column: OwnColumn, heading: Sequence[str]) -> tuple[int, Problem | None]:
    if column.headings:
        return _by_heading(column, heading)
    place = place_of(column)
    if 0 <= place < len(heading):
        return place, None
    last = f"ostatnia to {letter(len(heading) - 1)} ({len(heading)})"
    return -1, problem("P02", f"W pliku nie ma kolumny {column.letter or column.index} („{column.name}”); {last}.")


def _by_heading(column: OwnColumn, heading: Sequence[str]) -> tuple[int, Problem | None]:
    wanted = {folded(name) for name in column.headings}
    found = [place for place, name in enumerate(heading) if folded(name) in wanted]
    if len(found) == 1:
        return found[0], None
    if found:
        both = ", ".join(f"„{heading[place]}”" for place in found)
        return -1, problem("P19", f"Do „{column.name}” pasuje więcej niż jedna kolumna: {both}.")
    spelled = ", ".join(f"„{name}”" for name in column.headings)
    present = ", ".join(filter(None, heading))
    return -1, problem("P02", f"W pliku nie ma żadnej z kolumn: {spelled}.", advice=f"Kolumny w pliku: {present}")


def _placed(told: Problem, shown: str, layout: TableLayout) -> Problem:
    return Problem(told.code, told.message, told.advice, file=shown, sheet=layout.sheet or layout.name)
