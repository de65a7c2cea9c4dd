"""What the user of the simulator may ask and set, under /_sim: state, faults, switches, clock, keys, traffic."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge.sandbox import exports, keys, links, processing, upo
from bridge.sandbox.body import json_body, need, one_of
from bridge.sandbox.faults import Fault, rule
from bridge.sandbox.problems import bad
from bridge.sandbox.realtime import real_now
from bridge.sandbox.status import xml
from bridge.sandbox.store import Store
from bridge.sandbox.switches import wrong


async def state(request: Request) -> Response:
    """GET: what was accepted, and how it was asked for."""
    store: Store = request.app.state.store
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
            "offline": each.offline,
            "received": each.received.isoformat(),
            "corrects": each.corrects,
        }
        for each in processing.accepted(store, store.clock.now())
    ]
    body = {"invoices": listed, "received": len(store.kept.invoices), "sessions": len(store.kept.sessions)}
    return JSONResponse(body | {"counts": store.kept.counts})


async def reset(request: Request) -> Response:
    """POST {"seed": number}: forget everything but the keys."""
    body = await json_body(request) if await request.body() else {}
    request.app.state.store.reset(body.get("seed"))
    return Response(status_code=204)


async def faults(request: Request) -> Response:
    """GET the rules, POST one or a list of them, DELETE all."""
    store: Store = request.app.state.store
    if request.method == "GET":
        return JSONResponse([_fault_shown(each) for each in store.faults])
    if request.method == "DELETE":
        store.faults.clear()
        return Response(status_code=204)
    said = await request.json()
    try:
        store.faults += [rule(each) for each in (said if isinstance(said, list) else [said])]
    except (ValueError, TypeError, AttributeError) as error:
        raise bad(21405, str(error)) from error
    return Response(status_code=204)


def _fault_shown(each: Fault) -> dict[str, Any]:
    return {
        "do": each.do,
        "method": each.method,
        "path": each.path,
        "invoice": each.invoice,
        "context": each.context,
        "count": each.count,
        "used": each.used,
    }


async def settings(request: Request) -> Response:
    """GET the switches, POST changes of them."""
    store: Store = request.app.state.store
    if request.method == "POST":
        changes = await request.json()
        if not isinstance(changes, dict) or (problems := wrong(changes)):
            raise bad(21405, *(problems if isinstance(changes, dict) else ["obiekt JSON"]))
        store.settings.update(changes)
        return Response(status_code=204)
    return JSONResponse(store.settings)


async def clock(request: Request) -> Response:
    """GET the time; POST {"frozen": moment or null}, {"shift": seconds} or {"at": moment, "speed": number}."""
    store: Store = request.app.state.store
    if request.method == "POST":
        body = await json_body(request)
        speed = float(body.get("speed", 1.0))
        if body.get("frozen"):
            store.clock.set(_aware(body["frozen"]), 0.0)
        elif "at" in body or "speed" in body:
            store.clock.set(_aware(body["at"]) if body.get("at") else store.clock.now(), speed)
        else:
            store.clock.set(real_now() + timedelta(seconds=float(body.get("shift", 0))))
        return Response(status_code=204)
    return JSONResponse({"now": store.clock.now().isoformat(), **store.clock.said()})


def _aware(text: Any) -> datetime:
    moment = datetime.fromisoformat(str(text))
    if moment.tzinfo is None:
        raise bad(21405, f"{text}: chwila potrzebuje strefy.")
    return moment


async def rotate(request: Request) -> Response:
    """POST {"usage": …, "emergency": true, "curve": true}: a new public key; in an emergency the old one is gone."""
    body = await json_body(request)
    usage = one_of(need(body, "usage"), *keys.USAGES)
    store: Store = request.app.state.store
    keys.rotate(store, usage, emergency=bool(body.get("emergency")), curve=bool(body.get("curve")))
    return Response(status_code=204)


async def har(request: Request) -> Response:
    """GET: the recorded traffic as an HTTP archive, for bug reports; without tokens."""
    store: Store = request.app.state.store
    entries = [_entry(each) for each in store.traffic]
    creator = {"name": "ksef-bridge sandbox", "version": "1"}
    return JSONResponse({"log": {"version": "1.2", "creator": creator, "entries": entries}})


def _entry(each: dict[str, Any]) -> dict[str, Any]:
    return {
        "startedDateTime": each["at"],
        "time": 0,
        "request": {
            "method": each["method"],
            "url": each["url"],
            "httpVersion": "HTTP/1.1",
            "headers": _pairs(each["headers"]),
            "queryString": [],
            "cookies": [],
            "headersSize": -1,
            "bodySize": len(each["body"]),
            "postData": {"mimeType": "", "text": each["body"]},
        },
        "response": {
            "status": each["status"],
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "headers": _pairs(each["answer_headers"]),
            "cookies": [],
            "content": {"size": len(each["answer"]), "mimeType": "", "text": each["answer"]},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": len(each["answer"]),
        },
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
    }


async def replay(request: Request) -> Response:
    """POST a HAR: its answers are given to the same calls, each once and in their order, before the simulator's own."""
    try:
        entries = (await request.json())["log"]["entries"]
        request.app.state.store.replayed = [_answered(each) for each in entries]
    except (ValueError, KeyError, TypeError) as error:
        raise bad(21405, f"HAR: {error!r}") from error
    return Response(status_code=204)


def _answered(entry: dict[str, Any]) -> dict[str, Any]:
    url, answer = urlsplit(entry["request"]["url"]), entry["response"]
    return {
        "call": (entry["request"]["method"], url.path, url.query),
        "status": int(answer["status"]),
        "headers": {each["name"]: each["value"] for each in answer["headers"] if each["name"] != "content-length"},
        "body": str(answer["content"]["text"]),
    }


def _pairs(headers: Any) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


async def file(request: Request) -> Response:
    """Links without authorization: UPO of an invoice or a session, a part of an export."""
    store: Store = request.app.state.store
    what, ref = request.path_params["what"], request.path_params["ref"]
    expired = links.refused(request)
    if expired is not None:
        return expired
    if what == "upo" and ref in store.kept.invoices:
        found = store.kept.invoices[ref]
        return xml(upo.document(store, store.kept.sessions[found.session], [found]))
    if what == "session-upo" and ref in store.kept.sessions:
        return xml(upo.of_session(store, store.kept.sessions[ref]))
    return exports.part_of(store, ref) if what == "export" else Response(status_code=404)
