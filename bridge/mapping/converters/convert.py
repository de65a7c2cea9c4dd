"""A cell → a value of the field's type, strictly; or why not, as a `Bad` (mapping.md, "What the converters take").

Every converter takes the cell's text, already collapsed and not empty. Number and date fields take a workbook's own
value instead, where there is one. Nothing is guessed: a mark that the mapping does not declare is D08.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from bridge.mapping.converters.dates import day, moment
from bridge.mapping.converters.formats import Bad, Formats
from bridge.mapping.converters.named import NAMED
from bridge.model.identifiers import is_ksef_number, nip_is_right
from bridge.model.invoice import Kind
from bridge.model.text import folded
from bridge.model.vat import RATES

Converter = Callable[[str, Formats, int], Any]

PERCENT = 100
_SPACES = re.compile(r"[\s\u00a0\u202f\u2007]")
_SIGNED = re.compile(r"[-+()\d\s.,'\u00a0\u202f]+")  # what an amount is written with
_BESIDE = re.compile(
    rf"(?P<before>[^\W\d_]+\.?|[€$£%])?\s*(?P<amount>{_SIGNED.pattern}?)\s*(?P<behind>[^\W\d_]+\.?|[€$£%])?"
)

FLAGS = {
    "tak": True,
    "t": True,
    "1": True,
    "true": True,
    "prawda": True,
    "nie": False,
    "n": False,
    "0": False,
    "false": False,
    "fałsz": False,
}
PROCEDURES = ("WSTO_EE", "IED", "TT_D", "I_42", "I_63", "B_SPV", "B_SPV_DOSTAWA", "B_MPV_PROWIZJA")


def usual_number(formats: Formats, places: int) -> re.Pattern[str]:
    """A number as nearly all are written: digits, the declared mark, digits; `number` reads it and all others."""
    fraction = rf"(?:{re.escape(formats.decimal)}\d{{1,{places}}})?" if formats.decimal and places else ""
    return re.compile(rf"\d+{fraction}", re.ASCII)


def number(text: str, formats: Formats, places: int) -> Decimal | Bad:
    """An amount, price, quantity or rate with at most `places` decimals."""
    bare, negative = _unsigned(_without_suffix(text, formats), formats)
    if negative is None:
        return _no_number(text, formats)
    whole, mark, fraction = bare.partition(formats.decimal) if formats.decimal else (bare, "", "")
    digits = (
        "0" if mark and not whole else _ungrouped(whole, formats)
    )  # ,45: fixed-width and old programs leave the 0 out
    if digits is None or (mark and not fraction.isdecimal()) or not (digits + fraction).isascii():
        return _no_number(text, formats)
    if len(fraction.rstrip("0")) > places:
        return Bad("D16", f"„{text}” ma więcej niż {places} miejsc po przecinku.")
    if len(fraction) > places:
        fraction = fraction[:places]
    made = Decimal(f"{digits.lstrip('0') or '0'}.{fraction}" if fraction else digits.lstrip("0") or "0")
    return -made if negative and made else made


def _without_suffix(text: str, formats: Formats) -> str:
    for suffix in formats.suffixes:
        if text.casefold().endswith(suffix.casefold()) and len(text) > len(suffix):
            return text[: -len(suffix)].rstrip()
    return text


def _unsigned(text: str, formats: Formats) -> tuple[str, bool | None]:
    """The text without its sign and whether it is negative; None for two signs. A plus says nothing new, and is one."""
    text = text.replace("\u2212", "-")
    signs = [
        text.startswith(("-", "+")),
        formats.minus_behind and text.endswith("-"),
        formats.parentheses and text.startswith("(") and text.endswith(")"),
    ]
    if sum(signs) > 1:
        return text, None
    if signs[2]:
        return text[1:-1].strip(), True
    if signs[0]:
        return text[1:].strip(), text[0] == "-"
    return (text[:-1].strip(), True) if signs[1] else (text, False)


def _ungrouped(whole: str, formats: Formats) -> str | None:
    """Digits without grouping; groups must be of three, or there is none."""
    if whole.isdecimal():
        return whole
    marks = _SPACES.sub(" ", whole)
    if formats.thousands and formats.thousands in marks:
        if " " in marks:
            return None
        marks = marks.replace(formats.thousands, " ")
    first, *groups = marks.split(" ")
    if (
        not groups
        or not (1 <= len(first) <= 3 and first.isdecimal())
        or not all(len(group) == 3 and group.isdecimal() for group in groups)
    ):
        return None
    return first + "".join(groups)


def _no_number(text: str, formats: Formats) -> Bad:
    """D08 when only an undeclared mark is in the way, else D02; the advice names the key that helps, where one does."""
    declared = (formats.decimal, formats.thousands)
    for mark, name in ((",", "przecinka"), (".", "kropki"), ("'", "apostrofu")):
        if mark in text and mark not in declared and _SIGNED.fullmatch(text):
            said = f"znak dziesiętny to „{formats.decimal}”" if formats.decimal else "nie podano znaku dziesiętnego"
            return Bad("D08", f"„{text}”: {name} nie ma w mapowaniu ({said}).")
    return Bad("D02", f"„{text}” nie jest liczbą.", _number_advice(text, formats))


def _number_advice(text: str, formats: Formats) -> str:
    """How a mapping reads a number that is written in a way of its own; "" when it is no number at all."""
    found = _BESIDE.fullmatch(text)
    if not found or not re.search(r"\d", found["amount"]):
        return ""
    if found["before"] and not found["behind"]:
        return (
            f"Jeśli „{found['before']}” stoi przed każdą kwotą, dopisz przy tym polu wzór: {found['before']} <kwota>."
        )
    if found["behind"] and not found["before"]:
        return f"Jeśli to dopisek do kwoty, dopisz w sekcji `zrodlo`: dopisek_kwoty: {_quoted(found['behind'])}."
    bare = found["amount"].strip()
    if bare.endswith("-") and not formats.minus_behind:
        return "Jeśli to kwota ujemna, dopisz w sekcji `zrodlo`: zapis_ujemnych: minus na końcu."
    if bare.startswith("(") and not formats.parentheses:
        return "Jeśli to kwota ujemna, dopisz w sekcji `zrodlo`: zapis_ujemnych: nawiasy."
    return ""


def _quoted(suffix: str) -> str:
    return f'"{suffix}"' if suffix == "%" else suffix


def count(text: str, formats: Formats, _limit: int) -> int | Bad:
    """A whole number above zero or zero."""
    made = number(text, formats, 0)
    if isinstance(made, Bad):
        return made
    return int(made) if made >= 0 else Bad("D02", f"„{text}” nie jest liczbą od zera w górę.")


def percent(text: str, formats: Formats, places: int) -> Decimal | Bad:
    """A percentage from 0 to 100, with or without its sign."""
    made = number(text.removesuffix("%").rstrip(), formats, places)
    if isinstance(made, Bad):
        return made
    return made if 0 <= made <= PERCENT else Bad("D15", f"„{text}” nie jest procentem od 0 do 100.")


def nip(text: str, _formats: Formats, _limit: int) -> str | Bad:
    """Digits, spaces, dashes, prefix PL; FA(3)'s pattern and the check digit. Never padded."""
    digits = re.sub(r"[\s\u00a0-]", "", text)
    digits = digits[2:] if digits[:2].upper() == "PL" else digits
    if nip_is_right(digits):
        return digits
    if not digits.isdecimal() or len(digits) != 10:
        return Bad("D05", f"„{text}” nie jest NIP-em: NIP ma 10 cyfr.")
    return Bad("D05", f"„{text}” nie jest prawidłowym NIP-em: nie zgadza się cyfra kontrolna.")


