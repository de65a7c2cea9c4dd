"""The chapters of docs/generate/mapowanie/ and the vocabulary → docs/mapowanie.md."""

from __future__ import annotations

from pathlib import Path

from bridge.mapping.converters.named import NAMED
from bridge.mapping.language.vocabulary import PARTS, WORDS, Word
from docs.generate.markdown import table

CHAPTERS = Path(__file__).with_name("mapowanie")
ROWS = {
    "set": "kilka wierszy faktury: takie same to jedna część, różne to kilka",
    "list": "kilka wierszy faktury: każdy to osobna część",
    "ask": "kilka wierszy faktury: różne to osobne części, o takich samych musi powiedzieć `raz_na`",
}
HEADING = ("klucz", "co to jest", "co przyjmuje", "element FA(3)")
# Converter → what it takes, for a person who fills a cell; {} is the limit of the word.
TAKES = {
    "text": "tekst do {} znaków",
    "long_text": "tekst do {} znaków",
    "cell": "tekst do {} znaków",
    "number": "liczba, do {} miejsc po przecinku",
    "count": "liczba całkowita",
    "whole": "liczba całkowita",
    "date": "data",
    "sale_date": "data",
    "moment": "data i godzina",
    "nip": "NIP: 10 cyfr z poprawną cyfrą kontrolną; kreski, spacje i PL nie szkodzą",
    "flag": "tak albo nie (też T/N, 1/0, PRAWDA/FAŁSZ)",
    "country": "kod kraju: dwie wielkie litery, np. PL",
    "currency": "kod waluty: trzy wielkie litery, np. PLN",
    "kind": "VAT, KOR, ZAL, ROZ, UPR, KOR_ZAL albo KOR_ROZ",
    "rate": "23 22 8 7 5 4 3, 0 KR, 0 WDT, 0 EX, zw, oo, np I, np II; samo 0 przełoży słownik",
    "percent": "procent od 0 do 100, ze znakiem % albo bez",
    "vat_ue": "prefiks i numer w jednym, np. DE123456789",
    "eu_number": "numer VAT UE bez prefiksu",
    "ksef": "numer KSeF",
    "account": "numer rachunku; spacje nie szkodzą",
    "prices": "netto albo brutto",
    "vat_method": "od_sumy albo z_pozycji",
    "discount": "od_ceny albo od_wartosci",
    "correction_type": "1, 2 albo 3",
    "status": "1, 2, 3 albo 4",
    "own_bank": "1, 2 albo 3",
    "gtu": "GTU_01 … GTU_13",
    "procedure": "oznaczenie procedury, np. TT_D",
    "order_procedure": "oznaczenie procedury, np. TT_D",
    "amounts": "policz albo podane",
    "krs": "KRS: 10 cyfr",
    "regon": "REGON: 9 albo 14 cyfr",
    "internal_id": "NIP, kreska i 5 cyfr",
    "column_type": "date, datetime, dec, int, time albo txt",
    "": "wpisuje mostek",
    **{takes: "jedno z: " + ", ".join(codes) for takes, codes in NAMED.items()},
}


def page() -> str:
    """The whole page: the chapters by name, then every word of every section."""
    chapters = [path.read_text("utf-8").rstrip() + "\n" for path in sorted(CHAPTERS.glob("*.md"))]
    return "\n".join([*chapters, "## Wszystkie słowa\n", *map(_section, PARTS)])


def _section(section: str) -> str:
    part = PARTS[section]
    rows = [(f"`{each.name}`", each.meaning, takes(each), each.element) for each in WORDS if each.section == section]
    often = f"; najwyżej {part.most}" if part.most > 1 else ""
    often += f"; {ROWS[part.several]}" if part.several in ROWS else ""
    return f"### {section}\n\n{part.meaning}{often}\n\n{table(HEADING, rows)}"


def takes(word: Word) -> str:
    """What a cell of the word may hold."""
    return TAKES[word.takes].format(word.limit)
