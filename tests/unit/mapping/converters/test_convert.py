"""What each converter takes and refuses: the table "What the converters take" of the mapping language, cell by cell."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mapping.converters.convert import CONVERTERS, from_value
from bridge.mapping.converters.formats import Bad, Formats
from bridge.model.invoice import Kind

POLISH = Formats(decimal=",", dates=("DD.MM.RRRR", "RRRR-MM-DD"))
DOTS = Formats(decimal=",", thousands=".")
ENGLISH = Formats(decimal=".", thousands=",")
SWISS = Formats(decimal=".", thousands="'")
BEHIND = Formats(decimal=",", minus_behind=True)
BOOKED = Formats(decimal=",", parentheses=True)
SUFFIXED = Formats(decimal=",", suffixes=("zł", "EUR"))
UNSAID = Formats()
KSEF = "1111111111-20260203-0A1B2C3D4E5F-15"

TAKES: dict[str, list[tuple[str, Any] | tuple[str, Any, Formats]]] = {
    "text": [("Śruba M8", "Śruba M8"), ('Rura 1/2"', 'Rura 1/2"'), ("0012", "0012")],
    "long_text": [("a\nb", "a\nb")],
    "cell": [("-", "-"), ("7,50", "7,50")],
    "number": [
        ("8,45", Decimal("8.45")),
        ("+8,45", Decimal("8.45")),
        (",45", Decimal("0.45")),
        ("-,45", Decimal("-0.45")),
        ("+,45", Decimal("0.45")),
        ("-8,45", Decimal("-8.45")),
        ("\u22128,45", Decimal("-8.45")),
        ("0", Decimal(0)),
        ("-0,00", Decimal("0.00")),
        ("007", Decimal(7)),
        ("1 234", Decimal(1234)),
        ("1 234 567,89", Decimal("1234567.89")),
        ("1\u00a0234,5", Decimal("1234.5")),
        ("12\u202f345", Decimal(12345)),
        ("8,450000", Decimal("8.45")),
        ("1.234.567,8", Decimal("1234567.8"), DOTS),
        ("1,234.5", Decimal("1234.5"), ENGLISH),
        (".5", Decimal("0.5"), ENGLISH),
        ("1'234.5", Decimal("1234.5"), SWISS),
        ("155,22-", Decimal("-155.22"), BEHIND),
        ("(155,22)", Decimal("-155.22"), BOOKED),
        ("2 150,00 EUR", Decimal(2150), SUFFIXED),
        ("8,45zł", Decimal("8.45"), SUFFIXED),
        ("12", Decimal(12), UNSAID),
    ],
    "percent": [("10%", Decimal(10)), ("7,5 %", Decimal("7.5")), ("0", Decimal(0)), ("100", Decimal(100))],
    "count": [("0", 0), ("12", 12), ("1 200", 1200)],
    "whole": [("14", 14), ("-1", -1)],
    "date": [
        ("11.05.2026", date(2026, 5, 11)),
        ("2026-05-11", date(2026, 5, 11)),
        ("5.11.2026", date(2026, 11, 5), Formats(dates=("D.MM.RRRR",))),
        ("15.11.2026", date(2026, 11, 15), Formats(dates=("D.MM.RRRR",))),
        ("5.1.2026", date(2026, 1, 5), Formats(dates=("D.M.RRRR",))),
        ("1/5/2026", date(2026, 1, 5), Formats(dates=("M/D/RRRR",))),
        ("2026-1-5", date(2026, 1, 5), Formats(dates=("RRRR-M-D",))),
        ("20260105", date(2026, 1, 5), Formats(dates=("RRRRMMDD",))),
        ("5.11.26", date(2026, 11, 5), Formats(dates=("D.MM.RR",))),
        ("5.11.2026 8:05", date(2026, 11, 5), Formats(dates=("D.MM.RRRR g:mm",))),
    ],
    "sale_date": [("11.05.2026", date(2026, 5, 11))],
    "moment": [
        ("2026-02-03T08:30:00", datetime(2026, 2, 3, 8, 30)),  # noqa: DTZ001 - as it is written
        ("5.11.2026 8:05", datetime(2026, 11, 5, 8, 5), Formats(dates=("D.MM.RRRR g:mm",))),  # noqa: DTZ001
    ],
    "nip": [("1111111111", "1111111111"), ("111-111-11-11", "1111111111"), ("PL 111 111 11 11", "1111111111"), ("pl1111111111", "1111111111")],
    "flag": [*((text, True) for text in ("tak", "T", "1", "TRUE", "Prawda")), *((text, False) for text in ("nie", "N", "0", "FALSE", "FAŁSZ"))],
    "kind": [(kind.value, kind) for kind in Kind],
    "rate": [(rate, rate) for rate in ("23", "22", "8", "7", "5", "4", "3", "0 KR", "0 WDT", "0 EX", "zw", "oo", "np I", "np II")],
    "krs": [("0000123456", "0000123456")],
    "regon": [("123456785", "123456785"), ("12345678512347", "12345678512347")],
    "internal_id": [("1111111111-00001", "1111111111-00001")],
    "own_bank": [("1", "1"), ("3", "3")],
    "amounts": [("policz", False), ("podane", True)],
    "discount": [("od_ceny", "od_ceny"), ("od_wartosci", "od_wartosci")],
    "column_type": [(each, each) for each in ("date", "datetime", "dec", "int", "time", "txt")],
    "order_procedure": [(each, each) for each in ("WSTO_EE", "IED", "TT_D", "B_SPV", "B_SPV_DOSTAWA", "B_MPV_PROWIZJA")],
    "procedure": [(each, each) for each in ("WSTO_EE", "IED", "TT_D", "I_42", "I_63", "B_SPV", "B_SPV_DOSTAWA", "B_MPV_PROWIZJA")],
    "country": [("PL", "PL"), ("DE", "DE")],
    "currency": [("PLN", "PLN"), ("EUR", "EUR")],
    "eu_number": [("123456789", "123456789"), ("12 345-6789", "123456789")],
    "vat_ue": [("DE123456789", ("DE", "123456789")), ("EL 123 456 789", ("EL", "123456789"))],
    "ksef": [(KSEF, KSEF)],
    "account": [("11 1111 1111 1111 1111 1111 1111", "11111111111111111111111111"), ("DE89370400440532013000", "DE89370400440532013000")],
    "prices": [("netto", "netto"), ("brutto", "brutto")],
    "vat_method": [("od_sumy", "od_sumy"), ("z_pozycji", "z_pozycji")],
    "correction_type": [("1", "1"), ("2", "2"), ("3", "3")],
    "status": [("1", "1"), ("4", "4")],
    "gtu": [(f"GTU_{place:02d}", f"GTU_{place:02d}") for place in range(1, 14)],
    "payment_form": [("gotówka", "1"), ("Przelew", "6"), ("mobilna", "7")],
    "third_role": [("faktor", "1"), ("Odbiorca", "2")],
    "authorised_role": [("komornik", "2")],
    "transport": [("morski", "1")],
    "cargo": [("paleta", "13")],
    "margin": [("biuro podróży", "2"), ("Antyki", "3_3")],
    "parts_marker": [("częściowo", "1"), ("w całości", "2")],
}  # fmt: skip
REFUSES: dict[str, list[str | tuple[str, Formats]]] = {
    "text": ["x" * 51],
    "long_text": ["x" * 51],
    "cell": ["x" * 51],
    "number": [
        *("1 23 456", "1234 567", "12 34", "1  2345", "1 2345", "12345 678", " 1 ", "1 234,567 8"),
        *("--1", "+-1", "-+1", "1-", "(1)", "- ", "+", ",", "-,", "1,", "1,2,3", "1.5", "1e3", "0x1", "½", "١٢", "1_000", "5%", "", "zł"),
        *("1.23.456,0", "1 234.567"),
        ("1.2345,0", DOTS),
        ("1234.567,0", DOTS),
        ("1.234 567", DOTS),
        ("-155,22-", BEHIND),
        ("(-155,22)", BOOKED),
        ("8,45 USD", SUFFIXED),
        ("8,45", UNSAID),
        ("8.45", UNSAID),
    ],
    "percent": ["-1", "100,01", "dziesięć", "10 % %"],
    "count": ["-1", "1,5", "dwa"],
    "whole": ["1,5", "dwa"],
    "date": [
        *("31.02.2026", "1.5.2026", "11/05/2026", "11.05.26", "jutro", "11.05.2026 8:00"),
        ("115.1.2026", Formats(dates=("D.M.RRRR",))),
        ("03.02.2026", Formats(dates=("DD.MM.RRRR", "MM.DD.RRRR"))),
        ("1/5/2026", Formats(dates=("D/M/RRRR", "M/D/RRRR"))),
        ("512026", Formats(dates=("DMRRRR",))),
        ("11.05.2026", UNSAID),
    ],
    "sale_date": ["31.02.2026"],
    "moment": ["11.05.2026", "rano"],
    "nip": ["111111111", "01111111111", "1111111112", "DE1111111111", "PLPL1111111111", "11111 11111x"],
    "flag": ["może", "2", "x", "-"],
    "kind": ["vat", "FV", "KOREKTA", "KOR ZAL"],
    "rate": ["0", "0%", "23%", "NP", "ZW", "zw.", "np", "23,00", "0.23"],
    "krs": ["123456", "00001234567"],
    "regon": ["12345678", "1234567890"],
    "internal_id": ["1111111111", "1111111111-001"],
    "own_bank": ["0", "4"],
    "amounts": ["tak", "Podane"],
    "discount": ["od ceny", "10%"],
    "column_type": ["text", "Date"],
    "order_procedure": ["I_42", "I_63", "wsto_ee"],
    "procedure": ["WSTO", "i_42", "TP"],
    "country": ["pl", "POL", "Polska"],
    "currency": ["zł", "pln", "PL"],
    "eu_number": ["", "12345678901234", "12345678é"],
    "vat_ue": ["PL1111111111", "DEDE123456789", "123456789", "de123456789"],
    "ksef": ["1111111111-20260203", "FV/1"],
    "account": ["123", "11 1111 1111 zł"],
    "prices": ["Brutto", "vat"],
    "vat_method": ["od sumy", ""],
    "correction_type": ["0", "4"],
    "status": ["0", "5"],
    "gtu": ["GTU_00", "GTU_14", "GTU_1", "gtu_01", "GTU01", "01"],
    "payment_form": ["PRZ", "6", "blik"],
    "third_role": ["12", "inna"],
    "authorised_role": ["1"],
    "transport": ["1", "czołg"],
    "cargo": ["1", "worek foliowy"],
    "margin": ["tak", "1"],
    "parts_marker": ["1"],
}  # fmt: skip
LIMITS = {"text": 50, "long_text": 50, "cell": 50, "number": 6, "percent": 2, "eu_number": 12, "vat_ue": 14}
GOOD = [
    (takes, *each) if len(each) == 3 else (takes, *each, POLISH) for takes, cases in TAKES.items() for each in cases
]
WRONG = [
    (takes, *each) if isinstance(each, tuple) else (takes, each, POLISH)
    for takes, cases in REFUSES.items()
    for each in cases
]


def test_every_converter_stands_in_both_tables() -> None:
    assert set(TAKES) == set(REFUSES) == set(CONVERTERS)


@pytest.mark.parametrize(("takes", "text", "made", "formats"), GOOD)
def test_a_converter_takes(takes: str, text: str, made: Any, formats: Formats) -> None:
    assert CONVERTERS[takes](text, formats, LIMITS.get(takes, 0)) == made


@pytest.mark.parametrize(("takes", "text", "formats"), WRONG)
def test_a_converter_refuses(takes: str, text: str, formats: Formats) -> None:
    assert isinstance(CONVERTERS[takes](text, formats, LIMITS.get(takes, 0)), Bad)


@given(st.lists(st.text("0123456789", min_size=1, max_size=5), min_size=2, max_size=5))
def test_digits_in_groups_are_a_number_only_by_threes(groups: list[str]) -> None:
    right = len(groups[0]) <= 3 and all(len(each) == 3 for each in groups[1:])
    made = CONVERTERS["number"](" ".join(groups), POLISH, 2)
    assert made == Decimal("".join(groups)) if right else isinstance(made, Bad)


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_every_way_of_writing_an_amount_is_the_same_amount(amount: Decimal) -> None:
    plain = f"{abs(amount):.2f}".replace(".", ",")
    grouped = f"{abs(amount):,.2f}".replace(",", " ").replace(".", ",")
    ways = [f"-{plain}", f"-{grouped}"] if amount < 0 else [plain, grouped, f"+{plain}", f"+ {grouped}"]
    ways += [way.replace("0,", ",", 1) for way in ways if abs(amount) < 1]
    assert {CONVERTERS["number"](way, POLISH, 2) for way in ways} == {amount}


@pytest.mark.parametrize(
    ("takes", "value", "made"),
    [
        ("number", Decimal("8.45"), Decimal("8.45")),
        ("count", Decimal(3), 3),
        ("whole", Decimal(-3), -3),
        ("date", datetime(2026, 5, 11, 8), date(2026, 5, 11)),  # noqa: DTZ001 - a cell has no zone
        ("date", date(2026, 5, 11), date(2026, 5, 11)),
        ("flag", True, True),
        ("text", Decimal(3), None),
        ("number", True, None),
        ("percent", Decimal("0.1"), None),  # 10% or 0,1%: only the text of the cell tells
    ],
)
def test_a_cell_of_a_workbook_gives_its_value(takes: str, value: object, made: object) -> None:
    assert from_value(takes, value, 2) == made


@pytest.mark.parametrize(("takes", "value"), [("number", Decimal("0.001")), ("count", Decimal("1.5")), ("count", Decimal(-1)), ("whole", Decimal("1.5"))])  # fmt: skip
def test_a_cell_of_a_workbook_is_not_rounded(takes: str, value: Decimal) -> None:
    assert isinstance(from_value(takes, value, 2), Bad)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("2 150,00 EUR", "dopisek_kwoty: EUR"),
        ("84,50zł", "dopisek_kwoty: zł"),
        ("84,50 zł.", "dopisek_kwoty: zł."),
        ("84,50 €", "dopisek_kwoty: €"),
        ("5%", 'dopisek_kwoty: "%"'),
        ("EUR 2 150,00", "EUR <kwota>"),
        ("155,22-", "zapis_ujemnych: minus na końcu"),
        ("(155,22)", "zapis_ujemnych: nawiasy"),
    ],
)
def test_the_advice_names_the_key_that_reads_such_a_number(text: str, key: str) -> None:
    found = CONVERTERS["number"](text, POLISH, 2)
    assert isinstance(found, Bad)
    assert key in found.advice


@pytest.mark.parametrize("text", ["brak", "zł", "12 sztuk 3", "1 23 456"])
def test_what_is_no_number_at_all_is_not_explained_away(text: str) -> None:
    found = CONVERTERS["number"](text, POLISH, 2)
    assert isinstance(found, Bad)
    assert found.advice == ""
