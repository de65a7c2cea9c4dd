"""Interactive sessions: open, send, close, status, lists, UPO (protocol.md, 4.2-4.6, 5)."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge.sandbox import keys, processing, upo
from bridge.sandbox.auth import OAEP, bearer
from bridge.sandbox.body import json_body, need
from bridge.sandbox.numbers import reference, stamp
from bridge.sandbox.problems import Refusal, bad
from bridge.sandbox.store import Invoice, Login, Session, Store

FORMS = {
    ("FA (2)", "1-0E", "FA"),
    ("FA (3)", "1-0E", "FA"),
    ("PEF (3)", "2-1", "PEF"),
    ("PEF_KOR (3)", "2-1", "PEF"),
    ("FA_RR (1)", "1-1E", "FA_RR"),
}
LIVES = timedelta(hours=12)
MOST = 10_000
PAGE = 10


async def open_online(request: Request) -> Response:
    """POST /sessions/online."""
    store: Store = request.app.state.store
    login = bearer(request, "ContextToken")
    session = opened(store, login, await json_body(request), "Online")
    return JSONResponse({"referenceNumber": session.ref, "validUntil": stamp(session.valid_until)}, 201)


def opened(store: Store, login: Login, body: dict[str, Any], kind: str) -> Session:
    """A session of either kind; a key that cannot be decrypted shows later, as 415."""
    form = need(body, "formCode")
    triple = (str(need(form, "systemCode")), str(need(form, "schemaVersion")), str(need(form, "value")))
    if triple not in FORMS:
        raise bad(21405, f"Nieznany kod formularza {triple}.")
    encryption = need(body, "encryption")
    private = keys.private(store, "SymmetricKeyEncryption", encryption.get("publickeyid"))
    iv = _bytes(str(need(encryption, "initializationVector")))
    if len(iv) != 16:
        raise bad(21405, "Wektor inicjujący ma mieć 16 bajtów.")
    now = store.clock.now()
    try:
        key: bytes | None = private.decrypt(_bytes(str(need(encryption, "encryptedSymmetricKey"))), OAEP)
    except ValueError:
        key = None
    ref = reference("SO" if kind == "Online" else "SB", now)
    session = Session(ref, kind, login.context, triple, key, iv, now, now + LIVES)
    session.token_ref, session.signature_hash = login.token_ref, login.signature_hash
    session.offline = bool(body.get("offlinemode"))
    if key is None or len(key) != 32:
        session.code, session.details = 415, []
    store.kept.sessions[ref] = session
    return session


async def send(request: Request) -> Response:
    """POST /sessions/online/{ref}/invoices."""
    store: Store = request.app.state.store
    session = session_of(request)
    if session.code != 100:
        raise bad(21180, f"Status sesji: {session.code}.")
    if len(session.invoices) >= MOST:
        raise bad(21155)
    body = await json_body(request)
    content = _bytes(str(need(body, "encryptedInvoiceContent")))
    if len(content) != need(body, "encryptedInvoiceSize"):
        raise bad(21402)
    if b64encode(hashlib.sha256(content).digest()).decode() != need(body, "encryptedInvoiceHash"):
        raise bad(21403)
    offline = bool(body.get("offlinemode"))
    if body.get("hashofcorrectedinvoice") and not offline:
        raise bad(21405, "HashOfCorrectedInvoice can only be provided for offline invoices.")
    invoice = received(store, session, str(need(body, "invoiceHash")), int(need(body, "invoiceSize")))
    invoice.offline = offline
    processing.take(store, session, invoice, content)
    return JSONResponse({"referenceNumber": invoice.ref}, 202)


def received(store: Store, session: Session, invoice_hash: str, size: int) -> Invoice:
    """A new invoice of a session, still to be processed."""
    now = store.clock.now()
    due = now + timedelta(seconds=float(store.settings["processing"]))
    ordinal = len(session.invoices) + 1
    invoice = Invoice(reference("EE", now), session.ref, ordinal, session.context, invoice_hash, size, now, due)
    store.kept.invoices[invoice.ref] = invoice
    session.invoices.append(invoice.ref)
    return invoice


async def close(request: Request) -> Response:
    """POST /sessions/online/{ref}/close."""
    store: Store = request.app.state.store
    session = session_of(request)
    if session.code != 100:
        raise bad(21180, f"Status sesji: {session.code}.")
    session.closed = store.clock.now()
    session.code, session.details = (170, []) if session.invoices else (440, ["Nie przesłano faktur"])
    return Response(status_code=204)


async def status(request: Request) -> Response:
    """GET /sessions/{ref}."""
    store: Store = request.app.state.store
    session = session_of(request)
    processing.advance(store, session)
    own = [store.kept.invoices[ref] for ref in session.invoices]
    body: dict[str, Any] = {
        "status": session_status(session),
        "dateCreated": stamp(session.created),
        "dateUpdated": stamp(store.clock.now()),
        "validUntil": stamp(session.valid_until),
        "invoiceCount": len(own),
        "successfulInvoiceCount": sum(each.code == 200 for each in own),
        "failedInvoiceCount": sum(each.code >= 400 for each in own),
    }
    if session.code == 200 and session.upo:
        url = f"{_root(request)}/_sim/files/session-upo/{session.ref}"
        ends = stamp(store.clock.now() + timedelta(days=3))
        body["upo"] = {
            "pages": [{"referenceNumber": session.upo, "downloadUrl": url, "downloadUrlExpirationDate": ends}]
        }
    return JSONResponse(body)


TEXTS = {
    ("Online", 100): "Sesja interaktywna otwarta",
    ("Online", 170): "Sesja interaktywna zamknięta",
    ("Online", 200): "Sesja interaktywna przetworzona pomyślnie",
    ("Batch", 100): "Sesja wsadowa rozpoczęta",
    ("Batch", 150): "Trwa przetwarzanie",
    ("Batch", 200): "Sesja wsadowa przetworzona pomyślnie",
}
FAILED = {
    415: "Błąd odszyfrowania dostarczonego klucza",
    440: "Sesja anulowana",
    445: "Błąd weryfikacji, brak poprawnych faktur",
}


def session_status(session: Session) -> dict[str, Any]:
    """Code, description and details."""
    told = TEXTS.get((session.kind, session.code)) or FAILED.get(session.code, "Błąd")
    state: dict[str, Any] = {"code": session.code, "description": told}
    return state | ({"details": session.details} if session.details else {})


async def sessions(request: Request) -> Response:
    """GET /sessions, newest first."""
    store: Store = request.app.state.store
    login = bearer(request, "ContextToken")
    kind = request.query_params.get("sessionType", "").capitalize()
    since = request.query_params.get("dateCreatedFrom")
    own = [each for each in store.kept.sessions.values() if each.context == login.context and each.kind == kind]
    own = [each for each in own if not since or stamp(each.created)[:19] >= since[:19]]
    listed = []
    for each in sorted(own, key=lambda each: each.created, reverse=True):
        processing.advance(store, each)
        invoices = [store.kept.invoices[ref] for ref in each.invoices]
        listed.append(
            {
                "referenceNumber": each.ref,
                "status": session_status(each),
                "dateCreated": stamp(each.created),
                "dateUpdated": stamp(each.closed or each.created),
                "validUntil": stamp(each.valid_until),
                "totalInvoiceCount": len(invoices),
                "successfulInvoiceCount": sum(one.code == 200 for one in invoices),
                "failedInvoiceCount": sum(one.code >= 400 for one in invoices),
            }
        )
    page, further = _page(request, listed)
    return JSONResponse({"sessions": page, **further})


async def invoices(request: Request) -> Response:
    """GET /sessions/{ref}/invoices and …/failed."""
    store: Store = request.app.state.store
    session = session_of(request)
    processing.advance(store, session)
    own = [store.kept.invoices[ref] for ref in session.invoices]
    if request.url.path.endswith("/failed"):
        own = [each for each in own if each.code >= 400]
    page, further = _page(request, [plain(request, each) for each in own])
    return JSONResponse({"invoices": page, **further})


async def invoice(request: Request) -> Response:
    """GET /sessions/{ref}/invoices/{invoiceRef}."""
    return JSONResponse(plain(request, _invoice(request)))


def plain(request: Request, each: Invoice) -> dict[str, Any]:
    """An invoice as lists and single answers show it."""
    store: Store = request.app.state.store
    state: dict[str, Any] = {"code": each.code, "description": processing.TEXTS[each.code]}
    state |= {"details": each.details} if each.details else {}
    state |= {"extensions": each.extensions} if each.extensions else {}
    body: dict[str, Any] = {
        "ordinalNumber": each.ordinal,
        "invoiceNumber": each.number,
        "referenceNumber": each.ref,
        "invoiceHash": each.hash,
        "invoicingDate": stamp(each.received),
        "status": state,
    }
    if each.file_name:
        body["invoiceFileName"] = each.file_name
    if each.code == 200 and each.acquired:
        body |= {
            "ksefNumber": each.ksef_number,
            "acquisitionDate": stamp(each.acquired),
            "permanentStorageDate": stamp(each.acquired),
            "upoDownloadUrl": f"{_root(request)}/_sim/files/upo/{each.ref}",
            "upoDownloadUrlExpirationDate": stamp(store.clock.now() + timedelta(days=3)),
            "invoicingMode": each.mode,
        }
    return body


async def invoice_upo(request: Request) -> Response:
    """GET …/invoices/{invoiceRef}/upo and …/invoices/ksef/{ksefNumber}/upo."""
    store: Store = request.app.state.store
    session = session_of(request)
    processing.advance(store, session)
    number = request.path_params.get("number")
    own = [store.kept.invoices[ref] for ref in session.invoices]
    found = [
        each for each in own if (each.ksef_number == number if number else each.ref == request.path_params["invoice"])
    ]
    if not found or found[0].code != 200:
        raise bad(21178)
    return xml(upo.document(store, session, found))


async def session_upo(request: Request) -> Response:
    """GET /sessions/{ref}/upo/{upoRef}."""
    store: Store = request.app.state.store
    session = session_of(request)
    processing.advance(store, session)
    if not session.upo or session.upo != request.path_params["upo"]:
        raise bad(21178)
    return xml(upo.of_session(store, session))


async def file(request: Request) -> Response:
    """Links without authorization: a UPO by its invoice, or of a session."""
    store: Store = request.app.state.store
    ref = request.path_params["ref"]
    if request.path_params["what"] == "upo" and ref in store.kept.invoices:
        found = store.kept.invoices[ref]
        return xml(upo.document(store, store.kept.sessions[found.session], [found]))
    if request.path_params["what"] == "session-upo" and ref in store.kept.sessions:
        return xml(upo.of_session(store, store.kept.sessions[ref]))
    return Response(status_code=404)


def xml(content: bytes) -> Response:
    """XML with its hash beside it."""
    meta = b64encode(hashlib.sha256(content).digest()).decode()
    return Response(content, media_type="application/xml", headers={"x-ms-meta-hash": meta})


def session_of(request: Request) -> Session:
    """The session of the path, if it belongs to the caller's context."""
    store: Store = request.app.state.store
    login = bearer(request, "ContextToken")
    session = store.kept.sessions.get(request.path_params["ref"])
    if session is None:
        raise bad(21173)
    if session.context != login.context:
        raise Refusal(403, extra={"reasonCode": "insufficient-resource-access", "security": {}})
    return session


def _invoice(request: Request) -> Invoice:
    store: Store = request.app.state.store
    session = session_of(request)
    processing.advance(store, session)
    ref = request.path_params["invoice"]
    if ref not in session.invoices:
        raise bad(21164)
    return store.kept.invoices[ref]


def _page(request: Request, items: list[Any]) -> tuple[list[Any], dict[str, str]]:
    """One page by the continuation token of the header; the token is the next position."""
    token = request.headers.get("x-continuation-token", "0")
    if not token.isdecimal():
        raise bad(21418)
    size = int(request.query_params.get("pageSize", PAGE))
    begin, end = int(token), int(token) + size
    return items[begin:end], {"continuationToken": str(end)} if end < len(items) else {}


def _root(request: Request) -> str:
    return f"{request.url.scheme}://{request.headers.get('host', 'localhost')}"


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError as error:
        raise bad(21405, "Nieprawidłowy zapis Base64.") from error
