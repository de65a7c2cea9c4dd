"""A dropped file → its rows as they were dropped, for the workbook that explains its errors."""

from __future__ import annotations

from pathlib import Path

from bridge.files.errors_book import SheetRows
from bridge.mapping.sets import placed
from bridge.model.job import Job
from bridge.model.table import Source
from bridge.reader import mapping_of, opened

SHEET = "Dane"
LINES = 10_000  # of a file that no reader could open


def rows_as_dropped(job: Job) -> Path | list[SheetRows]:
    """The workbook itself, or a sheet of texts per table; a file that no reader opens comes as its lines."""
    path = job.files[job.name]
    mapping, _ = mapping_of(job)
    drop = placed(mapping, tuple(job.files)) if mapping else None
    source, _ = opened(job, mapping, drop) if mapping and drop and drop.files else (None, [])
    if source is None:
        return [_lines(path)]
    if source.format == "xlsx":
        return path
    return _sheets(source)


def _sheets(source: Source) -> list[SheetRows]:
    return [
        SheetRows(table.name or table.sheet or SHEET, table.heading, [(row.number, row.cells) for row in table.rows()])
        for table in source.tables.values()
    ]


def _lines(path: Path) -> SheetRows:
    """The raw lines, for looking only: letters that do not decode show as a replacement sign."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1250", errors="replace")
    printable = "".join(
        char if char.isprintable() or char in "\n\t" else "\ufffd" for char in text.replace("\r\n", "\n")
    )
    lines = printable.split("\n")[:LINES]
    return SheetRows(
        SHEET, ["Wiersz"], [(number, [line[:30_000]]) for number, line in enumerate(lines, start=1) if line]
    )
