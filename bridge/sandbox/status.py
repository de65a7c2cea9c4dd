"""What became of sessions and invoices: status, lists, UPO (protocol.md, 4.4-4.6, 5)."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge.sandbox import processing, upo
from bridge.sandbox.bearer import WATCHING, caller
from bridge.sandbox.body import moment, one_of
from bridge.sandbox.faults import Moment, fits
from bridge.sandbox.links import link
from bridge.sandbox.numbers import stamp
from bridge.sandbox.paging import page
from bridge.sandbox.problems import Refusal, bad
from bridge.sandbox.store import Invoice, Login, Session, Store

TEXTS = {
    ("Online", 100): "Sesja interaktywna otwarta",
    ("Online", 170): "Sesja interaktywna zamknięta",
    ("Online", 200): "Sesja interaktywna przetworzona pomyślnie",
    ("Batch", 100): "Sesja wsadowa rozpoczęta",
    ("Batch", 150): "Trwa przetwarzanie",
    ("Batch", 200): "Sesja wsadowa przetworzona pomyślnie",
}
FAILED = {
    405: "Błąd weryfikacji poprawności dostarczonych elementów paczki",
    415: "Błąd odszyfrowania dostarczonego klucza",
    420: "Przekroczony limit faktur w sesji",
    430: "Błąd dekompresji pierwotnego archiwum",
    435: "Błąd odszyfrowania zaszyfrowanych części archiwum",
    440: "Sesja anulowana",
    445: "Błąd weryfikacji, brak poprawnych faktur",
    500: "Nieznany błąd",
}
GROUPS = {"InProgress": (100, 150, 170), "Succeeded": (200,), "Cancelled": (440,)}
DATES = {"dateCreated": "created", "dateClosed": "closed", "dateModified": "modified"}


async def session(request: Request) -> Response:
    """GET /sessions/{ref}."""
    store: Store = request.app.state.store
    found = visible(request)
    ok, bad_ones = _counts(store, found)
    body: dict[str, Any] = {
        "status": _status(found),
        "dateCreated": stamp(found.created),
        "dateUpdated": stamp(store.clock.now()),
        "validUntil": stamp(found.valid_until),
        "invoiceCount": len(found.invoices),
        "successfulInvoiceCount": ok,
        "failedInvoiceCount": bad_ones,
    }
    if found.code == 200 and found.upo:
        url, ends = link(request, "session-upo", found.ref)
        pages = [{"referenceNumber": found.upo, "downloadUrl": url, "downloadUrlExpirationDate": ends}]
        body["upo"] = {"pages": pages}
    return JSONResponse(body)


def _status(found: Session) -> dict[str, Any]:
    """Code, description and details."""
    told = TEXTS.get((found.kind, found.code)) or FAILED.get(found.code, "Błąd")
    state: dict[str, Any] = {"code": found.code, "description": told}
    return state | ({"details": found.details} if found.details else {})


def _counts(store: Store, found: Session) -> tuple[int, int]:
    codes = [store.kept.invoices[ref].code for ref in found.invoices]
    return sum(code == 200 for code in codes), sum(code >= 400 for code in codes)


async def sessions(request: Request) -> Response:
    """GET /sessions, newest first; with InvoiceWrite one's own only."""
    store: Store = request.app.state.store
    login = caller(request, *WATCHING)
    query = request.query_params
    kind = one_of(query.get("sessionType", ""), "Online", "Batch")
    own = [each for each in store.kept.sessions.values() if each.kind == kind and _may_see(login, each)]
    if query.get("referenceNumber"):
        own = [each for each in own if each.ref == query["referenceNumber"]]
    for each in own:
        processing.advance(store, each)
    own = [each for each in own if _in_time(request, each)]
    wanted = {one_of(each, *GROUPS, "Failed") for each in query.getlist("statuses")}
    own = [each for each in own if not wanted or _group(each.code) in wanted]
    own.sort(key=lambda each: (each.created, each.ref), reverse=True)
    listed, further = page(request, own, least=10, most=1000)
    return JSONResponse({"sessions": [_listed(store, each) for each in listed], **further})


def _in_time(request: Request, each: Session) -> bool:
    """All the bounds of the query hold, both inclusive."""
    moments = {"created": each.created, "closed": each.closed, "modified": each.closed or each.created}
    for name, held in DATES.items():
        at = moments[held]
        since, until = request.query_params.get(f"{name}From"), request.query_params.get(f"{name}To")
        if since and (at is None or at < moment(since, name)):
            return False
        if until and (at is None or at > moment(until, name)):
            return False
    return True


def _group(code: int) -> str:
    return next((name for name, codes in GROUPS.items() if code in codes), "Failed")


