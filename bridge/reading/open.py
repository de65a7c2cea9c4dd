"""Dropped files → one `Source`, by the reader that fits what they hold; or everything that is wrong with them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.model.problem import Problem, problem
from bridge.model.table import Layout, Source, Table
from bridge.reading import delimited, epp, fixed, jpk_fa, records
from bridge.reading.content import Content, content, impostor, unread
from bridge.reading.excel import books

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bridge.reading.contract import Reader

READERS: Sequence[Reader] = (
    epp.READER,
    jpk_fa.READER,
    delimited.READER,
    fixed.READER,
    records.READER,
    *books.READERS,
)
LARGEST = 2 * 1024**3  # bytes; ten million rows, which no period of one taxpayer needs


def open_source(
    files: Mapping[str, Path],
    shown: Mapping[str, str],
    layout: Layout,
    readers: Sequence[Reader] = READERS,
) -> tuple[Source | None, list[Problem]]:
    """All files of a drop (table name → path; "" for a single file) as one source; all their problems at once."""
    read = [_open(path, shown[name], _narrowed(layout, name), readers) for name, path in files.items()]
    problems = [each for _, found in read for each in found]
    sources = [source for source, _ in read if source]
    if len(sources) < len(read) or not sources:
        return None, problems
    tables: dict[str, Table] = {name: table for source in sources for name, table in source.tables.items()}
    notes = tuple(dict.fromkeys(note for source in sources for note in source.notes))
    return replace(sources[0], tables=tables, notes=notes), problems


def _open(path: Path, shown: str, layout: Layout, readers: Sequence[Reader]) -> tuple[Source | None, list[Problem]]:
    if path.stat().st_size > LARGEST:
        return None, [problem("P22", file=shown)]
    held, head = content(path)
    fault = impostor(held, shown)
    reader = None if fault else choose(held, head, layout.format, readers)
    if reader is not None:
        return reader.read(path, shown, layout)
    return None, [fault or _unread(held, shown, layout.format)]


def choose(held: Content, head: bytes, declared: str, readers: Sequence[Reader]) -> Reader | None:
    """The reader of the declared format, or the first that knows such a file; None when it does not fit."""
    asked = (each for each in readers if (each.format == declared if declared else not each.asked))
    return next((each for each in asked if each.knows(held, head)), None)


def _unread(held: Content, shown: str, declared: str) -> Problem:
    if not declared:
        return unread(held, shown)
    return problem("P16", f"Mapowanie mówi `format: {declared}`, a plik to {held}.", file=shown)


def _narrowed(layout: Layout, name: str) -> Layout:
    """The layout of one file of a set; that of a single file is the whole."""
    own = tuple(table for table in layout.tables if table.name == name)
    return replace(layout, tables=own) if own else layout
