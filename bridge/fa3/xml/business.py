"""XML bytes → the business content of an invoice and its hash, so that two drops of one number can be compared.

SHA-256 over the (path, value) pairs in document order without Naglowek, decimals without trailing zeros, texts
white-space-collapsed (ledger.md, "The business hash"). The rule has a version, stored beside each hash.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from lxml import etree

from bridge.model.text import xml_collapsed

HASH_VERSION = 1
_DECIMAL = re.compile(r"-?\d+\.\d+")
AMOUNT = re.compile(  # elements whose type is a decimal (fa3.md, section 1.0: K2, K8, Q6, PCT)
    r"P_(8BZ?|9[AB]|9AZ|10|11|11A|11Vat|11(Netto|Vat)Z|12Z?_XII|1[34]_\w+|15|15ZK?)|Kurs(Umowny|Waluty\w*)|Kwota\w*"
    r"|Suma(Obciazen|Odliczen)|Do(Zaplaty|Rozliczenia)|WartoscZamowienia|Udzial"
)
_PREFIXED = re.compile(rb"</[^<>]*:")
_PREFIX = re.compile(rb"(</?)[^<>:\s]*:")
_HEADER = re.compile(rb"<Naglowek>.*?</Naglowek>", re.DOTALL)
_HEADER_END = b"</Naglowek>"
_ZEROS = re.compile(rb"(<(?:%s)>-?\d+)(?:(\.\d*[1-9])0+|\.0+)(?=<)" % AMOUNT.pattern.replace("(", "(?:").encode())
_NAMES_AND_DAYS = re.compile(rb"<(?:P_(?:[12]|6(?:A|Z|_Od|_Do)?)|Termin|DataZaplaty)>[^<]*</")
_INDEX = re.compile(r"\[\d+\]")
# A difference here makes another invoice of it; anywhere else it is a warning (ledger.md).
_DECISIVE = re.compile(
    r"Podmiot\w*/(\w+/)*(NIP|KodUE|NrVatUE|NrID|BrakID|IDWew|KodKraju)|Fa/(KodWaluty|P_1|P_2|P_6|OkresFa/.*|P_1[345].*|RodzajFaktury"
    r"|PrzyczynaKorekty|TypKorekty|DaneFaKorygowanej/.*|OkresFaKorygowanej|NrFaKorygowany|Podmiot[12]K/.*"
    r"|FaWiersz/(P_6A|P_7|P_8B|P_9.*|P_1[12].*|StanPrzed))"
)
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)


def business_facts(xml: bytes) -> list[tuple[str, str]]:
    """(path below Faktura, value) of every leaf in document order, without Naglowek; repeated elements carry [n]."""
    facts: list[tuple[str, str]] = []
    for part in etree.fromstring(xml, _PARSER):
        name = _name(part)
        if name != "Naglowek":
            _walk(part, name, facts)
    return facts


def business_hash(xml: bytes) -> str:
    """Hex SHA-256 of the business content."""
    return hash_of_tree(etree.fromstring(xml, _PARSER))


def hash_of_tree(root: Any) -> str:
    """The same of a parsed document: equal paths and values give equal bytes of its canonical form below Faktura."""
    text: bytes = etree.tostring(root, method="c14n", with_comments=False)
    if _PREFIXED.search(text):
        text = _PREFIX.sub(rb"\1", text)
    return _hash(_HEADER.sub(b"", text[text.index(b">") :], count=1).replace(b"&#xD;", b" "))


def hash_of_canonical(xml: bytes) -> str:
    """The same of bytes that are canonical as they stand, as our own template writes them."""
    return _hash(b">" + xml[xml.index(_HEADER_END) + len(_HEADER_END) :])


def _hash(text: bytes) -> str:
    text = b" ".join(text.split()).replace(b"> ", b">").replace(b" <", b"<")
    return hashlib.sha256(_ZEROS.sub(rb"\1\2", text)).hexdigest()


def likeness(xml: bytes) -> str:
    """Hex SHA-256 of what is left of a document without its number, days and creation time (rule A15)."""
    return hashlib.sha256(_NAMES_AND_DAYS.sub(b"", _HEADER.sub(b"", xml, count=1))).hexdigest()


class Difference(NamedTuple):
    """A path below Faktura and its value in either invoice; "" where the path is missing."""

    path: str
    stored: str
    dropped: str


@dataclass(frozen=True, slots=True)
class Differences:
    """Where two invoices of one number differ: those that make a clash, and those that only warn."""

    clash: tuple[Difference, ...]
    warnings: tuple[Difference, ...]


def differences(stored: bytes, dropped: bytes) -> Differences:
    """What differs between the invoice that KSeF has and the one that was dropped now."""
    old, new = dict(business_facts(stored)), dict(business_facts(dropped))
    differ = [
        Difference(path, old.get(path, ""), new.get(path, ""))
        for path in {**old, **new}
        if old.get(path) != new.get(path)
    ]
    clash = tuple(each for each in differ if _DECISIVE.fullmatch(_INDEX.sub("", each.path)))
    return Differences(clash, tuple(each for each in differ if each not in clash))


def _walk(element: Any, path: str, facts: list[tuple[str, str]]) -> None:
    if not len(element):
        facts.append((path, _value(_name(element), element.text or "")))
        return
    seen: dict[str, int] = {}
    for child in element:
        name = _name(child)
        count = seen[name] = seen.get(name, 0) + 1
        _walk(child, f"{path}/{name}" if count == 1 else f"{path}/{name}[{count}]", facts)


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _value(name: str, text: str) -> str:
    """Collapsed; an amount without trailing zeros (10.00 is 10), a text as it is (invoice 1.10 is not 1.1)."""
    collapsed = text if text.isalnum() else xml_collapsed(text)
    if "." in collapsed and AMOUNT.fullmatch(name) and _DECIMAL.fullmatch(collapsed):
        return collapsed.rstrip("0").rstrip(".")
    return collapsed
