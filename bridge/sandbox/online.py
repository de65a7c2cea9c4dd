"""Interactive sessions: open, send, close (protocol.md, 4.2)."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge.sandbox import keys, processing
from bridge.sandbox.bearer import SENDING, caller
from bridge.sandbox.body import base64_of, hash_of, json_body, need, whole
from bridge.sandbox.numbers import stamp
from bridge.sandbox.problems import Refusal, bad
from bridge.sandbox.store import Invoice, Login, Session, Store

FORMS = {
    ("FA (2)", "1-0E", "FA"),
    ("FA (3)", "1-0E", "FA"),
    ("PEF (3)", "2-1", "PEF"),
    ("PEF_KOR (3)", "2-1", "PEF"),
    ("FA_RR (1)", "1-1E", "FA_RR"),
}
MOST = 10_000


async def open_online(request: Request) -> Response:
    """POST /sessions/online."""
    store: Store = request.app.state.store
    login = caller(request, *SENDING)
    session = opened(store, login, await json_body(request), "Online")
    session.checksums = "subject-identifier-validation" in request.headers.get("x-ksef-feature", "")
    return JSONResponse({"referenceNumber": session.ref, "validUntil": stamp(session.valid_until)}, 201)


def opened(store: Store, login: Login, body: dict[str, Any], kind: str) -> Session:
    """A session of either kind; a key that cannot be decrypted shows later, as 415."""
    form = need(body, "formCode")
    triple = (str(need(form, "systemCode")), str(need(form, "schemaVersion")), str(need(form, "value")))
    if triple not in FORMS or (kind == "Batch" and triple[2] == "PEF"):
        raise bad(21405, f"Kodu formularza {triple} nie można tu użyć.")
    encryption = need(body, "encryption")
    iv = base64_of(need(encryption, "initializationVector"), "initializationVector")
    if len(iv) != 16:
        raise bad(21405, "Wektor inicjujący ma mieć 16 bajtów.")
    sealed = str(need(encryption, "encryptedSymmetricKey"))
    key = keys.opened(store, "SymmetricKeyEncryption", encryption.get("publickeyid"), sealed)
    now = store.clock.now()
    lives = timedelta(hours=store.settings["session_hours"])
    ref = store.reference("SO" if kind == "Online" else "SB")
    session = Session(ref, kind, login.context, triple, key, iv, now, now + lives, login.subject, login.context_type)
    session.token_ref, session.signature_hash = login.token_ref, login.signature_hash
    session.offline = bool(body.get("offlinemode"))
    if key is None or len(key) != 32:
        session.code = 415
    elif kind == "Online" and (fault := processing.fault_of(store, session)):
        session.code, session.details = fault.code, list(fault.details)
    store.kept.sessions[ref] = session
    return session


async def send(request: Request) -> Response:
    """POST /sessions/online/{ref}/invoices."""
    store: Store = request.app.state.store
    session = writable(request, "Online")
    if len(session.invoices) >= most(store, session):
        raise bad(21155)
    body = await json_body(request)
    declared, size = hash_of(body, "invoiceHash"), whole(body, "invoiceSize", 1)
    content = base64_of(need(body, "encryptedInvoiceContent"), "encryptedInvoiceContent")
    if len(content) != whole(body, "encryptedInvoiceSize", 1):
        raise bad(21402)
    if b64encode(hashlib.sha256(content).digest()).decode() != hash_of(body, "encryptedInvoiceHash"):
        raise bad(21403)
    offline = bool(body.get("offlinemode"))
    corrects = _corrects(store, session, body, offline=offline)
    invoice = received(store, session, declared, size)
    invoice.offline, invoice.corrects = offline, corrects
    processing.take(store, session, invoice, content)
    return JSONResponse({"referenceNumber": invoice.ref}, 202)


def _corrects(store: Store, session: Session, body: dict[str, Any], *, offline: bool) -> str:
    """The hash of the original of a technical correction, "" when it is none (protocol.md, 9.3)."""
    if not body.get("hashofcorrectedinvoice"):
        return ""
    if not offline:
        raise bad(21405, "HashOfCorrectedInvoice can only be provided for offline invoices.")
    original = hash_of(body, "hashOfCorrectedInvoice")
    if (session.context, original) in store.kept.corrected:
        raise bad(21166)
    same = (each for each in store.kept.invoices.values() if each.hash == original and each.context == session.context)
    if any(each.code == 200 for each in same):
        raise bad(21167)
    return original


def received(store: Store, session: Session, invoice_hash: str, size: int) -> Invoice:
    """A new invoice of a session, still to be processed."""
    now = store.clock.now()
    seconds = store.settings["processing" if session.kind == "Online" else "batch_processing"]
    due = now + timedelta(seconds=max(float(seconds), float(store.settings["processing"])))
    ordinal = len(session.invoices) + 1
    moment = now if session.kind == "Online" else session.created
    invoice = Invoice(store.reference("EE"), session.ref, ordinal, session.context, invoice_hash, size, moment, due)
    store.kept.invoices[invoice.ref] = invoice
    session.invoices.append(invoice.ref)
    return invoice


def most(store: Store, session: Session) -> int:
    """Invoices a session takes; the context may have a limit of its own."""
    own = store.kept.context_limits.get(session.context, {}).get(f"{session.kind.lower()}Session", {})
    return int(own.get("maxInvoices", MOST))


async def close(request: Request) -> Response:
    """POST /sessions/online/{ref}/close."""
    store: Store = request.app.state.store
    session = writable(request, "Online")
    session.closed = store.clock.now()
    if not session.invoices:
        session.code, session.details = 440, [processing.EMPTY]
    else:
        session.code, session.details = 170, []
    return Response(status_code=204)


def writable(request: Request, kind: str) -> Session:
    """The open session of the path, if the caller may send in it."""
    store: Store = request.app.state.store
    login = caller(request, *SENDING)
    session = store.kept.sessions.get(request.path_params["ref"])
    if session is None or session.kind != kind:
        raise bad(21173)
    if session.context != login.context or (session.owner != login.subject and "Owner" not in login.rights):
        raise Refusal(403, extra={"reasonCode": "insufficient-resource-access", "security": {}})
    processing.advance(store, session)
    if session.code != 100:
        raise bad(21180, f"Status sesji: {session.code}.")
    return session
