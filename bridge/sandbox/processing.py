"""A received invoice → its fate, when its time has come; state moves on each look, without threads (protocol.md, 8)."""

from __future__ import annotations

import hashlib
import re
import threading
from base64 import b64encode
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from lxml import etree

from bridge.sandbox.numbers import WARSAW, ksef_number, reference
from bridge.sandbox.store import Invoice, Session, Store

FA3 = "{http://crd.gov.pl/wzor/2025/06/25/13775/}"
LARGEST, LARGEST_WITH_ATTACHMENT = 1_000_000, 3_000_000
DISCOURAGED = re.compile("[\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]")
TEXTS = {
    100: "Faktura przyjęta do dalszego przetwarzania",
    150: "Trwa przetwarzanie",
    200: "Sukces",
    405: "Przetwarzanie anulowane z powodu błędu sesji",
    410: "Nieprawidłowy zakres uprawnień",
    415: "Brak możliwości wysyłania faktury z załącznikiem",
    430: "Błąd weryfikacji pliku faktury",
    435: "Błąd odszyfrowania pliku",
    440: "Duplikat faktury",
    450: "Błąd weryfikacji semantyki dokumentu faktury",
    500: "Nieznany błąd",
    550: "Operacja została anulowana przez system",
}
_THREAD = threading.local()


def take(store: Store, session: Session, invoice: Invoice, encrypted: bytes) -> None:
    """Decrypt at once; everything else when the processing time is over."""
    plain = decrypted(session, encrypted)
    if plain is None:
        invoice.code = 435
        return
    take_plain(store, session, invoice, plain)


def take_plain(store: Store, session: Session, invoice: Invoice, plain: bytes) -> None:
    """An invoice of which the plain bytes are known."""
    invoice.plain = plain
    if invoice.due <= store.clock.now():
        _judge(store, session, invoice)


def decrypted(session: Session, encrypted: bytes) -> bytes | None:
    """AES-256-CBC with PKCS#7, bare ciphertext; None when it does not fit the session's key."""
    if session.key is None or len(encrypted) % 16 or not encrypted:
        return None
    decryptor = Cipher(algorithms.AES(session.key), modes.CBC(session.iv)).decryptor()
    unpad = PKCS7(128).unpadder()
    try:
        return unpad.update(decryptor.update(encrypted) + decryptor.finalize()) + unpad.finalize()
    except ValueError:
        return None


def advance(store: Store, session: Session) -> None:
    """Bring invoices and session up to the present moment."""
    now = store.clock.now()
    own = [store.kept.invoices[ref] for ref in session.invoices]
    for invoice in own:
        if invoice.code == 150 and invoice.due <= now and invoice.plain is not None:
            _judge(store, session, invoice)
    if session.code in (150, 170) and all(invoice.code >= 200 for invoice in own):
        good = any(invoice.code == 200 for invoice in own)
        session.code = 200 if good else 445
        session.upo = reference("EU", now) if good else ""


def _judge(store: Store, session: Session, invoice: Invoice) -> None:
    assert invoice.plain is not None
    code, details = _verdict(store, session, invoice, invoice.plain)
    fate = _fate(store, invoice)
    if fate is not None:
        code, details = fate, ["wymuszone w symulatorze"]
    invoice.code, invoice.details = code, details
    if code == 200:
        now = store.clock.now()
        invoice.acquired, invoice.ksef_number = now, ksef_number(invoice.seller, now)
        day = date.fromisoformat(invoice.issued)
        began = session.created if session.kind == "Batch" else invoice.received
        offline = invoice.offline or day < began.astimezone(WARSAW).date()
        invoice.mode = "Offline" if offline else "Online"


def _fate(store: Store, invoice: Invoice) -> int | None:
    """A status forced by a fault rule for invoice numbers of a pattern."""
    for fault in store.faults:
        pattern = fault.get("invoice")
        if pattern and fault["count"] and re.search(pattern, invoice.number or ""):
            fault["count"] -= 1
            return int(fault["code"])
    return None


