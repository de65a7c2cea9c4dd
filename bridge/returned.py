"""A job whose file is a mended workbook of errors → the export that it explains, read again by the same mapping."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.files.origin import Origin, Shape, origin_of
from bridge.model.problem import Problem, problem
from bridge.reading.returned import read_book, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.mapping.parts import Mapping
    from bridge.model.job import Job
    from bridge.model.table import Layout, Source


def returned(job: Job) -> Origin | None:
    """Where the job's only file comes from, when it is a workbook of errors that came back."""
    return origin_of(job.files[job.name]) if len(job.files) == 1 else None


def reopened(job: Job, origin: Origin, layout: Layout) -> tuple[Source | None, list[Problem]]:
    """The export with the mended cells; P27 for a workbook that only shows lines."""
    path = job.files[job.name]
    if origin.shape is Shape.BOOK:
        source, problems = read_book(path, job.name, layout, origin.front)
    elif origin.shape is Shape.ROWS:
        source, problems = read_rows(path, job.name, layout, origin.sheets)
    else:
        source, problems = None, [problem("P27", file=job.name)]
    said = f"To poprawiona kopia pliku {origin.file}."
    return (replace(source, notes=(said, *source.notes)) if source else None), problems


def own_mapping(job: Job, origin: Origin, mappings: Iterable[Mapping]) -> tuple[Mapping | None, list[Problem]]:
    """The mapping by which the export was read, as it is now."""
    found = next((each for each in mappings if each.name == origin.mapping), None)
    said = f"Plik {origin.file} był czytany mapowaniem {origin.mapping}, a takiego mapowania już nie ma."
    advice = "Przywróć to mapowanie albo wyeksportuj faktury jeszcze raz."
    return found, [] if found else [problem("P10", said, advice=advice, file=job.name)]


def without_totals(mapping: Mapping) -> Mapping:
    """A part of a file says nothing of the whole: its control totals are not compared."""
    rules = tuple(
        replace(rule, fields=tuple(each for each in rule.fields if each.word.section != "plik"))
        for rule in mapping.rules
    )
    return replace(mapping, file_control=(), rules=rules)
