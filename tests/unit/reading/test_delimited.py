from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.model.problem import Problem
from bridge.model.table import Layout, OwnColumn, Row, Source, TableLayout
from bridge.reading.delimited import FIELD_LIMIT, read
from bridge.reading.encoding import CODECS
from bridge.reading.open import open_source
from bridge.reading.text import LISTED, NO_LINE_END

SEMICOLON = Layout(separator=";")


def opened(path: Path, data: bytes | str, layout: Layout = SEMICOLON) -> tuple[Source | None, list[Problem]]:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return open_source({"": path}, {"": "faktury.csv"}, layout)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "0001-faktury.csv"


def rows(path: Path, data: bytes | str, layout: Layout = SEMICOLON) -> list[Row]:
    source, problems = opened(path, data, layout)
    assert problems == []
    assert source
    first = list(source.tables[""].rows())
    assert list(source.tables[""].rows()) == first, "rows start from the top each time"
    return first


def heading(path: Path, data: str, layout: Layout = SEMICOLON) -> tuple[str, ...]:
    source, problems = opened(path, data, layout)
    assert source, problems
    return source.tables[""].heading


def codes(path: Path, data: bytes | str, layout: Layout = SEMICOLON) -> list[tuple[str, tuple[int, ...]]]:
    source, problems = opened(path, data, layout)
    assert source is None
    assert all(each.file == "faktury.csv" and each.message and each.advice for each in problems)
    return [(each.code, each.rows) for each in problems]


def test_rows_carry_physical_line_numbers(path: Path) -> None:
    data = 'nr;opis\r\n1;"dwa\r\nwiersze"\r\n2;x\r\n'
    assert rows(path, data) == [Row(2, ("1", "dwa\r\nwiersze")), Row(4, ("2", "x"))]


def test_empty_lines_are_rows_without_cells(path: Path) -> None:
    assert rows(path, "a;b\n\n1;2\n;\n ; \n") == [Row(2, ()), Row(3, ("1", "2")), Row(4, ()), Row(5, ())]


def test_titles_above_the_heading_are_not_even_split(path: Path) -> None:
    layout = Layout(separator=";", heading_rows=(3,))
    assert rows(path, 'Rejestr "x" y\n"otwarty\na;b\n1;2\n', layout) == [Row(4, ("1", "2"))]


def test_two_heading_rows_make_joined_names(path: Path) -> None:
    layout = Layout(separator=";", heading_rows=(1, 2))
    data = "Lp.;Dokument;;Wartość\n;Numer;Data\nwyst.;Netto\n1;F/1;x;2\n"
    assert heading(path, data.replace("Data\nwyst.", '"Data\nwyst."'), layout) == (
        "Lp.",
        "Dokument / Numer",
        "Dokument / Data wyst.",
        "Wartość / Netto",
    )


def test_equal_headings_are_numbered(path: Path) -> None:
    assert heading(path, "Netto;VAT;netto;;\n1;2;3;;\n") == ("Netto#1", "VAT", "netto#2", "", "")


def test_without_a_heading_rows_must_be_equally_wide(path: Path) -> None:
    layout = Layout(separator=";", heading_rows=())
    assert heading(path, "1;2;3\n4;5;6\n", layout) == ("", "", "")
    assert rows(path, "1;2\n3;4\n", layout)[0] == Row(1, ("1", "2"))
    assert codes(path, "1;2;3\n4;5\n", layout) == [("P15", (2,))]


def test_a_surplus_empty_field_is_let_pass_and_a_filled_one_not(path: Path) -> None:
    assert rows(path, "a;b\n1;2;\n1;2\n") == [Row(2, ("1", "2")), Row(3, ("1", "2"))]
    assert codes(path, "a;b\n1;2;x\n") == [("P14", (2,))]


