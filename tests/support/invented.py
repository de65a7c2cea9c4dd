"""Invoices invented word by word of the vocabulary, from a seed that hypothesis draws: every element can come up.

Drawn from a seed and not choice by choice, as an invoice has hundreds of choices.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from bridge.mapping.converters.named import NAMED
from bridge.mapping.evaluate.build import Kept, invoice, invoice_plan, part_plan
from bridge.mapping.language.vocabulary import BY_KEY, NEEDED, PARTS, REPEATED, Word
from bridge.model.invoice import Invoice, Kind, Line
from bridge.model.vat import RATES

LETTERS = [
    chr(code)
    for code in range(33, 0x180)
    if unicodedata.category(chr(code)) not in ("Cc", "Cf", "Zs") and chr(code) != "#"
]
KSEF = "1111111111-20260302-010020A0B1C2-ED"
UNSAID = {"faktura.ceny", "faktura.metoda_vat", "faktura.rabat", "faktura.kwoty", "faktura.powtorz_date_sprzedazy"}
COUNTED = ("kontrola", "plik", "sumy", "naglowek")  # not of the document, or made beside it
EMPTY_NAMES = {"zalaczniki.tabele.wiersze.liczba_komorek", "zalaczniki.tabele.suma_liczba_komorek"}
KEYS = tuple(
    key
    for key, word in BY_KEY.items()
    if key not in UNSAID | EMPTY_NAMES and word.section not in COUNTED and word.takes not in ("vat_ue", "percent")
)
# Words without which their part is not one, beside what the nouns themselves need.
WITH = {
    "email": ("telefon",),
    "kod_ue": ("numer_vat_ue",),
    "numer_vat_ue": ("kod_ue",),
    "przewoznik_kod_ue": ("przewoznik_numer_vat_ue",),
    "przewoznik_numer_vat_ue": ("przewoznik_kod_ue",),
}


def _text(r: Random) -> str:
    """No formula: what begins with = is refused where only Excel could tell what it comes to (D15)."""
    return " ".join("".join(r.choices(LETTERS, k=r.randint(1, 8))) for _ in range(r.randint(1, 3))).lstrip("= ") or "x"


def _digits(r: Random, count: int) -> str:
    return "".join(r.choices("0123456789", k=count))


def _number(r: Random, places: int) -> Decimal:
    return Decimal(r.randint(-(10**9), 10**9)).scaleb(-r.randint(0, places))


def _day(r: Random) -> date:
    return date(2016, 7, 1) + timedelta(days=r.randint(0, 12_000))


def _moment(r: Random) -> datetime:
    return datetime(2022, 1, 1, r.randint(0, 23), r.randint(0, 59), tzinfo=r.choice((None, UTC))) + timedelta(
        r.randint(0, 900)
    )


VALUES: dict[str, Callable[[Random, Word], Any]] = {
    "text": lambda r, word: _text(r)[: word.limit].strip(),
    "long_text": lambda r, _: "\n".join(_text(r) for _ in range(r.randint(1, 3))),
    "cell": lambda r, _: _text(r),
    "number": lambda r, word: _number(r, word.limit),
    "count": lambda r, _: r.randint(1, 999),
    "whole": lambda r, _: r.randint(-5, 90),
    "date": lambda r, _: _day(r),
    "sale_date": lambda r, _: _day(r),
    "moment": lambda r, _: _moment(r),
    "nip": lambda r, _: r.choice(("1111111111", "2222222222", "3333333333", "5265877635")),
    "flag": lambda _r, _w: True,
    "kind": lambda r, _: r.choice(list(Kind)),
    "rate": lambda r, _: r.choice(sorted(RATES)),
    "country": lambda r, _: r.choice(("PL", "DE", "CZ")),
    "currency": lambda r, _: r.choice(("PLN", "EUR")),
    "eu_number": lambda r, _: "".join(r.choices("0123456789ABC", k=r.randint(1, 12))),
    "ksef": lambda _r, _w: KSEF,
    "account": lambda r, _: _digits(r, 26),
    "krs": lambda r, _: _digits(r, 10),
    "regon": lambda r, _: _digits(r, 9),
    "internal_id": lambda _r, _w: "1111111111-00013",
    "status": lambda r, _: r.choice("1234"),
    "correction_type": lambda r, _: r.choice("123"),
    "own_bank": lambda r, _: r.choice("123"),
    "gtu": lambda _r, _w: "GTU_07",
    "procedure": lambda r, _: r.choice(("TT_D", "I_42")),
    "order_procedure": lambda _r, _w: "IED",
    "column_type": lambda r, _: r.choice(("txt", "dec", "date")),
    **{takes: lambda r, word: r.choice(sorted(NAMED[word.takes].values())) for takes in NAMED},
}


def value(r: Random, key: str) -> Any:
    """What a word may hold, as its converter makes it."""
    word = BY_KEY[key]
    return VALUES[word.takes](r, word)


def _values(r: Random, section: str, most: int = 6) -> dict[str, Any]:
    words = [BY_KEY[key] for key in KEYS if BY_KEY[key].section == section]
    chosen = r.sample(words, min(len(words), r.randint(0, most)))
    names = {word.name for word in chosen} | {other for word in chosen for other in WITH.get(word.name, ())}
    return {word.key: value(r, word.key) for word in words if word.name in names}


def _part(r: Random, section: str) -> Any:
    """A part with all that it needs; None when what was drawn makes none."""
    keys = frozenset(key for key in KEYS if BY_KEY[key].section == section)
    inner = [each for each, part in REPEATED.items() if part.around == section]
    plan = part_plan(section, Kept(keys, frozenset(key for key in keys if BY_KEY[key].alone), frozenset(inner)))
    values = _values(r, section)
    missing: list[str] = []
    plan.made(values, missing)
    values |= {key: value(r, key) for key in (*missing, *ALSO.get(section, ()))}
    for each in inner:
        values[each] = _parts(r, each, 0)
    return plan.made(values, [])


def _parts(r: Random, section: str, least: int) -> tuple[Any, ...]:
    return tuple(part for _ in range(r.randint(least, 2)) if (part := _part(r, section)) is not None)


# What FA(3) needs though the noun does not.
ALSO = {
    "podmioty_trzecie": ("podmioty_trzecie.bez_identyfikatora",),
    "nabywcy_przed": ("nabywcy_przed.bez_identyfikatora",),
    "warunki.transporty": ("warunki.transporty.przewoznik_bez_identyfikatora",),
    "pozycja_zamowienia": ("pozycja_zamowienia.numer_wiersza",),
    "zalaczniki.tabele.kolumny": ("zalaczniki.tabele.kolumny.typ", "zalaczniki.tabele.kolumny.nazwa"),
    "zalaczniki.tabele.wiersze": ("zalaczniki.tabele.wiersze.komorka_1",),
}


def _line(r: Random) -> Line:
    given = {BY_KEY[key].attribute: each for key, each in _values(r, "pozycja", 8).items()}
    return Line(**{"number": r.randint(1, 9), **given})


def invented(seed: int) -> Invoice:
    """An invoice of some words of some sections, its totals stated."""
    r = Random(seed)
    values: dict[str, Any] = {key: value(r, key) for key in (*NEEDED, "nabywca.bez_identyfikatora")}
    once = [part.section for part in PARTS.values() if part.most == 1 and part.section not in COUNTED]
    for section in r.sample(once, r.randint(0, len(once))):
        values |= _values(r, section)
    sections = [each for each in REPEATED if PARTS[each].around not in REPEATED]
    for section in r.sample(sections, r.randint(0, 8)):
        values[section] = _parts(r, section, 1)
    if "pozycja_zamowienia" in values or any(key.startswith("zamowienie.") for key in values):
        values["zamowienie.wartosc"] = _number(r, 2)
    values |= {key: _number(r, 2) for key in ("sumy.do_zaplaty", "sumy.netto_23", "sumy.vat_23")}
    values["faktura.powtorz_date_sprzedazy"] = True
    plan = invoice_plan(Kept(frozenset(KEYS), frozenset(key for key in KEYS if BY_KEY[key].alone), frozenset(sections)))
    lines = tuple(_line(r) for _ in range(r.randint(1, 3)))
    made, missing = None, [""]
    while made is None or missing:  # what the words that came up need beside them
        missing = []
        made = invoice(plan, values, missing, lines, ())
        values |= {key: value(r, key) for key in missing}
    return made
