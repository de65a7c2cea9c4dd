"""Section A of fa3.md: the rendered bytes and all texts → what KSeF or a person would stumble over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from lxml import etree

from bridge.fa3.rules.rule import CHANGED, Context, E, Found, Rule, W, held, rule
from bridge.fa3.xml.schema import NAMESPACE
from bridge.model.invoice import Invoice
from bridge.model.problem import Problem, Severity

LARGEST, LARGEST_WITH_ATTACHMENT = 1_000_000, 3_000_000
DISCOURAGED = re.compile(
    "[\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff"
    + "".join(f"{chr((p << 16) + 0xFFFE)}{chr((p << 16) + 0xFFFF)}" for p in range(1, 17))
    + "]"
)
MARK = r"#(?:N/[AD]!?|REF!|ADR!|DIV/0!|DZIEL/0!|NAME\?|NAZWA\?|VALUE!|ARG!|NUM!|LICZBA!|NULL!|ZERO!)|#{4,}|\{\{|\}\}|\[object |System\.\w+\["
ARTEFACT = re.compile(r"(?<![\w.])(None|nan|NaN|NaT|null|NULL|undefined)(?![\w.])|" + MARK)
MOJIBAKE = re.compile("\ufffd|Ä[\x80-\xbf„…‡™›]|Å[\x80-\xbf‚›ş]|Ĺ[‚›ĽşĄ]|Ã³|Ã“|[a-ząćęłńóśźż]\\?[a-ząćęłńóśźż]")
MARKS = re.compile(MARK)
LINK = re.compile(r"(?:https?://|www\.)\S+")  # has question marks between letters
INVISIBLE = re.compile("[\u00a0\u202f\u2007\u200b-\u200f\u2060\ufeff]|  ")
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
MAY_BE_EMPTY = frozenset({"NKom", "WKom", "SKom"})
EMPTY = etree.XPath("//*[not(node())]")
DECLARATION = re.compile(rb"<\?xml\s[^>]*\?>")
CLOSED_AT_ONCE = re.compile(rb"<[^/<][^<]*+(?<=>)</")  # far quicker than a walk over the tree
# Bytes of ASCII (without DEL) and of the letters of Polish and its neighbours: no text made of them alone breaks A04.
ORDINARY = bytes(b for b in range(0xC0) if b != 0x7F) + b"\xc3\xc4\xc5"
NONE: Mapping[str, str] = {}

A01 = held("A01", E, "", "Plik jest w UTF-8 bez BOM.", "VER", "check_bytes")
A02 = held("A02", E, "", "Plik jest poprawnym XML 1.0 bez DTD i encji.", "VER; DTD: BR", "check_bytes")
A03 = held("A03", E, "", "W pliku nie ma instrukcji przetwarzania.", "VER, GH#700", "check_bytes")
A04 = held("A04", E, "", "W tekstach nie ma znaków odradzanych przez Unicode.", "VER, GH#843", "check_bytes")
A05 = held("A05", E, "", "Korzeniem jest Faktura z przestrzeni nazw i kodem formularza FA(3).", "XSD", "check_bytes")
A06 = held("A06", E, "", "Plik jest zgodny ze schematem.", "VER", "bridge.fa3.xml.schema (RA06)")
A07 = held("A07", E, "", "Plik ma najwyżej 1 000 000 bajtów (3 000 000 z załącznikiem).", "VER", "check_bytes")
A08 = held(
    "A08",
    E,
    "",
    "W tekstach nie ma śladów po programach: None, nan, null, #N/A, {{.",
    "BR",
    "check_bytes",
    "ostrzeżenie, gdy takie słowo stoi wśród innych (firma None sp. z o.o., chleb nan)",
)
A09 = held("A09", W, "", "Polskie litery nie są zniekształcone.", "BR", "check_bytes")
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
    "A15",
    W,
    "",
    "Tych samych wierszy nie wysłano już pod innym numerem.",
    "BR",
    "bridge.conversion.pipeline (RA15), treść bez numeru i dat",
)


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


def check_bytes(xml: bytes, severities: Mapping[str, str] = NONE) -> list[Problem]:
    """Rules A01-A05, A07-A09 and A11 on the very bytes that would be sent."""
    return parsed(xml, severities)[1]


def parsed(xml: bytes, severities: Mapping[str, str] = NONE) -> tuple[Any, list[Problem]]:
    """The document's tree (None when there is none) and what these rules have against it; it is parsed once."""
    if xml.startswith(b"\xef\xbb\xbf"):
        return None, [_problem("RA01", "Plik zaczyna się od BOM, a KSeF go nie przyjmuje.")]
    try:
        xml.decode("utf-8")
    except UnicodeDecodeError:
        return None, [_problem("RA01", "Plik nie jest zapisany w UTF-8.")]
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        return None, [_problem("RA02", "Plik zawiera DTD albo encje.")]
    try:
        root = etree.fromstring(xml, PARSER)
    except etree.XMLSyntaxError as error:
        return None, [_problem("RA02", f"Plik nie jest poprawnym XML: {error.msg}.")]
    body = xml[declared.end() :] if (declared := DECLARATION.match(xml)) else xml
    return root, [*_size(xml, root), *_shape(body, root), *_texts(root, severities)]


