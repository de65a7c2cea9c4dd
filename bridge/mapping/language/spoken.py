"""Words that people search for → words of the vocabulary: without endings, diacritics and order, and by what they are called.

Only `mapping words` asks this. No mapping is read by it: the language has one spelling of each key (mapping.md, law 10).
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from bridge.mapping.language.vocabulary import WORDS
from bridge.model.text import folded

if TYPE_CHECKING:
    from bridge.mapping.language.vocabulary import Word

# What people call it → what the vocabulary calls it; both without diacritics.
CALLED = {
    "mpp": "podzielona_platnosc",
    "split": "podzielona_platnosc",
    "split payment": "podzielona_platnosc",
    "konto": "rachunek",
    "konto bankowe": "rachunek",
    "iban": "rachunek",
    "miasto": "adres_linia2",
    "miejscowosc": "adres_linia2",
    "kod pocztowy": "adres_linia2",
    "ulica": "adres_linia1",
    "kontrahent": "nabywca",
    "klient": "nabywca",
    "odbiorca": "odbiorca",
    "platnik": "platnik",
    "firma": "nazwa",
    "towar": "pozycja.nazwa",
    "usluga": "pozycja.nazwa",
    "produkt": "pozycja.nazwa",
    "ean": "gtin",
    "sku": "indeks",
    "symbol": "indeks",
    "jm": "jednostka",
    "sztuki": "ilosc",
    "brutto": "brutto",
    "razem": "do_zaplaty",
    "suma": "kontrola",
    "przelew": "platnosc.forma",
    "gotowka": "platnosc.forma",
    "upust": "rabat",
    "opust": "rabat",
    "znizka": "rabat",
    "uwagi": "dodatkowe_opisy",
    "notatka": "dodatkowe_opisy",
    "komentarz": "dodatkowe_opisy",
    "korygowana": "korekta",
    "zaliczka": "zaliczk",
    "paragon": "do_paragonu",
    "oss": "stawka_oss",
    "dostawa": "warunki.dostawa",
    "wz": "wz",
}
# What is said elsewhere than in a field: the key, and where the manual tells of it.
ELSEWHERE = {
    "slownik": ("slowniki", "przekłada wartości z pliku na wartości faktury (rozdział 7)"),
    "slowniki": ("slowniki", "przekłada wartości z pliku na wartości faktury (rozdział 7)"),
    "regula": ("reguly", "warunki: co pominąć, ustawić albo odrzucić (rozdział 11)"),
    "reguly": ("reguly", "warunki: co pominąć, ustawić albo odrzucić (rozdział 11)"),
    "kodowanie": ("zrodlo.kodowanie", "jak zapisane są polskie litery (rozdział 3)"),
    "separator": ("zrodlo.separator", "co rozdziela kolumny (rozdział 3)"),
    "przecinek": ("zrodlo.znak_dziesietny", "jak program pisze ułamki (rozdział 3)"),
    "format": ("zrodlo.format_daty", "zapis dat (rozdział 3); czym jest plik, mówi zrodlo.format"),
    "arkusz": ("zrodlo.arkusz", "nazwa arkusza skoroszytu (rozdział 3)"),
    "naglowek": ("zrodlo.wiersze_naglowka", "w którym wierszu stoją nagłówki (rozdział 3)"),
    "apostrof": ("zrodlo.apostrof_na_poczatku", "czy apostrof przed tekstem należy do treści (rozdział 3)"),
    "stala": ("stala", "sam tekst, choć jest taka kolumna (rozdział 6)"),
    "puste": ("gdy_puste", "co wpisać, gdy komórka jest pusta (rozdział 6)"),
    "wzor": ("wzor", "bierze kawałek komórki (rozdział 6)"),
    "dostawa osobno": ("pozycje_z_kolumn", "pozycja zrobiona z kolumn (rozdział 8)"),
}
_ENDING = re.compile(r"(?:ami|ach|owi|ego|emu|ych|ymi|om|ow|em|ie|ej|a|e|i|o|u|y)$")


def spoken(search: str) -> list[Word]:
    """The words that a search means, those that say just that first; all of them for an empty search."""
    wanted = bare(search)
    called = CALLED.get(wanted, "")
    if called:
        return [word for word in WORDS if called in word.key or wanted in bare(word.meaning)]
    exact = [word for word in WORDS if folded(search) in folded(f"{word.key} {word.meaning} {word.element}")]
    stems = [_stem(each) for each in wanted.split()]
    like = [word for word in WORDS if stems and all(stem in bare(f"{word.key} {word.meaning}") for stem in stems)]
    return [*exact, *(word for word in like if word not in exact)]


def elsewhere(search: str) -> tuple[str, str] | None:
    """What a search means that is no field of an invoice: the key, and what it is."""
    return ELSEWHERE.get(bare(search))


def bare(text: str) -> str:
    """Folded, without diacritics; underscores are spaces."""
    letters = unicodedata.normalize("NFD", folded(text).replace("ł", "l").replace("_", " "))
    return "".join(char for char in letters if not unicodedata.combining(char))


def _stem(word: str) -> str:
    """„sprzedaży” and „sprzedaż” are one word."""
    return _ENDING.sub("", word) if len(word) > 4 else word
