"""Dropped files → one `Source`, by the reader that fits what they hold; or everything that is wrong with them.

A reader is one file with one function `read(path, shown, layout) -> (Source | None, problems)`; READERS is the list.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.model.problem import Problem, problem
from bridge.model.table import Layout, Source, Table
from bridge.reading import delimited, xlsx
from bridge.reading.content import choose, content

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Reader = Callable[[Path, str, Layout], tuple[Source | None, list[Problem]]]

READERS: dict[str, Reader] = {"csv": delimited.read, "xlsx": xlsx.read}
LARGEST = 2 * 1024**3  # bytes; ten million rows, which no period of one taxpayer needs


def open_source(
    files: Mapping[str, Path],
    shown: Mapping[str, str],
    layout: Layout,
) -> tuple[Source | None, list[Problem]]:
    """All files of a drop (table name → path; "" for a single file) as one source; all their problems at once."""
    read = [_open(path, shown[name], _narrowed(layout, name)) for name, path in files.items()]
    problems = [each for _, found in read for each in found]
    sources = [source for source, _ in read if source]
    if len(sources) < len(read) or not sources:
        return None, problems
    tables: dict[str, Table] = {name: table for source in sources for name, table in source.tables.items()}
    notes = tuple(dict.fromkeys(note for source in sources for note in source.notes))
    return replace(sources[0], tables=tables, notes=notes), problems


def _open(path: Path, shown: str, layout: Layout) -> tuple[Source | None, list[Problem]]:
    if path.stat().st_size > LARGEST:
        return None, [problem("P22", file=shown)]
    reading, fault = choose(content(path), shown, layout.format, frozenset(READERS))
    return READERS[reading](path, shown, layout) if fault is None else (None, [fault])


def _narrowed(layout: Layout, name: str) -> Layout:
    """The layout of one file of a set; that of a single file is the whole."""
    own = tuple(table for table in layout.tables if table.name == name)
    return replace(layout, tables=own) if own else layout
