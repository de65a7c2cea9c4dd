"""Problems of all stages are told in one pass: an unreadable cell hides no broken rule, and invents none."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.conversion.drop import batches
from bridge.model.item import Batch, Item
from bridge.model.job import Job
from bridge.model.problem import errors
from bridge.model.settings import Environment

NOW = datetime(2026, 5, 11, 10, tzinfo=UTC)
MAPPING = """\
mapowanie: 1
zrodlo:
  separator: średnik
  format_daty: RRRR-MM-DD
  znak_dziesietny: przecinek
  jedna_faktura_to: [Nr]
sprzedawca:
  nip: 1111111111
  nazwa: Firma
  adres_linia1: ul. Próbna 1
  kraj: PL
faktura:
  numer: [Nr]
  rodzaj: [Rodzaj]
  data_wystawienia: [Data]
  data_sprzedazy: [Sprzedaż]
  waluta: [Waluta]
  podzielona_platnosc: [MPP]
nabywca:
  nip: [NIP]
  nazwa: [Nabywca]
  adres_linia1: [Adres]
  kraj: [Kraj]
platnosc:
  termin: [Termin]
  forma: [Forma]
  rachunek: [Konto]
podmioty_trzecie:
  - rola: [Rola]
    nip: [NIP3]
    nazwa: [Nazwa3]
pozycja:
  nazwa: [Towar]
  jednostka: [JM]
  ilosc: [Ilość]
  cena_netto: [Cena]
  wartosc_netto: [Netto]
  stawka_vat: [Stawka]
kontrola:
  faktura_netto: [Razem]
"""
GOOD = {
    "Nr": "FV/1",
    "Rodzaj": "VAT",
    "Data": "2026-05-11",
    "Sprzedaż": "2026-05-10",
    "Waluta": "PLN",
    "MPP": "nie",
    "NIP": "2222222222",
    "Nabywca": "Hurtownia",
    "Adres": "ul. Druga 2",
    "Kraj": "PL",
    "Termin": "2026-05-25",
    "Forma": "przelew",
    "Konto": "61109010140000071219812874",
    "Rola": "odbiorca",
    "NIP3": "3333333333",
    "Nazwa3": "Oddział",
    "Towar": "Śruba",
    "JM": "szt.",
    "Ilość": "10",
    "Cena": "8,45",
    "Netto": "84,50",
    "Stawka": "23",
    "Razem": "84,50",
}
# Each breaks rules: of the line, of days, of amounts, of payment, of the kind.
BROKEN = {
    "line": {"JM": "", "Towar": "-"},
    "days": {"Sprzedaż": "2031-01-01", "Termin": "2019-01-01"},
    "price": {"Cena": "3,00"},
    "rate": {"Stawka": "22"},
    "control": {"Razem": "85,00"},
    "kind": {"Rodzaj": "KOR"},
    "foreign": {"Waluta": "EUR", "Kraj": "DE"},
}
HURT = ("", "???", "1,2,3", "99999999999999999999999999999999")


def told(folder: Path, *rows: dict[str, str]) -> tuple[set[tuple[str, str]], set[str]]:
    """What the rules say of the first invoice of such a file, and the codes of what stops its reading."""
    (folder / "m.yaml").write_text(MAPPING, "utf-8")
    file = folder / "f.csv"
    file.write_text("\n".join(";".join(each) for each in ([*GOOD], *(row.values() for row in rows))) + "\n", "utf-8")
    job = Job({file.name: file}, "", Environment.SANDBOX, NOW, mapping=str(folder / "m.yaml"))
    items = [item for each in batches(job) if isinstance(each, Batch) for item in each.items]
    if not items:  # a row without a number refuses the file
        return set(), set()
    return by_rules(items[0]), {each.code for each in errors(items[0].problems) if each.code[0] == "D"}


def by_rules(item: Item) -> set[tuple[str, str]]:
    return {(each.code, each.message) for each in item.problems if each.code[0] == "R"}


@pytest.mark.parametrize("broken", BROKEN)
def test_what_an_unreadable_cell_leaves_to_say_is_said_and_stays_true(tmp_path: Path, broken: str) -> None:
    whole, _ = told(tmp_path, GOOD | BROKEN[broken])
    good, _ = told(tmp_path, GOOD)
    for column in GOOD:
        for text in HURT:
            if column in BROKEN[broken]:
                continue
            rules, reading = told(tmp_path, GOOD | BROKEN[broken] | {column: text})
            if reading:
                assert rules <= whole | good, (column, text)
    two = GOOD | BROKEN[broken] | {"Nabywca": "Inna"}
    rules, reading = told(tmp_path, GOOD | BROKEN[broken], two)
    assert "D03" in reading


@pytest.mark.parametrize("column", ["Termin", "Sprzedaż", "Waluta", "NIP3", "Konto", "MPP", "Ilość"])
def test_one_pass_tells_both(tmp_path: Path, column: str) -> None:
    rules, reading = told(tmp_path, GOOD | {"JM": "", "Data": "2031-01-01", column: "???"})
    assert reading
    assert rules


def test_of_an_invoice_without_a_kind_nothing_more_is_asked(tmp_path: Path) -> None:
    rules, reading = told(tmp_path, GOOD | {"JM": "", "Rodzaj": "???"})
    assert reading
    assert not rules
