"""Filters → the invoices a context may see, in order and complete up to the high-water mark (protocol.md, 6.1, 6.2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge.sandbox import processing
from bridge.sandbox.bearer import READING, caller
from bridge.sandbox.body import json_body, moment, need, one_of
from bridge.sandbox.facts import Facts, Party
from bridge.sandbox.numbers import stamp
from bridge.sandbox.paging import numbered
from bridge.sandbox.problems import Refusal, bad
from bridge.sandbox.status import xml
from bridge.sandbox.store import Invoice, Session, Store

LONGEST = timedelta(days=100)
TYPES = {
    "VAT": "Vat",
    "ZAL": "Zal",
    "KOR": "Kor",
    "ROZ": "Roz",
    "UPR": "Upr",
    "KOR_ZAL": "KorZal",
    "KOR_ROZ": "KorRoz",
    "VAT_RR": "VatRr",
    "KOR_VAT_RR": "KorVatRr",
}


class Found(NamedTuple):
    """What a query gives: in order, cut at the most it may hold, complete up to the mark."""

    invoices: list[Invoice]
    truncated: bool
    mark: datetime
    by: str  # Issue · Invoicing · PermanentStorage


async def query(request: Request) -> Response:
    """POST /invoices/query/metadata."""
    store: Store = request.app.state.store
    login = caller(request, *READING)
    descending = one_of(request.query_params.get("sortOrder", "Asc"), "Asc", "Desc") == "Desc"
    found = search(store, login.context, await json_body(request), descending=descending)
    if found is None:
        raise bad(21183)
    listed, more = numbered(request, found.invoices, least=10, most=250)
    body = {
        "hasMore": more or found.truncated,  # with isTruncated: go on from the last record's date
        "isTruncated": found.truncated and not more,
        "invoices": [plain(store, each) for each in listed],
    }
    if found.by == "PermanentStorage":
        body["permanentStorageHwmDate"] = stamp(found.mark)
    return JSONResponse(body)


def search(store: Store, context: str, body: dict[str, Any], *, descending: bool = False) -> Found | None:
    """What the filters of a context find; None when the range begins beyond the high-water mark."""
    kind = one_of(need(body, "subjectType"), "Subject1", "Subject2", "Subject3", "SubjectAuthorized")
    span = need(body, "dateRange")
    by = one_of(need(span, "dateType"), "Issue", "Invoicing", "PermanentStorage")
    now, mark = store.clock.now(), high_water(store)
    since = moment(need(span, "from"), "from")
    until = moment(span["to"], "to") if span.get("to") else now
    if until < since or until - since > LONGEST:
        raise bad(21405, "Zakres dat jest odwrócony albo dłuższy niż 100 dni.")
    if span.get("restricttopermanentstoragehwmdate") and by == "PermanentStorage":
        if since > mark:
            return None
        until = min(until, mark)
    tests = [*_filters(store, body), lambda each: kind in _roles(each, context), _between(store, by, since, until)]
    found = [each for each in _visible(store, now) if all(test(each) for test in tests)]
    found.sort(key=lambda each: (_date_of(by, each), each.acquired, each.ksef_number), reverse=descending)
    most = store.settings["truncate_at"]
    return Found(found[:most], len(found) > most, min(until, mark), by)


def high_water(store: Store) -> datetime:
    """Up to when all is visible; a switch may stop it, and a record that comes late holds it back."""
    now = store.clock.now()
    late = [each for each in _accepted(store) if each.visible and each.visible > now and not each.breaks_mark]
    hidden = [each.stored for each in late if each.stored]
    stopped = store.settings["hwm"]
    limit = moment(stopped, "hwm") if stopped else now
    return min([now, limit, *(each - timedelta(microseconds=1) for each in hidden)])


def _accepted(store: Store) -> list[Invoice]:
    return processing.accepted(store, store.clock.now())


def _visible(store: Store, now: datetime) -> list[Invoice]:
    return [each for each in _accepted(store) if each.visible is not None and each.visible <= now]


def _date_of(by: str, each: Invoice) -> Any:
    if by == "Issue":
        return date.fromisoformat(each.issued)
    found = each.received if by == "Invoicing" else each.stored
    assert found is not None
    return found


def _between(store: Store, by: str, since: datetime, until: datetime) -> Callable[[Invoice], bool]:
    """Inclusive at both ends; Issue compares the day only, after conversion to Polish time."""
    zone = store.zone("day_zone")
    low: Any = since.astimezone(zone).date() if by == "Issue" else since
    high: Any = until.astimezone(zone).date() if by == "Issue" else until
    return lambda each: bool(low <= _date_of(by, each) <= high)


def _roles(each: Invoice, context: str) -> set[str]:
    """As what a context stands on an invoice."""
    facts = each.facts
    assert facts is not None
    parts = {"Subject1": [each.seller], "Subject2": [facts.buyer.value], "Subject3": [p.value for p in facts.third]}
    parts["SubjectAuthorized"] = [facts.authorized.value] if facts.authorized else []
    return {role for role, values in parts.items() if context in values}


def _filters(store: Store, body: dict[str, Any]) -> list[Callable[[Invoice], bool]]:
    """The exact filters that were asked for."""
    simple: dict[str, Callable[[Invoice, Facts], Any]] = {
        "ksefnumber": lambda each, _: each.ksef_number,
        "invoicenumber": lambda each, _: each.number,
        "sellernip": lambda each, _: each.seller,
        "invoicingmode": lambda each, _: each.mode,
        "isselfinvoicing": lambda _, facts: facts.self_billing,
        "hasattachment": lambda _, facts: facts.attachment,
    }
    tests: list[Callable[[Invoice], bool]] = [
        (lambda each, read=read, value=body[name]: _same(read(each, each.facts), value))  # type: ignore[misc]
        for name, read in simple.items()
        if body.get(name) is not None
    ]
    if body.get("currencycodes"):
        codes = {str(each).upper() for each in body["currencycodes"]}
        tests.append(lambda each: each.facts is not None and each.facts.currency in codes)
    if body.get("invoicetypes"):
        types = {str(each).lower() for each in body["invoicetypes"]}
        tests.append(lambda each: TYPES.get(each.kind, "Vat").lower() in types)
    if body.get("formtype"):
        form = one_of(body["formtype"], "FA", "PEF", "FA_RR")
        tests.append(lambda each: store.kept.sessions[each.session].form[2] == form)
    if body.get("buyeridentifier"):
        tests.append(_buyer(body["buyeridentifier"]))
    if body.get("amount"):
        tests.append(_amount(body["amount"]))
    return tests


def _same(held: Any, wanted: Any) -> bool:
    return held == wanted if isinstance(wanted, bool) else str(held).lower() == str(wanted).lower()


def _buyer(said: Any) -> Callable[[Invoice], bool]:
    kind, value = one_of(need(said, "type"), "None", "Other", "Nip", "VatUe"), said.get("value")
    return lambda each: bool(
        each.facts and each.facts.buyer.kind == kind and (value is None or each.facts.buyer.value == str(value))
    )


def _amount(said: Any) -> Callable[[Invoice], bool]:
    kind = one_of(need(said, "type"), "Brutto", "Netto", "Vat")
    try:
        low, high = (Decimal(str(said[name])) if said.get(name) is not None else None for name in ("from", "to"))
    except InvalidOperation as error:
        raise bad(21405, "Kwota nie jest liczbą.") from error

    def inside(each: Invoice) -> bool:
        assert each.facts is not None
        value = {"Brutto": each.facts.gross, "Netto": each.facts.net, "Vat": each.facts.vat}[kind]
        return (low is None or low <= value) and (high is None or value <= high)

    return inside


def plain(store: Store, each: Invoice) -> dict[str, Any]:
    """InvoiceMetadata."""
    facts = each.facts
    assert each.acquired
    assert each.stored
    assert facts is not None
    session: Session = store.kept.sessions[each.session]
    body: dict[str, Any] = {
        "ksefNumber": each.ksef_number,
        "invoiceNumber": each.number,
        "issueDate": each.issued,
        "invoicingDate": stamp(each.received),
        "acquisitionDate": stamp(each.acquired),
        "permanentStorageDate": stamp(each.stored),
        "seller": {"nip": each.seller, "name": facts.seller_name},
        "buyer": {"identifier": _identifier(facts.buyer), "name": facts.buyer.name},
        "netAmount": float(facts.net),
        "grossAmount": float(facts.gross),
        "vatAmount": float(facts.vat),
        "currency": facts.currency,
        "invoicingMode": each.mode,
        "invoiceType": TYPES.get(each.kind, "Vat"),
        "formCode": dict(zip(("systemCode", "schemaVersion", "value"), session.form, strict=True)),
        "isSelfInvoicing": facts.self_billing,
        "hasAttachment": facts.attachment,
        "invoiceHash": each.hash,
    }
    body |= {"hashOfCorrectedInvoice": each.corrects} if each.corrects else {}
    if facts.third:
        body["thirdSubjects"] = [
            {"identifier": _identifier(party), "name": party.name, "role": party.role} for party in facts.third
        ]
    if facts.authorized:
        body["authorizedSubject"] = {
            "nip": facts.authorized.value,
            "name": facts.authorized.name,
            "role": facts.authorized.role,
        }
    return body


def _identifier(party: Party) -> dict[str, str]:
    return {"type": party.kind, "value": party.value} if party.value else {"type": party.kind}


async def download(request: Request) -> Response:
    """GET /invoices/ksef/{number}: to those who stand on the invoice."""
    store: Store = request.app.state.store
    login = caller(request, *READING)
    ref = store.kept.numbered.get(request.path_params["number"])
    if ref is None:
        raise bad(21164)
    each = store.kept.invoices[ref]
    if not _roles(each, login.context):
        raise Refusal(403, extra={"reasonCode": "insufficient-resource-access", "security": {}})
    if each.visible is None or each.visible > store.clock.now():
        raise bad(21165)
    assert each.plain is not None
    return xml(each.plain)
