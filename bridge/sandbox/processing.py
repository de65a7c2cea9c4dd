"""A received invoice → its fate, when its time has come; state moves on each look, without threads (protocol.md, 8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from bridge.sandbox.checks import Verdict, judged
from bridge.sandbox.faults import Fault, Moment, first
from bridge.sandbox.store import Invoice, Session, Store

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
CANCELLED = 405  # what becomes of an invoice whose whole session was refused
UPLOAD_LATE = "Przekroczono czas wysyłki"
EMPTY = "Nie przesłano faktur"


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
    if invoice.due is not None and invoice.due <= store.clock.now():
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
    _expire(session, now)
    if session.code not in (100, 150, 170):
        return
    own = [store.kept.invoices[ref] for ref in session.invoices]
    for invoice in own:
        if invoice.code == 150 and invoice.due is not None and invoice.due <= now and invoice.plain is not None:
            _judge(store, session, invoice)
    if session.code in (150, 170) and all(invoice.code >= 200 for invoice in own):
        good = any(invoice.code == 200 for invoice in own)
        session.code = 200 if good else 445
        session.upo = store.reference("EU") if good else ""


def _expire(session: Session, now: datetime) -> None:
    """Nobody closed it: an interactive session closes by itself, a batch is cancelled (protocol.md, 4.2, 4.3)."""
    if session.code != 100 or now < session.valid_until:
        return
    session.closed = session.valid_until
    if session.kind == "Batch":
        session.code, session.details = 440, [UPLOAD_LATE]
    else:
        session.code, session.details = (170, []) if session.invoices else (440, [EMPTY])


def fail(store: Store, session: Session, code: int, details: Iterable[str] = ()) -> None:
    """A whole session is refused: its invoices did not enter KSeF."""
    session.code, session.details = code, list(details)
    for ref in session.invoices:
        invoice = store.kept.invoices[ref]
        if invoice.code < 200:
            invoice.code = CANCELLED


def fault_of(store: Store, session: Session) -> Fault | None:
    """A rule for whole sessions that fits this one."""
    moment = Moment(store.clock.now(), context=session.context, kind=session.kind)
    return first(store.faults, ("session",), moment, store.random)


def _judge(store: Store, session: Session, invoice: Invoice) -> None:
    assert invoice.plain is not None
    verdict = judged(store, session, invoice, invoice.plain)
    moment = Moment(store.clock.now(), context=session.context, number=invoice.number or "", kind=session.kind)
    fault = first([each for each in store.faults if each.do in ("fate", "stuck")], ("invoice",), moment, store.random)
    if fault is not None and fault.do == "stuck":
        invoice.due = store.clock.now() + timedelta(seconds=fault.seconds) if fault.seconds else None
        return
    if fault is not None:
        details = list(fault.details) or ["wymuszone w symulatorze"]
        verdict = Verdict(fault.code, details, _original(store, invoice, fault) if fault.code == 440 else {})
    invoice.code, invoice.details, invoice.extensions = verdict
    if invoice.code == 200:
        _accept(store, session, invoice)


def _original(store: Store, invoice: Invoice, fault: Fault) -> dict[str, str]:
    """The original a forced 440 names: the right one if there is one, the asking session (a known lie), or none."""
    ref = store.kept.taken.get((invoice.seller, invoice.kind, invoice.number))
    if fault.original == "missing" or ref is None:
        return {}
    known = store.kept.invoices[ref]
    named = invoice.session if fault.original == "wrong" else known.session
    return {"originalSessionReferenceNumber": named, "originalKsefNumber": known.ksef_number or ""}


def _accept(store: Store, session: Session, invoice: Invoice) -> None:
    now = store.clock.now()
    invoice.acquired, invoice.ksef_number = now, store.ksef_number(invoice.seller)
    invoice.stored = invoice.visible = now + timedelta(seconds=store.settings["storage_lag"])
    began = session.created if session.kind == "Batch" else invoice.received
    late = date.fromisoformat(invoice.issued) < began.astimezone(store.zone("day_zone")).date()
    invoice.mode = "Offline" if invoice.offline or late else "Online"
    store.kept.taken[invoice.seller, invoice.kind, invoice.number] = invoice.ref
    store.kept.numbered[invoice.ksef_number] = invoice.ref
    if invoice.corrects:
        store.kept.corrected[invoice.context, invoice.corrects] = invoice.ref
    moment = Moment(now, context=session.context, number=invoice.number or "")
    fault = first([each for each in store.faults if each.do == "late"], ("invoice",), moment, store.random)
    if fault is not None:
        invoice.visible = invoice.stored + timedelta(seconds=fault.seconds)
        invoice.breaks_mark = fault.broken


def accepted(store: Store, moment: datetime) -> list[Invoice]:
    """All accepted invoices, for the admin's count."""
    for session in store.kept.sessions.values():
        if session.code in (100, 150, 170):
            advance(store, session)
    return [each for ref in store.kept.numbered.values() if (each := store.kept.invoices[ref]).received <= moment]
