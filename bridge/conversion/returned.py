"""A job whose file is a mended workbook of errors → the export that it explains, read again by the same mapping."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.files.origin import BookOrigin, BookShape, origin_of, signed_somehow
from bridge.model.item import Finished
from bridge.model.problem import Problem, Severity, problem
from bridge.reading.content import Content, content
from bridge.reading.returned import read_book, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.mapping.language.parts import MappingFile
    from bridge.model.job import Job
    from bridge.model.table import Layout, Source

AS_XLSX = "Otwórz go w Excelu, zapisz jako „Skoroszyt programu Excel (*.xlsx)” i wrzuć jeszcze raz."
TOTALS = "To poprawiona kopia: sprawdź, czy różnica wynika z Twoich poprawek albo usuniętych wierszy."


def returned(job: Job) -> BookOrigin | None:
    """Where the job's only file comes from, when it is a workbook of errors that came back."""
    return origin_of(job.files[job.name]) if len(job.files) == 1 else None


def reopened(job: Job, origin: BookOrigin, layout: Layout) -> tuple[Source | None, list[Problem]]:
    """The export with the mended cells; P27 for a workbook that only shows lines."""
    path = job.files[job.name]
    if origin.shape is BookShape.BOOK:
        source, problems = read_book(path, job.name, layout, origin.front)
    elif origin.shape is BookShape.ROWS:
        source, problems = read_rows(path, job.name, layout, origin.sheets)
    else:
        source, problems = None, [problem("P27", file=job.name)]
    said = f"To poprawiona kopia pliku {origin.file}."
    return (replace(source, notes=(said, *source.notes)) if source else None), problems


def own_mapping(
    job: Job, origin: BookOrigin, mappings: Iterable[MappingFile]
) -> tuple[MappingFile | None, list[Problem]]:
    """The mapping by which the export was read, as it is now."""
    found = next((each for each in mappings if each.name == origin.mapping), None)
    said = f"Plik {origin.file} był czytany mapowaniem {origin.mapping}, a takiego mapowania już nie ma."
    advice = "Przywróć to mapowanie albo wyeksportuj faktury jeszcze raz."
    return found, [] if found else [problem("P10", said, advice=advice, file=job.name)]


def misnamed_copy(job: Job) -> list[Problem]:
    """P10 of a workbook of errors that was saved in a format in which it is not known any more."""
    path = job.files[job.name]
    if len(job.files) > 1 or content(path)[0] is not Content.OLE or not signed_somehow(path):
        return []
    said = (
        f"Plik {job.name} to poprawiony skoroszyt błędów zapisany w starym formacie .xls, w którym mostek go nie czyta."
    )
    return [problem("P10", said, advice=AS_XLSX, file=job.name)]


def mended(end: Finished) -> Finished:
    """The end of a returned copy: a person changed or deleted rows, so the file's own totals only warn (P05)."""
    told = (
        replace(each, severity=Severity.WARNING, advice=TOTALS) if each.code == "P05" else each for each in end.problems
    )
    return replace(end, problems=tuple(told))


def without_totals(mapping: MappingFile) -> MappingFile:
    """A part of a file says nothing of the whole: its control totals are not compared."""
    rules = tuple(
        replace(rule, fields=tuple(each for each in rule.fields if each.word.section != "plik"))
        for rule in mapping.rules
    )
    return replace(mapping, file_control=(), rules=rules)
