"""/testdata: subjects, persons, permissions, consent to attachments, blocked contexts (protocol.md, 2.4, 12.1, 12.2)."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bridge.sandbox.body import json_body, moment, need, one_of
from bridge.sandbox.permissions import SCOPES, identifier
from bridge.sandbox.problems import bad
from bridge.sandbox.store import Grant, Store

DONE = 200


async def subject(request: Request) -> Response:
    """POST /testdata/subject and /subject/remove: a VAT group, a local government, an enforcement authority."""
    store: Store = request.app.state.store
    body = await json_body(request)
    nip = str(need(body, "subjectNip"))
    if request.url.path.endswith("/remove"):
        store.kept.subjects.pop(nip, None)
        return Response(status_code=DONE)
    if nip in store.kept.subjects:
        raise bad(30001)
    store.kept.subjects[nip] = {
        "type": one_of(need(body, "subjectType"), "EnforcementAuthority", "VatGroup", "JST"),
        "subunits": {
            str(need(unit, "subjectNip")): str(need(unit, "description")) for unit in body.get("subunits") or ()
        },
        "description": str(need(body, "description")),
        "created": _created(store, body),
    }
    return Response(status_code=DONE)


async def person(request: Request) -> Response:
    """POST /testdata/person and /person/remove: a PESEL that owns a NIP."""
    store: Store = request.app.state.store
    body = await json_body(request)
    nip = str(need(body, "nip"))
    if request.url.path.endswith("/remove"):
        store.kept.persons = {pesel: each for pesel, each in store.kept.persons.items() if each["nip"] != nip}
        return Response(status_code=DONE)
    need(body, "description")
    if any(each["nip"] == nip for each in store.kept.persons.values()):
        raise bad(30001)
    pesel = str(need(body, "pesel"))
    store.kept.persons[pesel] = {
        "nip": nip,
        "bailiff": bool(need(body, "isBailiff")),
        "deceased": bool(body.get("isdeceased")),
        "created": _created(store, body),
    }
    return Response(status_code=DONE)


def _created(store: Store, body: dict[str, Any]) -> Any:
    return moment(body["createddate"], "createdDate") if body.get("createddate") else store.clock.now()


async def permissions(request: Request) -> Response:
    """POST /testdata/permissions and …/revoke: a subject may act in a context, at once."""
    store: Store = request.app.state.store
    body = await json_body(request)
    context = identifier(need(body, "contextIdentifier"), "Nip")
    who = identifier(need(body, "authorizedIdentifier"), "Nip", "Pesel", "Fingerprint")
    if request.url.path.endswith("/revoke"):
        for each in store.kept.grants.values():
            if each.context == context and each.subject == who:
                each.revoked = True
        return Response(status_code=DONE)
    given = tuple(one_of(need(each, "permissionType"), *SCOPES["persons"]) for each in need(body, "permissions"))
    now = store.clock.now()
    ref = store.reference("PM")
    store.kept.grants[ref] = Grant(ref, "persons", context, who, ("Nip", context[1]), given, "dane testowe", now, now)
    return Response(status_code=DONE)


async def attachment(request: Request) -> Response:
    """POST /testdata/attachment and …/revoke: consent to attachments, or its end."""
    store: Store = request.app.state.store
    body = await json_body(request)
    nip = str(need(body, "nip"))
    if request.url.path.endswith("/revoke"):
        today = store.clock.now().astimezone(store.zone("day_zone")).date().isoformat()
        store.kept.attachments[nip] = str(body.get("expectedenddate") or today)
    else:
        store.kept.attachments[nip] = ""
    return Response(status_code=DONE)


async def context(request: Request) -> Response:
    """POST /testdata/context/block and …/unblock: signing in there ends in 480."""
    store: Store = request.app.state.store
    value = str(need(need(await json_body(request), "contextIdentifier"), "value"))
    if request.url.path.endswith("/unblock"):
        store.kept.blocked.discard(value)
    else:
        store.kept.blocked.add(value)
    return Response(status_code=DONE)