def _listed(store: Store, each: Session) -> dict[str, Any]:
    ok, failed = _counts(store, each)
    return {
        "referenceNumber": each.ref,
        "status": _status(each),
        "dateCreated": stamp(each.created),
        "dateUpdated": stamp(each.closed or each.created),
        "validUntil": stamp(each.valid_until),
        "totalInvoiceCount": len(each.invoices),
        "successfulInvoiceCount": ok,
        "failedInvoiceCount": failed,
    }


async def invoices(request: Request) -> Response:
    """GET /sessions/{ref}/invoices and …/failed."""
    store: Store = request.app.state.store
    own = [store.kept.invoices[ref] for ref in visible(request).invoices]
    if request.url.path.endswith("/failed"):
        own = [each for each in own if each.code >= 400]
    listed, further = page(request, own, least=10, most=1000)
    return JSONResponse({"invoices": [plain(request, each) for each in listed], **further})


async def invoice(request: Request) -> Response:
    """GET /sessions/{ref}/invoices/{invoiceRef}."""
    store: Store = request.app.state.store
    ref = request.path_params["invoice"]
    if ref not in visible(request).invoices:
        raise bad(21164)
    return JSONResponse(plain(request, store.kept.invoices[ref]))


def plain(request: Request, each: Invoice) -> dict[str, Any]:
    """An invoice as lists and single answers show it."""
    store: Store = request.app.state.store
    state: dict[str, Any] = {"code": each.code, "description": processing.TEXTS[each.code]}
    state |= {"details": each.details} if each.details else {}
    state |= {"extensions": each.extensions} if each.extensions else {}
    body: dict[str, Any] = {
        "ordinalNumber": each.ordinal,
        "referenceNumber": each.ref,
        "invoiceHash": each.hash,
        "invoicingDate": stamp(each.received),
        "status": state,
    }
    body |= {"invoiceNumber": each.number} if each.number else {}
    body |= {"invoiceFileName": each.file_name} if each.file_name else {}
    if each.code == 200 and each.acquired:
        body |= {
            "ksefNumber": each.ksef_number,
            "acquisitionDate": stamp(each.acquired),
            "invoicingMode": each.mode,
        }
        if _has_upo(store, each):
            url, ends = link(request, "upo", each.ref)
            body |= {"upoDownloadUrl": url, "upoDownloadUrlExpirationDate": ends}
        if each.visible and each.stored and each.visible <= store.clock.now():
            body["permanentStorageDate"] = stamp(each.stored)
    return body


async def invoice_upo(request: Request) -> Response:
    """GET …/invoices/{invoiceRef}/upo and …/invoices/ksef/{ksefNumber}/upo."""
    store: Store = request.app.state.store
    found = visible(request)
    number, ref = request.path_params.get("number"), request.path_params.get("invoice")
    own = [store.kept.invoices[each] for each in found.invoices]
    each = next((each for each in own if (each.ksef_number == number if number else each.ref == ref)), None)
    if each is None or each.code != 200 or not _has_upo(store, each):
        raise bad(21178)
    return xml(upo.document(store, found, [each]))


def _has_upo(store: Store, each: Invoice) -> bool:
    """UPO come a little later when a rule says so; a rule of that kind is not used up."""
    assert each.acquired
    held = Moment(store.clock.now(), context=each.context, number=each.number or "")
    rule = next((rule for rule in store.faults if rule.do == "upo-delay" and fits(rule, held)), None)
    if rule is None or store.clock.now() >= each.acquired + timedelta(seconds=rule.seconds):
        return True
    rule.used += 1
    return False


async def session_upo(request: Request) -> Response:
    """GET /sessions/{ref}/upo/{upoRef}."""
    found = visible(request)
    if not found.upo or found.upo != request.path_params["upo"]:
        raise bad(21178)
    return xml(upo.of_session(request.app.state.store, found))


def xml(content: bytes) -> Response:
    """XML with its hash beside it."""
    meta = b64encode(hashlib.sha256(content).digest()).decode()
    return Response(content, media_type="application/xml", headers={"x-ms-meta-hash": meta})


def visible(request: Request) -> Session:
    """The session of the path, brought up to now, if the caller may see it."""
    store: Store = request.app.state.store
    login = caller(request, *WATCHING)
    found = store.kept.sessions.get(request.path_params["ref"])
    if found is None:
        raise bad(21173)
    if not _may_see(login, found):
        raise Refusal(403, extra={"reasonCode": "insufficient-resource-access", "security": {}})
    processing.advance(store, found)
    return found


def _may_see(login: Login, found: Session) -> bool:
    """One's own; all of the context with Introspection or as its owner."""
    if found.context != login.context:
        return False
    return found.owner == login.subject or bool(login.rights & {"Owner", "Introspection"})
