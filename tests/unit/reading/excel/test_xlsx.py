from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from bridge.model.problem import Problem
from bridge.model.table import Layout, OwnColumn, Row, Source, TableLayout, Untold
from bridge.reading.excel import workbook, xlsx
from bridge.reading.excel.workbook import PHANTOM
from bridge.reading.open import open_source

PLAIN = Layout()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "0001-faktury.xlsx"


def opened(path: Path, layout: Layout = PLAIN) -> tuple[Source | None, list[Problem]]:
    source, problems = open_source({"": path}, {"": "faktury.xlsx"}, layout)
    assert (source is None) == bool(problems)
    return source, problems


def read(path: Path, layout: Layout = PLAIN, name: str = "") -> list[Row]:
    source, problems = opened(path, layout)
    assert source, problems
    return list(source.tables[name].rows())


def book(path: Path, fill: Callable[[Worksheet], Any], title: str = "Faktury") -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)
    sheet.title = title
    fill(sheet)
    workbook.save(path)


def filled(*rows: list[Any]) -> Callable[[Worksheet], None]:
    def fill(sheet: Worksheet) -> None:
        for each in rows:
            sheet.append(each)

    return fill


def patched(path: Path, part: str, old: str, new: str) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old.encode() in parts[part]
    parts[part] = parts[part].replace(old.encode(), new.encode())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def test_cells_have_the_text_that_excel_shows_and_the_value(path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["Nr", "Data", "Stawka", "Kod", "MPP", "Kwota", "Konto"])
        sheet.append(["F/1", datetime(2026, 2, 3), 0.23, 950, True, 8.450000000000001, 24999999990000000000000888.0])  # noqa: DTZ001
        for cell, code in (("B2", "dd.mm.yyyy"), ("C2", "0%"), ("D2", "00-000"), ("G2", "0")):
            sheet[cell].number_format = code

    book(path, fill)
    (row,) = read(path)
    assert row.number == 2
    assert row.cells == ("F/1", "03.02.2026", "23%", "00-950", "PRAWDA", "8,45", "")
    assert row.values[1] == date(2026, 2, 3)
    assert row.values[2] == Decimal("0.23")
    assert row.values[4] is True
    assert row.values[5] == Decimal("8.45")
    lost = row.values[6]
    assert isinstance(lost, Decimal)
    assert lost >= 10**15, "its digits are lost: no text, and D11 where a text is wanted"


def test_an_unknown_format_gives_no_text(path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["a"])
        sheet.append([0.5])
        sheet["A2"].number_format = "# ?/?"

    book(path, fill)
    assert read(path) == [Row(2, ("",), {0: Decimal("0.5")})]


def test_dates_of_1904(path: Path) -> None:
    workbook = Workbook()
    workbook.epoch = datetime(1904, 1, 1)  # noqa: DTZ001 - a workbook has no time zone
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)
    sheet.append(["d"])
    sheet.append([date(2026, 2, 3)])
    workbook.save(path)
    assert read(path)[0].values == {0: date(2026, 2, 3)}


def test_errors_and_formulas_without_results_are_told(path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["a", "b", "c"])
        sheet.append(["x", "=1+1", "#N/A"])

    book(path, fill)
    (row,) = read(path)
    assert row.cells == ("x", "", "#N/A")
    assert isinstance(row.values[1], Untold)
    assert "formuła" in row.values[1].reason


def test_a_formula_with_an_empty_text_as_result_is_an_empty_cell(path: Path) -> None:
    book(path, filled(["a", "b"], ["x", '=""']))
    patched(
        path, "xl/worksheets/sheet1.xml", '<c r="B2"><f>""</f><v></v></c>', '<c r="B2" t="str"><f>""</f><v></v></c>'
    )
    assert read(path) == [Row(2, ("x", ""))]


