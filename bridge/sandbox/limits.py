"""Calls → whether they still fit into KSeF's sliding windows (protocol.md, 7); 429 with Retry-After otherwise."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge.sandbox.bearer import caller, context_of
from bridge.sandbox.body import json_body, need, whole
from bridge.sandbox.certificates import limits_of
from bridge.sandbox.numbers import WARSAW
from bridge.sandbox.problems import Refusal, bad
from bridge.sandbox.store import Store

Three = tuple[int, int, int]
GROUPS: dict[str, Three] = {
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
    ("POST", r"/invoices/exports", "invoiceExport"),
    ("GET", r"/invoices/exports/[^/]+", "invoiceExportStatus"),
    ("GET", r"/invoices/ksef/[^/]+", "invoiceDownload"),
    ("GET|POST", r"/collective-identifiers.*", "collectiveIdentifier"),
    ("GET|POST", r"/auth/(challenge|xades-signature|ksef-token|token/redeem|token/refresh|\d[^/]+)", "anonymous"),
    ("GET", r"/security/public-key-certificates", "anonymous"),
    ("GET", r"/peppol/query", "anonymous"),
    ("GET|POST|PUT|DELETE", r"/testdata/.*", "anonymous"),
)
WINDOWS = (1, 60, 3600)
HOUR = timedelta(hours=1)
NIGHTLY = ("invoiceExport", "invoiceDownload", "invoiceMetadata")
NIGHT_BEGINS, NIGHT_ENDS = 20, 6
FREE = re.compile(r"/_sim/|/latarnia/|/(invoice|certificate)/")
CHANGEABLE = tuple(group for group in GROUPS if group not in ("anonymous", "global") and not group.endswith("Close"))


def group_of(method: str, path: str) -> str:
    """The group of a call; `other` counts each endpoint by itself."""
    for methods, pattern, group in TABLE:
        if re.fullmatch(methods, method) and re.fullmatch(pattern, path):
            return group
    return "other"


def count(store: Store, request: Request, path: str) -> None:
    """Count a call; 429 when one of its windows is full or blocked."""
    if FREE.match(path):
        return
    group = group_of(request.method, path)
    _tally(store, f"{request.method} {group}")
    if not store.settings["limits"]:
        return
    address = request.client.host if request.client else "127.0.0.1"
    _within(store, (address, "global"), limits(store, "")["global"])
    if group == "anonymous":
        _within(store, (address, group), limits(store, "")[group])
        return
    context = context_of(request)
    if not context:
        return  # the handler says 401
    apart = group == "other" or not store.settings["shared_groups"]
    bucket = f"{group}:{request.method} {_endpoint(path)}" if apart else group
    _within(store, (f"{context}@{address}", bucket), limits(store, context)[group])


def _endpoint(path: str) -> str:
    """A path without what differs from call to call."""
    return re.sub(r"/(\d{8}-[A-Z]{2}-[^/]+|\d{10}-[^/]+|[0-9A-F]{16})", "/{}", path)


def _tally(store: Store, name: str) -> None:
    store.kept.counts[name] = store.kept.counts.get(name, 0) + 1


def _within(store: Store, key: tuple[str, str], most: Three) -> None:
    """Note a call of a bucket, or refuse it."""
    now = store.clock.now()
    made = store.kept.calls.setdefault(key, deque())
    while made and not now - HOUR < made[0] <= now:
        made.popleft()
    until, times = store.kept.blocks.get(key, (now, 0))
    pause = max(until - now, _full(made, most, now))
    if pause > timedelta():
        pause *= store.settings["block_growth"] if until > now else 1
        pause = min(max(pause, timedelta(seconds=1)), HOUR)
        store.kept.blocks[key] = (now + pause, times + 1)
        _tally(store, "429")
        seconds = ceil(pause.total_seconds())
        details = [f"Przekroczono limit żądań ({key[1]}). Spróbuj ponownie po {seconds} sekundach."]
        raise Refusal(429, details=details, headers={"Retry-After": str(seconds)})
    store.kept.blocks.pop(key, None)
    made.append(now)


def _full(made: Sequence[datetime], most: Three, now: datetime) -> timedelta:
    """How long until one more call fits into all three windows."""
    pauses = [
        made[-limit] + timedelta(seconds=window) - now
        for window, limit in zip(WINDOWS, most, strict=True)
        if 0 < limit <= len(made)
    ]
    return max([timedelta(), *pauses])


def limits(store: Store, context: str) -> dict[str, Three]:
    """The table of a context: its own where the tests set one, scaled, and at night."""
    scale, hour = float(store.settings["scale"]), store.clock.now().astimezone(WARSAW).hour
    night = store.settings["night_scale"] if hour >= NIGHT_BEGINS or hour < NIGHT_ENDS else 1.0
    own = GROUPS | store.kept.rate_limits.get(context, {})
    return {name: _scaled(each, scale * (night if name in NIGHTLY else 1.0)) for name, each in own.items()}


def _scaled(three: Three, scale: float) -> Three:
    second, minute, hour = (most if most < 0 else max(1, int(most * scale)) for most in three)
    return second, minute, hour


async def rate_limits(request: Request) -> Response:
    """GET /rate-limits."""
    own = caller(request)
    table = limits(request.app.state.store, own.context)
    return JSONResponse(
        {name: dict(zip(("perSecond", "perMinute", "perHour"), each, strict=True)) for name, each in table.items()}
    )


async def set_rate_limits(request: Request) -> Response:
    """POST and DELETE /testdata/rate-limits, POST …/production."""
    store: Store = request.app.state.store
    own = caller(request)
    store.kept.rate_limits.pop(own.context, None)
    if request.method == "POST" and not request.url.path.endswith("/production"):
        said = need(await json_body(request), "rateLimits")
        groups = {name: said.get(name.lower()) for name in CHANGEABLE}
        store.kept.rate_limits[own.context] = {name: _three(each) for name, each in groups.items() if each}
    return Response(status_code=200)


def _three(said: dict[str, Any]) -> Three:
    return whole(said, "perSecond"), whole(said, "perMinute"), whole(said, "perHour")


SESSION = {"maxInvoiceSizeInMB": 1, "maxInvoiceWithAttachmentSizeInMB": 3, "maxInvoices": 10000}
HIGHEST = {"maxInvoiceSizeInMB": 5, "maxInvoiceWithAttachmentSizeInMB": 10, "maxInvoices": 100_000}
COLLECTIVE = 500


async def context_limits(request: Request) -> Response:
    """GET /limits/context."""
    own = caller(request)
    store: Store = request.app.state.store
    usual = {"onlineSession": SESSION, "batchSession": SESSION, "collectiveIdentifier": {"maxInvoices": COLLECTIVE}}
    return JSONResponse(usual | store.kept.context_limits.get(own.context, {}))


async def set_context_limits(request: Request) -> Response:
    """POST and DELETE /testdata/limits/context/session."""
    store: Store = request.app.state.store
    own = caller(request)
    store.kept.context_limits.pop(own.context, None)
    if request.method == "POST":
        body = await json_body(request)
        store.kept.context_limits[own.context] = {
            **{kind: _session(need(body, kind)) for kind in ("onlineSession", "batchSession")},
            "collectiveIdentifier": {"maxInvoices": whole(need(body, "collectiveIdentifier"), "maxInvoices", 2)},
        }
    return Response(status_code=200)


def _session(said: dict[str, Any]) -> dict[str, int]:
    found = {name: whole(said, name) for name in SESSION}
    if any(found[name] > highest for name, highest in HIGHEST.items()):
        raise bad(21405, f"Najwyższe wartości: {HIGHEST}.")
    return found


async def subject_limits(request: Request) -> Response:
    """GET /limits/subject."""
    asked, held = limits_of(request.app.state.store, caller(request))
    return JSONResponse({"enrollment": {"maxEnrollments": asked}, "certificate": {"maxCertificates": held}})


async def set_subject_limits(request: Request) -> Response:
    """POST and DELETE /testdata/limits/subject/certificate."""
    store: Store = request.app.state.store
    own = caller(request)
    store.kept.subject_limits.pop(own.subject, None)
    if request.method == "POST":
        body = await json_body(request)
        asked = (body.get("enrollment") or {}).get("maxenrollments")
        held = (body.get("certificate") or {}).get("maxcertificates")
        store.kept.subject_limits[own.subject] = (asked, held)
    return Response(status_code=200)
