"""Collective identifiers of payments, and the query for Peppol providers (protocol.md, 0, 12.3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge.sandbox.bearer import caller
from bridge.sandbox.body import json_body, moment, need
from bridge.sandbox.limits import COLLECTIVE
from bridge.sandbox.numbers import collective_number, stamp
from bridge.sandbox.paging import numbered, page
from bridge.sandbox.problems import bad
from bridge.sandbox.store import Store

RIGHTS = ("CollectiveIdentifierManage", "InvoiceRead", "InvoiceWrite")
MOST_PER_INVOICE, MOST_ASKED = 132, 10
LONGEST = timedelta(days=100)
PROVIDERS = (("PPL000001", "Dostawca Peppol Pierwszy"), ("PPL000002", "Dostawca Peppol Drugi"))


async def make(request: Request) -> Response:
    """POST /collective-identifiers: two or more invoices of one seller."""
    store: Store = request.app.state.store
    own = caller(request, *RIGHTS)
    said = need(await json_body(request), "invoices")
    numbers = [str(need(each, "ksefNumber")) for each in said]
    most = store.kept.context_limits.get(own.context, {}).get("collectiveIdentifier", {}).get("maxInvoices", COLLECTIVE)
    if not 2 <= len(numbers) <= most:
        raise bad(21405, f"Od 2 do {most} faktur.")
    if len(set(numbers)) < len(numbers):
        raise bad(71005)
    if missing := [number for number in numbers if number not in store.kept.numbered]:
        raise bad(71001, *missing)
    sellers = {store.kept.invoices[store.kept.numbered[number]].seller for number in numbers}
    if len(sellers) > 1:
        raise bad(71004)
    if any(
        sum(number in each["invoices"] for each in store.kept.collective.values()) >= MOST_PER_INVOICE
        for number in numbers
    ):
        raise bad(71002)
    now = store.clock.now()
    made = collective_number(sellers.pop(), now.astimezone(store.zone("number_zone")).date(), store.random)
    shown = {
        number: {"payment": each.get("payment"), "description": each.get("description")}
        for number, each in zip(numbers, said, strict=True)
    }
    store.kept.collective[made] = {"context": own.context, "created": now, "invoices": shown}
    return JSONResponse({"collectiveIdentifierNumber": made}, 201)


async def query(request: Request) -> Response:
    """POST /collective-identifiers/query."""
    store: Store = request.app.state.store
    own = caller(request, *RIGHTS)
    body = await json_body(request)
    since, until = (moment(need(body, name), name) for name in ("dateCreatedFrom", "dateCreatedTo"))
    if not timedelta() <= until - since <= LONGEST:
        raise bad(21405, "Zakres dat jest odwrócony albo dłuższy niż 100 dni.")
    low, high = body.get("invoicecountfrom") or 0, body.get("invoicecountto") or 10**9
    found = [
        _plain(number, each, own.context) | {"invoiceCount": len(each["invoices"])}
        for number, each in store.kept.collective.items()
        if since <= each["created"] <= until
        and low <= len(each["invoices"]) <= high
        and body.get("collectiveidentifiernumber") in (None, number)
        and body.get("createdincurrentcontext") in (None, each["context"] == own.context)
    ]
    listed, further = page(request, found, least=10, most=200)
    return JSONResponse({"collectiveIdentifiers": listed, **further})


async def invoices(request: Request) -> Response:
    """POST /collective-identifiers/invoices."""
    store: Store = request.app.state.store
    own = caller(request, *RIGHTS)
    wanted = need(await json_body(request), "collectiveIdentifierNumbers")
    if not 1 <= len(wanted) <= MOST_ASKED:
        raise bad(71002)
    found = [
        _shown(number, invoice, details, hidden=store.kept.collective[number]["context"] != own.context)
        for number in wanted
        if number in store.kept.collective
        for invoice, details in store.kept.collective[number]["invoices"].items()
    ]
    listed, further = page(request, found, least=10, most=500)
    return JSONResponse({"invoices": listed, **further})


def _shown(number: str, invoice: str, details: dict[str, Any], *, hidden: bool) -> dict[str, Any]:
    body = {"ksefNumber": invoice, "collectiveIdentifierNumber": number, "detailsHidden": hidden}
    return body | ({} if hidden else {name: value for name, value in details.items() if value})


async def of_invoice(request: Request) -> Response:
    """GET /collective-identifiers/ksef/{number}."""
    store: Store = request.app.state.store
    own = caller(request, *RIGHTS)
    number = request.path_params["number"]
    found = [
        _plain(name, each, own.context) for name, each in store.kept.collective.items() if number in each["invoices"]
    ]
    listed, further = page(request, found, least=10, most=200)
    return JSONResponse({"collectiveIdentifiers": listed, **further})


def _plain(number: str, each: dict[str, Any], context: str) -> dict[str, Any]:
    return {
        "collectiveIdentifierNumber": number,
        "dateCreated": stamp(each["created"]),
        "createdInCurrentContext": each["context"] == context,
    }


async def peppol(request: Request) -> Response:
    """GET /peppol/query."""
    store: Store = request.app.state.store
    known = [{"id": ref, "name": name, "dateCreated": stamp(store.clock.now())} for ref, name in PROVIDERS]
    listed, more = numbered(request, known, least=10, most=100)
    return JSONResponse({"peppolProviders": listed, "hasMore": more})
