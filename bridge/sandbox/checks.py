"""The bytes of an invoice → KSeF's verdict on it, in KSeF's order: file, XML, schema, day, rights, duplicate (8)."""

from __future__ import annotations

import hashlib
import re
import threading
from base64 import b64encode
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree

from bridge.sandbox.facts import seen
from bridge.sandbox.rights import may_issue
from bridge.sandbox.store import Invoice, Session, Store

DISCOURAGED = re.compile("[\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]")
NAMESPACES = {
    "FA (2)": "http://crd.gov.pl/wzor/2023/06/29/12648/",
    "FA (3)": "http://crd.gov.pl/wzor/2025/06/25/13775/",
}
MEGABYTE = 1_000_000
YEARS = 10  # for so long a number stays taken
_THREAD = threading.local()


class Verdict(NamedTuple):
    """Status code, details and, of a duplicate, what it duplicates."""

    code: int
    details: list[str]
    extensions: dict[str, str] = {}  # noqa: RUF012 - the default is never changed


def judged(store: Store, session: Session, invoice: Invoice, plain: bytes) -> Verdict:
    """The verdict; fills in what the document says of itself."""
    wrong = _wrong_file(invoice, plain)
    if wrong:
        return Verdict(430, [wrong])
    try:
        text = plain.decode("utf-8")
        root = etree.fromstring(plain, etree.XMLParser(resolve_entities=False, no_network=True))
    except (UnicodeDecodeError, etree.XMLSyntaxError) as error:
        return Verdict(450, [f"Nieprawidłowy XML: {error}"])
    _read(root, invoice)
    largest = _largest(store, session, invoice)
    if len(plain) > largest:
        return Verdict(store.settings["refusal_size"], [f"Plik przekracza {largest} bajtów."])
    if store.settings["strict_characters"] and (DISCOURAGED.search(text) or b"<?" in plain[5:]):
        return Verdict(450, ["Plik zawiera niedozwolone znaki lub instrukcje przetwarzania."])
    return _form(session, root) or _meaning(store, session, invoice)


def _wrong_file(invoice: Invoice, plain: bytes) -> str:
    """Why the file is not what was declared, "" when it is."""
    if len(plain) != invoice.size:
        return f"Rozmiar faktury nie zgadza się z zadeklarowaną wartością: '{invoice.size}'."
    if b64encode(hashlib.sha256(plain).digest()).decode() != invoice.hash:
        return "Skrót faktury nie zgadza się z zadeklarowaną wartością."
    return "Plik zawiera znacznik BOM." if plain.startswith(b"\xef\xbb\xbf") else ""


def _read(root: Any, invoice: Invoice) -> None:
    ns = f"{{{etree.QName(root).namespace or ''}}}"
    invoice.seller = root.findtext(f"{ns}Podmiot1/{ns}DaneIdentyfikacyjne/{ns}NIP") or ""
    invoice.kind = root.findtext(f"{ns}Fa/{ns}RodzajFaktury") or ""
    number = root.findtext(f"{ns}Fa/{ns}P_2")
    invoice.number = " ".join(number.split()) if number else None
    invoice.issued = root.findtext(f"{ns}Fa/{ns}P_1") or ""
    invoice.facts = seen(root)


def _largest(store: Store, session: Session, invoice: Invoice) -> int:
    """Bytes; the context may have limits of its own."""
    assert invoice.facts is not None
    own = store.kept.context_limits.get(session.context, {}).get(f"{session.kind.lower()}Session", {})
    attached = invoice.facts.attachment
    name, usual = ("maxInvoiceWithAttachmentSizeInMB", 3) if attached else ("maxInvoiceSizeInMB", 1)
    return int(own.get(name, usual)) * MEGABYTE


def _form(session: Session, root: Any) -> Verdict | None:
    """The namespace fits the form; and the schema, where the simulator has it."""
    wanted = NAMESPACES.get(session.form[0])
    found = etree.QName(root).namespace
    if wanted and found != wanted:
        return Verdict(450, [f"Nieprawidłowy XML: przestrzeń nazw „{found}” nie należy do {session.form[0]}."])
    if session.form[0] == "FA (3)":
        schema = _schema()
        if not schema.validate(root):
            return Verdict(450, _as_dotnet(schema))
    return None


