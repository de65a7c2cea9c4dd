from __future__ import annotations

import struct
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bridge.model.problem import Problem
from bridge.model.table import Layout, Row, Source, TableLayout
from bridge.reading.excel.books import UNTESTED
from bridge.reading.open import open_source

ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet><table:table table:name="Faktury">
<table:table-row><table:table-cell office:value-type="string"><text:p>Numer</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>Netto</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>Data</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell office:value-type="string"><text:p>FŻ/1</text:p></table:table-cell>
<table:table-cell office:value-type="float" office:value="12.5"><text:p>12,50</text:p></table:table-cell>
<table:table-cell office:value-type="date" office:date-value="2026-02-03"><text:p>3.02.26</text:p></table:table-cell>
</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"""

MANIFEST = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'


def record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def label(row: int, column: int, text: str) -> bytes:
    return record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))


def xls(path: Path) -> None:
    """The smallest BIFF8 workbook in an OLE container: one sheet with a heading and a row."""
    bof = struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0)
    name = "Faktury"
    start = len(record(0x0809, bof)) + 4 + 8 + len(name) + 4
    sheet = record(0x0085, struct.pack("<IBBBB", start, 0, 0, len(name), 0) + name.encode())
    cells = label(0, 0, "Numer") + label(0, 1, "Netto") + label(1, 0, "FŻ/1")
    cells += record(0x0203, struct.pack("<HHHd", 1, 1, 0, 12.5))
    body = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0)) + cells + record(0x000A, b"")
    book = (record(0x0809, bof) + sheet + record(0x000A, b"") + body).ljust(4096, b"\0")
    sectors = len(book) // 512
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)  # fmt: skip
    header += struct.pack("<I", 0) + b"\xff" * 432
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + sectors), 0xFFFFFFFE]
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff")

    def entry(title: str, kind: int, child: int, first: int, size: int) -> bytes:
        named = title.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HBB", 2 * len(title) + 2, kind, 1)
        return named + struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child) + bytes(36) + struct.pack("<IQ", first, size)

    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("Workbook", 2, 0xFFFFFFFF, 2, len(book)) + bytes(256)
    path.write_bytes(header + fat + folder + book)


def ods(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", ODS.replace("\n", ""))


def opened(path: Path, name: str, layout: Layout = Layout()) -> tuple[Source | None, list[Problem]]:  # noqa: B008
    return open_source({"": path}, {"": name}, layout)


def test_an_ods_gives_values_and_the_texts_that_can_be_theirs(tmp_path: Path) -> None:
    ods(tmp_path / "a")
    source, problems = opened(tmp_path / "a", "f.ods")
    assert source, problems
    assert source.format == "ods"
    assert source.tables[""].heading == ("Numer", "Netto", "Data")
    assert list(source.tables[""].rows()) == [Row(2, ("FŻ/1", "12,5", ""), {1: Decimal("12.5"), 2: date(2026, 2, 3)})]


def test_an_old_workbook_is_read_whatever_its_name(tmp_path: Path) -> None:
    xls(tmp_path / "a")
    for name in ("f.xls", "f.xlsx"):
        source, problems = opened(tmp_path / "a", name)
        assert source, problems
        assert source.format == "xls"
        assert list(source.tables[""].rows()) == [Row(2, ("FŻ/1", "12,5"), {1: Decimal("12.5")})]


@pytest.mark.parametrize("name", ["xls", "ods"])
def test_a_declared_sheet_must_be_there(tmp_path: Path, name: str) -> None:
    {"xls": xls, "ods": ods}[name](tmp_path / "a")
    _, problems = opened(tmp_path / "a", f"f.{name}", Layout(tables=(TableLayout(sheet="Inny"),)))
    assert [each.code for each in problems] == ["P21"]


def test_a_damaged_workbook_is_no_crash(tmp_path: Path) -> None:
    xls(tmp_path / "a")
    (tmp_path / "a").write_bytes((tmp_path / "a").read_bytes()[:1200])
    _, problems = opened(tmp_path / "a", "f.xls")
    assert [each.code for each in problems] == ["P08"]


def test_xlsb_says_that_it_is_untested(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a", "w") as archive:
        archive.writestr("[Content_Types].xml", "")
        archive.writestr("xl/workbook.bin", b"")
    _, problems = opened(tmp_path / "a", "f.xlsb")
    assert [each.code for each in problems] == ["P08"], "recognised, and not to be read as a workbook at all"
    assert "porównaj" in UNTESTED