def test_a_row_may_lack_only_fields_that_have_no_heading(path: Path) -> None:
    assert rows(path, "a;b;;\n1;2\n") == [Row(2, ("1", "2", "", ""))]
    assert codes(path, "a;b;c;\n1;2\n") == [("P15", (2,))]


def test_a_last_row_that_is_short_and_has_no_end_is_truncated(path: Path) -> None:
    assert codes(path, "a;b;c\n1;2;3\n1;2") == [("P03", (3,))]
    assert codes(path, 'a;b;c\n1;2;3\n1;"ul. Kr') == [("P03", (3,))]
    assert rows(path, "a;b;c\n1;2;3") == [Row(2, ("1", "2", "3"))]


def test_a_file_may_be_cut_inside_a_letter(path: Path) -> None:
    assert codes(path, "a;b\nłóżko;2\nźdźbło;ż".encode()[:-1]) == [("P03", (3,))]
    assert codes(path, "a;b\n1;ż".encode("utf-16")[:-1]) == [("P03", (2,))]


def test_a_last_line_without_its_end_is_said(path: Path) -> None:
    for data, notes in (("a;b\n1;2", (NO_LINE_END,)), ("a;b\n1;2\n", ())):
        source, problems = opened(path, data)
        assert source, problems
        assert source.notes == notes


def test_bad_quotes_name_each_row(path: Path) -> None:
    assert codes(path, 'a;b\n1;"3/4" x\n1;2\n1;"5" y\n') == [("P09", (2,)), ("P09", (4,))]


def test_a_quote_that_swallows_the_rest_is_named_where_it_opens(path: Path) -> None:
    assert codes(path, 'a;b\n1;"x\n2;y\n3;z\n') == [("P09", (2,))]
    assert codes(path, 'a;b\n1;"' + "x\n" * FIELD_LIMIT) == [("P09", (2,))]


def test_quotes_can_be_ordinary_characters(path: Path) -> None:
    layout = Layout(separator="|", quotes=False, escape="\\")
    assert rows(path, 'a|b\nPompa 4"|x\\|y\n', layout) == [Row(2, ('Pompa 4"', "x|y"))]


def test_all_problems_come_at_once_but_not_more_than_can_be_read(path: Path) -> None:
    assert codes(path, "a;b\n1\n1;2;3\n") == [("P15", (2,)), ("P14", (3,))]
    assert len(codes(path, "a;b\n" + "1\n" * 1000)) == LISTED


def test_nul_bytes_and_nothing_at_all(path: Path) -> None:
    assert codes(path, b"a;b\n1;2\n\0\0\0") == [("P06", (3,))]
    assert codes(path, b"\0\0\0\0") == [("P06", (1,))]
    assert codes(path, b"") == [("P07", ())]
    assert codes(path, b"\xef\xbb\xbf \r\n\r\n") == [("P07", ())]


def test_ctrl_z_ends_a_dos_file(path: Path) -> None:
    assert rows(path, b"a;b\r\n1;2\r\n\x1a") == [Row(2, ("1", "2"))]
    assert rows(path, b"a;b\r\n1;2\x1a\x1a") == [Row(2, ("1", "2"))]


def test_a_wrong_separator_is_named_and_not_replaced(path: Path) -> None:
    _, problems = opened(path, "a,b,c\n1,2,3\n")
    assert [each.code for each in problems] == ["P17"]
    assert "przecinek" in problems[0].advice
    _, quoted = opened(path, '"a","b"\n"1","2"\n')
    assert [each.code for each in quoted] == ["P17"]
    assert codes(path, "a;b\n1;2\n", Layout()) == [("P17", ())]
    assert rows(path, "a\n1,5\n2\n") == [Row(2, ("1,5",)), Row(3, ("2",))]


def test_a_heading_that_is_not_there(path: Path) -> None:
    assert codes(path, "a;b\n1;2\n", Layout(separator=";", heading_rows=(9,))) == [("P18", (9,))]
    assert codes(path, ";;\n1;2;3\n") == [("P18", (1,))]


