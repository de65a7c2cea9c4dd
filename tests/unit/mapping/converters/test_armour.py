"""Excel's marks around texts, ="…" and a leading apostrophe, never reach an invoice unnoticed, in any field and table."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mapping.converters.armour import bare
from bridge.mapping.language.vocabulary import BY_KEY, REPEATED
from tests.support.telling import HEAD, PLAIN, SELLER, Tell, tables, with_field

BASE = HEAD + SELLER + PLAIN
APOSTROPHE = BASE.replace("zrodlo:\n", "zrodlo:\n  apostrof_na_poczatku: {}\n")
TEXTS = [
    word.key
    for word in BY_KEY.values()
    if word.takes in ("text", "long_text")
    and word.limit >= 12
    and word.section not in REPEATED
    and word.section != "sprzedawca_przed"
]


@pytest.mark.parametrize("key", TEXTS)
def test_an_apostrophe_stops_the_invoice_until_the_mapping_says_whose_it_is(tell: Tell, key: str) -> None:
    file = "Nr;Towar;Netto;X\nFV/1;Śruba;10,00;'012-3\n"
    told = tell(with_field(BASE, key, "[X]"), file)
    assert ("D15", key) in [(each.code, each.field) for each in told.problems]
    assert "apostrof_na_poczatku" in next(each.advice for each in told.problems if each.field == key)
    for said in ("usun", "zostaw"):
        assert "D15" not in tell(with_field(APOSTROPHE.format(said), key, "[X]"), file).codes


@pytest.mark.parametrize("written", ['="FV/1"', '"=""FV/1"""', ' ="FV/1" '])
def test_the_armour_is_taken_off_before_anything_looks(tell: Tell, written: str) -> None:
    rule = "reguly:\n  - opis: Znana\n    gdy:\n      - kolumna: [Nr]\n        jest: FV/1\n    ustaw:\n      faktura.stopka: widać\n"
    told = tell(BASE + rule, f'="Nr";Towar;Netto\n{written};="000123";10,00\nFV/1;Śruba;="20,00"\n')
    assert (told.invoice.number, told.invoice.footer) == ("FV/1", ("widać",))
    assert [(line.name, str(line.net)) for line in told.invoice.lines] == [("000123", "10.00"), ("Śruba", "20.00")]


def test_tables_meet_whichever_of_them_wears_it(tell: Tell) -> None:
    mapping = tables(naglowki="", pozycje="[Nr]") + SELLER + PLAIN
    told = tell(mapping, naglowki='Nr\n="0012"\n', pozycje="Nr;Towar;Netto\n0012;Śruba;10,00\n")
    assert len(told.invoice.lines) == 1
    dropped = mapping.replace("zrodlo:\n", "zrodlo:\n  apostrof_na_poczatku: usun\n")
    told = tell(dropped, naglowki="Nr\n'0012\n", pozycje="Nr;Towar;Netto\n0012;Śruba;10,00\n")
    assert (told.invoice.number, len(told.invoice.lines)) == ("0012", 1)


@pytest.mark.parametrize("written", ['="FV"&"/1"', '=TEKST(1;"0")', '=CONCAT("a")', "=ZŁĄCZ.TEKSTY(A1)"])
def test_any_other_formula_is_refused(tell: Tell, written: str) -> None:
    quoted = written.replace('"', '""')
    assert "D15" in tell(BASE, f'Nr;Towar;Netto\n"{quoted}";Śruba;10,00\n').codes


@pytest.mark.parametrize(
    "name", ["'s-Hertogenbosch BV", "'t Hof van Holland", "'Pod Różą' restauracja", 'Rura 1/2"', "5' taśma", "= 5 mm", "==", "L'Oréal"]
)  # fmt: skip
def test_a_mark_that_belongs_to_the_name_stays(tell: Tell, name: str) -> None:
    quoted = name.replace('"', '""')
    assert tell(BASE, f'Nr;Towar;Netto\nFV/1;"{quoted}";10,00\n').invoice.lines[0].name == name


@given(st.text())
def test_what_excel_would_show_is_the_text_within(text: str) -> None:
    armoured = '="' + text.replace('"', '""') + '"'
    assert bare(armoured) == text
    out = io.StringIO()
    csv.writer(out).writerow([armoured])
    assert bare(next(csv.reader(io.StringIO(out.getvalue(), newline="")))[0]) == text
