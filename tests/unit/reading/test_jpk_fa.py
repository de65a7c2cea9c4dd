from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bridge.model.problem import Problem
from bridge.model.table import Layout, Source
from bridge.reading.open import open_source

INVOICE = (
    "<tns:Faktura><tns:KodWaluty>PLN</tns:KodWaluty><tns:P_1>2026-02-20</tns:P_1><tns:P_2A>{number}</tns:P_2A>"
    "<tns:P_6>0001-01-01</tns:P_6><tns:P_15>157.94</tns:P_15><tns:P_16>false</tns:P_16><tns:NOWE>x</tns:NOWE></tns:Faktura>"
)
LINE = (
    "<tns:FakturaWiersz><tns:P_2B>{number}</tns:P_2B><tns:P_7>Łożysko</tns:P_7><tns:P_11>84.50</tns:P_11>"
    "<tns:P_12>23</tns:P_12></tns:FakturaWiersz>"
)
WHOLE = (
    '<?xml version="1.0" encoding="UTF-8"?><tns:JPK xmlns:tns="http://jpk.mf.gov.pl/wzor/2022/02/17/02171/">'
    '<tns:Naglowek><tns:KodFormularza kodSystemowy="JPK_FA (4)">JPK_FA</tns:KodFormularza></tns:Naglowek>'
    "<tns:Podmiot1><tns:IdentyfikatorPodmiotu><tns:NIP>1111111111</tns:NIP></tns:IdentyfikatorPodmiotu></tns:Podmiot1>"
    + INVOICE.format(number="1/2026")
    + INVOICE.format(number="2/2026")
    + "<tns:FakturaCtrl><tns:LiczbaFaktur>2</tns:LiczbaFaktur><tns:WartoscFaktur>315.88</tns:WartoscFaktur></tns:FakturaCtrl>"
    + LINE.format(number="1/2026")
    + "<tns:FakturaWierszCtrl><tns:LiczbaWierszyFaktur>1</tns:LiczbaWierszyFaktur></tns:FakturaWierszCtrl></tns:JPK>"
)


def opened(tmp_path: Path, text: str) -> tuple[Source | None, list[Problem]]:
    path = tmp_path / "a"
    path.write_text(text, encoding="utf-8")
    return open_source({"": path}, {"": "JPK_FA.xml"}, Layout())


def told(source: Source, name: str) -> list[dict[str, object]]:
    table = source.tables[name]
    return [
        {tag: row.values.get(at, row.cells[at]) for at, tag in enumerate(table.heading) if row.cells[at]}
        for row in table.rows()
    ]


def test_elements_are_columns_of_four_tables(tmp_path: Path) -> None:
    source, problems = opened(tmp_path, WHOLE)
    assert source, problems
    first = {"KodWaluty": "PLN", "P_1": date(2026, 2, 20), "P_2A": "1/2026", "P_15": Decimal("157.94")}
    assert told(source, "naglowki") == [
        first | {"P_16": "false", "NOWE": "x"},
        first | {"P_2A": "2/2026", "P_16": "false", "NOWE": "x"},
    ]
    assert told(source, "pozycje") == [
        {"P_2B": "1/2026", "P_7": "Łożysko", "P_11": Decimal("84.50"), "P_12": "23"},
    ]
    assert told(source, "podmiot") == [{"NIP": "1111111111"}]
    assert told(source, "kontrola") == [
        {"LiczbaFaktur": Decimal(2), "WartoscFaktur": Decimal("315.88"), "LiczbaWierszyFaktur": Decimal(1)}
    ]
    assert "P_19A" in source.tables["naglowki"].heading, "what the scheme knows is a column even when no invoice has it"
    assert [row.number for row in source.tables["naglowki"].rows()] == [1, 2]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (WHOLE[:-40], "P03"),
        (WHOLE.replace("<tns:P_1>", "<tns:P_1", 1), "P16"),
        (WHOLE.replace(LINE.format(number="1/2026"), ""), "P13"),
        (WHOLE.replace(INVOICE.format(number="1/2026"), "").replace(INVOICE.format(number="2/2026"), ""), "P07"),
    ],
)
def test_what_is_wrong_has_its_code(tmp_path: Path, text: str, code: str) -> None:
    source, problems = opened(tmp_path, text)
    assert source is None
    assert [each.code for each in problems] == [code]


def test_entities_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "tajne.txt"
    secret.write_text("TAJNE", encoding="utf-8")
    doctype = f'?><!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]><tns:JPK '
    source, problems = opened(tmp_path, WHOLE.replace("?><tns:JPK ", doctype).replace("Łożysko", "&e;"))
    assert problems or (source and "TAJNE" not in str(told(source, "pozycje")))
