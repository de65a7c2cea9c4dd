"""The worked example of docs/czytniki.md, taken from the page and used as its reader would use it."""

from __future__ import annotations

import re
import struct
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest

from bridge.model.problem import Problem
from bridge.model.table import FORMATS, Layout, OwnColumn, Source, TableLayout
from bridge.reading.contract import Reader
from bridge.reading.open import READERS, open_source

PAGE = Path(__file__).resolve().parents[3] / "docs" / "czytniki.md"
FIELDS = [("NUMER", "C", 10), ("NAZWA", "C", 12), ("DATA", "D", 8), ("NETTO", "N", 10), ("ZAPL", "L", 1)]
RECORDS = [" FV/1      Żółw        20260203    100.50T", "*FV/2      Usunięty    20260204      1.00F"]


@pytest.fixture(scope="module")
def reader() -> Reader:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    module = ModuleType("dbf")
    exec(compile(code, str(PAGE), "exec"), module.__dict__)
    found = module.__dict__["READER"]
    assert isinstance(found, Reader)
    return found


def dbf(count: int = len(RECORDS)) -> bytes:
    width = 1 + sum(size for _, _, size in FIELDS)
    fields = b"".join(
        name.encode().ljust(11, b"\0") + kind.encode() + bytes(4) + bytes([size]) + bytes(15)
        for name, kind, size in FIELDS
    )
    head = struct.pack("<BBBBIHH20x", 3, 126, 2, 3, count, 33 + len(fields), width)
    return head + fields + b"\r" + b"".join(each.encode("mazovia") for each in RECORDS) + b"\x1a"


def opened(reader: Reader, tmp_path: Path, data: bytes, layout: Layout) -> tuple[Source | None, list[Problem]]:
    (tmp_path / "a").write_bytes(data)
    return open_source({"": tmp_path / "a"}, {"": "FAKTURY.DBF"}, layout, (reader, *READERS))


@pytest.mark.parametrize("declared", ["dbf", ""])
def test_the_example_reads_a_dbf(reader: Reader, tmp_path: Path, declared: str) -> None:
    columns = (TableLayout(columns=(OwnColumn("nr", headings=("NUMER", "NR")),)),)
    source, problems = opened(reader, tmp_path, dbf(), Layout(declared, "mazovia", tables=columns))
    assert source, problems
    table = source.tables[""]
    assert (table.heading, table.own) == (("NUMER", "NAZWA", "DATA", "NETTO", "ZAPL"), {"nr": 0})
    (row,) = table.rows()
    assert (row.number, row.cells[:3]) == (1, ("FV/1", "Żółw", "2026-02-03"))
    assert row.values == {2: date(2026, 2, 3), 3: Decimal("100.50"), 4: True}


@pytest.mark.parametrize(
    ("data", "encoding", "code"),
    [(dbf(count=9), "mazovia", "P03"), (dbf(), "", "P01"), (dbf()[:60], "mazovia", "P16")],
)
def test_what_is_wrong_has_its_code(reader: Reader, tmp_path: Path, data: bytes, encoding: str, code: str) -> None:
    source, problems = opened(reader, tmp_path, data, Layout("dbf", encoding))
    assert source is None
    assert [each.code for each in problems] == [code]


def test_without_it_such_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(dbf())
    source, problems = open_source({"": tmp_path / "a"}, {"": "FAKTURY.DBF"}, Layout(separator=";"))
    assert source is None
    assert [each.code for each in problems] == ["P16"]


def test_every_word_for_a_format_has_its_reader() -> None:
    assert sorted(each.format for each in READERS) == sorted(FORMATS)
