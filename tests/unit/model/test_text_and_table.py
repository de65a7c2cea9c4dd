from __future__ import annotations

import unicodedata
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bridge.model.table import letter, rows_text
from bridge.model.text import collapsed, folded, xml_collapsed
from bridge.model.vat import BANDS, RATES, grosze


def test_what_law_9_takes_as_equal() -> None:
    assert folded("  Nr\u00a0\n FAKTURY ") == folded("nr faktury")
    assert folded(unicodedata.normalize("NFD", "Ilość")) == folded("ILOŚĆ")
    assert folded("Ilosc") != folded("Ilość")
    assert collapsed("FS/1") != collapsed("fs/1")


@given(st.text())
def test_comparing_twice_changes_nothing(text: str) -> None:
    assert collapsed(collapsed(text)) == collapsed(text)


def test_xml_collapses_only_its_own_white_space() -> None:
    assert xml_collapsed(" FS \t\n 1\u00a02 ") == "FS 1\u00a02"


def test_letters_of_columns() -> None:
    assert [letter(index) for index in (0, 7, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "H",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]


def test_rows_as_a_person_writes_them() -> None:
    assert rows_text([7, 2, 3, 4, 4]) == "2-4,7"
    assert rows_text([]) == ""


@given(st.sets(st.integers(1, 60)))
def test_rows_name_exactly_these_rows(rows: set[int]) -> None:
    named = [part.split("-") for part in rows_text(rows).split(",") if part]
    assert {row for part in named for row in range(int(part[0]), int(part[-1]) + 1)} == rows


def test_half_a_grosz_goes_up_and_there_is_no_minus_zero() -> None:
    assert str(grosze(Decimal("2.665"))) == "2.67"
    assert str(grosze(Decimal("-2.665"))) == "-2.67"
    assert str(grosze(Decimal("-0.004"))) == "0.00"


def test_every_rate_has_its_band() -> None:
    assert {rate.band for rate in RATES.values()} <= set(BANDS)
