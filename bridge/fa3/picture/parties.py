"""Podmiot1, 2, 3, PodmiotUpowazniony and their data before a correction → the people of a picture."""

from __future__ import annotations

from typing import Any

from bridge.fa3.picture.blocks import Party
from bridge.fa3.picture.labels import GROUPS, LABELS
from bridge.fa3.picture.leaves import Fact, Leaves

_NUMBERS = ("NIP", "IDWew", "BrakID")


def parties(leaves: Leaves) -> tuple[Party, ...]:
    """Seller and buyer first, then those who take part otherwise, then how it was before a correction."""
    root, fa = leaves.root, leaves.one(leaves.root, "Fa")
    found = [
        each for name in ("Podmiot1", "Podmiot2", "Podmiot3", "PodmiotUpowazniony") for each in leaves.all(root, name)
    ]
    before = [each for name in ("Podmiot1K", "Podmiot2K") for each in leaves.all(fa, name)]
    return tuple(_party(leaves, each) for each in [*found, *before])


def _party(leaves: Leaves, element: Any) -> Party:
    role = GROUPS[str(element.tag).rpartition("}")[2]]
    own = leaves.text(element, "Rola") or leaves.text(element, "OpisRoli") or leaves.text(element, "RolaPU")
    leaves.raw(element, "RolaInna")  # the description says which
    identity = leaves.one(element, "DaneIdentyfikacyjne")
    name = leaves.text(identity, "Nazwa")
    facts = [*_numbers(leaves, element, identity)]
    lines = address(leaves, leaves.one(element, "Adres"))
    post = address(leaves, leaves.one(element, "AdresKoresp"))
    facts += [Fact("Adres korespondencyjny", ", ".join(post))] if post else []
    return Party(own or role, name, lines, (*facts, *leaves.left(element)))


def _numbers(leaves: Leaves, element: Any, identity: Any) -> list[Fact]:
    """By what KSeF knows them; the country stands before the number."""
    facts = [*leaves.facts(element, "PrefiksPodatnika"), *leaves.facts(identity, *_NUMBERS)]
    for country, number in (("KodUE", "NrVatUE"), ("KodKraju", "NrID")):
        said = " ".join(filter(None, (leaves.text(identity, country), leaves.text(identity, number))))
        facts += [Fact(LABELS[number], said)] if said else []
    return facts


def address(leaves: Leaves, element: Any) -> tuple[str, ...]:
    """The lines of an address, the country at the end."""
    if element is None:
        return ()
    country, first, second, gln = (leaves.text(element, name) for name in ("KodKraju", "AdresL1", "AdresL2", "GLN"))
    lines = [*filter(None, (first, second))]
    lines[-1:] = [", ".join([*lines[-1:], country])]
    return (*lines, *([f"GLN {gln}"] if gln else []))
