"""XML bytes → its leaves as Polish texts, and which of them were not shown yet: a picture leaves none out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lxml import etree

from bridge.fa3.picture.labels import GROUPS, LABELS, WORDS
from bridge.fa3.xml.business import AMOUNT
from bridge.model.text import xml_collapsed

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
_NRB = re.compile(r"\d{26}", re.ASCII)
_MONEY = re.compile(  # amounts that people read with two decimals; quantities, rates and shares stay as they are
    r"P_(9[AB]|9AZ|10|11|11A|11Vat|11(Netto|Vat)Z|1[34]_\w+|15|15ZK?)|Kwota\w*|Suma(Obciazen|Odliczen)"
    r"|Do(Zaplaty|Rozliczenia)|WartoscZamowienia"
)
_LONG = re.compile(r"\S{25}(?=\S{6})")
_KEEPS_LINES = frozenset({"StopkaFaktury"})
NARROW, BREAK = "\N{NO-BREAK SPACE}", "\N{ZERO WIDTH SPACE}"


@dataclass(frozen=True, slots=True)
class Fact:
    """A leaf as people read it; `value` is empty when the label alone says it."""

    label: str
    value: str = ""


class Leaves:
    """One document while its picture is composed: whatever is read counts as shown."""

    def __init__(self, xml: bytes) -> None:
        self.root = etree.fromstring(xml, _PARSER)
        self._shown: set[Any] = set()

    def one(self, parent: Any, path: str) -> Any:
        """The first element on a path, None when there is none."""
        return None if parent is None else parent.find("/".join(f"{{*}}{step}" for step in path.split("/")))

    def all(self, parent: Any, name: str) -> list[Any]:
        """The children of that name."""
        return [] if parent is None else list(parent.iterfind(f"{{*}}{name}"))

    def raw(self, parent: Any, path: str) -> str:
        """A leaf as it stands, "" when it is missing; it counts as shown."""
        element = self.one(parent, path)
        if element is None:
            return ""
        self._shown.add(element)
        return xml_collapsed(element.text or "")

    def text(self, parent: Any, path: str) -> str:
        """The same in Polish words and figures."""
        found = self.raw(parent, path)
        return readable(path.rpartition("/")[2], found) if found else ""

    def own(self, element: Any) -> str:
        """The text of a leaf element itself."""
        self._shown.add(element)
        return readable(name_of(element), element.text or "")

    def facts(self, parent: Any, *paths: str) -> list[Fact]:
        """Those of the leaves that are there, with their labels."""
        found = ((path.rpartition("/")[2], self.text(parent, path)) for path in paths)
        return [Fact(LABELS[name], text) for name, text in found if text]

    def left(self, parent: Any) -> list[Fact]:
        """Every leaf below an element that was not shown yet, in its order."""
        return [] if parent is None else [self._fact(parent, each) for each in self._unshown(parent)]

    def _unshown(self, parent: Any) -> Iterator[Any]:
        for each in parent.iter():
            if not len(each) and (each.text or "").strip() and each not in self._shown:
                yield each

    def _fact(self, parent: Any, leaf: Any) -> Fact:
        group = next(
            (
                GROUPS[name_of(each)]
                for each in leaf.iterancestors()
                if each is not parent and name_of(each) in GROUPS and parent in each.iterancestors()
            ),
            "",
        )
        label = LABELS.get(name_of(leaf), name_of(leaf))
        return Fact(f"{group}: {label}" if group else label, self.own(leaf))


def name_of(element: Any) -> str:
    """The local name."""
    return str(element.tag).rpartition("}")[2]


def readable(name: str, text: str) -> str:
    """A value in Polish: words for codes, a decimal comma, accounts in groups, long words with places to break."""
    if name in _KEEPS_LINES:
        return "\n".join(_breakable(xml_collapsed(line)) for line in text.strip().splitlines())
    text = xml_collapsed(text)
    if name in WORDS:
        return WORDS[name].get(text, text)
    if AMOUNT.fullmatch(name):
        return amount(text, 2 if _MONEY.fullmatch(name) else 0)
    if name == "NrRB" and _NRB.fullmatch(text):
        return NARROW.join([text[:2], *(text[at : at + 4] for at in range(2, 26, 4))])
    return _breakable(text)


def amount(text: str, at_least: int = 0) -> str:
    """1234567.50 as 1 234 567,50, with all its decimals and at least so many; what is no number as it stands."""
    whole, _, decimals = text.partition(".")
    if not whole.lstrip("-").isdecimal():
        return text
    decimals = decimals.ljust(at_least, "0")
    grouped = f"{Decimal(whole):,}".replace(",", NARROW)
    sign = "-" if whole.startswith("-") and not grouped.startswith("-") else ""
    return f"{sign}{grouped}" + (f",{decimals}" if decimals else "")


def _breakable(text: str) -> str:
    return _LONG.sub(lambda word: word[0] + BREAK, text)
