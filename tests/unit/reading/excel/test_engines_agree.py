"""The engine never changes an invoice: one sheet as a small and a big .xlsx, as .xls and as .ods gives the same rows."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from bridge.model.table import Layout, Row
from bridge.reading.excel import xlsx
from bridge.reading.open import open_source

FORMATS = ("General", "0", "0.00", "000", "0%", "yyyy\\-mm\\-dd", "0.0##", "dd/mm/yyyy", "@")
TEXTS = st.text(st.sampled_from("aąĄżŹ łŁ1<&'\"=#-"), max_size=12).map(str.strip)
NUMBERS = st.one_of(st.integers(-99, 10**9), st.decimals(-9999, 9999, places=2), st.just(Decimal("0.23")))
DAYS = st.dates(date(1950, 1, 1), date(2080, 12, 31))
CELLS = st.one_of(
    st.none(),
    TEXTS.map(lambda text: (text, "@")),
    st.tuples(NUMBERS, st.sampled_from(("General", "0", "0.00", "000", "0.0##"))),
    st.tuples(st.sampled_from((Decimal("0.23"), Decimal("0.08"), Decimal(0))), st.just("0%")),
    st.tuples(DAYS, st.sampled_from(("yyyy\\-mm\\-dd", "dd/mm/yyyy"))),
    st.tuples(st.booleans(), st.just("General")),
)
SHEETS = st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6)
ENDS = ("small.xlsx", "big.xlsx", "f.xls", "f.ods")


def shown(value: object, code: str) -> str:
    """What Polish Excel and LibreOffice Calc show, by the description of number formats in ECMA-376, 18.8.31."""
    if isinstance(value, bool):
        return "PRAWDA" if value else "FAŁSZ"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}" if code.startswith("yyyy") else f"{value:%d/%m/%Y}"
    assert isinstance(value, int | Decimal)
    number = Decimal(value)
    if code == "0%":
        return f"{number * 100:.0f}%"
    places = {"0": 0, "000": 0, "0.00": 2}.get(code)
    if places is not None:
        rounded = abs(number).quantize(Decimal(1).scaleb(-places), "ROUND_HALF_UP")
        text = f"{rounded:.{places}f}".rjust(3, "0") if code == "000" else f"{rounded:.{places}f}"
        return ("-" if number < 0 and rounded else "") + text.replace(".", ",")
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    text = "0" if text == "-0" else text
    return (text + (".0" if code == "0.0##" and "." not in text else "")).replace(".", ",")


def write_xlsx(path: Path, rows: list[list[object]]) -> None:
    book = Workbook()
    for row, cells in enumerate([["a", "b", "c"], *rows], 1):
        for column, each in enumerate(cells, 1):
            value, code = each if isinstance(each, tuple) else (each, "General")
            if value not in {None, ""} or isinstance(value, bool):
                cell = book.active.cell(row, column)  # type: ignore[union-attr]
                cell.value = value
                if isinstance(value, str):
                    cell.data_type = "s"  # a text that begins with = is no formula
                cell.number_format = code
    book.save(path)


def write_xls(path: Path, rows: list[list[object]]) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Dane")
    for row, cells in enumerate([["a", "b", "c"], *rows]):
        for column, each in enumerate(cells):
            value, code = each if isinstance(each, tuple) else (each, "General")
            if value not in {None, ""} or isinstance(value, bool):
                style = xlwt.XFStyle()
                style.num_format_str = code
                sheet.write(row, column, value, style)
    book.save(str(path))


def write_ods(path: Path, rows: list[list[object]]) -> None:
    styles = "".join(
        f'<style:style style:name="c{number}" style:family="table-cell" style:data-style-name="N{number}"/>'
        for number in range(1, len(FORMATS))
    )
    lines = "".join(f"<table:table-row>{''.join(map(ods_cell, cells))}</table:table-row>" for cells in rows)
    heading = "".join(ods_cell((name, "@")) for name in "abc")
    names = ("office", "table", "text", "style", "number")
    spaces = " ".join(f'xmlns:{each}="urn:oasis:names:tc:opendocument:xmlns:{each}:1.0"' for each in names)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:automatic-styles>{styles}</office:automatic-styles>"
            f'<office:body><office:spreadsheet><table:table table:name="Dane"><table:table-row>{heading}'
            f"</table:table-row>{lines}</table:table></office:spreadsheet></office:body></office:document-content>",
        )


def ods_cell(each: object) -> str:
    value, code = each if isinstance(each, tuple) else (each, "General")
    if value is None or value == "":
        return "<table:table-cell/>"
    if isinstance(value, str):
        return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
    style = f' table:style-name="c{FORMATS.index(code)}"' if code != "General" else ""
    if isinstance(value, bool):
        told = f'office:value-type="boolean" office:boolean-value="{str(value).lower()}"'
    elif isinstance(value, date):
        told = f'office:value-type="date" office:date-value="{value:%Y-%m-%d}"'
    else:
        kind = "percentage" if code == "0%" else "float"
        told = f'office:value-type="{kind}" office:value="{value}"'
    return f"<table:table-cell {told}{style}><text:p>{shown(value, code)}</text:p></table:table-cell>"


WRITERS = {"xlsx": write_xlsx, ".xls": write_xls, ".ods": write_ods}


def read(path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Row]:
    with monkeypatch.context() as patch:
        patch.setattr(xlsx, "SMALL", 0 if path.name.startswith("big") else xlsx.SMALL)
        source, problems = open_source({"": path}, {"": path.name}, Layout())
        assert source, problems
        return [row for row in source.tables[""].rows() if any(row.cells) or row.values]


@settings(max_examples=60, deadline=None)
@given(SHEETS)
def test_one_sheet_in_four_formats_gives_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[object]]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    found = {}
    for end in ENDS:
        WRITERS[end[-4:]](folder / end, rows)
        with pytest.MonkeyPatch.context() as patch:
            found[end] = read(folder / end, patch)
    expected = [
        Row(
            number,
            tuple(_text(each) for each in cells),
            {place: value for place, each in enumerate(cells) if (value := _value(each)) is not None},
        )
        for number, cells in enumerate(rows, 2)
        if any(_text(each) for each in cells)
    ]
    for end in ENDS:
        assert [(row.number, row.cells, dict(row.values)) for row in found[end]] == [
            (row.number, row.cells, dict(row.values)) for row in expected
        ], end


def _text(each: object) -> str:
    if not isinstance(each, tuple):
        return ""
    return each[0] if isinstance(each[0], str) else shown(*each)


def _value(each: object) -> object:
    if not isinstance(each, tuple) or isinstance(each[0], str):
        return None
    value = each[0]
    return value if isinstance(value, date | bool | datetime) else Decimal(value)
