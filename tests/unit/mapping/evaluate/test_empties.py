"""What is given is given: an empty cell of an optional field changes nothing else, in any noun (mapping.md)."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bridge.mapping.language.vocabulary import BY_KEY, Word
from tests.support.sections import CHOSEN, TEXTS, TOP, field, needed, optional, yaml
from tests.support.telling import HEAD, PLAIN, SELLER, Told, told_by

# Sections that stand once: the words that make the noun, beside what SELLER and PLAIN already say.
ONCE = {
    "platnosc": ("forma", "rachunek"),
    "podmiot_upowazniony": ("rola", "nip", "nazwa", "adres_linia1", "kraj"),
    "sprzedawca_przed": ("nip", "nazwa", "adres_linia1", "kraj"),
    "warunki": ("dostawa",),
    "zamowienie": ("wartosc",),
}
KINDS = {"pozycja_zamowienia": "ZAL", "faktury_korygowane": "KOR", "nabywcy_przed": "KOR"}
AROUND = {"podmiot_upowazniony.kontakty": "podmiot_upowazniony"}
LEFT_OUT = {"warunki.waluta_umowna"}  # FA(3) has it only beside kurs_umowny
NAMES = [each for each in (*TOP, *ONCE) if each not in AROUND and not each.endswith("kontakty")]
CONSTANT = {"nip": "3333333333", "numer_ksef": TEXTS["ksef"][0], "dostawa": "EXW", "numer_wiersza": "1"}


def words(section: str) -> tuple[list[Word], list[Word]]:
    """Those that constants give, and those that columns give."""
    if section not in ONCE:
        return needed(section), optional(section)
    mine = [word for word in BY_KEY.values() if word.section == section]
    firm = [word for word in mine if word.name in ONCE[section]]
    return firm, [w for w in mine if w not in firm and w.takes != "vat_ue" and w.key not in LEFT_OUT]


def constant(word: Word) -> str:
    return CONSTANT.get(word.name, TEXTS[word.takes][0])


def told(section: str, mapped: list[Word], filled: set[str]) -> Told:
    """An invoice whose part has constants, and columns of which some are empty."""
    firm, columns = words(section)
    fields = {word.name: f'"{constant(word)}"' for word in firm}
    fields |= {word.name: field(word, word.name) for word in mapped}
    header = PLAIN.replace("VAT\n", KINDS.get(section, "VAT") + "\n", 1)
    cells = [TEXTS[word.takes][0] if word.name in filled else "" for word in columns]
    file = f"Nr;Towar;Netto;{';'.join(w.name for w in columns)}\nFV/1;Śruba;10,00;{';'.join(cells)}\n"
    with tempfile.TemporaryDirectory() as folder:
        dash = section not in ONCE
        return told_by(Path(folder), HEAD + SELLER + header + yaml(section, fields, dash=dash), file)


@pytest.mark.parametrize("section", NAMES)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_an_empty_optional_field_is_as_if_it_were_not_mapped(section: str, data: st.DataObject) -> None:
    _, columns = words(section)
    names = [word.name for word in columns]
    filled = data.draw(st.sets(st.sampled_from(names)) if names else st.just(set()))
    empty = told(section, columns, filled)
    absent = told(section, [word for word in columns if word.name in filled], filled)
    assert [(each.code, each.field) for each in empty.problems] == [(each.code, each.field) for each in absent.problems]
    assert [each.invoice for each in empty.mapped] == [each.invoice for each in absent.mapped]


@pytest.mark.parametrize("section", NAMES)
def test_constants_that_say_all_make_a_part_beside_empty_columns(section: str) -> None:
    _, columns = words(section)
    with_columns = told(section, columns, set()).invoice
    assert with_columns == told(section, [], set()).invoice
    header = PLAIN.replace("VAT\n", KINDS.get(section, "VAT") + "\n", 1)
    with tempfile.TemporaryDirectory() as folder:
        without = told_by(Path(folder), HEAD + SELLER + header, "Nr;Towar;Netto\nFV/1;Śruba;10,00\n").invoice
    assert with_columns != without


@pytest.mark.parametrize("section", [each for each in CHOSEN if len(CHOSEN[each]) > 1])
def test_a_constant_that_is_not_enough_makes_no_part(section: str) -> None:
    first, *rest = needed(section)
    fields = {first.name: f'"{constant(first)}"'} | {word.name: f"[{word.name}]" for word in rest}
    header = PLAIN.replace("VAT\n", KINDS.get(section, "VAT") + "\n", 1)
    file = f"Nr;Towar;Netto;{';'.join(w.name for w in rest)}\nFV/1;Śruba;10,00;{';' * (len(rest) - 1)}\n"
    with tempfile.TemporaryDirectory() as folder:
        part = told_by(Path(folder), HEAD + SELLER + header + yaml(section, fields), file).invoice
        whole = told_by(Path(folder), HEAD + SELLER + header, file).invoice
    assert replace(part, lines=()) == replace(whole, lines=())  # an advance with an order has none


@settings(max_examples=20, deadline=None)
@given(st.sets(st.sampled_from(["samofakturowanie", "odwrotne_obciazenie", "podzielona_platnosc", "powiazania"])))
@example({"odwrotne_obciazenie"})
def test_a_flag_that_says_no_takes_no_constant_flag_with_it(named: set[str]) -> None:
    flags = "".join(f"  {name}: [Flaga]\n" for name in sorted(named))
    header = PLAIN.replace("faktura:\n", f"faktura:\n  metoda_kasowa: tak\n{flags}", 1)
    with tempfile.TemporaryDirectory() as folder:
        made = told_by(Path(folder), HEAD + SELLER + header, "Nr;Towar;Netto;Flaga\nFV/1;Śruba;10,00;nie\n").invoice
    assert made.annotations.cash_method


def test_an_empty_second_line_of_an_address_is_no_line() -> None:
    seller = SELLER.replace("  kraj:", "  adres_linia2:\n  koresp_adres_linia2:\n  kraj:")
    with tempfile.TemporaryDirectory() as folder:
        made = told_by(Path(folder), HEAD + seller + PLAIN, "Nr;Towar;Netto\nFV/1;Śruba;10,00\n").invoice
    assert made.seller.address.line1 == "ul. Próbna 1"
    assert made.seller.address.line2 is None
    assert made.seller.correspondence is None


def test_half_of_a_noun_whose_other_half_is_not_mapped_is_told() -> None:
    with tempfile.TemporaryDirectory() as folder:
        yaml_ = HEAD + SELLER + PLAIN + "platnosc:\n  forma: przelew\n  skonto_wysokosc: [S]\n"
        made = told_by(Path(folder), yaml_, "Nr;Towar;Netto;S\nFV/1;Śruba;10,00;2%\n")
    assert [(each.code, each.field) for each in made.problems] == [("D01", "platnosc.skonto_warunki")]
