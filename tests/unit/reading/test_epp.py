from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bridge.model.problem import Problem
from bridge.model.table import Layout, Source, Table, Untold
from bridge.reading.open import open_source

INFO = '[INFO]\r\n"1.11",{purpose},1250,"Subiekt GT","GT","ŻÓŁW"\r\n\r\n'
HEADING = {
    1: '"FS"',
    2: "1",
    7: '"FS 1/2026"',
    14: '"Piekarnia ""U Jędrusia"""',
    18: '"3333333333"',
    22: "20260203000000",
    25: "1",
    28: "1297.5000",
    47: '"PLN"',
    62: "0",
}
LINE = {1: "1", 3: '"ŁOŻ"', 10: '"szt."', 11: "2.0000", 14: "8.4500", 16: "-1.0000", 17: "16.9000", 22: '""'}
GOODS = '[NAGLOWEK]\r\n"TOWARY"\r\n\r\n[ZAWARTOSC]\r\n1,"ŁOŻ","","","Łożysko"\r\n\r\n'
MPP = '[NAGLOWEK]\r\n"WYMAGALNOSCMPP"\r\n\r\n[ZAWARTOSC]\r\n"FS 1/2026",1\r\n'


def fields(count: int, given: dict[int, str]) -> str:
    return ",".join(given.get(place, "") for place in range(1, count + 1))


def document(heading: dict[int, str] | None = None, *lines: str) -> str:
    content = "\r\n".join(lines or (fields(22, LINE),))
    return f"[NAGLOWEK]\r\n{fields(62, HEADING | (heading or {}))}\r\n\r\n[ZAWARTOSC]\r\n{content}\r\n\r\n"


def opened(tmp_path: Path, text: str, declared: str = "") -> tuple[Source | None, list[Problem]]:
    path = tmp_path / "a"
    path.write_bytes(text.encode("cp1250"))
    return open_source({"": path}, {"": "plik.epp"}, Layout(declared))


def tables(tmp_path: Path, text: str) -> tuple[Table, Table]:
    source, problems = opened(tmp_path, text)
    assert source, problems
    assert (source.format, source.encoding) == ("epp", "cp1250")
    return source.tables["naglowki"], source.tables["pozycje"]


def told(table: Table) -> list[dict[str, object]]:
    return [
        {name: row.values.get(place, row.cells[place]) for place, name in enumerate(table.heading)}
        for row in table.rows()
    ]


def test_a_document_is_a_heading_and_its_lines_with_names_of_goods_joined(tmp_path: Path) -> None:
    headings, lines = tables(tmp_path, INFO.format(purpose=2) + document() + GOODS + MPP)
    (heading,) = told(headings)
    assert heading["numer"] == "FS 1/2026"
    assert heading["nazwa"] == 'Piekarnia "U Jędrusia"'
    assert heading["data_wystawienia"] == date(2026, 2, 3)
    assert str(heading["suma_netto"]) == "1297.5", "four decimals are the format's"
    assert heading["mpp"] == "1"
    assert heading["przyczyna_korekty"] == ""
    (line,) = told(lines)
    assert (line["numer"], line["nazwa_towaru"], line["ilosc"]) == ("FS 1/2026", "Łożysko", Decimal(2))
    assert (line["stawka"], line["stan_przed"]) == ("-1.0000", "nie")


def test_a_one_off_service_has_its_name_in_the_line(tmp_path: Path) -> None:
    service = fields(22, LINE | {3: '""', 21: '"Usługa jednorazowa, cała nazwa"', 22: '"Usługa jednor"'})
    _, lines = tables(tmp_path, INFO.format(purpose=2) + document(None, service))
    assert told(lines)[0]["nazwa_towaru"] == "Usługa jednorazowa, cała nazwa"


def test_goods_that_the_file_does_not_name_cannot_be_told(tmp_path: Path) -> None:
    _, lines = tables(tmp_path, INFO.format(purpose=2) + document())
    found = told(lines)[0]["nazwa_towaru"]
    assert isinstance(found, Untold)
    assert "ŁOŻ" in found.reason


def test_a_line_of_a_correction_is_a_row_before_and_a_row_after(tmp_path: Path) -> None:
    before = {23: "8.4500", 24: "10.3900", 25: "23.0000", 26: "3.0000", 27: '"szt."', 29: "25.3500", 30: "5.8300"}
    line = fields(31, LINE | before | {31: "31.1800"})
    _, lines = tables(tmp_path, INFO.format(purpose=2) + document({1: '"KFS"'}, line) + GOODS)
    was, now = told(lines)
    assert [(each["stan_przed"], each["ilosc"], each["netto"], each["stawka"]) for each in (was, now)] == [
        ("tak", Decimal(3), Decimal("25.35"), "23.0000"),
        ("nie", Decimal(2), Decimal("16.9"), "-1.0000"),
    ]


def test_a_line_that_the_correction_adds_has_no_row_before(tmp_path: Path) -> None:
    line = fields(31, LINE | {26: "0.0000", 29: "0.0000", 31: "0.0000"})
    _, lines = tables(tmp_path, INFO.format(purpose=2) + document({1: '"KFS"'}, line) + GOODS)
    assert [each["stan_przed"] for each in told(lines)] == ["nie"]


@pytest.mark.parametrize(
    ("text", "code", "rows"),
    [
        (INFO.format(purpose=0) + document(), "P13", (2,)),
        (INFO.format(purpose=2) + document({25: "2"}) + GOODS, "P05", (5,)),
        (INFO.format(purpose=2) + document(None, '"23",23.0000,1297.5000') + GOODS, "P15", (8,)),
        (INFO.format(purpose=2) + document(None, fields(22, LINE).replace('"ŁOŻ"', '"ŁO"Ż"')) + GOODS, "P09", (8,)),
    ],
)
def test_what_is_wrong_has_its_code_and_row(tmp_path: Path, text: str, code: str, rows: tuple[int, ...]) -> None:
    source, problems = opened(tmp_path, text)
    assert source is None
    assert (problems[0].code, problems[0].rows) == (code, rows)
    assert problems[0].advice


def test_a_declared_epp_must_be_one(tmp_path: Path) -> None:
    _, problems = opened(tmp_path, "a;b\r\n", "epp")
    assert [each.code for each in problems] == ["P16"]


def test_documents_of_other_kinds_do_not_stop_the_file(tmp_path: Path) -> None:
    cash = document({1: '"KP"', 7: '"KP 1/2026"'}, "1,2,3")
    headings, lines = tables(tmp_path, INFO.format(purpose=2) + document() + cash + GOODS)
    assert [each["rodzaj"] for each in told(headings)] == ["FS", "KP"]
    assert [each["numer"] for each in told(lines)] == ["FS 1/2026"]
