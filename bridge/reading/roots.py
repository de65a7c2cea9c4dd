"""First bytes of a file → the root of its XML, even of a broken one; and what a known root is, for a person.

A person who drops FA (2), a UPO or a bank statement must read what she dropped, not which names mappings wait for.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

HEAD = 65_536  # bytes in which the root begins
_JUNK = 200  # characters before a declaration that is still taken for one
_MARKS = (  # of an encoding; the longer ones first
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_BEFORE = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE(?:[^\[>]|\[.*?\])*>", re.DOTALL)
_START = re.compile(r"""<(?:([\w.-]+):)?([A-Za-z_][\w.-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)(?=[\s/>])""")
_SYSTEM = re.compile(r"""kodSystemowy\s*=\s*["']([^"']+)""")
_PAGES = frozenset({"html", "table", "head", "body", "meta"})


class Root(NamedTuple):
    """The first element of a document."""

    namespace: str
    name: str
    form: str = ""  # kodSystemowy, where the head of the document has one

    @property
    def tag(self) -> str:
        """As lxml writes it."""
        return f"{{{self.namespace}}}{self.name}" if self.namespace else self.name


class KnownRoot(NamedTuple):
    """What a document is, and what to do with it."""

    called: str
    advice: str


def root_of(path: Path) -> Root | None:
    """The root of an XML file, also where a mark, junk or another encoding precedes it; None for all other files."""
    with path.open("rb") as file:
        text = _text(file.read(HEAD)).lstrip("\ufeff\0 \t\r\n")
    declared = text.find("<?xml")
    if 0 < declared <= _JUNK:
        text = text[declared:]
    place = 0
    while before := _BEFORE.match(text, place):
        place = before.end()
    found = _START.match(text, place)
    if found is None or found[2].lower() in _PAGES:
        return None
    prefix, name, attributes = found.groups()
    attribute = f"xmlns:{prefix}" if prefix else "xmlns"
    namespace = re.search(rf"""\s{re.escape(attribute)}\s*=\s*["']([^"']*)""", attributes)
    form = _SYSTEM.search(text, found.end())
    return Root(namespace[1] if namespace else "", name, form[1] if form else "")


def known(root: Root) -> KnownRoot:
    """What it is, in Polish."""
    for namespace, name, called, advice in _KNOWN:
        if re.fullmatch(namespace, root.namespace) and re.fullmatch(name, root.name):
            return KnownRoot(called.format(name=root.name, form=root.form or root.name), advice)
    where = f" w przestrzeni nazw {root.namespace}" if root.namespace else ""
    return KnownRoot(f"dokument XML z elementem {root.name}{where}, którego mostek nie zna", _EXPORT)


def _text(head: bytes) -> str:
    encoding = next((name for mark, name in _MARKS if head.startswith(mark)), "utf-8")
    return head.decode(encoding, errors="replace")


_EXPORT = "Wyeksportuj z programu ERP faktury FA (3) albo plik, który obejmuje jedno z mapowań."
_AGAIN = "Wystaw tę fakturę jako FA (3): od 1 lutego 2026 KSeF przyjmuje tylko tę wersję wzoru."
_NOT_HERE = "Usuń go z folderu inbox: mostek wysyła faktury, a tego dokumentu nie wysyła."
_BY_MAPPING = "Mostek czyta z plików JPK tylko JPK_FA, i to przez mapowanie: wskaż taki plik w `zrodlo.pliki`."
_KNOWN = (  # namespace, name of the root, what it is, what to do; the first that fits
    (r"http://crd\.gov\.pl/wzor/2023/06/29/12648/", "Faktura", "faktura ustrukturyzowana FA (2)", _AGAIN),
    (r"http://crd\.gov\.pl/wzor/2021/11/29/11089/", "Faktura", "faktura ustrukturyzowana FA (1)", _AGAIN),
    (
        r"http://crd\.gov\.pl/wzor/.*",
        "Faktura",
        "faktura według wzoru, którego mostek nie zna ({form})",
        "Zapisz ją jako FA (3) albo FA_RR (1) w wersji, którą przyjmuje KSeF.",
    ),
    (
        "",
        "Faktura",
        "faktura bez przestrzeni nazw wzoru FA (3) ({form})",
        'W elemencie Faktura musi stać xmlns="http://crd.gov.pl/wzor/2025/06/25/13775/": popraw program, który ją zapisał.',
    ),
    (r"http://upo\.schematy\.mf\.gov\.pl/.*", "Potwierdzenie", "UPO, potwierdzenie odbioru z KSeF", _NOT_HERE),
    (".*", "Potwierdzenie", "urzędowe potwierdzenie odbioru (UPO)", _NOT_HERE),
    (".*", "JPK", "plik JPK ({form})", _BY_MAPPING),
    (r"http://.*(mf|crd)\.gov\.pl/.*", "Deklaracja", "deklaracja podatkowa ({form})", _NOT_HERE),
    (r"http://ksef\.mf\.gov\.pl/.*", ".*", "dokument techniczny KSeF ({name})", _NOT_HERE),
    (".*", "AuthTokenRequest", "prośba o uwierzytelnienie w KSeF", _NOT_HERE),
    (
        r"urn:oasis:names:specification:ubl:schema:xsd:.*",
        ".*",
        "dokument UBL {name}, który nie jest fakturą PEF (Invoice) ani jej korektą (CreditNote)",
        _NOT_HERE,
    ),
    (
        ".*",
        "(Invoice|CreditNote)",
        "e-faktura innego wzoru niż PEF ({name})",
        "KSeF przyjmuje FA (3), FA_RR (1) i PEF (3): wystaw fakturę w jednym z tych wzorów.",
    ),
    (
        ".*",
        "CrossIndustryInvoice|CrossIndustryDocument",
        "e-faktura CII (Factur-X, ZUGFeRD)",
        "KSeF takiego wzoru nie przyjmuje: wystaw fakturę jako FA (3).",
    ),
    (
        ".*",
        "Document-Invoice",
        "faktura EDI (EDI++, ECOD)",
        "KSeF takiego wzoru nie przyjmuje: wyeksportuj ją jako FA (3) albo do pliku, który obejmuje mapowanie.",
    ),
    (r"urn:iso:std:iso:20022:tech:xsd:pain\..*", ".*", "zlecenie płatnicze dla banku (pain)", _NOT_HERE),
    (r"urn:iso:std:iso:20022:tech:xsd:camt\..*", ".*", "wyciąg bankowy (camt)", _NOT_HERE),
    (r"urn:iso:std:iso:20022:.*", ".*", "komunikat bankowy ISO 20022", _NOT_HERE),
    (
        r"urn:schemas-microsoft-com:office:spreadsheet",
        "Workbook",
        "skoroszyt Excela zapisany jako XML 2003",
        "Otwórz go w Excelu i zapisz jako „Skoroszyt programu Excel (*.xlsx)”.",
    ),
    (".*", "tabela_kursow|ArrayOfExchangeRatesTable|exchange_rates.*", "tabela kursów NBP", _NOT_HERE),
    (r"http://www\.w3\.org/2001/XMLSchema", "schema", "schemat XSD", _NOT_HERE),
    (r"http://www\.w3\.org/1999/XSL/Transform", ".*", "arkusz stylów XSLT", _NOT_HERE),
    (r"http://(schemas\.xmlsoap\.org|www\.w3\.org)/.*envelope/?", "Envelope", "komunikat SOAP", _NOT_HERE),
)
