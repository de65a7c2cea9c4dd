"""Section A of fa3.md: the rendered bytes and all texts → what KSeF or a person would stumble over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from bridge.fa3.rule import Context, E, Found, Rule, W, held, rule
from bridge.fa3.schema import NAMESPACE
from bridge.model.invoice import Buyer, Invoice, Seller
from bridge.model.problem import Problem

LARGEST, LARGEST_WITH_ATTACHMENT = 1_000_000, 3_000_000
DISCOURAGED = re.compile(
    "[\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff"
    + "".join(f"{chr((p << 16) + 0xFFFE)}{chr((p << 16) + 0xFFFF)}" for p in range(1, 17))
    + "]"
)
ARTEFACT = re.compile(r"(?<![\w.])(None|nan|NaN|NaT|null|undefined)(?![\w.])|#N/A|#REF!|#N/D!|#ADR!|\{\{|\}\}")
MOJIBAKE = re.compile("\ufffd|Ä[\x80-\xbf„…‡™›]|Å[\x80-\xbf‚›ş]|Ĺ[‚›ĽşĄ]|Ã³|Ã“|[a-ząćęłńóśźż]\\?[a-ząćęłńóśźż]")
INVISIBLE = re.compile("[\u00a0\u202f\u2007\u200b-\u200f\u2060\ufeff]|  ")
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
MAY_BE_EMPTY = frozenset({"NKom", "WKom", "SKom"})

A01 = held("A01", E, "", "Plik jest w UTF-8 bez BOM.", "VER", "check_bytes")
A02 = held("A02", E, "", "Plik jest poprawnym XML 1.0 bez DTD i encji.", "VER; DTD: BR", "check_bytes")
A03 = held("A03", E, "", "W pliku nie ma instrukcji przetwarzania.", "VER, GH#700", "check_bytes")
A05 = held("A05", E, "", "Korzeniem jest Faktura z przestrzeni nazw i kodem formularza FA(3).", "XSD", "check_bytes")
A06 = held("A06", E, "", "Plik jest zgodny ze schematem.", "VER", "bridge.fa3.schema (RA06)")
A07 = held("A07", E, "", "Plik ma najwyżej 1 000 000 bajtów (3 000 000 z załącznikiem).", "VER", "check_bytes")
A11 = held("A11", W, "", "W pliku nie ma pustych elementów.", "XSD-run", "check_bytes")
A12 = held(
    "A12", W, "", "Tekst nie został skrócony.", "BR", "mapowanie odrzuca za długi tekst (D14), niczego nie obcina"
)
A13 = held(
    "A13",
    E,
    "",
    "Liczby nie mają separatorów tysięcy, przecinka, waluty, wykładnika ani plusa.",
    "KU AMOUNT_NO_SEPARATORS",
    "liczby są typu Decimal, a schemat (RA06) sprawdza zapis",
)
A14 = held(
    "A14",
    E,
    "",
    "Liczby mają najwyżej tyle miejsc po przecinku, ile typ.",
    "KU DECIMAL_PRECISION",
    "mapowanie (D16) i schemat (RA06)",
)
A15 = held(
    "A15", W, "", "Tych samych wierszy nie wysłano już pod innym numerem.", "BR", "księga: hash treści bez numeru i dat"
)


@rule(
    "A04",
    E,
    "",
    "W tekstach nie ma znaków odradzanych przez Unicode.",
    "VER, GH#843",
    advice="Popraw ten tekst w programie ERP; zwykle plik był w innym kodowaniu.",
)
def discouraged(f: Invoice, _c: Context) -> Iterator[Found]:
    for text in _texts_with(f, DISCOURAGED):
        yield Found(f"Tekst „{text}” zawiera znak, którego KSeF nie przyjmuje.", text)


@rule(
    "A08",
    E,
    "",
    "W tekstach nie ma śladów po programach: None, nan, null, #N/A, {{.",
    "BR",
    advice="Popraw ten tekst w programie ERP.",
)
def artefacts(f: Invoice, _c: Context) -> Iterator[Found]:
    for text in _texts_with(f, ARTEFACT):
        yield Found(f"Tekst „{text}” wygląda na ślad po programie, a nie na dane.", text)


@rule("A09", W, "", "Polskie litery nie są zniekształcone.", "BR", advice="Sprawdź `zrodlo.kodowanie` w mapowaniu.")
def mojibake(f: Invoice, _c: Context) -> Iterator[Found]:
    for text in _texts_with(f, MOJIBAKE):
        yield Found(f"W tekście „{text}” polskie litery wyglądają na zniekształcone.", text)


@rule(
    "A10",
    W,
    "Fa/P_2",
    "Numer, NIP i rachunek nie mają niewidocznych znaków.",
    "XSD-run",
    field="faktura.numer",
    advice="Usuń niewidoczne znaki w programie ERP.",
)
def invisible(f: Invoice, _c: Context) -> Iterator[Found]:
    keys = [f.number, f.buyer.nip or "", *(account.number for account in (f.payment.accounts if f.payment else ()))]
    for key in keys:
        if INVISIBLE.search(key) or key != key.strip():
            yield Found(f"„{key}” zawiera niewidoczny znak albo zbędną spację.", key)


def check_bytes(xml: bytes) -> list[Problem]:
    """Rules A01-A03, A05, A07 and A11 on the very bytes that would be sent."""
    if xml.startswith(b"\xef\xbb\xbf"):
        return [_problem("RA01", "Plik zaczyna się od BOM, a KSeF go nie przyjmuje.")]
    try:
        xml.decode("utf-8")
    except UnicodeDecodeError:
        return [_problem("RA01", "Plik nie jest zapisany w UTF-8.")]
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        return [_problem("RA02", "Plik zawiera DTD albo encje.")]
    try:
        root = etree.fromstring(xml, PARSER)
    except etree.XMLSyntaxError as error:
        return [_problem("RA02", f"Plik nie jest poprawnym XML: {error.msg}.")]
    return [*_size(xml, root), *_shape(xml, root)]


def _size(xml: bytes, root: Any) -> Iterator[Problem]:
    limit = LARGEST if root.find(f"{{{NAMESPACE}}}Zalacznik") is None else LARGEST_WITH_ATTACHMENT
    if len(xml) > limit:
        yield _problem("RA07", f"Faktura ma {len(xml)} bajtów, a KSeF przyjmuje najwyżej {limit}.")


def _shape(xml: bytes, root: Any) -> Iterator[Problem]:
    if b"<?" in xml[5:] and any(
        not isinstance(node.tag, str) and node.tag is etree.ProcessingInstruction
        for node in (*root.itersiblings(preceding=True), *root.iter())
    ):
        yield _problem("RA03", "Plik zawiera instrukcję przetwarzania.")
    form = root.find(f"{{{NAMESPACE}}}Naglowek/{{{NAMESPACE}}}KodFormularza")
    attributes = dict(form.attrib) if form is not None else {}
    if root.tag != f"{{{NAMESPACE}}}Faktura" or attributes != {"kodSystemowy": "FA (3)", "wersjaSchemy": "1-0E"}:
        yield _problem("RA05", "Plik nie jest fakturą FA (3) 1-0E.")
    for node in root.iter(etree.Element):
        name = etree.QName(node).localname
        if not len(node) and not node.text and name not in MAY_BE_EMPTY:
            yield _problem("RA11", f"Element {name} jest pusty.", name)


def _problem(code: str, message: str, element: str = "") -> Problem:
    return Problem(code, message, "Popraw szablon albo dane, z których powstał ten plik.", element=element)


def _texts_with(f: Invoice, pattern: re.Pattern[str]) -> list[str]:
    """Texts of the invoice that hold the pattern; one search over all of them settles the usual case."""
    texts = _texts(f)
    if not pattern.search("\n".join(texts)):
        return []
    return list(dict.fromkeys(text for text in texts if pattern.search(text)))


def _texts(f: Invoice) -> list[str]:
    """All texts of an invoice that people wrote."""
    k, p = f.correction, f.payment
    found = [
        f.number,
        f.place,
        *_party(f.seller),
        *_party(f.buyer),
        f.buyer.customer_number,
        *(text for each in f.descriptions for text in (each.key, each.value)),
        *(text for line in f.lines for text in (line.name, line.code, line.unit)),
        *f.footer,
        *((k.reason, k.period, *(each.number for each in k.originals)) if k else ()),
        *((p.other_form, *(account.bank for account in p.accounts)) if p else ()),
    ]
    return [text for text in found if text]


def _party(each: Seller | Buyer) -> tuple[str | None, ...]:
    address = each.address
    return (each.name, address.line1, address.line2) if address else (each.name,)


RULES: tuple[Rule, ...] = tuple(each for each in globals().values() if isinstance(each, Rule))