def flag(text: str, _formats: Formats, _limit: int) -> bool | Bad:
    """Tak or nie in the ways programs write it."""
    found = FLAGS.get(folded(text))
    return (
        Bad("D15", f"„{text}” to ani „tak”, ani „nie”.", "Dopisz słownik, który mówi, co znaczy ta wartość.")
        if found is None
        else found
    )


def text_(text: str, _formats: Formats, limit: int) -> str | Bad:
    """As it stands; longer than FA(3) allows is refused, never cut."""
    if len(text) > limit:
        shown = text if len(text) <= 60 else f"{text[:60]}…"
        return Bad("D14", f"Tekst ma {len(text)} znaków, a FA(3) pozwala na {limit}: „{shown}”.")
    return text


def _listed(values: tuple[str, ...]) -> Converter:
    """Exactly one of these, as written."""
    known = frozenset(values)

    def convert(text: str, _formats: Formats, _limit: int) -> str | Bad:
        if text in known:
            return text
        return Bad(
            "D15",
            f"„{text}” nie jest żadną z wartości: {', '.join(values)}.",
            "Dopisz słownik albo regułę, która przełoży tę wartość.",
        )

    return convert


def kind(text: str, formats: Formats, limit: int) -> Kind | Bad:
    """RodzajFaktury as FA(3) writes it."""
    made = _KIND(text, formats, limit)
    return made if isinstance(made, Bad) else Kind(made)


