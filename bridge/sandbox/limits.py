"""Calls → whether they still fit into KSeF's sliding windows (protocol.md, 7); 429 with Retry-After otherwise."""

from __future__ import annotations

import re
import time
from math import ceil

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge.sandbox.auth import bearer
from bridge.sandbox.problems import Refusal
from bridge.sandbox.store import Store

GROUPS: dict[str, tuple[int, int, int]] = {
    "onlineSession": (10, 30, 120),
    "onlineSessionClose": (20, 60, 240),
    "batchSession": (10, 20, 60),
    "batchSessionClose": (20, 40, 120),
    "invoiceSend": (10, 30, 180),
    "invoiceStatus": (30, 120, 1200),
    "sessionList": (5, 10, 60),
    "sessionInvoiceList": (10, 20, 200),
    "sessionMisc": (10, 120, 1200),
    "invoiceMetadata": (8, 16, 20),
    "invoiceExport": (8, 16, 20),
    "invoiceExportStatus": (10, 60, 600),
    "invoiceDownload": (8, 16, 64),
    "collectiveIdentifier": (20, 120, 240),
    "other": (10, 30, 120),
    "anonymous": (60, -1, -1),
    "global": (75, -1, -1),
}
# Method and path → group; the first that fits.
TABLE: tuple[tuple[str, str, str], ...] = (
    ("POST", r"/sessions/online", "onlineSession"),
    ("POST", r"/sessions/online/[^/]+/close", "onlineSessionClose"),
    ("POST", r"/sessions/online/[^/]+/invoices", "invoiceSend"),
    ("POST", r"/sessions/batch", "batchSession"),
    ("POST", r"/sessions/batch/[^/]+/close", "batchSessionClose"),
    ("GET", r"/sessions", "sessionList"),
    ("GET", r"/sessions/[^/]+/invoices(/failed)?", "sessionInvoiceList"),
    ("GET", r"/sessions/[^/]+(/upo/[^/]+|/invoices/(ksef/)?[^/]+/upo)?", "sessionMisc"),
    ("GET", r"/sessions/[^/]+/invoices/[^/]+", "invoiceStatus"),
    ("POST", r"/invoices/query/metadata", "invoiceMetadata"),
    ("GET|POST", r"/auth/(challenge|xades-signature|ksef-token|token/redeem|token/refresh|\d[^/]+)", "anonymous"),
    ("GET", r"/security/public-key-certificates", "anonymous"),
    ("POST", r"/testdata/.*", "anonymous"),
)
WINDOWS = (1, 60, 3600)


def group_of(method: str, path: str) -> str:
    """The group of a call; `other` counts each endpoint by itself."""
    for methods, pattern, group in TABLE:
        if re.fullmatch(methods, method) and re.fullmatch(pattern, path):
            return group
    return "other"


def count(store: Store, request: Request, path: str) -> None:
    """Count a call; 429 when one of its windows is full."""
    group = group_of(request.method, path)
    store.kept.counts[f"{request.method} {group}"] = store.kept.counts.get(f"{request.method} {group}", 0) + 1
    if not store.settings["limits"] or group == "anonymous":
        return
    try:
        context = bearer(request, "ContextToken").context
    except Refusal:
        return  # the handler says 401
    bucket = path if group == "other" else group
    now = time.monotonic()
    own = [call for call in store.kept.calls if call[:2] == (context, bucket) and now - call[3] < WINDOWS[-1]]
    for window, most in zip(WINDOWS, limits(store)[group], strict=True):
        inside = sorted(call[3] for call in own if now - call[3] < window)
        if 0 <= most <= len(inside):
            pause = max(1, ceil(inside[len(inside) - most] + window - now))
            store.kept.counts["429"] = store.kept.counts.get("429", 0) + 1
            details = [f"Przekroczono limit {most} żądań. Spróbuj ponownie po {pause} sekundach."]
            raise Refusal(429, details=details, headers={"Retry-After": str(pause)})
    store.kept.calls = [call for call in store.kept.calls if now - call[3] < WINDOWS[-1]]
    store.kept.calls.append((context, bucket, request.method, now))


def limits(store: Store) -> dict[str, tuple[int, ...]]:
    """The table, scaled when the admin says so."""
    scale = float(store.settings.get("scale", 1.0))
    return {
        name: tuple(most if most < 0 else max(1, int(most * scale)) for most in each) for name, each in GROUPS.items()
    }


async def rate_limits(request: Request) -> Response:
    """GET /rate-limits."""
    bearer(request, "ContextToken")
    table = limits(request.app.state.store)
    return JSONResponse(
        {name: dict(zip(("perSecond", "perMinute", "perHour"), each, strict=True)) for name, each in table.items()}
    )


async def context_limits(request: Request) -> Response:
    """GET /limits/context."""
    bearer(request, "ContextToken")
    session = {"maxInvoiceSizeInMB": 1, "maxInvoiceWithAttachmentSizeInMB": 3, "maxInvoices": 10000}
    return JSONResponse(
        {"onlineSession": session, "batchSession": session, "collectiveIdentifier": {"maxInvoices": 500}}
    )


async def subject_limits(request: Request) -> Response:
    """GET /limits/subject."""
    bearer(request, "ContextToken")
    return JSONResponse({"enrollment": {"maxEnrollments": 300}, "certificate": {"maxCertificates": 100}})
