"""A right invoice → the wrong ones that differ from it in one place: every leaf, every amount, date, flag and identifier.

Made systematically and not by hand, so that a field that nobody thought of is spoiled too. What the schema refuses is no
mutation: KSeF would refuse it as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from lxml import etree

from bridge.fa3.xml.business import AMOUNT
from bridge.fa3.xml.schema import NAMESPACE

NS = f"{{{NAMESPACE}}}"
DAY = re.compile(r"\d{4}-\d\d-\d\d")
DIGITS = re.compile(r"[\d-]{8,}|[A-Z]{0,2}\d{8,}")
FLAGS = re.compile(r"P_1[678]|P_18A|P_23|P_42_5|JST|GV")
KINDS = ("VAT", "KOR", "ZAL", "ROZ", "UPR", "KOR_ZAL", "KOR_ROZ")
RATES = ("23", "22", "8", "7", "5", "4", "3", "0 KR", "0 WDT", "0 EX", "zw", "np I", "np II", "oo")
CURRENCIES = ("EUR", "PLN", "HUF", "HRK")
COUNTRIES = ("PL", "DE", "US")


class Mutation(NamedTuple):
    """One wrong invoice."""

    path: str  # of the element, without places: Fa/FaWiersz/P_12
    what: str
    xml: bytes


def mutations(xml: bytes) -> Iterator[Mutation]:
    """Every one of a document, valid or not."""
    root = etree.fromstring(xml)
    for place, element in enumerate(root.iter(etree.Element)):
        name = _name(element)
        if element is root or _path(element).startswith("Naglowek"):
            continue
        if not len(element):
            own = (element.text or "").strip()
            for what, text in _texts(name, own):
                if text != own and not (AMOUNT.fullmatch(name) and Decimal(text) == Decimal(own)):
                    yield _changed(root, place, what, lambda found, text=text: setattr(found, "text", text))
        yield _changed(root, place, "left out", lambda found: found.getparent().remove(found))
        yield _changed(root, place, "twice", lambda found: found.addnext(deepcopy(found)))


def _texts(name: str, text: str) -> Iterator[tuple[str, str]]:
    """What else the text of an element may say."""
    if AMOUNT.fullmatch(name):
        amount = Decimal(text)
        yield from (
            ("+ 1", str(amount + 1)),
            ("x 10", str(amount * 10)),
            ("/ 10", str((amount / 10).quantize(Decimal("0.01")))),
            ("- sign", str(-amount)),
            ("zero", "0.00"),
        )
    elif DAY.fullmatch(text):
        day = date.fromisoformat(text)
        yield "ten years ago", str(day.replace(year=day.year - 10, day=min(day.day, 28)))
        yield "next year", str(day + timedelta(days=400))
        yield "in ten years", str(day.replace(year=day.year + 10, day=min(day.day, 28)))
    elif FLAGS.fullmatch(name):
        yield "flipped", "2" if text == "1" else "1"
    elif name in {"P_12", "P_12Z"}:
        yield from ((f"-> {rate}", rate) for rate in RATES if rate != text)
    elif name == "RodzajFaktury":
        yield from ((f"-> {kind}", kind) for kind in KINDS if kind != text)
    elif name in {"KodWaluty", "WalutaUmowna"}:
        yield from ((f"-> {each}", each) for each in CURRENCIES if each != text)
    elif name in {"KodKraju", "KodUE"}:
        yield from ((f"-> {each}", each) for each in COUNTRIES if each != text)
    elif DIGITS.search(text):
        yield "one digit", re.sub(r"\d(?=\D*$)", lambda last: str((int(last[0]) + 1) % 10), text)
        yield "two digits swapped", _swapped(text)
    elif text.isdecimal():
        yield "number + 1", str(int(text) + 1)
    else:
        yield "artefact", "#N/A"


def _swapped(text: str) -> str:
    places = [place for place, sign in enumerate(text[:-1]) if sign.isdigit() and text[place + 1].isdigit()]
    place = next((each for each in reversed(places) if text[each] != text[each + 1]), None)
    return text if place is None else text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def _changed(root: Any, place: int, what: str, change: Any) -> Mutation:
    copy = deepcopy(root)
    element = list(copy.iter(etree.Element))[place]
    path = _path(element)
    change(element)
    return Mutation(path, what, etree.tostring(copy, xml_declaration=True, encoding="UTF-8"))


def _path(element: Any) -> str:
    names = [_name(element), *(_name(each) for each in element.iterancestors())]
    return "/".join(reversed(names[:-1]))


def _name(element: Any) -> str:
    return str(element.tag).removeprefix(NS)
