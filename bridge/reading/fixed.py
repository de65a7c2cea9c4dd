"""A text file of fixed columns, as a DOS program prints it → rows of texts, cut by characters after decoding.

Page headings, rules and carried-over sums are rows like any other: the mapping's rules say what they are. Form feeds
and Ctrl-Z, which are no text, are left out (erp-exports.md, section 1.8).
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from bridge.model.problem import Problem
from bridge.model.table import Layout, Row, Source, Table
from bridge.reading.content import Content
from bridge.reading.contract import Reader, holding
from bridge.reading.text import LISTED, TextFile, bad_byte, mixed_encodings, open_text, watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

NO_TEXT = "\r\n\x0b\x0c\x1a"  # line ends, page ends, DOS end of file


def read(path: Path, shown: str, layout: Layout) -> tuple[Source | None, list[Problem]]:
    """The file as a source of one table, its columns the mapping's own names (`zrodlo.kolumny`)."""
    text, problems = open_text(path, shown, layout.encoding)
    problems = problems or (_faults(text) if text else [])
    if text is None or problems:
        return None, problems
    wanted = layout.tables[0]
    spans = [column.span or (1, 0) for column in wanted.columns]
    names = tuple(column.name for column in wanted.columns)
    own = {name: place for place, name in enumerate(names)}
    table = Table(wanted.name, shown, "", names, _rows(text, spans, max(layout.heading_rows, default=0)), own)
    return Source(shown, "stala_szerokosc", text.encoding.name, {table.name: table}, text.notes), []


def _faults(file: TextFile) -> list[Problem]:
    """One pass for what is not in this encoding, or in another one."""
    mixed: list[int] = []
    read = 0
    try:
        with file.open() as stream:
            for _ in watched(file, stream, 1, mixed):
                read += 1
                if len(mixed) == LISTED:
                    break
    except UnicodeDecodeError as error:
        return [bad_byte(file, read + 1, error)]
    return [mixed_encodings(file, mixed)] if mixed else []


def _rows(file: TextFile, spans: Sequence[tuple[int, int]], last_heading: int) -> Callable[[], Iterator[Row]]:
    slices = [slice(first - 1, last) for first, last in spans]

    def rows() -> Iterator[Row]:
        with file.open() as stream:
            for number, line in islice(enumerate(stream, 1), last_heading, None):
                text = line.strip(NO_TEXT)
                if text.strip():
                    yield Row(number, tuple([text[each].strip() for each in slices]))
                elif line.strip("\x1a"):
                    yield Row(number, ())

    return rows


READER = Reader("stala_szerokosc", holding(Content.TEXT), read, asked=True)
