"""The metadata query, as far as a sender needs it: its own invoice by KSeF number (protocol.md, 6.1)."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge.sandbox import processing
from bridge.sandbox.auth import bearer
from bridge.sandbox.body import json_body, need
from bridge.sandbox.numbers import stamp
from bridge.sandbox.store import Invoice, Store


async def query(request: Request) -> Response:
    """POST /invoices/query/metadata for Subject1; the filter ksefNumber."""
    store: Store = request.app.state.store
    login = bearer(request, "ContextToken")
    body = await json_body(request)
    need(body, "subjectType")
    need(need(body, "dateRange"), "from")
    wanted = body.get("ksefnumber")
    own = [each for each in processing.accepted(store, store.clock.now()) if each.seller == login.context]
    found = [_plain(each) for each in own if not wanted or each.ksef_number == wanted]
    size, page = int(request.query_params.get("pageSize", 10)), int(request.query_params.get("pageOffset", 0))
    listed = found[page * size : (page + 1) * size]
    return JSONResponse(
        {
            "hasMore": len(found) > (page + 1) * size,
            "isTruncated": False,
            "permanentStorageHwmDate": stamp(store.clock.now()),
            "invoices": listed,
        }
    )


def _plain(each: Invoice) -> dict[str, Any]:
    assert each.acquired
    moment = stamp(each.acquired)
    return {
        "ksefNumber": each.ksef_number,
        "invoiceNumber": each.number,
        "issueDate": each.issued,
        "invoicingDate": stamp(each.received),
        "acquisitionDate": moment,
        "permanentStorageDate": moment,
        "seller": {"nip": each.seller},
        "buyer": {"identifier": {"type": "None"}},
        "netAmount": 0,
        "grossAmount": 0,
        "vatAmount": 0,
        "currency": "PLN",
        "invoicingMode": each.mode,
        "invoiceType": each.kind.capitalize(),
        "formCode": {"systemCode": "FA (3)", "schemaVersion": "1-0E", "value": "FA"},
        "isSelfInvoicing": False,
        "hasAttachment": False,
        "invoiceHash": each.hash,
    }
