"""Podmiot1, 1K, 2, 2K, 3, PodmiotUpowazniony and Przewoznik → the nouns of bridge.model.parties."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from bridge.model.invoice import Address, Authorised, Buyer, Carrier, Contact, Seller, ThirdParty

if TYPE_CHECKING:
    from bridge.fa3.xml.tree import Tree


class _Named(TypedDict):
    name: str | None
    nip: str | None
    eu_code: str | None
    eu_vat: str | None
    other_country: str | None
    other_id: str | None
    none_given: bool


def _named(tree: Tree) -> _Named:
    """DaneIdentyfikacyjne of whoever is no Polish seller."""
    return {
        "name": tree.text("DaneIdentyfikacyjne/Nazwa"),
        "nip": tree.text("DaneIdentyfikacyjne/NIP"),
        "eu_code": tree.text("DaneIdentyfikacyjne/KodUE"),
        "eu_vat": tree.text("DaneIdentyfikacyjne/NrVatUE"),
        "other_country": tree.text("DaneIdentyfikacyjne/KodKraju"),
        "other_id": tree.text("DaneIdentyfikacyjne/NrID"),
        "none_given": tree.flag("DaneIdentyfikacyjne/BrakID"),
    }


def address(tree: Tree) -> Address:
    """TAdres."""
    return Address(tree.need("KodKraju"), tree.need("AdresL1"), tree.text("AdresL2"), tree.text("GLN"))


def _contact(tree: Tree) -> Contact:
    return Contact(tree.text("Email") or tree.text("EmailPU"), tree.text("Telefon") or tree.text("TelefonPU"))


def seller(tree: Tree) -> Seller:
    """Podmiot1, Podmiot1K."""
    return Seller(
        nip=tree.need("DaneIdentyfikacyjne/NIP"),
        name=tree.need("DaneIdentyfikacyjne/Nazwa"),
        address=tree.the("Adres", address),
        eu_prefix=tree.text("PrefiksPodatnika"),
        eori=tree.text("NrEORI"),
        correspondence=tree.one("AdresKoresp", address),
        contacts=tree.each("DaneKontaktowe", _contact),
        status=tree.text("StatusInfoPodatnika"),
    )


def buyer(tree: Tree) -> Buyer:
    """Podmiot2, Podmiot2K."""
    return Buyer(
        **_named(tree),
        address=tree.one("Adres", address),
        eori=tree.text("NrEORI"),
        correspondence=tree.one("AdresKoresp", address),
        contacts=tree.each("DaneKontaktowe", _contact),
        customer_number=tree.text("NrKlienta"),
        key=tree.text("IDNabywcy"),
        jst=tree.flag("JST"),
        gv=tree.flag("GV"),
    )


def third_party(tree: Tree) -> ThirdParty:
    """Podmiot3."""
    return ThirdParty(
        **_named(tree),
        internal_id=tree.text("DaneIdentyfikacyjne/IDWew"),
        role=tree.text("Rola"),
        other_role=tree.text("OpisRoli"),
        share=tree.amount("Udzial"),
        address=tree.one("Adres", address),
        correspondence=tree.one("AdresKoresp", address),
        contacts=tree.each("DaneKontaktowe", _contact),
        eori=tree.text("NrEORI"),
        customer_number=tree.text("NrKlienta"),
        key=tree.text("IDNabywcy"),
    )


def authorised(tree: Tree) -> Authorised:
    """PodmiotUpowazniony."""
    return Authorised(
        nip=tree.need("DaneIdentyfikacyjne/NIP"),
        name=tree.need("DaneIdentyfikacyjne/Nazwa"),
        role=tree.need("RolaPU"),
        address=tree.the("Adres", address),
        correspondence=tree.one("AdresKoresp", address),
        contacts=tree.each("DaneKontaktowe", _contact),
        eori=tree.text("NrEORI"),
    )


def carrier(tree: Tree) -> Carrier:
    """Przewoznik."""
    return Carrier(**_named(tree), address=tree.the("AdresPrzewoznika", address))
