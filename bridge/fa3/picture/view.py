"""XML bytes → what its picture shows, block by block, in Polish; every leaf once, the rest under a heading of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bridge.fa3.picture import lines, parts
from bridge.fa3.picture.blocks import Block, FactList, Notes, Party, Total
from bridge.fa3.picture.labels import KINDS, LABELS, NEGATIONS
from bridge.fa3.picture.leaves import Fact, Leaves, name_of
from bridge.fa3.picture.parties import parties

DUE = {
    "ZAL": "Otrzymana zapłata",
    "ROZ": "Pozostało do zapłaty",
    "KOR": "Różnica kwoty należności",
    "KOR_ZAL": "Różnica otrzymanej zapłaty",
    "KOR_ROZ": "Różnica kwoty pozostałej do zapłaty",
}
_FLAGS = ("P_16", "P_17", "P_18", "P_18A", "P_23")
_MARGINS = ("P_PMarzy_2", "P_PMarzy_3_1", "P_PMarzy_3_2", "P_PMarzy_3_3")
_OF_INVOICE = ("FP", "TP", "ZwrotAkcyzy")


@dataclass(frozen=True, slots=True)
class View:
    """A whole picture but for its QR codes."""

    title: str
    number: str
    head: tuple[Fact, ...]
    parties: tuple[Party, ...]
    blocks: tuple[Block, ...]
    small: tuple[Fact, ...]  # for the record: what is not the case, and what the file says of itself


def view(xml: bytes) -> View:
    """Compose it; raises lxml's XMLSyntaxError for what is no XML."""
    leaves = Leaves(xml)
    root = leaves.root
    fa = leaves.one(root, "Fa")
    kind = leaves.raw(fa, "RodzajFaktury")
    number = leaves.text(fa, "P_2")
    head = _head(leaves, fa, kind)
    denied = _denied(leaves, leaves.one(root, "Podmiot2"), ("JST", "GV"))
    sides = parties(leaves)
    said, denied[:0] = _annotations(leaves, fa)
    blocks: list[Block | None] = [
        *parts.correction(leaves, fa),
        lines.lines(leaves, fa),
        *lines.order(leaves, fa),
        *lines.advances(leaves, fa),
        lines.sums(leaves, fa),
        _total(leaves, fa, kind),
        Notes("Adnotacje", tuple(said)) if said else None,
        *parts.vehicles(leaves, fa),
        *parts.settlement(leaves, fa),
        *parts.payment(leaves, fa),
        *parts.terms(leaves, fa),
        parts.descriptions(leaves, fa),
        *parts.footer(leaves),
        *parts.attachment(leaves),
    ]
    small = [*_form(leaves, kind), *denied]
    rest = leaves.left(root)
    blocks.append(FactList("Pozostałe dane", tuple(rest)) if rest else None)
    shown = tuple(block for block in blocks if block is not None)
    return View(KINDS.get(kind, "Faktura"), number, tuple(head), sides, shown, tuple(small))


def _head(leaves: Leaves, fa: Any, kind: str) -> list[Fact]:
    """Days and places. P_6 of an advance is the day of payment."""
    found = leaves.facts(fa, "P_1", "P_1M", "P_6")
    if kind in ("ZAL", "KOR_ZAL"):
        found = [Fact("Data otrzymania zapłaty", each.value) if each.label == LABELS["P_6"] else each for each in found]
    period = [leaves.text(fa, "OkresFa/P_6_Od"), leaves.text(fa, "OkresFa/P_6_Do")]
    if any(period):
        found.append(Fact("Okres", " – ".join(period)))
    stock = [leaves.own(each) for each in leaves.all(fa, "WZ")]
    if stock:
        found.append(Fact("Dokumenty WZ", ", ".join(stock)))
    return [*found, *leaves.facts(fa, "KodWaluty")]


def _total(leaves: Leaves, fa: Any, kind: str) -> Total:
    label = DUE.get(kind, LABELS["P_15"])
    return Total(label, leaves.text(fa, "P_15"), leaves.raw(fa, "KodWaluty"), tuple(leaves.facts(fa, "KursWalutyZ")))


def _annotations(leaves: Leaves, fa: Any) -> tuple[list[Fact], list[Fact]]:
    """What the law wants said, and what is not the case."""
    notes = leaves.one(fa, "Adnotacje")
    said: list[Fact] = []
    denied: list[Fact] = []
    for element in [] if notes is None else [each for each in notes.iter() if not len(each)]:
        name = name_of(element)
        if name in _FLAGS or name in NEGATIONS or name in _MARGINS or name in {"P_19", "P_PMarzy", "P_22"}:
            yes = leaves.own(element) == "tak"
            if name != "P_PMarzy" or not yes:  # the kind of margin follows and says it
                (said if yes else denied).append(Fact(LABELS[name], "" if yes else "nie"))
        elif name.startswith("P_19"):
            said.append(Fact(LABELS[name], leaves.own(element)))
    said += [Fact(LABELS[name]) for name in _OF_INVOICE if leaves.text(fa, name)]
    said += [Fact(LABELS[name]) for name in ("PodmiotPosredniczacy",) if leaves.text(fa, f"WarunkiTransakcji/{name}")]
    return said, denied


def _denied(leaves: Leaves, parent: Any, names: Iterable[str]) -> list[Fact]:
    """Those that say no; a yes is left to where it is seen."""
    found = (leaves.one(parent, name) for name in names)
    return [Fact(LABELS[name_of(each)], leaves.own(each)) for each in found if each is not None and each.text == "2"]


def _form(leaves: Leaves, kind: str) -> list[Fact]:
    head = leaves.one(leaves.root, "Naglowek")
    form = leaves.one(head, "KodFormularza")
    attributes = " ".join(form.attrib.values()) if form is not None else ""
    code = Fact(LABELS["KodFormularza"], f"{leaves.text(head, 'KodFormularza')} {attributes}".strip())
    return [code, *leaves.facts(head, "WariantFormularza"), Fact(LABELS["RodzajFaktury"], kind), *leaves.left(head)]
