"""What stands in a column of a sample → what it can be: days, rates of VAT, NIPs, amounts. Only for a proposal."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation

from bridge.mapping.converters.dates import day
from bridge.mapping.converters.formats import Bad, Formats
from bridge.mapping.propose.shapes import DATES, ONE_DIGIT
from bridge.model.identifiers import nip_is_right
from bridge.model.text import folded

Texts = Sequence[str]
PERCENTS = frozenset({23, 22, 8, 7, 5, 4, 3, 0})
_WORDS = re.compile(r"(zw|np|oo|npo|n\.p|o\.o)\.?( ?(i|ii))?|0 ?%? ?(wdt|kr|ex|eksport|uszl|exp)\.?")
_RATE = re.compile(r"(?:vat |ptu |stawka )?(\d{1,2}|0[.,]\d{1,2}|\d{1,2}[.,]00?) ?%?")
_AMOUNT = re.compile(r"[-+(\u2212]?[\d\s.,'\u00a0\u202f]*\d[)-]?\s*(zł|pln|eur|usd|gbp|€|\$)?", re.IGNORECASE)


def are_days(texts: Texts) -> bool:
    """All of them dates in one way of writing."""
    return any(
        all(not isinstance(day(text, Formats(dates=(each,)), 0), Bad) for text in texts)
        for each in (*DATES, *ONE_DIGIT)
    )


def rate(text: str) -> Decimal | None:
    """The percentage of a rate as programs write it: 23%, 0.23, 8,00; None for words and for what is no rate."""
    found = _RATE.fullmatch(folded(text))
    if not found:
        return None
    number = Decimal(found[1].replace(",", "."))
    percent = number * 100 if 0 < number < 1 else number
    return percent if percent in PERCENTS else None


def are_rates(texts: Texts) -> bool:
    """All of them rates of VAT, and not only zeros."""
    known = [rate(text) for text in texts]
    words = [bool(_WORDS.fullmatch(folded(text).rstrip(". "))) for text in texts]
    return all(each is not None or word for each, word in zip(known, words, strict=True)) and (any(known) or any(words))


def surely_rates(texts: Texts) -> bool:
    """Rates that no amount could be: a word or a sign of percent is among them."""
    return are_rates(texts) and any("%" in text or not re.search(r"\d", text) for text in texts)


def are_amounts(texts: Texts) -> bool:
    """All of them numbers."""
    return all(_AMOUNT.fullmatch(text) for text in texts)


def are_nips(texts: Texts) -> bool:
    """All of them right NIPs."""
    return all(nip_is_right(re.sub(r"[\s-]|^PL", "", text)) for text in texts)


def are_numbers_of_invoices(texts: Texts) -> bool:
    """Texts with digits and a stroke: FV/12/2026."""
    return all(re.search(r"\d", text) and "/" in text and not are_days([text]) for text in texts)


def amount(text: str) -> Decimal | None:
    """A number however it is written; None where that cannot be told."""
    if not _AMOUNT.fullmatch(text):
        return None
    digits = re.sub(r"[^\d.,]", "", text)
    mark = max(digits.rfind(","), digits.rfind("."))
    whole, fraction = (digits[:mark], digits[mark + 1 :]) if mark >= 0 else (digits, "")
    try:
        return Decimal(f"{re.sub(r'[.,]', '', whole) or '0'}.{fraction or '0'}")
    except InvalidOperation:
        return None


def fits(word: str, texts: Texts) -> bool:
    """Whether a column can be what its heading says."""
    if not texts:
        return True
    section, _, name = word.partition(".")
    if name.startswith("data_") or name == "termin":
        return are_days(texts)
    if name == "stawka_vat":
        return are_rates(texts) or not are_amounts(texts)
    if section in {"kwota", "kontrola"} or name in {"ilosc", "cena_netto", "cena_brutto"}:
        return are_amounts(texts) and not surely_rates(texts)
    return not name.endswith("nip") or any(re.search(r"\d", text) for text in texts)


def likely(key: str, texts: Texts) -> bool:
    """Whether a column could be what is asked for, by the kind of what stands in it."""
    name = key.rpartition(".")[2]
    if name in {"ilosc", "cena_netto"}:
        return are_amounts(texts)
    if name.startswith("data_"):
        return are_days(texts)
    if name == "nip":
        return any(sum(map(str.isdecimal, text)) >= 8 for text in texts)
    return name not in {"nazwa", "adres_linia1", "jednostka"} or not (are_amounts(texts) or are_days(texts))


BY_CONTENT: tuple[tuple[str, Callable[[Texts], bool]], ...] = (
    ("faktura.data_wystawienia", are_days),
    ("nabywca.nip", are_nips),
    ("pozycja.stawka_vat", surely_rates),
    ("faktura.numer", are_numbers_of_invoices),
)