def test_utf16_is_read_by_its_mark(path: Path) -> None:
    text = "nr\tilość\r\n1\t1\u202f000\r\n"
    source, problems = opened(path, text.encode("utf-16"), Layout(separator="\t"))
    assert source, problems
    assert source.encoding == "utf-16"
    assert list(source.tables[""].rows()) == [Row(2, ("1", "1\u202f000"))]


def test_utf16_without_a_mark_must_be_declared(path: Path) -> None:
    data = "nr;ilość\r\n1;2\r\n".encode("utf-16-le")
    assert rows(path, data, Layout(separator=";", encoding="utf-16")) == [Row(2, ("1", "2"))]
    assert codes(path, data) == [("P06", (1,))]


def test_the_fields_of_all_rows_are_counted_even_beside_bad_quotes(path: Path) -> None:
    assert codes(path, 'a;b;c\n1;"2" x;3\n1;2\n') == [("P09", (2,)), ("P15", (3,))]
    assert codes(path, 'a;"b" x\n1;2\n') == [("P09", (1,))]


def test_the_recognised_encoding_is_said(path: Path) -> None:
    source, _ = opened(path, "ilość;wartość\n1;źdźbło\n".encode("cp1250"))
    assert source
    assert source.encoding == "cp1250"
    assert "cp1250" in source.notes[0]
    declared, _ = opened(path, "ilość;x\n1;2\n".encode("cp1250"), Layout(separator=";", encoding="cp1250"))
    assert declared
    assert declared.notes == ()


def test_a_byte_outside_the_declared_encoding_is_shown_with_its_row(path: Path) -> None:
    layout = Layout(separator=";", encoding="utf-8")
    assert codes(path, b"a;b\n1;2\n3;\xb3\n", layout) == [("P01", (3,))]
    assert codes(path, b"a;b\n" + b"1;2\n" * 9000 + b"3;\xb3\n", layout) == [("P01", (9002,))]


def test_rows_in_another_encoding_are_shown(path: Path) -> None:
    lines = ["ilość;wartość\n".encode("cp1250"), "źdźbło;2\n".encode("cp1250"), "łóżko;3\n".encode()]
    assert codes(path, b"".join(lines)) == [("P01", (3,))]
    for own, other in (("cp1250", "iso8859-2"), ("iso8859-2", "cp1250")):
        lines = ["ilość;książka źródło\n".encode(own) * 3, "śruba;książka\n".encode(other)]
        named = Layout(encoding={"cp1250": "cp1250", "iso8859-2": "iso-8859-2"}[own], separator=";")
        assert codes(path, b"".join(lines), named) == [("P01", (4,))]
    signs = rows(path, "ilość;±5 %\n§ 5 ¶;1¦2\n".encode("cp1250"), Layout(encoding="cp1250", separator=";"))
    assert signs == [Row(2, ("§ 5 ¶", "1¦2"))], "signs are no letters"
    twice = "ilość;wartość\nłóżko;1\n".encode().decode("cp1250", "replace").replace("\ufffd", "").encode()
    assert codes(path, twice) == [("P01", (1, 2))]


def test_own_columns_are_resolved(path: Path) -> None:
    own = (
        OwnColumn("nabywca", headings=("Kontrahent", "Nabywca")),
        OwnColumn("cena", letter="B"),
        OwnColumn("x", index=3),
    )
    layout = Layout(separator=";", tables=(TableLayout(columns=own),))
    source, problems = opened(path, "Nabywca;P;Q\n1;2;3\n", layout)
    assert source, problems
    assert source.tables[""].own == {"nabywca": 0, "cena": 1, "x": 2}
    assert [code for code, _ in codes(path, "Q;Cena\n1;2\n", layout)] == ["P02", "P02"]


