"""Severities that a company or a mapping sets: only for free rules, and said."""

from __future__ import annotations

import pytest

from bridge.fa3.rules.rule import with_commas
from bridge.fa3.rules.severities import FREE, severity_note, wrong_severities
from bridge.fa3.rules.table import BY_ID

# fa3.md, section 5: these keep their severity whatever a mapping says.
FIXED = {
    "B02",
    "B05",
    "B06",
    "B07",
    "B08",
    "B09",
    "D01",
    "D02",
    "D03",
    "D04",
    "D05",
    "F01",
    "F02",
    "F03",
    "F04",
    "F11",
    "F35",
    "G20",
}


def test_rules_of_ksef_and_of_the_law_are_not_free() -> None:
    assert not FREE & FIXED
    assert {"B22", "C02", "A09"} <= FREE <= set(BY_ID)


@pytest.mark.parametrize(
    ("given", "wanted", "said"),
    [
        ("RX99", "blad", "Nie ma reguły RX99."),
        ("B06", "wylaczona", "nie można zmienić"),
        ("RB22", "mniej", "nie jest wagą"),
    ],
)
def test_a_wrong_line_is_told(given: str, wanted: str, said: str) -> None:
    (found,) = wrong_severities({given: wanted, "C02": "blad"}).items()
    assert found[0] == given
    assert said in found[1]


def test_what_was_changed_is_said_in_one_sentence() -> None:
    assert severity_note({"C02": "blad", "B22": "wylaczona"}) == "Zmienione wagi reguł: RB22 wyłączona, RC02 błąd."
    assert severity_note({}) == ""


def test_amounts_have_commas_and_quoted_texts_stay() -> None:
    said = "Suma netto P_13_1 to 90.00, kurs 4.2501; -10.39 i „1.25” z 2026-05-11 o 10.30.15."
    assert with_commas(said) == "Suma netto P_13_1 to 90,00, kurs 4,2501; -10,39 i „1.25” z 2026-05-11 o 10.30.15."