def _size(xml: bytes, root: Any) -> Iterator[Problem]:
    if len(xml) <= LARGEST:
        return
    limit = LARGEST if root.find(f"{{{NAMESPACE}}}Zalacznik") is None else LARGEST_WITH_ATTACHMENT
    if len(xml) > limit:
        yield _problem("RA07", f"Faktura ma {len(xml)} bajtów, a KSeF przyjmuje najwyżej {limit}.")


def _shape(body: bytes, root: Any) -> Iterator[Problem]:
    if b"?" in body and b"<?" in body:
        yield _problem("RA03", "Plik zawiera instrukcję przetwarzania.")
    form = next(root.iter(f"{{{NAMESPACE}}}KodFormularza"), None)
    attributes = dict(form.attrib) if form is not None else {}
    if root.tag != f"{{{NAMESPACE}}}Faktura" or attributes != {"kodSystemowy": "FA (3)", "wersjaSchemy": "1-0E"}:
        yield _problem("RA05", "Plik nie jest fakturą FA (3) 1-0E.")
    if b"/>" in body or CLOSED_AT_ONCE.search(body):
        for node in cast("list[Any]", EMPTY(root)):
            name = etree.QName(node).localname
            if name not in MAY_BE_EMPTY:
                yield _problem("RA11", f"Element {name} jest pusty.", name, W)


def _unusual(content: str) -> bool:
    return bool(content.encode().translate(None, ORDINARY))


# Rule → whether the texts, run together, can hold it at all; what a text must not hold; severity, sentence, advice.
TEXT_RULES = (
    (
        "A04",
        _unusual,
        DISCOURAGED,
        E,
        "Tekst „{}” zawiera znak, którego KSeF nie przyjmuje.",
        "Popraw go w programie ERP; zwykle plik był w innym kodowaniu.",
    ),
    (
        "A08",
        re.compile(r"N(?:one|a[NT]|ULL)|n(?:an|ull)|undefined|\[obj|System\.|\{\{|\}\}|" + MARK).search,
        ARTEFACT,
        E,
        "Tekst „{}” wygląda na ślad po programie, a nie na dane.",
        "Popraw ten tekst w programie ERP.",
    ),
    (
        "A09",
        re.compile("[\ufffdÄÅĹÃ?]").search,
        MOJIBAKE,
        W,
        "W tekście „{}” polskie litery wyglądają na zniekształcone.",
        "Sprawdź `zrodlo.kodowanie` w mapowaniu.",
    ),
)


def _texts(root: Any, severities: Mapping[str, str]) -> Iterator[Problem]:
    """A04, A08 and A09: a quick look at all texts at once settles the usual case."""
    content = etree.tostring(root, method="text", encoding="unicode")
    for id_, possible, pattern, severity, sentence, advice in TEXT_RULES:
        wanted = severities.get(id_, "")
        if wanted == "wylaczona" or not possible(content):
            continue
        document = root.getroottree()
        for node in root.iter(etree.Element):
            if not len(node) and node.text and pattern.search(LINK.sub("", node.text)):
                path = document.getelementpath(node).replace(f"{{{NAMESPACE}}}", "")
                yield Problem(
                    f"R{id_}",
                    sentence.format(node.text),
                    advice,
                    CHANGED.get(wanted, W if _among_words(id_, node.text) else severity),
                    element=path,
                    value=node.text,
                )


def _among_words(id_: str, text: str) -> bool:
    """A08: None, nan or null may be a word of a name; alone it is what a program left."""
    return id_ == "A08" and not MARKS.search(text) and ARTEFACT.fullmatch(text.strip()) is None


def _problem(code: str, message: str, element: str = "", severity: Severity = E) -> Problem:
    advice = "Popraw szablon albo dane, z których powstał ten plik."
    return Problem(code, message, advice, severity, element=element)


RULES: tuple[Rule, ...] = tuple(each for each in globals().values() if isinstance(each, Rule))
