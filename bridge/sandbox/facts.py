"""The XML of an invoice → what queries and rights need to know of it; any of KSeF's forms, by local names."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any


@dataclass(frozen=True, slots=True)
class Party:
    """A party as the metadata show it."""

    kind: str  # Nip · VatUe · InternalId · Other · None
    value: str
    name: str
    role: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What is told of an invoice besides its seller, kind, number and day. Amounts in PLN."""

    seller_name: str
    buyer: Party
    net: Decimal
    vat: Decimal
    gross: Decimal
    currency: str
    self_billing: bool
    attachment: bool
    third: tuple[Party, ...]
    authorized: Party | None
    nips: tuple[str, ...]  # every NIP whose check digit production checks
    units: tuple[str, ...]  # InternalIds


def seen(root: Any) -> Facts:
    """The facts of a parsed document."""
    ns = f"{{{root.nsmap.get(None, '')}}}" if None in root.nsmap else ""
    fa = root.find(f"{ns}Fa")
    buyer, authorized = root.find(f"{ns}Podmiot2"), root.find(f"{ns}PodmiotUpowazniony")
    third = tuple(_party(each, ns, "Rola") for each in root.findall(f"{ns}Podmiot3"))
    sums = {name: _money(node.text) for node in (fa if fa is not None else ()) if (name := _sum_of(node.tag, ns))}
    vat = sum(
        (value for name, value in sums.items() if name.startswith("P_14_") and not _in_currency(name, sums)), ZERO
    )
    net = sum((value for name, value in sums.items() if name.startswith("P_13_")), ZERO)
    signed = _party(authorized, ns, "RolaPU") if authorized is not None else None
    party = _party(buyer, ns, "") if buyer is not None else Party("None", "", "")
    seller = root.find(f"{ns}Podmiot1")
    told = (_party(seller, ns, "") if seller is not None else None, party, *third, signed)
    return Facts(
        seller_name=told[0].name if told[0] else "",
        buyer=party,
        net=net,
        vat=vat,
        gross=sums.get("P_15", ZERO),
        currency=(fa.findtext(f"{ns}KodWaluty") if fa is not None else None) or "PLN",
        self_billing=fa is not None and fa.findtext(f"{ns}Adnotacje/{ns}P_17") == "1",
        attachment=root.find(f"{ns}Zalacznik") is not None,
        third=third,
        authorized=signed,
        nips=tuple(each.value for each in told if each and each.kind == "Nip"),
        units=tuple(each.value for each in third if each.kind == "InternalId"),
    )


ZERO = Decimal(0)
IDENTIFIERS = (("NIP", "Nip"), ("IDWew", "InternalId"), ("NrVatUE", "VatUe"), ("NrID", "Other"))


def _party(node: Any, ns: str, role: str) -> Party:
    own = node.find(f"{ns}DaneIdentyfikacyjne")
    named = own if own is not None else node
    told = ((kind, named.findtext(f"{ns}{tag}")) for tag, kind in IDENTIFIERS)
    found = next(((kind, text) for kind, text in told if text), ("None", ""))
    place = node.findtext(f"{ns}{role}") if role else None
    number = int(place) if place and place.isdecimal() else 0
    return Party(found[0], found[1], named.findtext(f"{ns}Nazwa") or "", number)


def _sum_of(tag: Any, ns: str) -> str:
    """P_13_x, P_14_x or P_15; "" for anything else, comments too."""
    name = tag.removeprefix(ns) if isinstance(tag, str) else ""
    return name if name.startswith(("P_13_", "P_14_")) or name == "P_15" else ""


def _money(text: str | None) -> Decimal:
    try:
        return Decimal(text or "0")
    except InvalidOperation:
        return ZERO


def _in_currency(name: str, sums: dict[str, Decimal]) -> bool:
    """P_14_1 of an invoice in another currency, when P_14_1W gives it in PLN."""
    return f"{name}W" in sums