def _verdict(store: Store, session: Session, invoice: Invoice, plain: bytes) -> tuple[int, list[str]]:
    """The checks of KSeF in its order: file, XML, schema, day, rights, duplicate."""
    wrong = _wrong_file(invoice, plain)
    if wrong:
        return 430, [wrong]
    try:
        text = plain.decode("utf-8")
        root = etree.fromstring(plain, etree.XMLParser(resolve_entities=False, no_network=True))
    except (UnicodeDecodeError, etree.XMLSyntaxError) as error:
        return 450, [f"Nieprawidłowy XML: {error}"]
    largest = LARGEST if root.find(f"{FA3}Zalacznik") is None else LARGEST_WITH_ATTACHMENT
    if len(plain) > largest:
        return 430, [f"Plik przekracza {largest} bajtów."]
    if DISCOURAGED.search(text) or b"<?" in plain[5:]:
        return 450, ["Plik zawiera niedozwolone znaki lub instrukcje przetwarzania."]
    _read(root, invoice)
    return _meaning(store, session, invoice, root)


def _wrong_file(invoice: Invoice, plain: bytes) -> str:
    """Why the file is not what was declared, "" when it is."""
    if len(plain) != invoice.size:
        return f"Rozmiar faktury nie zgadza się z zadeklarowaną wartością: '{invoice.size}'."
    if b64encode(hashlib.sha256(plain).digest()).decode() != invoice.hash:
        return "Skrót faktury nie zgadza się z zadeklarowaną wartością."
    return "Plik zawiera znacznik BOM." if plain.startswith(b"\xef\xbb\xbf") else ""


def _read(root: Any, invoice: Invoice) -> None:
    invoice.seller = root.findtext(f"{FA3}Podmiot1/{FA3}DaneIdentyfikacyjne/{FA3}NIP") or ""
    invoice.kind = root.findtext(f"{FA3}Fa/{FA3}RodzajFaktury") or ""
    number = root.findtext(f"{FA3}Fa/{FA3}P_2")
    invoice.number = " ".join(number.split()) if number else None
    invoice.issued = root.findtext(f"{FA3}Fa/{FA3}P_1") or ""


def _meaning(store: Store, session: Session, invoice: Invoice, root: Any) -> tuple[int, list[str]]:
    if session.form[0] == "FA (3)":
        schema = _schema()
        if not schema.validate(root):
            return 450, _as_dotnet(schema)
    today = store.clock.now().astimezone(WARSAW).date()
    if date.fromisoformat(invoice.issued) > today:
        return 450, ["Data wystawienia faktury (P_1) nie może być późniejsza niż data przyjęcia."]
    buyer = root.findtext(f"{FA3}Podmiot2/{FA3}DaneIdentyfikacyjne/{FA3}NIP")
    self_billing = root.findtext(f"{FA3}Fa/{FA3}Adnotacje/{FA3}P_17") == "1"
    allowed = invoice.seller == session.context or (
        self_billing and buyer == session.context and (invoice.seller, buyer) in store.kept.grants
    )
    if not allowed:
        return 410, ["Brak uprawnień do wystawienia faktury w imieniu tego podmiotu."]
    if root.find(f"{FA3}Zalacznik") is not None and session.kind == "Online":
        return 415, []
    return _unique(store, invoice)


def _as_dotnet(schema: Any) -> list[str]:
    """What the validator said, in the manner of KSeF's own one."""
    return [f"Nieprawidłowy XML: The element is invalid - {entry.message}" for entry in schema.error_log][:5]


def _unique(store: Store, invoice: Invoice) -> tuple[int, list[str]]:
    """Seller's NIP, kind and number are unique among accepted invoices."""
    wanted = (invoice.seller, invoice.kind, invoice.number)
    for other in store.kept.invoices.values():
        if other.code == 200 and (other.seller, other.kind, other.number) == wanted:
            assert other.ksef_number
            invoice.extensions = {
                "originalSessionReferenceNumber": other.session,
                "originalKsefNumber": other.ksef_number,
            }
            return 440, ["Duplikat faktury."]
    return 200, []


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


def accepted(store: Store, moment: datetime) -> list[Invoice]:
    """All accepted invoices, for the admin's count."""
    for session in store.kept.sessions.values():
        advance(store, session)
    return [each for each in store.kept.invoices.values() if each.code == 200 and each.received <= moment]