def test_a_set_is_one_source_with_all_problems(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("id;nr\n1;F/1\n")
    (tmp_path / "b").write_text("id;nazwa\n1;x\n")
    layout = Layout(separator=";", tables=(TableLayout("naglowki"), TableLayout("pozycje")))
    files = {"naglowki": tmp_path / "a", "pozycje": tmp_path / "b"}
    shown = {"naglowki": "a.csv", "pozycje": "b.csv"}
    source, problems = open_source(files, shown, layout)
    assert source, problems
    assert {name: table.file for name, table in source.tables.items()} == {"naglowki": "a.csv", "pozycje": "b.csv"}
    (tmp_path / "a").write_text("")
    (tmp_path / "b").write_text("id;nazwa\n1\n")
    source, problems = open_source(files, shown, layout)
    assert source is None
    assert [(each.code, each.file) for each in problems] == [("P07", "a.csv"), ("P15", "b.csv")]


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\x1a"), max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=1, max_size=8)))
def test_any_table_comes_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[str]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    names = [f"k{place}" for place in range(len(table[0]))]
    stream = io.StringIO()
    csv.writer(stream, delimiter=";", quoting=csv.QUOTE_ALL).writerows([names, *table])
    path.write_text(stream.getvalue(), encoding="utf-8", newline="")
    source, problems = read(path, "any.csv", Layout(separator=";", encoding="utf-8"))
    if source is None:  # a random pair of letters may look like text encoded twice
        assert {each.code for each in problems} == {"P01"}
        return
    filled = [tuple(cells) if any(map(str.strip, cells)) else () for cells in table]
    assert [row.cells for row in source.tables[""].rows()] == filled


LAYOUTS = st.sampled_from(
    [SEMICOLON, Layout(), Layout(separator=",", heading_rows=(1, 2)), Layout(separator=";", heading_rows=())]
    + [Layout(separator=";", encoding=name) for name in CODECS],
)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text('ab;,"\n\r\x1aąŁ\0\\', max_size=80).map(str.encode)), LAYOUTS)
def test_random_bytes_are_read_or_refused_but_never_raise(
    tmp_path_factory: pytest.TempPathFactory,
    data: bytes,
    layout: Layout,
) -> None:
    path = tmp_path_factory.getbasetemp() / "random"
    path.write_bytes(data)
    for name in ("a.csv", "a.xlsx"):
        source, problems = open_source({"": path}, {"": name}, layout)
        assert (source is None) == bool(problems)
        assert source is None or all(
            len(row.cells) in {0, len(source.tables[""].heading)} for row in source.tables[""].rows()
        )


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("b01_uciety_w_polowie.csv", "P03"),
        ("b05_pusty.csv", "P07"),
        ("b07_tekst_jako.xlsx", "P08"),
        ("b09_cudzyslow.csv", "P09"),
    ],
)
def test_broken_exports_are_refused_for_the_right_cause(shared: Path, name: str, code: str) -> None:
    source, problems = open_source({"": shared / "exports/broken" / name}, {"": name}, SEMICOLON)
    assert source is None
    assert [each.code for each in problems] == [code]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "separator", "encoding", "count"),
    [
        ("01_comarch_pozycje_cp1250.csv", ";", "cp1250", 10),
        ("03_jeden_wiersz_faktura_utf8bom.csv", ";", "utf-8", 3),
        ("04_naglowki.csv", ",", "utf-8", 3),
        ("10_korekty_cp1250.csv", ";", "cp1250", 7),
        ("13_sklep_shopify_like.csv", ",", "utf-8", 3),
        ("14_JPK_FA_Faktura.txt", ";", "utf-8", 2),
    ],
)
def test_sample_exports_are_read(shared: Path, name: str, separator: str, encoding: str, count: int) -> None:
    source, problems = open_source({"": shared / "exports" / name}, {"": name}, Layout(separator=separator))
    assert source, problems
    assert source.encoding == encoding
    assert sum(bool(row.cells) for row in source.tables[""].rows()) == count
