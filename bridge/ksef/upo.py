"""Bytes of a UPO → its fields, and how they differ from ours (protocol.md, section 5.3).

The original bytes are what is kept; here they are only read, without entities or network.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest

from lxml import etree

from bridge.ksef.answers import moment_or_none
from bridge.ksef.crypto import digest
from bridge.model.errors import TryLater

NAMESPACE = "http://upo.schematy.mf.gov.pl/KSeF/v4-3"
_DOCUMENT = f"{{{NAMESPACE}}}Dokument"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """One Dokument of a UPO."""

    seller_nip: str
    ksef_number: str
    number: str
    hash: str
    accepted: datetime | None = None  # DataNadaniaNumeruKSeF
    mode: str = ""  # Online · Offline


_ELEMENTS = {
    "seller_nip": "NipSprzedawcy",
    "ksef_number": "NumerKSeFDokumentu",
    "number": "NumerFaktury",
    "hash": "SkrotDokumentu",
}


def checked(content: bytes, meta_hash: str) -> bytes:
    """The same bytes when they are a UPO, whole; TryLater when a firewall or a cut connection spoiled them."""
    if meta_hash and not compare_digest(digest(content), meta_hash):
        raise TryLater("UPO dotarło uszkodzone: jego skrót różni się od podanego przez KSeF.")
    _root(content)
    return content


def confirmed(content: bytes) -> Iterator[Confirmed]:
    """The documents that a UPO confirms."""
    for document in _root(content).iterfind(_DOCUMENT):
        texts = {key: document.findtext(f"{{{NAMESPACE}}}{name}", "") for key, name in _ELEMENTS.items()}
        accepted = moment_or_none(document.findtext(f"{{{NAMESPACE}}}DataNadaniaNumeruKSeF"))
        yield Confirmed(**texts, accepted=accepted, mode=document.findtext(f"{{{NAMESPACE}}}TrybWysylki", ""))


def differences(content: bytes, ours: Confirmed) -> list[str]:
    """Elements in which the UPO of one invoice says something else than we know; empty when all is well."""
    found = list(confirmed(content))
    if len(found) != 1:
        return ["Dokument"]
    return [name for key, name in _ELEMENTS.items() if getattr(found[0], key) != getattr(ours, key)]


def _root(content: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise TryLater("Zamiast UPO przyszło coś, co nie jest dokumentem XML.") from error
    if root.tag != f"{{{NAMESPACE}}}Potwierdzenie":
        raise TryLater(f"Zamiast UPO przyszedł dokument „{etree.QName(root).localname}”.")
    return root
