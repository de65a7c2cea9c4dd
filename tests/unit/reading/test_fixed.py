from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bridge.model.problem import Problem
from bridge.model.table import Layout, OwnColumn, Row, Source, TableLayout
from bridge.reading.open import open_source

COLUMNS = (OwnColumn("numer", span=(1, 4)), OwnColumn("nazwa", span=(5, 12)), OwnColumn("netto", span=(14, 20)))
LAYOUT = Layout("stala_szerokosc", "cp852", heading_rows=(), tables=(TableLayout(columns=COLUMNS),))


def opened(path: Path, data: bytes, layout: Layout = LAYOUT) -> tuple[Source | None, list[Problem]]:
    path.write_bytes(data)
    return open_source({"": path}, {"": "wydruk.txt"}, layout)


def rows(path: Path, text: str) -> list[Row]:
    source, problems = opened(path, text.encode("cp852"))
    assert source, problems
    table = source.tables[""]
    assert (table.heading, table.own) == (("numer", "nazwa", "netto"), {"numer": 0, "nazwa": 1, "netto": 2})
    return list(table.rows())


def test_columns_are_cut_by_characters_after_decoding(tmp_path: Path) -> None:
    assert rows(tmp_path / "a", "F/1 Śrubęży  1 014,0\r\n") == [Row(1, ("F/1", "Śrubęży", "1 014,0"))]


def test_form_feeds_and_ctrl_z_are_no_text_and_short_lines_are_blank_to_the_right(tmp_path: Path) -> None:
    data = "\x0cSTRONA 1\r\n\r\nF/2\r\n\x0c\r\n\x1a"
    assert rows(tmp_path / "a", data) == [
        Row(1, ("STRO", "NA 1", "")),
        Row(2, ()),
        Row(3, ("F/2", "", "")),
        Row(4, ()),
    ]


def test_another_encoding_inside_is_stopped_with_its_rows(tmp_path: Path) -> None:
    data = "F/1 Śruba\r\n".encode("cp852") + "F/2 Żółw śląski\r\n".encode() + "F/3 Łoś\r\n".encode("cp852") * 20
    source, problems = opened(tmp_path / "a", data)
    assert source is None
    assert [(each.code, each.rows) for each in problems] == [("P01", (2,))]


def test_a_byte_that_the_encoding_lacks_is_named(tmp_path: Path) -> None:
    layout = Layout("stala_szerokosc", "cp1250", heading_rows=(), tables=LAYOUT.tables)
    _, problems = opened(tmp_path / "a", b"F/1 abc\n" + "F/2 zażółć gęślą jaźń ".encode("cp1250") + b"\x81\n", layout)
    assert [(each.code, each.rows) for each in problems] == [("P01", (2,))]


@given(st.lists(st.tuples(*(st.text("abcżŁ1,.-", min_size=1, max_size=4) for _ in range(3))), min_size=1))
def test_what_was_printed_comes_back(lines: list[tuple[str, str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        text = "".join(f"{a:<4}{b:<8} {c:>7}\r\n" for a, b, c in lines)
        found = rows(Path(folder, "a"), text)
    assert found == [Row(number, line) for number, line in enumerate(lines, 1)]
