"""Routes of the simulator, its faults, and what an administrator of it may ask and set."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import anyio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bridge.sandbox import auth, batch, keys, limits, metadata, online, processing
from bridge.sandbox.body import json_body
from bridge.sandbox.problems import Refusal, answer, bad
from bridge.sandbox.store import Store

API: tuple[tuple[str, str, Any], ...] = (
    ("POST", "/auth/challenge", auth.challenge),
    ("POST", "/auth/xades-signature", auth.by_signature),
    ("POST", "/auth/ksef-token", auth.by_token),
    ("POST", "/auth/token/redeem", auth.redeem),
    ("POST", "/auth/token/refresh", auth.refresh),
    ("GET", "/auth/sessions", auth.sessions),
    ("DELETE", "/auth/sessions/{ref}", auth.end_session),
    ("GET", "/auth/{ref}", auth.status),
    ("POST", "/tokens", auth.make_token),
    ("GET", "/tokens", auth.tokens),
    ("GET", "/tokens/{ref}", auth.one_token),
    ("DELETE", "/tokens/{ref}", auth.one_token),
    ("POST", "/testdata/permissions", auth.grant),
    ("POST", "/testdata/permissions/revoke", auth.grant),
    ("POST", "/testdata/subject", auth.known_subject),
    ("POST", "/testdata/person", auth.known_subject),
    ("GET", "/security/public-key-certificates", keys.certificates),
    ("GET", "/rate-limits", limits.rate_limits),
    ("GET", "/limits/context", limits.context_limits),
    ("GET", "/limits/subject", limits.subject_limits),
    ("POST", "/sessions/online", online.open_online),
    ("POST", "/sessions/online/{ref}/invoices", online.send),
    ("POST", "/sessions/online/{ref}/close", online.close),
    ("POST", "/sessions/batch", batch.open_batch),
    ("POST", "/sessions/batch/{ref}/close", batch.close),
    ("GET", "/sessions", online.sessions),
    ("GET", "/sessions/{ref}", online.status),
    ("GET", "/sessions/{ref}/invoices", online.invoices),
    ("GET", "/sessions/{ref}/invoices/failed", online.invoices),
    ("GET", "/sessions/{ref}/invoices/ksef/{number}/upo", online.invoice_upo),
    ("GET", "/sessions/{ref}/invoices/{invoice}", online.invoice),
    ("GET", "/sessions/{ref}/invoices/{invoice}/upo", online.invoice_upo),
    ("GET", "/sessions/{ref}/upo/{upo}", online.session_upo),
    ("POST", "/invoices/query/metadata", metadata.query),
)
DROPPED = object()


def application(store: Store) -> ASGIApp:
    """The whole simulator over one memory."""
    routes = [
        Route(f"{prefix}{path}", handler, methods=[method])
        for prefix in ("/v2", "/api/v2")
        for method, path, handler in API
    ]
    routes += [
        Route("/_sim/state", _state),
        Route("/_sim/reset", _reset, methods=["POST"]),
        Route("/_sim/faults", _faults, methods=["POST"]),
        Route("/_sim/settings", _settings, methods=["POST"]),
        Route("/_sim/clock", _clock, methods=["POST"]),
        Route("/_sim/files/{what}/{ref}", online.file),
        Route("/_sim/storage/{ref}/{part:int}", batch.put, methods=["PUT"]),
    ]
    app = Starlette(routes=routes, exception_handlers={Refusal: _refused})
    app.state.store = store
    return _Door(app, store)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return answer(request, error)


class _Door:
    """Every request goes through here: counted, perhaps spoiled by a fault, and its effect kept before it is told."""

    def __init__(self, app: Starlette, store: Store) -> None:
        self.app = app
        self.store = store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not re.match(r"(/api)?/v2/", scope["path"]):
            await self.app(scope, receive, send)
            return
        scope["app"] = self.app  # so that a request knows the store before it is routed
        request = Request(scope, receive)
        path = re.sub(r"^(/api)?/v2", "", scope["path"])
        fault = self._fault(request.method, path)
        if fault and fault["do"] == "slow":
            await anyio.sleep(float(fault["seconds"]))
        before = self._before(request, path, fault)
        if before is not None:
            await before(scope, receive, send)
            return
        after = fault["do"] if fault else ""
        answered: list[Any] = []

        async def kept(message: Any) -> None:
            answered.append(message)

        await self.app(scope, receive, kept)
        self.store.save()
        if after == "drop":
            await _lost(send)
            return
        if after == "500-but-works":
            await JSONResponse({"exception": {}}, 500)(scope, receive, send)
            return
        for message in answered:
            await send(message)

    def _before(self, request: Request, path: str, fault: dict[str, Any] | None) -> Response | None:
        """An answer that never reaches the handlers."""
        if fault and fault["do"] == "status":
            headers = {"Retry-After": str(fault["retry_after"])} if "retry_after" in fault else {}
            if fault.get("html"):
                return HTMLResponse("<html><body>Bad gateway</body></html>", int(fault["code"]), headers)
            if int(fault["code"]) in (400, 429):
                return answer(request, Refusal(int(fault["code"]), int(fault.get("exception", 21405)), headers=headers))
            return Response(status_code=int(fault["code"]), headers=headers)
        try:
            limits.count(self.store, request, path)
        except Refusal as refusal:
            return answer(request, refusal)
        return None

    def _fault(self, method: str, path: str) -> dict[str, Any] | None:
        """The first rule that fits: method, path, the nth call, a count."""
        for fault in self.store.faults:
            if "do" not in fault or not fault["count"]:
                continue
            if re.fullmatch(fault.get("method", ".*"), method) and re.fullmatch(fault.get("path", ".*"), path):
                if fault.get("skip", 0):
                    fault["skip"] -= 1
                    continue
                fault["count"] -= 1
                return fault
        return None


async def _lost(send: Send) -> None:
    """The effect stays, the answer is lost: it breaks off in the middle, and the server closes the connection."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000000")]})
    await send({"type": "http.response.body", "body": b"{", "more_body": False})


