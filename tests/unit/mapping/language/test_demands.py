"""What a mapping must say before anything is read."""

from __future__ import annotations

import pytest

from tests.support.telling import HEAD, PLAIN, SELLER, Tell, tables

DISCOUNT = HEAD + SELLER + PLAIN + "  kwota_rabatu:      [Rabat]\n"
ONE = "Nr;Towar;Netto;Rabat\nFV/1;Śruba;10,00;1,00\n"


def test_a_discount_column_is_refused_until_the_mapping_says_what_it_is_taken_off(tell: Tell) -> None:
    told = tell(DISCOUNT, ONE)
    assert told.codes == ["M19"]
    assert "od_ceny" in told.problems[0].advice


@pytest.mark.parametrize("way", ["od_ceny", "od_wartosci"])
def test_the_way_of_a_discount_goes_with_the_invoice(tell: Tell, way: str) -> None:
    told = tell(DISCOUNT.replace("faktura:\n", f"faktura:\n  rabat: {way}\n"), ONE)
    assert told.invoice.discount_from == way


def test_lines_that_the_file_does_not_have_need_a_word_for_it(tell: Tell) -> None:
    made_up = HEAD + SELLER + PLAIN.replace("[Towar]", "Usługi")
    assert tell(made_up, ONE).codes == ["P13"]
    assert tell(made_up + "pozycja_zbiorcza: tak\n", ONE).invoice.lines[0].name == "Usługi"


def test_lines_from_columns_alone_need_the_same_word(tell: Tell) -> None:
    head, _, line = PLAIN.partition("pozycja:\n")
    columns = HEAD + SELLER + head + "pozycje_z_kolumn:\n  - pozycja:\n" + line.replace("  ", "      ", 1)
    columns = columns.replace("\n  wartosc", "\n      wartosc").replace("\n  stawka", "\n      stawka")
    assert tell(columns, ONE).codes == ["P13"]
    assert len(tell(columns + "pozycja_zbiorcza: tak\n", ONE).invoice.lines) == 1


def test_amounts_as_they_are_need_the_total_too(tell: Tell) -> None:
    given = HEAD + SELLER + PLAIN.replace("faktura:\n", "faktura:\n  kwoty: podane\n")
    assert tell(given, ONE).codes == ["M19"]
    told = tell(given + "sumy:\n  netto_23: [Netto]\n  do_zaplaty: [Netto]\n", ONE)
    assert told.invoice.amounts_given
    assert told.invoice.stated


def test_a_template_lies_inside_the_mappings_folders(tell: Tell) -> None:
    assert tell(HEAD + SELLER + PLAIN + "szablon: ../cudzy.j2\n", ONE).codes == ["M21"]


def test_a_table_that_nothing_reads_is_a_mistake_unless_it_says_so(tell: Tell) -> None:
    head = tables(naglowki="", pozycje="[Nr]", Uwagi="[Nr]") + SELLER + PLAIN
    assert tell(head, ONE).codes == ["M18"]
    skipped = head.replace('"*_Uwagi.csv"', '"*_Uwagi.csv"\n      pomin: tak')
    files = {"naglowki": "Nr\nFV/1\n", "pozycje": "Nr;Towar;Netto\nFV/1;Śruba;10,00\n", "Uwagi": "Nr\nFV/1\n"}
    assert tell(skipped, **files).invoice.number == "FV/1"
