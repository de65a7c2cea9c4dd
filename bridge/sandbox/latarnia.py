"""The status beacon: what an administrator announces → /status and /messages (protocol.md, 9.6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge.sandbox.body import json_body, one_of
from bridge.sandbox.problems import bad
from bridge.sandbox.store import Store

STATUSES = ("AVAILABLE", "MAINTENANCE", "FAILURE", "TOTAL_FAILURE")
TYPES = ("FAILURE_START", "FAILURE_END", "MAINTENANCE_ANNOUNCEMENT")


async def status(request: Request) -> Response:
    """GET /latarnia/status: by the messages in force now, unless the administrator says otherwise."""
    store: Store = request.app.state.store
    now = store.clock.now()
    said = store.kept.latarnia["status"]
    active = [each for each in _messages(store) if _in_force(store, each, now)]
    worst = max((STATUSES.index(each["category"]) for each in active), default=0)
    body: dict[str, Any] = {"status": said if said != "AVAILABLE" else STATUSES[worst]}
    if active:
        body["messages"] = active
    return JSONResponse(body)


async def messages(request: Request) -> Response:
    """GET /latarnia/messages: what has been published so far."""
    return JSONResponse(_messages(request.app.state.store))


def _messages(store: Store) -> list[dict[str, Any]]:
    """Published until now; an announcement can be set for later."""
    now = store.clock.now()
    return [each for each in store.kept.latarnia["messages"] if datetime.fromisoformat(each["published"]) <= now]


def _in_force(store: Store, each: dict[str, Any], now: datetime) -> bool:
    """It has begun and not ended; of an event only its last version counts, and a failure's end ends it."""
    same = [other for other in _messages(store) if other["eventId"] == each["eventId"]]
    if each is not max(same, key=lambda other: (other["version"], other["type"] == "FAILURE_END")):
        return False
    begun = datetime.fromisoformat(each["start"]) <= now
    ended = each["end"] is not None and datetime.fromisoformat(each["end"]) <= now
    return begun and not ended


async def set_up(request: Request) -> Response:
    """POST /_sim/latarnia.

    {"status": "TOTAL_FAILURE"} makes it say so whatever the messages; {"messages": [...]} adds announcements, each with
    category, start, optional end and published (default: its start), eventId, version, type, title, text; {"clear":
    true} forgets all.
    """
    store: Store = request.app.state.store
    body = await json_body(request)
    kept = store.kept.latarnia
    if body.get("clear"):
        kept |= {"status": "AVAILABLE", "messages": []}
    if body.get("status"):
        kept["status"] = one_of(body["status"], *STATUSES)
    for said in body.get("messages") or ():
        kept["messages"].append(_message(store, said))
    return JSONResponse(kept)


def _message(store: Store, said: dict[str, Any]) -> dict[str, Any]:
    """A whole message from what its writer gave."""
    place = len(store.kept.latarnia["messages"]) + 1
    category = one_of(said.get("category", "FAILURE"), *STATUSES[1:])
    usual = "MAINTENANCE_ANNOUNCEMENT" if category == "MAINTENANCE" else "FAILURE_END" if said.get("end") else TYPES[0]
    start = _moment(said.get("start") or store.clock.now().isoformat())
    end = _moment(said["end"]) if said.get("end") else None
    kind = one_of(said.get("type", usual), *TYPES)
    published = said.get("published") or (end if kind == "FAILURE_END" else start)
    return {
        "id": str(said.get("id") or f"K/{start[:4]}/{'PRZ' if category == 'MAINTENANCE' else 'AWR'}/{place:02}"),
        "eventId": int(said.get("eventid") or place),
        "category": category,
        "type": kind,
        "title": str(said.get("title") or "Komunikat symulatora"),
        "text": str(said.get("text") or "Komunikat symulatora KSeF."),
        "start": start,
        "end": end,
        "version": int(said.get("version") or 1),
        "published": _moment(str(published)),
    }


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise bad(21405, f"{text}: chwila potrzebuje strefy.")
    return moment.isoformat()