# --- the administrator of the simulator ------------------------------------------------------------------------------


async def _state(request: Request) -> Response:
    """What was accepted, and how it was asked for."""
    store: Store = request.app.state.store
    found = processing.accepted(store, store.clock.now())
    listed = [
        {
            "context": each.context,
            "seller": each.seller,
            "kind": each.kind,
            "number": each.number,
            "ksefNumber": each.ksef_number,
            "hash": each.hash,
            "session": each.session,
            "mode": each.mode,
        }
        for each in found
    ]
    return JSONResponse(
        {
            "invoices": listed,
            "received": len(store.kept.invoices),
            "sessions": len(store.kept.sessions),
            "counts": store.kept.counts,
        }
    )


async def _reset(request: Request) -> Response:
    request.app.state.store.reset()
    return Response(status_code=204)


async def _faults(request: Request) -> Response:
    """Add a rule.

    For calls: path and method (regex), do (status, drop, 500-but-works, slow), count, skip. For the fate of invoices:
    invoice (regex of the number), code, count.
    """
    body = await json_body(request)
    if "do" not in body and "invoice" not in body:
        raise bad(21405)
    request.app.state.store.faults.append({"count": 1, **body})
    return Response(status_code=204)


async def _settings(request: Request) -> Response:
    """Processing (seconds), limits (on or off), scale, token_seconds."""
    request.app.state.store.settings.update(await json_body(request))
    return Response(status_code=204)


async def _clock(request: Request) -> Response:
    """{"frozen": moment or null} or {"shift": seconds}."""
    store: Store = request.app.state.store
    body = await json_body(request)
    if "frozen" in body:
        store.clock.frozen = datetime.fromisoformat(body["frozen"]) if body["frozen"] else None
    store.clock.shift = timedelta(seconds=float(body.get("shift", 0)))
    return Response(status_code=204)