def _named(codes: dict[str, str]) -> Converter:
    """The word for one of FA(3)'s numbers; the codes of an ERP are a dictionary's business."""
    known = {folded(word): code for word, code in codes.items()}

    def convert(text: str, _formats: Formats, _limit: int) -> str | Bad:
        advice = "Dopisz słownik, który przełoży tę wartość."
        return known.get(folded(text)) or Bad("D15", f"„{text}” nie jest żadną z wartości: {', '.join(codes)}.", advice)

    return convert


def _shaped(pattern: str, said: str) -> Converter:
    """A text of one shape, without spaces and dashes; never padded."""
    shape = re.compile(pattern, re.ASCII)

    def convert(text: str, _formats: Formats, _limit: int) -> str | Bad:
        bare = _SPACES.sub("", text)
        return bare if shape.fullmatch(bare) else Bad("D15", f"„{text}” nie jest {said}.")

    return convert


def amounts(text: str, formats: Formats, limit: int) -> bool | Bad:
    """Whether amounts are taken as the file gives them."""
    made = _AMOUNTS(text, formats, limit)
    return made if isinstance(made, Bad) else made == "podane"


def whole(text: str, formats: Formats, _limit: int) -> int | Bad:
    """A whole number."""
    made = number(text, formats, 0)
    return made if isinstance(made, Bad) else int(made)


def country(text: str, _formats: Formats, _limit: int) -> str | Bad:
    """Two capital letters; which ones exist is the schema's question."""
    return (
        text
        if re.fullmatch(r"[A-Z]{2}", text)
        else Bad("D15", f"„{text}” nie jest kodem kraju, np. PL albo DE.", "Dopisz słownik krajów.")
    )


def currency(text: str, _formats: Formats, _limit: int) -> str | Bad:
    """Three capital letters."""
    return text if re.fullmatch(r"[A-Z]{3}", text) else Bad("D15", f"„{text}” nie jest kodem waluty, np. PLN albo EUR.")


def eu_number(text: str, _formats: Formats, limit: int) -> str | Bad:
    """The number behind the prefix: digits, capitals, + and *, without spaces and dashes."""
    bare = re.sub(r"[\s\u00a0-]", "", text)
    return bare if re.fullmatch(rf"[0-9A-Z+*]{{1,{limit}}}", bare) else Bad("D15", f"„{text}” nie jest numerem VAT UE.")


def vat_ue(text: str, formats: Formats, _limit: int) -> tuple[str, str] | Bad:
    """Prefix and number in one; Polish numbers belong in `nabywca.nip`."""
    bare = re.sub(r"[\s\u00a0-]", "", text)
    prefix, rest = bare[:2], bare[2:]
    if prefix == "PL":
        return Bad(
            "D15", f"„{text}” to polski numer.", "Wpisz go w `nabywca.nip`: inaczej nabywca nie zobaczy faktury w KSeF."
        )
    if not re.fullmatch(r"[A-Z]{2}", prefix) or rest[:2] == prefix:
        return Bad("D15", f"„{text}” nie jest numerem VAT UE z prefiksem, np. DE123456789.")
    made = eu_number(rest, formats, 12)
    return made if isinstance(made, Bad) else (prefix, made)


