"""A constant that is the name of a column: brackets were forgotten, wherever a constant can stand (law 1)."""

from __future__ import annotations

import pytest

from bridge.mapping.language.vocabulary import BY_KEY, REPEATED
from tests.support.telling import HEAD, PLAIN, SELLER, Tell, tables, with_field

ONE = "Nr;Towar;Netto;Uwagi;Kod;Miasto\nFV/1;Śruba;10,00;pilne;62-200;Gniezno\n"
BASE = HEAD + SELLER + PLAIN
FREE = [
    word.key
    for word in BY_KEY.values()
    if word.takes in ("text", "long_text", "cell") and word.limit >= 12 and word.section not in REPEATED
]
ADDED = (
    "reguly:\n  - opis: Zawsze\n    gdy:\n      - kolumna: [Nr]\n        zaczyna_sie_od: FV\n    ustaw:\n      {}: {}\n"
)


@pytest.mark.parametrize("key", FREE)
def test_every_text_field_asks_for_its_brackets(tell: Tell, key: str) -> None:
    told = tell(with_field(BASE, key, "Uwagi"), ONE)
    assert told.codes == ["M26"]
    assert "[Uwagi]" in told.problems[0].advice
    assert told.problems[0].excerpt


@pytest.mark.parametrize(
    "more",
    {
        "a rule": ADDED.format("faktura.stopka", "Uwagi"),
        "what stands for an empty cell": "platnosc:\n  bank:\n    wartosc: [Kod]\n    gdy_puste: Uwagi\n",
        "the second that stands for it": "platnosc:\n  bank:\n    wartosc: [Kod]\n    gdy_puste:\n      - [Miasto]\n      - Uwagi\n",
        "the long form": "platnosc:\n  bank:\n    wartosc: Uwagi\n",
        "a part that repeats": "dodatkowe_opisy:\n  - nazwa: Kierowca\n    tresc: Uwagi\n",
        "another case": "platnosc:\n  bank: uwagi\n",
        "round brackets": "platnosc:\n  bank: (Uwagi)\n",
        "Polish quotes": "platnosc:\n  bank: „Uwagi”\n",
        "two columns": "platnosc:\n  bank: Kod, Miasto\n",
        "a pattern": "platnosc:\n  bank:\n    wartosc: Uwagi\n    wzor: bank <tekst>\n",
        "a line from columns": "pozycje_z_kolumn:\n  - pozycja:\n      nazwa: Uwagi\n      wartosc_netto: [Netto]\n      stawka_vat: 23\n",
    }.items(),
    ids=lambda each: each[0],
)
def test_every_place_of_a_constant_asks_for_them(tell: Tell, more: tuple[str, str]) -> None:
    assert tell(BASE + more[1], ONE).codes == ["M26"]


def test_another_table_counts_too(tell: Tell) -> None:
    mapping = tables(naglowki="", pozycje="[Nr]") + SELLER + PLAIN
    files = {"naglowki": "Nr;Uwagi\nFV/1;x\n", "pozycje": "Nr;Towar;Netto;Kod\nFV/1;Śruba;10,00;1\n"}
    for text in ("Kod", "pozycje!Kod", "Uwagi"):
        assert tell(f"{mapping}platnosc:\n  bank: {text}\n", **files).codes == ["M26"]


def test_a_key_of_a_dictionary_is_no_heading(tell: Tell) -> None:
    field = (
        "pozycja:\n  nazwa: [Towar]\n  wartosc_netto: [Netto]\n  stawka_vat:\n    wartosc: {}\n    slownik: stawki\n"
    )
    mapping = BASE.partition("pozycja:\n")[0] + "slowniki:\n  stawki:\n    Kod: 23\n" + field
    assert tell(mapping.format("Kod"), ONE).invoice.lines[0].rate == "23"
    assert tell(mapping.format("Miasto"), ONE).codes == ["M26"]


@pytest.mark.parametrize(
    ("more", "heading"),
    [
        ("dodatkowe_opisy:\n  - nazwa: Uwagi\n    tresc: [Uwagi]\n", "Uwagi"),  # the label of its content
        ("  jednostka: szt.\n  ilosc: [szt.]\n", "szt."),  # the unit above the quantity
        ("pozycje_z_kolumn:\n  - pozycja:\n      nazwa: Dostawa\n      wartosc_netto: [Dostawa]\n      stawka_vat: 23\n", "Dostawa"),
        (ADDED.format("pozycja.stawka_vat", "23"), "23"),  # a register with a column per rate
        ("", "PLN"),
        ("", "PL"),
        (ADDED.replace("zaczyna_sie_od: FV", "nie_jest: Nr").format("faktura.do_paragonu", "tak"), "Nr"),
        ("platnosc:\n  skonto_warunki: 7 dni\n  skonto_wysokosc:\n    stala: Bank\n", "Bank"),  # meant
        ("platnosc:\n  skonto_warunki: 7 dni\n  skonto_wysokosc:\n    wartosc: [Towar]\n    gdy_puste:\n      stala: Bank\n", "Bank"),
        ("platnosc:\n  skonto_warunki: 7 dni\n  skonto_wysokosc:\n    wartosc:\n      stala: Bank\n", "Bank"),
    ],
)  # fmt: skip
def test_what_is_meant_stays(tell: Tell, more: str, heading: str) -> None:
    file = (
        f"Nr;Towar;Netto;{heading}\nFV/1;Śruba;10,00;2\n" if heading != "Nr" else "Nr;Towar;Netto\nFV/1;Śruba;10,00\n"
    )
    assert tell(BASE + more, file).codes == []


def test_a_meant_text_reaches_the_invoice(tell: Tell) -> None:
    mapping = BASE.replace("nazwa:             Nabywca", "nazwa:\n    stala: Towar")
    assert tell(mapping, ONE).invoice.buyer.name == "Towar"
