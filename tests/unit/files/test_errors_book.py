"""The workbook of errors: texts as they are, colours, comments, links, only affected invoices of a big file."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from bridge.conversion.rows_as_dropped import MOST_ROWS, rows_as_dropped
from bridge.files.error_book import Dropped, DropReport, Fate, SheetRows, errors_book, errors_csv
from bridge.files.origin import BookOrigin, BookShape, origin_of
from bridge.model.job import Job
from bridge.model.problem import Problem, Severity, problem
from bridge.model.settings import Environment
from bridge.model.table import NO_VALUES, Layout, Row
from bridge.reading.returned import read_rows

NOW = datetime(2026, 5, 11, 10, tzinfo=UTC)
FILE = "faktury.csv"
WRONG = problem("D05", "„22” nie jest NIP-em.", file=FILE, rows=(3,), column="NIP", letter="B", value="22")
ROWS = (Row(2, ("FV/1", "1111111111")), Row(3, ("FV/2", "22")))


def said(*problems: Problem, **more: Any) -> DropReport:
    fates = [
        Fate("FV/1", "2", "przyjeta", "", "1111111111-20260511-010020A0B1C2-3C"),
        Fate("FV/2", "3", "bledna", "zły NIP"),
    ]
    made = DropReport(
        7, FILE, "moje.yaml", [("FV/2", each) for each in problems], fates, lambda _code: "Tak mówi prawo.", NOW
    )
    return replace(made, **more)


def sheet(rows: Sequence[Row] = ROWS, **more: Any) -> SheetRows:
    return replace(SheetRows("Dane", ["Numer", "NIP"], rows, len(rows), file=FILE), **more)


def book(*sheets: SheetRows, problems: Sequence[Problem] = (WRONG,)) -> Any:
    content = errors_book(Dropped(sheets, BookShape.ROWS), said(*problems))
    return openpyxl.load_workbook(io.BytesIO(content))


def test_the_wrong_cell_is_red_and_its_comment_says_what_why_and_what_to_do() -> None:
    cell = book(sheet())["Dane"]["C3"]
    assert (cell.value, cell.fill.fgColor.rgb) == ("22", "00FFC7CE")
    assert cell.comment.text.splitlines() == [
        "Co jest nie tak: „22” nie jest NIP-em.",
        "Dlaczego: Tak mówi prawo.",
        "Co zrobić: Sprawdź NIP kontrahenta w programie ERP.",
        "[D05]",
    ]


def test_a_warning_is_yellow_and_an_error_on_the_same_cell_wins() -> None:
    warning = replace(WRONG, severity=Severity.WARNING, code="RB10", message="Numer wygląda dziwnie.")
    assert book(sheet(), problems=[warning])["Dane"]["C3"].fill.fgColor.rgb == "00FFEB9C"
    both = book(sheet(), problems=[WRONG, warning])["Dane"]["C3"]
    assert both.fill.fgColor.rgb == "00FFC7CE"
    assert "NIP-em" in both.comment.text
    assert "dziwnie" in both.comment.text


def test_the_first_sheet_lists_problems_with_links_and_what_happened_to_each_invoice() -> None:
    made = book(sheet())
    assert made.sheetnames == ["Problemy", "Dane"]
    front = made["Problemy"]
    told = [[cell.value for cell in row] for row in front.iter_rows()]
    (line,) = [number for number, row in enumerate(told, 1) if row[0] == "błąd"]
    assert told[line - 1][2:] == ["FV/2", "22", WRONG.message, WRONG.advice, "D05"]
    assert front.cell(line, 2).hyperlink.location == "'Dane'!C3"
    assert [row[:5] for row in told if row[0] in {"przyjeta", "bledna"}] == [
        ["przyjeta", "2", "FV/1", "1111111111-20260511-010020A0B1C2-3C", None],
        ["bledna", "3", "FV/2", None, "zły NIP"],
    ]


def test_a_problem_of_a_mapping_colours_no_cell() -> None:
    made = book(sheet(), problems=[problem("M02", file="moje.yaml", rows=(2,))])
    assert not [cell for row in made["Dane"]["A2:C3"] for cell in row if cell.fill.fgColor.rgb != "00000000"]


@pytest.mark.parametrize(
    "text", ["=1+1", "+48 22 123", "-5", "@x", "007", "1E5", "'62-200", "ala\nma", "x\x07y", "_x0041_"]
)
def test_a_text_stays_as_it_is(text: str) -> None:
    cell = book(sheet([Row(2, (text, ""))]))["Dane"]["B2"]
    assert (unescape(cell.value), cell.data_type, cell.quotePrefix, cell.number_format) == (text, "s", True, "@")


def test_a_text_longer_than_excel_holds_is_no_reason_to_fail() -> None:
    assert len(book(sheet([Row(2, ("x" * 40_000, ""))]))["Dane"]["B2"].value) == 32_767


def test_numbers_and_dates_of_a_workbook_keep_their_type_and_look() -> None:
    values = {0: Decimal("0.23"), 1: date(2026, 5, 11)}
    page = book(sheet([Row(2, ("23%", "11.05.2026"), values), Row(3, ("007", ""), {0: Decimal(7)})]))["Dane"]
    assert (page["B2"].value, page["B2"].number_format) == (0.23, "0%")
    assert (page["C2"].value.date(), page["C2"].number_format) == (date(2026, 5, 11), "DD.MM.YYYY")
    assert (page["B3"].value, page["B3"].number_format) == (7, "000")


def test_a_sheet_opens_at_its_red_cell() -> None:
    rows = [Row(number, (f"FV/{number}", *[""] * 18, "23", "ZŁE")) for number in range(2, 400)]
    far = replace(WRONG, rows=(300,), letter="U")
    page = book(sheet(rows, heading=[f"K{place}" for place in range(21)]), problems=[far])["Dane"]
    assert page.sheet_view.pane.topLeftCell == "Q295"
    assert page.freeze_panes  # the heading stays


def test_tables_of_a_set_are_sheets_and_a_problem_finds_its_own() -> None:
    lines = SheetRows("pozycje", ["Numer", "Cena"], ROWS, 2, "pozycje.csv", "pozycje", "pozycje")
    made = book(sheet(), lines, problems=[replace(WRONG, file="pozycje.csv", sheet="pozycje")])
    assert made["pozycje"]["C3"].fill.fgColor.rgb == "00FFC7CE"
    assert made["Dane"]["C3"].fill.fgColor.rgb == "00000000"


def test_of_a_big_file_only_the_affected_invoices_are_shown_and_it_says_so(tmp_path: Path) -> None:
    mapping = tmp_path / "moje.yaml"
    basis = Path(__file__).resolve().parents[2] / "errors" / "podstawa"
    mapping.write_text("mapowanie: 1\ndolacz: podstawa.yaml\n", "utf-8")
    heading, row = (basis / "faktury.csv").read_text("utf-8").splitlines()
    path = tmp_path / FILE
    path.write_text(
        "\n".join([heading, *[row.replace("FV/1/", f"FV/{each}/") for each in range(MOST_ROWS + 10)], ""]), "utf-8"
    )
    job = Job({FILE: path}, "1111111111", Environment.SANDBOX, NOW, mappings=(tmp_path, basis), mapping=str(mapping))
    dropped = rows_as_dropped(job, {4, MOST_ROWS + 8})
    (only,) = dropped.content
    assert isinstance(only, SheetRows)
    assert [each.number for each in only.rows] == [4, MOST_ROWS + 8]
    content = errors_book(dropped, said(replace(WRONG, rows=(MOST_ROWS + 8,))))
    page = openpyxl.load_workbook(io.BytesIO(content))
    assert page["Dane"]["C3"].fill.fgColor.rgb == "00FFC7CE"
    assert "5010 wierszy" in str(page["Problemy"]["A3"].value)
    path.write_bytes(content)
    origin = origin_of(path)
    assert origin
    assert origin.partial


def dropped_book(tmp_path: Path, rows: Sequence[Sequence[object]]) -> Dropped:
    made = openpyxl.Workbook()
    for row in rows:
        made.worksheets[0].append(row)
    made.worksheets[0].protection.enable()
    path = tmp_path / "faktury.xlsx"
    made.save(path)
    basis = Path(__file__).resolve().parents[2] / "errors" / "podstawa"
    mapping = str(basis / "podstawa.yaml")
    return rows_as_dropped(
        Job({path.name: path}, "1111111111", Environment.SANDBOX, NOW, mappings=(basis,), mapping=mapping), set()
    )


def test_a_small_workbook_is_painted_itself_and_can_be_mended(tmp_path: Path) -> None:
    dropped = dropped_book(tmp_path, [["Nr", "Kwota"], ["FV/1", 1.5]])
    assert dropped.shape is BookShape.BOOK
    page = openpyxl.load_workbook(io.BytesIO(errors_book(dropped, said(WRONG)))).worksheets[1]
    assert (page["B2"].value, page.protection.sheet) == (1.5, False)


def test_a_big_workbook_comes_as_sheets_of_its_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.conversion.rows_as_dropped.LARGEST_BOOK", 0)
    dropped = dropped_book(tmp_path, [["Nr", "Kwota"], ["FV/1", 1.5]])
    assert dropped.shape is BookShape.ROWS
    (only,) = dropped.content
    assert isinstance(only, SheetRows)
    assert only.rows == [Row(2, ("FV/1", "1,5"), {1: Decimal("1.5")})]


def test_the_origin_survives_saving_and_other_files_have_none(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(errors_book(Dropped([sheet()], BookShape.ROWS), said(WRONG)))
    again = openpyxl.load_workbook(path)
    again.save(path)
    assert origin_of(path) == BookOrigin(7, "moje.yaml", FILE, BookShape.ROWS, "Problemy", {"Dane": ""})
    openpyxl.Workbook().save(path)
    assert origin_of(path) is None
    path.write_bytes(b"PK\x03\x04 no zip")
    assert origin_of(path) is None


CELL = st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=8).map(str.strip)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=4))
def test_rows_come_back_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]]
) -> None:
    rows = [Row(number, each) for number, each in enumerate(cells, start=2) if any(each)]
    path = tmp_path_factory.mktemp("wroca") / "x.xlsx"
    path.write_bytes(errors_book(Dropped([sheet(rows)], BookShape.ROWS), said(WRONG)))
    source, problems = read_rows(path, FILE, Layout(), {"Dane": ""})
    assert source, problems
    back = [row for row in source.tables[""].rows() if row.cells]
    assert back == [Row(row.number, row.cells, NO_VALUES) for row in rows]


def test_the_list_for_machines() -> None:
    heading, line = errors_csv([("FV/2", WRONG)]).decode("utf-8-sig").splitlines()
    assert heading == "plik;arkusz;wiersz;kolumna;litera;numer;kod;waga;wartosc;opis;rada"
    assert (
        line == "faktury.csv;;3;NIP;B;FV/2;D05;błąd;22;„22” nie jest NIP-em.;Sprawdź NIP kontrahenta w programie ERP."
    )
