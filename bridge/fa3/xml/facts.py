"""XML bytes → what the ledger files a document under: seller, kind, number, day, and what it corrects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from lxml import etree

from bridge.fa3.xml.schema import NAMESPACE
from bridge.model.invoice import Original
from bridge.model.text import xml_collapsed

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What identifies a document (KSeF: seller's NIP, RodzajFaktury and P_2 are unique for ten years)."""

    seller_nip: str
    kind: str
    number: str
    number_key: str
    issued: date
    form_code: str
    originals: tuple[Original, ...]


def number_key(number: str) -> str:
    """P_2 as KSeF compares it: white space collapsed as in XML, case kept."""
    return xml_collapsed(number)


def facts(xml: bytes) -> DocumentFacts:
    """Read from valid FA(3); raises ValueError for XML that is none."""
    root = etree.fromstring(xml, _PARSER)
    number = _text(root, "Fa/P_2")
    form = root.find(f"{{{NAMESPACE}}}Naglowek/{{{NAMESPACE}}}KodFormularza")
    return DocumentFacts(
        seller_nip=_text(root, "Podmiot1/DaneIdentyfikacyjne/NIP"),
        kind=_text(root, "Fa/RodzajFaktury"),
        number=number,
        number_key=number_key(number),
        issued=date.fromisoformat(_text(root, "Fa/P_1")),
        form_code=form.get("kodSystemowy", "") if form is not None else "",
        originals=tuple(_original(each) for each in root.iterfind(_path("Fa/DaneFaKorygowanej"))),
    )


def _original(element: Any) -> Original:
    return Original(
        number=_text(element, "NrFaKorygowanej"),
        issued=date.fromisoformat(_text(element, "DataWystFaKorygowanej")),
        ksef_number=element.findtext(_path("NrKSeFFaKorygowanej")),
        outside_ksef=element.find(_path("NrKSeFN")) is not None,
    )


def _text(element: Any, path: str) -> str:
    found = element.findtext(_path(path))
    if found is None:
        raise ValueError(f"no {path} in the document")
    return str(found).strip()


def _path(path: str) -> str:
    return "/".join(f"{{{NAMESPACE}}}{step}" for step in path.split("/"))
