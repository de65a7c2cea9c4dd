"""A heading as ERPs write it → the word of the vocabulary it most likely means (erp-exports.md, section 1.4).

Only `mapping new` asks this, to propose; no invoice is ever read by it. Amounts have no level here: whether „Netto” is
of a line or of an invoice depends on the table.
"""

from __future__ import annotations

import re
import unicodedata

from bridge.model.text import folded

# Word → spellings, folded, without diacritics and final dots. `kwota.…` and `kod` get their word from the table.
SPELLINGS: dict[str, str] = {
    "faktura.numer": "nr faktury|numer faktury|nr dokumentu|numer dokumentu|nr dok|numer pelny|pelny numer faktury|dokument"
    "|dowod|dowodsprzedazy|faktura nr|numerfv|numerfak|p_2a|p_2b|invoice_number|numer|nr korekty|numer korekty",
    "faktura.rodzaj": "typ|rodzaj|typ dokumentu|rodzaj dokumentu|rodzaj faktury|rodzajfaktury",
    "faktura.data_wystawienia": "data wystawienia|data wyst|data wystaw|data faktury|data dokumentu|wystawiono"
    "|wystawiono dnia|datawys|p_1|issue_date|created at",
    "faktura.data_sprzedazy": "data sprzedazy|data sprzed|data dostawy|data dost|data zakonczenia dostawy|data wykonania"
    "|datadost|p_6|data zakonczenia dostawy lub uslugi",
    "faktura.waluta": "waluta|kod waluty|kodwaluty|currency",
    "faktura.podzielona_platnosc": "mpp|podzielona platnosc|mechanizm podzielonej platnosci|p_18a",
    "nabywca.nazwa": "kontrahent|nabywca|klient|odbiorca|platnik|firma|nazwa nabywcy|nazwa kontrahenta|nazwa klienta"
    "|nazwa platnika|nazwa firmy|p_3a|client_name|billing company|nabywca nazwa",
    "nabywca.nip": "nip|nip nabywcy|nip kontrahenta|nip klienta|nip odbiorcy|nip platnika|nip firmy|nr nip|nabywcy nip|nabywca nip|kontrahent nip|nrkontrahenta"
    "|nipnab|p_5b|client_tax_id",
    "nabywca.adres_linia1": "adres|adres nabywcy|ulica|ulica i nr|ulica i numer|p_3b|client_street|adres kontrahenta"
    "|nabywca adres",
    "nabywca.kod": "kod pocztowy|kod poczt|billing zip",
    "nabywca.miejscowosc": "miasto|miejscowosc|poczta|client_city|billing city",
    "nabywca.kraj": "kraj|panstwo|kod kraju|billing country",
    "platnosc.termin": "termin|termin platnosci|termin zaplaty|platne do|payment_due_date",
    "platnosc.forma": "forma platnosci|forma zaplaty|sposob zaplaty|sposob platnosci|metoda platnosci|fp",
    "platnosc.rachunek": "rachunek|rachunek bankowy|nr rachunku|numer rachunku|konto|konto bankowe|nr konta",
    "pozycja.nazwa": "nazwa towaru|nazwa towaru/uslugi|nazwa towaru / uslugi|nazwa towaru lub uslugi|towar|produkt"
    "|produkt/uslugi|asortyment|tytulem|p_7|lineitem name|opis|nazwa uslugi|usluga",
    "pozycja.indeks": "kod towaru|indeks|symbol|sku|lineitem sku|symbol towaru",
    "pozycja.gtin": "ean|gtin|kod ean|kod kreskowy",
    "pozycja.ilosc": "ilosc|il|liczba|p_8b|lineitem quantity",
    "pozycja.jednostka": "jm|j.m|jedn|jednostka|jednostka miary|p_8a",
    "pozycja.cena_netto": "cena netto|cena jedn netto|cena jedn. netto|cena jednostkowa netto|p_9a",
    "pozycja.cena_brutto": "cena brutto|cena jedn brutto|cena jednostkowa brutto|p_9b|lineitem price",
    "pozycja.stawka_vat": "stawka vat|stawka|st. vat|st vat|vat %|% vat|sv|kod podatku|p_12",
    "pozycja.pkwiu": "pkwiu",
    "pozycja.cn": "cn|kod cn",
    "pozycja.gtu": "gtu|kod gtu",
    "kwota.netto": "netto|kwota netto|wartosc netto|wart. netto|wart netto|p_11|net_total",
    "kwota.vat": "kwota vat|podatek|podatek vat|wart. vat|wart vat|wartosc vat|vat_total",
    "kwota.brutto": "brutto|kwota brutto|wartosc brutto|wart. brutto|wart brutto|gross_total",
    "kontrola.faktura_netto": "razem netto|suma netto|netto razem|ogolem netto|netto faktury",
    "kontrola.faktura_vat": "razem vat|suma vat|vat razem|ogolem vat|vat faktury",
    "kontrola.faktura_brutto": "razem brutto|suma brutto|brutto razem|ogolem brutto|do zaplaty|naleznosc ogolem|p_15",
    "korekta.numer_faktury": "nr faktury korygowanej|numer faktury korygowanej|korekta_do|nr_dok_oryg|nrfakorygowanej",
    "korekta.data_faktury": "data faktury korygowanej",
    "korekta.numer_ksef": "nr ksef faktury korygowanej|numer ksef faktury korygowanej",
    "korekta.przyczyna": "przyczyna korekty|przyczynakorekty",
    "korekta.typ": "typ korekty",
}
# What these mean nobody can say by the name: proposed by what stands below, and always marked.
AMBIGUOUS = frozenset(
    {"nr", "vat", "kwota", "wartosc", "data", "nazwa", "kod", "cena", "typ", "rodzaj", "symbol", "opis"}
)
_UNIT = re.compile(r"\s*[\[(][^\])]*[\])]\s*")
_BY_SPELLING = {spelling: word for word, written in SPELLINGS.items() for spelling in written.split("|")}
_RATE_PAIR = re.compile(r"(?:kwota |wartosc |wart\.? )?(netto|vat|podatek) (\d{1,2} ?%?|zw)")


def word_of(heading: str) -> str:
    """The word, or "" where the heading is not known: the whole of it, then what stands under its group."""
    whole = plain(heading)
    group, _, below = whole.rpartition(" / ")
    under = whole.partition(" / ")[2]  # „Pozycja / Nazwa towaru / usługi”: the name has a stroke of its own
    named = _BY_SPELLING.get(whole) or _BY_SPELLING.get(f"{group} {below}".strip()) or _BY_SPELLING.get(under)
    return named or (_BY_SPELLING.get(below, "") if group else "")


def is_ambiguous(heading: str) -> bool:
    """Whether a person must confirm what is proposed for this heading."""
    return plain(heading).rpartition(" / ")[2] in AMBIGUOUS


def rate_pair(heading: str) -> tuple[str, str] | None:
    """„Netto 23%” → ("netto", "23"): registers have a pair of columns per rate."""
    found = _RATE_PAIR.fullmatch(plain(heading))
    return (("vat" if found[1] == "podatek" else found[1]), found[2].rstrip("% ")) if found else None


def plain(heading: str) -> str:
    """Folded, without diacritics, a unit in brackets, a #number and final dots and colons."""
    bare = _UNIT.sub(" ", folded(heading).partition("#")[0])
    letters = unicodedata.normalize("NFD", bare.replace("ł", "l"))
    return " ".join("".join(char for char in letters if not unicodedata.combining(char)).split()).strip(" .:")