def test_only_ranges_merged_downwards_in_one_column_are_filled(path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        for each in (["nr", "kto", "co"], ["F/1", "A", "x"], [None, None, "y"], ["F/2", None, "z"], ["Razem", None, 5]):
            sheet.append(each)
        sheet.merge_cells("A2:A3")
        sheet.merge_cells("B2:B3")
        sheet.merge_cells("A5:B5")

    book(path, fill)
    cells = [row.cells for row in read(path)]
    assert cells == [("F/1", "A", "x"), ("F/1", "A", "y"), ("F/2", "", "z"), ("Razem", "", "5")]


def test_two_heading_rows_with_merged_groups(path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        for each in (
            ["Tytuł"],
            ["Lp.", "Nabywca", None, "Uwagi"],
            [None, "NIP", "Nazwa\nfirmy", "dla nas"],
            [1, 2, 3, 4],
        ):
            sheet.append(each)
        sheet.merge_cells("A2:A3")
        sheet.merge_cells("B2:C2")

    book(path, fill)
    source, problems = opened(path, Layout(heading_rows=(2, 3)))
    assert source, problems
    assert source.tables[""].heading == ("Lp.", "Nabywca / NIP", "Nabywca / Nazwa firmy", "Uwagi / dla nas")
    assert [row.number for row in source.tables[""].rows()] == [4]


def test_sheets_are_chosen_by_name_or_by_being_the_only_one(path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["a"])
        hidden = sheet.parent.create_sheet("Słownik")  # type: ignore[union-attr]
        hidden.append(["b"])
        hidden.sheet_state = "hidden"
        sheet.parent.create_sheet("Pusty")  # type: ignore[union-attr]

    book(path, fill)
    source, problems = opened(path)
    assert source, problems
    assert source.tables[""].sheet == "Faktury"
    assert opened(path, Layout(tables=(TableLayout(sheet="słownik"),)))[0]
    _, missing = opened(path, Layout(tables=(TableLayout("x", sheet="Inny"), TableLayout("y", sheet="Faktury"))))
    assert [(each.code, each.sheet) for each in missing] == [("P21", "Inny")]

    def two(sheet: Worksheet) -> None:
        sheet.append(["a"])
        sheet.parent.create_sheet("B").append(["b"])  # type: ignore[union-attr]

    book(path, two)
    _, asked = opened(path)
    assert [each.code for each in asked] == ["P21"]
    assert "„B”" in asked[0].advice


def test_hidden_rows_are_read_and_said(path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        for each in (["a"], [1], [2], [3]):
            sheet.append(each)
        sheet.row_dimensions[3].hidden = True

    book(path, fill)
    source, problems = opened(path)
    assert source, problems
    assert [row.cells for row in source.tables[""].rows()] == [("1",), ("2",), ("3",)]
    assert source.notes == ("W arkuszu „Faktury” przeczytano też ukryte wiersze: 3.",)


def test_empty_rows_are_counted_but_not_phantom_ones(path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        for number, text in ((1, "a"), (2, "1"), (5, "2"), (5 + PHANTOM + 5, "3")):
            sheet.cell(number, 1, text)
        sheet.cell(1_000_000, 1).number_format = "0"

    book(path, fill)
    assert [(row.number, row.cells) for row in read(path)] == [
        (2, ("1",)),
        (3, ()),
        (4, ()),
        (5, ("2",)),
        (5 + PHANTOM + 5, ("3",)),
    ]


def test_a_wrong_dimension_changes_nothing(path: Path) -> None:
    book(path, filled(["a", "b"], ["1", "2"]))
    patched(path, "xl/worksheets/sheet1.xml", '<dimension ref="A1:B2"', '<dimension ref="A1"')
    assert read(path) == [Row(2, ("1", "2"))]


def test_columns_by_letter_reach_beyond_the_heading(path: Path) -> None:
    book(path, filled(["a"], ["1", "2", "3"]))
    layout = Layout(tables=(TableLayout(columns=(OwnColumn("cena", letter="c"),)),))
    source, problems = opened(path, layout)
    assert source, problems
    assert source.tables[""].own == {"cena": 2}
    assert read(path, layout) == [Row(2, ("1", "2", "3"))]
    assert read(path) == [Row(2, ("1",))]


def test_a_big_workbook_is_read_as_a_small_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["B2"], sheet["C2"], sheet["D2"], sheet["E2"] = "nr", "stawka", "data", "kwota"
        sheet["B3"], sheet["C3"], sheet["D3"], sheet["E3"] = "F/1", 0.23, date(2026, 2, 3), "=1+1"
        sheet["B5"], sheet["E5"] = "F/2", "#N/A"

    book(path, fill)
    monkeypatch.setattr(xlsx, "SMALL", 0)
    source, problems = opened(path, Layout(heading_rows=(2,)))
    assert source, problems
    assert source.tables[""].heading == ("", "nr", "stawka", "data", "kwota")
    first, empty, last = source.tables[""].rows()
    assert (first.number, first.cells) == (3, ("", "F/1", "0,23", "2026-02-03", ""))
    assert (first.values[2], first.values[3]) == (Decimal("0.23"), date(2026, 2, 3))
    assert isinstance(first.values[4], Untold)
    assert empty == Row(4, ())
    assert last == Row(5, ("", "F/2", "", "", "#N/A"))
    assert source.notes == ()


@pytest.mark.parametrize("small", [0, xlsx.SMALL])
def test_both_engines_agree_on_places_and_texts(path: Path, monkeypatch: pytest.MonkeyPatch, small: int) -> None:
    def fill(sheet: Worksheet) -> None:
        for cell, text in (("C5", "nr"), ("D5", "kto"), ("C6", "F/1"), ("D6", "AxD"), ("C9", "F/2"), ("D9", " ")):
            sheet[cell] = text
        sheet.merge_cells("C6:C7")

    book(path, fill)
    patched(path, "xl/worksheets/sheet1.xml", "AxD", "A_x000D_B")
    monkeypatch.setattr(xlsx, "SMALL", small)
    source, problems = opened(path, Layout(heading_rows=(5,)))
    assert source, problems
    assert source.tables[""].heading == ("", "", "nr", "kto")
    found = [(row.number, tuple(map(str.strip, row.cells))) for row in source.tables[""].rows()]
    assert found == [(6, ("", "", "F/1", "A\rB")), (7, ()), (8, ()), (9, ("", "", "F/2", ""))]


def test_bombs_are_not_opened(path: Path) -> None:
    book(path, filled(["a"]))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", bytes(workbook.HARMLESS + 1))
    assert [each.code for each in opened(path)[1]] == ["P22"]


def test_a_damaged_workbook_is_refused(path: Path) -> None:
    book(path, filled(["a"]))
    patched(path, "xl/worksheets/sheet1.xml", "</sheetData>", "")
    assert [each.code for each in opened(path)[1]] == ["P08"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), min_size=1, max_size=5), st.booleans())
def test_no_changed_bytes_make_a_workbook_raise(
    tmp_path_factory: pytest.TempPathFactory,
    changes: list[tuple[int, int]],
    big: bool,
) -> None:
    path = tmp_path_factory.getbasetemp() / "changed.xlsx"
    workbook = Workbook()
    workbook.active.append(["a", 1, True])  # type: ignore[union-attr]
    workbook.save(path)
    data = bytearray(path.read_bytes())
    for place, byte in changes:
        data[place] = byte
    path.write_bytes(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xlsx, "SMALL", 0 if big else xlsx.SMALL)
        source, _ = opened(path)
    assert source is None or all(row.number > 1 for row in source.tables[""].rows())


def test_an_empty_workbook_and_a_missing_heading(path: Path) -> None:
    book(path, filled())
    assert [each.code for each in opened(path)[1]] == ["P07"]
    book(path, filled(["a"]))
    assert [each.code for each in opened(path, Layout(heading_rows=(7,)))[1]] == ["P18"]


@pytest.mark.shared
def test_sample_registers(shared: Path) -> None:
    path = shared / "exports/06_rejestr_tytuly_scalone.xlsx"
    rows = read(path, Layout(heading_rows=(5, 6), tables=(TableLayout(sheet="Rejestr"),)))
    assert [row.cells[1] for row in rows[:6]] == ["FV 11/02/2026"] * 3 + ["FV 12/02/2026"] + ["FV 13/02/2026"] * 2
    assert rows[3].cells[5] == "", "a buyer without a NIP does not get the one above"
    assert rows[0].cells[11] == "23%"
    layout = Layout(tables=(TableLayout("naglowki", sheet="Faktury"), TableLayout("pozycje", sheet="Pozycje")))
    source, problems = opened(shared / "exports/05_arkusz_naglowki_pozycje.xlsx", layout)
    assert source, problems
    assert source.notes == ("W arkuszu „Pozycje” przeczytano też ukryte wiersze: 3.",)
