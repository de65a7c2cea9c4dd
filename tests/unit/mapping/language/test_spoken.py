"""`mapping words` answers to what people say."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from bridge.cli import app
from bridge.mapping.language.spoken import CALLED, elsewhere, spoken
from bridge.mapping.language.vocabulary import BY_KEY


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("data sprzedaży", "faktura.data_sprzedazy"),
        ("DATA SPRZEDAZY", "faktura.data_sprzedazy"),
        ("sprzedaży data", "faktura.data_sprzedazy"),
        ("termin", "platnosc.termin"),
        ("P_6", "faktura.data_sprzedazy"),
        ("mpp", "faktura.podzielona_platnosc"),
        ("split", "faktura.podzielona_platnosc"),
        ("konto", "platnosc.rachunek"),
        ("miasto", "nabywca.adres_linia2"),
        ("zniżka", "pozycja.rabat_procent"),
        ("rachunki", "platnosc.rachunek"),
        ("stawką", "pozycja.stawka_vat"),
    ],
)
def test_a_word_is_found_by_what_people_call_it(said: str, key: str) -> None:
    assert key in [word.key for word in spoken(said)]


@pytest.mark.parametrize("said", CALLED)
def test_every_other_name_leads_to_a_word(said: str) -> None:
    assert spoken(said)


@pytest.mark.parametrize("said", ["słownik", "reguła", "kodowanie", "wzór"])
def test_what_is_no_field_is_found_too(said: str) -> None:
    assert elsewhere(said)


def test_several_words_need_no_quotes_and_none_is_every_word() -> None:
    run = CliRunner().invoke
    assert "faktura.data_sprzedazy" in run(app, ["mapping", "words", "data", "sprzedaży"]).output
    assert run(app, ["mapping", "words", "brzdąc"]).exit_code == 1
    assert len(spoken("")) >= len(BY_KEY)