def _meaning(store: Store, session: Session, invoice: Invoice) -> Verdict:
    settings, facts = store.settings, invoice.facts
    assert facts is not None
    try:
        issued = date.fromisoformat(invoice.issued)
    except ValueError:
        return Verdict(450, ["Brak daty wystawienia (P_1)."])
    if issued > store.clock.now().astimezone(store.zone("day_zone")).date():
        told = "Data wystawienia faktury (P_1) nie może być późniejsza niż data przyjęcia."
        return Verdict(settings["refusal_day"], [told])
    if settings["checksums"] or session.checksums:
        wrong = [nip for nip in (invoice.seller, *facts.nips, *(unit[:10] for unit in facts.units)) if not checked(nip)]
        if wrong:
            return Verdict(settings["refusal_checksum"], [f"Nieprawidłowa suma kontrolna: {', '.join(wrong)}."])
    if not may_issue(store, session, invoice):
        return Verdict(410, ["Brak uprawnień do wystawienia faktury w imieniu tego podmiotu."])
    if facts.attachment and not _may_attach(store, session, invoice):
        return Verdict(415, [])
    return _correction(store, invoice) or _unique(store, invoice, issued)


def checked(nip: str) -> bool:
    """The check digit of a NIP."""
    total = sum(weight * int(digit) for weight, digit in zip((6, 5, 7, 2, 3, 4, 5, 6, 7), nip, strict=False))
    return len(nip) == 10 and nip.isdecimal() and total % 11 == int(nip[9])


def _may_attach(store: Store, session: Session, invoice: Invoice) -> bool:
    """Consent of the seller, and a batch (or a technical correction)."""
    revoked = store.kept.attachments.get(invoice.seller)
    today = store.clock.now().astimezone(store.zone("day_zone")).date().isoformat()
    consent = revoked is not None and (not revoked or today < revoked)
    return consent and (session.kind == "Batch" or bool(invoice.corrects))


def _correction(store: Store, invoice: Invoice) -> Verdict | None:
    """One accepted technical correction an original; the second of two on their way shows only here."""
    if invoice.corrects and (invoice.context, invoice.corrects) in store.kept.corrected:
        return Verdict(440, ["Istnieje już korekta techniczna tej faktury."])
    return None


def _unique(store: Store, invoice: Invoice, issued: date) -> Verdict:
    """Seller's NIP, kind and number are unique among accepted invoices, for ten full years."""
    ref = store.kept.taken.get((invoice.seller, invoice.kind, invoice.number))
    if ref is None:
        return Verdict(200, [])
    other = store.kept.invoices[ref]
    if issued.year > date.fromisoformat(other.issued).year + YEARS:
        return Verdict(200, [])
    assert other.ksef_number
    original = {"originalSessionReferenceNumber": other.session, "originalKsefNumber": other.ksef_number}
    return Verdict(440, ["Duplikat faktury."], original)


def _as_dotnet(schema: Any) -> list[str]:
    """What the validator said, in the manner of KSeF's own one."""
    return [f"Nieprawidłowy XML: The element is invalid - {entry.message}" for entry in schema.error_log][:5]


def _schema() -> etree.XMLSchema:
    """One schema per thread, as lxml's error log is not safe to share."""
    known: etree.XMLSchema | None = getattr(_THREAD, "schema", None)
    if known is None:
        package = find_spec("ksef_client")
        assert package is not None
        assert package.origin
        folder = Path(package.origin).parent / "documents" / "fa3" / "schemas"
        parser = etree.XMLParser(no_network=True)
        parser.resolvers.add(_Local(folder))
        known = _THREAD.schema = etree.XMLSchema(etree.parse(str(folder / "schemat_FA(3)_v1-0E.xsd"), parser))
    return known


class _Local(etree.Resolver):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override]  # noqa: ARG002 - lxml calls it so
        return self.resolve_filename(str(self.folder / system_url.rpartition("/")[2]), context)  # type: ignore[attr-defined]
