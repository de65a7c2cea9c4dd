"""A workbook of errors that came back: known in every format that keeps its properties, told why not in the others."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import quoteattr

import openpyxl
import pytest
import xlwt

from bridge.conversion.drop import batches
from bridge.conversion.returned import mended
from bridge.files.origin import PREFIX, BookOrigin, BookShape, origin_of, sign
from bridge.model.item import Finished
from bridge.model.job import Job
from bridge.model.problem import errors, problem
from bridge.model.settings import Environment

ORIGIN = BookOrigin(7, "moje.yaml", "eksport.csv", BookShape.ROWS, "Problemy", {"Dane": ""})
META = "urn:oasis:names:tc:opendocument:xmlns:meta:1.0"
VALUES = {
    "drop": "7",
    "mapping": "moje.yaml",
    "file": "eksport.csv",
    "shape": "wiersze",
    "front": "Problemy",
    "sheets": '{"Dane": ""}',
    "partial": "False",
}


def test_the_origin_survives_in_xlsx_and_ods(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sign(book, ORIGIN)
    book.save(tmp_path / "a.xlsx")
    assert origin_of(tmp_path / "a.xlsx") == ORIGIN
    told = "".join(
        f"<m:user-defined m:name={quoteattr(PREFIX + name)}>{text}</m:user-defined>" for name, text in VALUES.items()
    )
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("meta.xml", f'<d xmlns:m="{META}"><meta>{told}</meta></d>')
    assert origin_of(tmp_path / "a.ods") == ORIGIN


@pytest.mark.parametrize("codec", ["ascii", "utf-16-le"])
def test_a_copy_saved_as_xls_is_told_to_be_saved_as_xlsx(tmp_path: Path, codec: str) -> None:
    book = xlwt.Workbook()
    book.add_sheet("Dane").write(0, 0, "Nr")
    path = tmp_path / "poprawione.xls"
    book.save(str(path))
    path.write_bytes(path.read_bytes() + f"{PREFIX}mapping".encode(codec))  # as its property stream has it
    job = Job(
        {path.name: path}, "1111111111", Environment.SANDBOX, datetime(2026, 11, 27, tzinfo=UTC), mappings=(tmp_path,)
    )
    (end,) = batches(job)
    assert isinstance(end, Finished)
    (told,) = end.problems
    assert (told.code, ".xls" in told.message, "*.xlsx" in told.advice) == ("P10", True, True)


def test_totals_of_a_mended_copy_only_warn() -> None:
    end = mended(Finished(problems=(problem("P05", file="a"), problem("P04", file="a"))))
    assert [each.code for each in errors(end.problems)] == ["P04"]
    assert [each.code for each in end.problems] == ["P05", "P04"]