def ksef(text: str, _formats: Formats, _limit: int) -> str | Bad:
    """A KSeF number; its check digits are a rule's question."""
    return (
        text
        if is_ksef_number(text)
        else Bad(
            "D15",
            f"„{text}” nie jest numerem KSeF.",
            "Numer KSeF ma 35 znaków, np. 1111111111-20260203-0A1B2C3D4E5F-15.",
        )
    )


def account(text: str, _formats: Formats, _limit: int) -> str | Bad:
    """A bank account without its spaces."""
    bare = re.sub(r"[\s\u00a0-]", "", text)
    return bare if re.fullmatch(r"[0-9A-Z]{10,34}", bare) else Bad("D15", f"„{text}” nie jest numerem rachunku.")


_AMOUNTS = _listed(("policz", "podane"))
_KIND = _listed(tuple(each.value for each in Kind))

CONVERTERS: dict[str, Converter] = {
    "text": text_,
    "long_text": text_,
    "number": number,
    "percent": percent,
    "count": count,
    "date": day,
    "sale_date": day,
    "nip": nip,
    "flag": flag,
    "kind": kind,
    "rate": _listed(tuple(RATES)),
    "moment": moment,
    "whole": whole,
    "cell": text_,
    "krs": _shaped(r"\d{10}", "numerem KRS: ma on 10 cyfr, z zerami na początku"),
    "regon": _shaped(r"\d{9}|\d{14}", "numerem REGON: ma on 9 albo 14 cyfr"),
    "internal_id": _shaped(r"\d{10}-\d{5}", "identyfikatorem wewnętrznym: NIP, kreska i 5 cyfr"),
    "own_bank": _listed(("1", "2", "3")),
    "amounts": amounts,
    "discount": _listed(("od_ceny", "od_wartosci")),
    "column_type": _listed(("date", "datetime", "dec", "int", "time", "txt")),
    "order_procedure": _listed(tuple(each for each in PROCEDURES if not each.startswith("I_"))),
    **{takes: _named(codes) for takes, codes in NAMED.items()},
    "country": country,
    "currency": currency,
    "eu_number": eu_number,
    "vat_ue": vat_ue,
    "ksef": ksef,
    "account": account,
    "prices": _listed(("netto", "brutto")),
    "vat_method": _listed(("od_sumy", "z_pozycji")),
    "correction_type": _listed(("1", "2", "3")),
    "status": _listed(("1", "2", "3", "4")),
    "gtu": _listed(tuple(f"GTU_{place:02d}" for place in range(1, 14))),
    "procedure": _listed(PROCEDURES),
}


def from_value(takes: str, value: object, limit: int) -> Any:
    """A workbook's own value for a number, date or flag field; None when the field takes the text instead."""
    if takes == "number" and isinstance(value, Decimal):
        return _exact(value, limit)
    if takes in ("count", "whole") and isinstance(value, Decimal):
        made = _exact(value, 0)
        if isinstance(made, Bad):
            return made
        return int(made) if made >= 0 or takes == "whole" else Bad("D02", f"{value} nie jest liczbą od zera w górę.")
    if takes in ("date", "sale_date") and isinstance(value, datetime | date):
        return value.date() if isinstance(value, datetime) else value
    return value if takes == "flag" and isinstance(value, bool) else None


def rates_spelled(value: Decimal) -> tuple[str, ...]:
    """How a rate that a workbook has as a number may be written in a mapping: 23 and 0.23 are one rate; 0 is none."""
    percent = value * 100 if 0 < value < 1 else value
    if percent != int(percent) or f"{percent:.0f}" not in RATES:
        return ()
    whole, part = f"{percent:.0f}", f"{percent / 100:.2f}"
    return whole, f"{whole}%", f"{whole} %", part, part.replace(".", ",")


def _exact(value: Decimal, places: int) -> Decimal | Bad:
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        return Bad("D16", f"Liczba {value} ma więcej niż {places} miejsc po przecinku.")
    return Decimal(format(value, "f"))
