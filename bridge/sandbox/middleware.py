"""Every request → counted, perhaps spoiled by a fault, and answered only when its effect is kept."""

from __future__ import annotations

import json
import re
import secrets
from typing import Any

import anyio
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bridge.sandbox import limits
from bridge.sandbox.auth import context_of
from bridge.sandbox.faults import Fault, Moment, first, rule
from bridge.sandbox.numbers import stamp
from bridge.sandbox.problems import Refusal, answer
from bridge.sandbox.realtime import real_now
from bridge.sandbox.store import Store

API = re.compile(r"(/api)?/v2(?=/)")
WATCHED = re.compile(r"(/api)?/v2/|/_sim/(storage|files)/|/latarnia/|/(invoice|certificate)/")
PAGE = "<html><head><script>/* firewall */</script></head><body>Request blocked</body></html>"


class Door:
    """In front of all handlers; what the administrator asks goes by."""

    def __init__(self, app: ASGIApp, store: Store) -> None:
        self.app = app
        self.store = store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Called by the server for each request."""
        if scope["type"] != "http" or not WATCHED.match(scope["path"]):
            await self.app(scope, receive, send)
            return
        scope["app"] = self.app  # so that a request knows the store before it is routed
        request = Request(scope, receive)
        path = API.sub("", scope["path"])
        fault = self._fault(request, path)
        if fault is not None and fault.do == "slow":
            await anyio.sleep(fault.seconds)
        if fault is not None and fault.do == "reset":
            await _reset(scope)
            return
        before = self._before(request, path, fault)
        if before is not None:
            await before(scope, receive, send)
            return
        answered = await self._answered(scope, receive, request)
        _echo_warning(request, answered)
        await _answer_with_fault(fault, answered, scope, receive, send)

    async def _answered(self, scope: Scope, receive: Receive, request: Request) -> list[Message]:
        """What the handler says; its effect is kept first."""
        said: list[Message] = []
        body = bytearray()

        async def heard() -> Message:
            message = await receive()
            body.extend(message.get("body", b""))
            return message

        async def kept(message: Message) -> None:
            said.append(message)

        await self.app(scope, heard, kept)
        self.store.save()
        if self.store.settings["record"]:
            self.store.traffic.append(_recorded(request, bytes(body), said))
        return said

    def _fault(self, request: Request, path: str) -> Fault | None:
        """From the header of a test, or the first rule that fits."""
        asked = request.headers.get("x-sim-fault")
        if asked:
            return rule(json.loads(asked))
        if not self.store.faults:
            return None
        moment = Moment(self.store.clock.now(), request.method, path, context_of(request))
        return first(self.store.faults, ("call", "answer"), moment, self.store.random)

    def _before(self, request: Request, path: str, fault: Fault | None) -> Response | None:
        """An answer that never reaches the handlers."""
        made = _spoiled(request, fault) if fault is not None else self._replayed(request)
        if made is not None:
            return made
        try:
            limits.count(self.store, request, path)
        except Refusal as refusal:
            return answer(request, refusal)
        return None

    def _replayed(self, request: Request) -> Response | None:
        """The recorded answer to this very call, if one is left."""
        call = (request.method, request.url.path, request.url.query)
        found = next((each for each in self.store.replayed if each["call"] == call), None)
        if found is None:
            return None
        self.store.replayed.remove(found)
        return Response(found["body"], found["status"], found["headers"])


def _spoiled(request: Request, fault: Fault) -> Response | None:
    """The answer of a fault that keeps the request from its handler."""
    refusals = {
        "429": lambda: Refusal(429, headers={"Retry-After": str(_pause(fault))}),
        "refuse": lambda: Refusal(400, fault.exception, list(fault.details)),
        "forbidden": lambda: Refusal(403, extra={"reasonCode": fault.reason, "security": {}}),
        "gone": lambda: Refusal(410),
    }
    if fault.do in refusals:
        return answer(request, refusals[fault.do]())
    if fault.do == "lose-part":
        return Response(status_code=201)
    if fault.do == "waf":
        return _blocked()
    return _status(request, fault) if fault.do == "status" else None


def _pause(fault: Fault) -> int:
    """Seconds of Retry-After, at most an hour."""
    return min((fault.retry_after or 30) * (2 ** (fault.used - 1) if fault.growing and fault.used else 1), 3600)


def _blocked() -> Response:
    body = {
        "title": "Request blocked",
        "status": 403,
        "detail": "The request was blocked by a security policy.",
        "security": {"incidentId": secrets.token_hex(8), "clientIp": "127.0.0.1"},
    }
    return JSONResponse(body, 403, media_type="application/problem+json")


def _status(request: Request, fault: Fault) -> Response:
    headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
    if fault.html or fault.body == "html":
        return HTMLResponse("<html><body>Bad gateway</body></html>", fault.code, headers)
    if fault.body == "waf":
        return _blocked()
    if fault.body == "xml":
        text = "<?xml version='1.0'?><Error><Code>AuthenticationFailed</Code></Error>"
        return Response(text, fault.code, headers, media_type="application/xml")
    if fault.code in (400, 429):
        return answer(request, Refusal(fault.code, 21405, headers=headers))
    if fault.body == "empty" or fault.code < 500:
        return Response(status_code=fault.code, headers=headers)
    return JSONResponse(_unexpected(), fault.code, headers)


def _unexpected() -> dict[str, Any]:
    said = {"exceptionCode": 500, "exceptionDescription": "Wystąpił nieoczekiwany błąd.", "details": []}
    return {"exception": {"exceptionDetailList": [said], "timestamp": stamp(real_now())}}


async def _answer_with_fault(
    fault: Fault | None, said: list[Message], scope: Scope, receive: Receive, send: Send
) -> None:
    """The handler's answer, as the fault lets it through."""
    do = fault.do if fault is not None else ""
    if fault is not None and do == "hang":
        await anyio.sleep(fault.seconds)
        await _reset(scope)
    elif do == "drop":
        await _broken_off(send, {"type": "http.response.start", "status": 200, "headers": []}, b"{", 1_000_000)
    elif do == "truncate":
        whole = b"".join(each.get("body", b"") for each in said[1:])
        await _broken_off(send, said[0], whole[: len(whole) // 2], len(whole))
    elif do == "500-but-works":
        await JSONResponse(_unexpected(), 500)(scope, receive, send)
    elif do == "html":
        await HTMLResponse(PAGE)(scope, receive, send)
    else:
        if fault is not None:
            _change_headers(fault, said[0])
        for message in said:
            await send(message)


def _echo_warning(request: Request, said: list[Message]) -> None:
    """X-Test-System-Warning comes back as X-System-Warning, as on TEST."""
    asked = request.headers.get("x-test-system-warning")
    if asked:
        said[0]["headers"].append((b"x-system-warning", asked.encode("latin-1")))


def _change_headers(fault: Fault, start: Message) -> None:
    if fault.do == "warning":
        start["headers"].append((b"x-system-warning", fault.text.encode("latin-1", "replace")))
    if fault.do == "corrupt":
        others = [pair for pair in start["headers"] if pair[0] != b"x-ms-meta-hash"]
        start["headers"] = [*others, (b"x-ms-meta-hash", b"A" * 43 + b"=")]


async def _broken_off(send: Send, start: Message, body: bytes, promised: int) -> None:
    """Less than was promised: the server closes the connection then."""
    headers = [pair for pair in start["headers"] if pair[0] != b"content-length"]
    await send({**start, "headers": [*headers, (b"content-length", str(promised).encode())]})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _reset(scope: Scope) -> None:
    """Cut the connection without a word (running.py hands the transport in)."""
    scope["state"]["transport"].abort()
    await anyio.sleep(0.01)  # until the server has noticed


def _recorded(request: Request, body: bytes, said: list[Message]) -> dict[str, Any]:
    return {
        "at": stamp(real_now()),
        "method": request.method,
        "url": str(request.url),
        "headers": [(name, value) for name, value in request.headers.items() if name != "authorization"],
        "body": body.decode("utf-8", "replace"),
        "status": said[0]["status"],
        "answer_headers": [(name.decode(), value.decode("latin-1")) for name, value in said[0]["headers"]],
        "answer": b"".join(each.get("body", b"") for each in said[1:]).decode("utf-8", "replace"),
    }
