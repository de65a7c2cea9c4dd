"""Permissions: given and taken back by asynchronous operations, and asked about (protocol.md, 2.7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge.sandbox.bearer import MANAGING, SEEING_RIGHTS, caller
from bridge.sandbox.body import json_body, need, one_of
from bridge.sandbox.numbers import stamp
from bridge.sandbox.paging import numbered
from bridge.sandbox.problems import Refusal, bad
from bridge.sandbox.rights import DELEGATED, works
from bridge.sandbox.store import Grant, Login, Store

OPERATIONS_LIVE = timedelta(days=30)
SUBJECTS = ("Nip", "Pesel", "Fingerprint", "PeppolId")
CONTEXTS = ("Nip", "InternalId", "NipVatUe", "AllPartners")
SCOPES = {
    "persons": (
        "CredentialsManage",
        "CredentialsRead",
        "InvoiceWrite",
        "InvoiceRead",
        "Introspection",
        "SubunitManage",
        "EnforcementOperations",
        "CollectiveIdentifierManage",
    ),
    "entities": tuple(sorted(DELEGATED)),
    "indirect": tuple(sorted(DELEGATED)),
    "authorizations": ("SelfInvoicing", "RRInvoicing", "TaxRepresentative", "PefInvoicing"),
    "eu-entities": ("InvoiceWrite", "InvoiceRead"),
}
Identifier = tuple[str, str]


def grant(kind: str) -> Callable[[Request], Any]:
    """POST /permissions/<kind>/grants."""

    async def handler(request: Request) -> Response:
        store: Store = request.app.state.store
        own = caller(request, *MANAGING, *(("SubunitManage",) if kind == "subunits" else ()))
        body = await json_body(request)
        if not 5 <= len(str(need(body, "description"))) <= 256:
            raise bad(21405, "Opis ma mieć od 5 do 256 znaków.")
        need(body, "subjectDetails")
        made = _grant(store, own, kind, body)
        store.kept.grants[made.id] = made
        return _operation(store, made.effective)

    return handler


def _grant(store: Store, own: Login, kind: str, body: dict[str, Any]) -> Grant:
    now = store.clock.now()
    permissions, delegable = _permissions(kind, body)
    context = (own.context_type, own.context)
    if kind in ("subunits", "eu-administration"):
        context = identifier(need(body, "contextIdentifier"), *CONTEXTS)
    target = identifier(body["targetidentifier"], *CONTEXTS) if body.get("targetidentifier") else ("AllPartners", "")
    return Grant(
        store.reference("PM"),
        kind,
        context,
        identifier(need(body, "subjectIdentifier"), *SUBJECTS),
        (own.subject_type, own.subject),
        permissions,
        str(body["description"]),
        now,
        now + timedelta(seconds=store.settings["grant_seconds"]),
        delegable,
        target,
        {
            name: body[name]
            for name in ("subjectdetails", "euentityname", "euentitydetails", "subunitname")
            if body.get(name)
        },
    )


def _permissions(kind: str, body: dict[str, Any]) -> tuple[tuple[str, ...], frozenset[str]]:
    """What is granted, and what of it may be passed on."""
    if kind == "authorizations":
        return (one_of(need(body, "permission"), *SCOPES[kind]),), frozenset()
    if kind == "subunits":
        return ("CredentialsManage",), frozenset()
    if kind == "eu-administration":
        return ("VatUeManage", "InvoiceWrite", "InvoiceRead"), frozenset()
    said = need(body, "permissions")
    if not said:
        raise bad(21405, "Co najmniej jedno uprawnienie.")
    if kind != "entities":
        return tuple(one_of(each, *SCOPES[kind]) for each in said), frozenset()
    named = {one_of(need(each, "type"), *SCOPES[kind]): bool(each.get("candelegate")) for each in said}
    return tuple(named), frozenset(name for name, passed_on in named.items() if passed_on)


def identifier(said: Any, *known: str) -> Identifier:
    """Type and value."""
    kind = one_of(need(said, "type"), *known)
    return kind, "" if kind == "AllPartners" else str(need(said, "value"))


def _operation(store: Store, ready: Any, code: int = 200, details: list[str] | None = None) -> Response:
    ref = store.reference("EG")
    store.kept.operations[ref] = (ready, code, details or [])
    return JSONResponse({"referenceNumber": ref}, 202)


async def revoke(request: Request) -> Response:
    """DELETE /permissions/common/grants/{id} and …/authorizations/grants/{id}."""
    store: Store = request.app.state.store
    own = caller(request, *MANAGING)
    found = store.kept.grants.get(request.path_params["id"])
    now = store.clock.now()
    if found is None or found.context[1] != own.context:
        return _operation(store, now, 420, ["Nie ma takiego uprawnienia."])
    found.revoked = True
    return _operation(store, now)


OPERATION_TEXTS = {
    100: "Operacja przyjęta do realizacji",
    200: "Operacja zakończona sukcesem",
    420: "Operacja zakończona niepowodzeniem",
}


async def operation(request: Request) -> Response:
    """GET /permissions/operations/{ref}."""
    store: Store = request.app.state.store
    caller(request)
    found = store.kept.operations.get(request.path_params["ref"])
    if found is None:
        raise bad(21405, "Nie ma takiej operacji.")
    ready, code, details = found
    if store.clock.now() - ready > OPERATIONS_LIVE:
        raise Refusal(410)
    code = code if store.clock.now() >= ready else 100
    state: dict[str, Any] = {"code": code, "description": OPERATION_TEXTS[code]}
    return JSONResponse({"status": state | ({"details": details} if details and code != 100 else {})})


async def attachments(request: Request) -> Response:
    """GET /permissions/attachments/status."""
    store: Store = request.app.state.store
    own = caller(request, *SEEING_RIGHTS)
    ends = store.kept.attachments.get(own.context)
    today = store.clock.now().astimezone(store.zone("day_zone")).date().isoformat()
    body: dict[str, Any] = {"isAttachmentAllowed": ends is not None and (not ends or today < ends)}
    return JSONResponse(body | ({"revokedDate": f"{ends}T00:00:00.0000000+00:00"} if ends else {}))


# --- questions -------------------------------------------------------------------------------------------------------

Shape = Callable[[Grant, str], dict[str, Any]]


def _id(pair: Identifier) -> dict[str, str]:
    return {"type": pair[0], "value": pair[1]} if pair[1] else {"type": pair[0]}


def _common(each: Grant, scope: str) -> dict[str, Any]:
    return {
        "id": each.id,
        "permissionScope": scope,
        "description": each.description,
        "startDate": stamp(each.started),
    }


def _personal(each: Grant, scope: str) -> dict[str, Any]:
    body = _common(each, scope) | {"permissionState": "Active", "canDelegate": scope in each.delegable}
    body |= {"contextIdentifier": _id(each.context), "authorizedIdentifier": _id(each.subject)}
    return body | ({"targetIdentifier": _id(each.target)} if each.kind == "indirect" else {})


def _person(each: Grant, scope: str) -> dict[str, Any]:
    return _personal(each, scope) | {"authorIdentifier": _id(each.author)}


def _entity(each: Grant, scope: str) -> dict[str, Any]:
    return _common(each, scope) | {"contextIdentifier": _id(each.context), "canDelegate": scope in each.delegable}


def _subunit(each: Grant, scope: str) -> dict[str, Any]:
    own = {"authorizedIdentifier": _id(each.subject), "subunitIdentifier": _id(each.context)}
    named = {"subunitName": each.named["subunitname"]} if "subunitname" in each.named else {}
    return _common(each, scope) | own | {"authorIdentifier": _id(each.author)} | named


def _authorization(each: Grant, scope: str) -> dict[str, Any]:
    body = {"id": each.id, "authorizationScope": scope, "description": each.description}
    body |= {"startDate": stamp(each.started)}
    who = {"authorizedEntityIdentifier": _id(each.subject), "authorizingEntityIdentifier": _id(each.context)}
    return body | who | {"authorIdentifier": _id(each.author)}


def _eu(each: Grant, scope: str) -> dict[str, Any]:
    return _common(each, scope) | {
        "authorIdentifier": _id(each.author),
        "vatUeIdentifier": each.context[1].partition("-")[2],
        "euEntityName": each.named.get("euentityname", "Podmiot UE"),
        "authorizedFingerprintIdentifier": each.subject[1],
    }


# What is asked → which kinds of grants, whether those given here or held by the caller, how shown, under which name.
QUERIES: dict[str, tuple[tuple[str, ...], str, Shape, str]] = {
    "personal": (("persons", "entities", "indirect"), "held", _personal, "permissions"),
    "persons": (("persons", "indirect"), "given", _person, "permissions"),
    "entities": (("entities",), "held or given", _entity, "permissions"),
    "subunits": (("subunits",), "author", _subunit, "permissions"),
    "authorizations": (("authorizations",), "asked", _authorization, "authorizationGrants"),
    "eu-entities": (("eu-administration", "eu-entities"), "author", _eu, "permissions"),
}


def query(what: str) -> Callable[[Request], Any]:
    """POST /permissions/query/<what>/grants."""
    kinds, side, shape, name = QUERIES[what]

    async def handler(request: Request) -> Response:
        store: Store = request.app.state.store
        own = caller(request, *(() if what == "personal" else SEEING_RIGHTS))
        body = await json_body(request)
        given_by_us = side if side != "asked" else _side(body)
        now = store.clock.now()
        found = [each for each in store.kept.grants.values() if each.kind in kinds and works(each, now)]
        found = [each for each in found if _concerns(each, own, given_by_us)]
        wanted = {str(each).lower() for each in body.get("permissiontypes") or ()}
        shown = [shape(each, one) for each in found for one in each.permissions if not wanted or one.lower() in wanted]
        listed, more = numbered(request, shown, least=10, most=100)
        owner = {"ownerPermissions": list(SCOPES["persons"])} if what == "personal" and "Owner" in own.rights else {}
        return JSONResponse({name: listed, "hasMore": more} | owner)

    return handler


def _side(body: dict[str, Any]) -> str:
    return "given" if one_of(need(body, "queryType"), "Granted", "Received") == "Granted" else "received"


def _concerns(each: Grant, own: Login, side: str) -> bool:
    """Whether the caller gave it, or it was given to the caller."""
    given = each.context == (own.context_type, own.context)
    return {
        "given": given,
        "author": given or each.author == (own.subject_type, own.subject),
        "held": each.subject == (own.subject_type, own.subject) and (given or each.kind == "indirect"),
        "held or given": given or each.subject[1] == own.context,
        "received": each.subject[1] == own.context,
    }[side]


async def roles(request: Request) -> Response:
    """GET /permissions/query/entities/roles and POST …/subordinate-entities/roles."""
    store: Store = request.app.state.store
    own = caller(request, *SEEING_RIGHTS)
    subject = store.kept.subjects.get(own.context)
    below = request.url.path.endswith("/subordinate-entities/roles")
    shown = _subordinate(subject) if below else _roles(store, own.context, subject)
    listed, more = numbered(request, shown, least=10, most=100)
    return JSONResponse({"roles": listed, "hasMore": more})


ROLES = {
    "EnforcementAuthority": "EnforcementAuthority",
    "VatGroup": "VatGroupUnit",
    "JST": "LocalGovernmentUnit",
}
SUB_ROLES = {"VatGroup": "VatGroupSubUnit", "JST": "LocalGovernmentSubUnit"}


def _roles(store: Store, nip: str, subject: dict[str, Any] | None) -> list[dict[str, Any]]:
    own = [_role(subject, ROLES[subject["type"]])] if subject else []
    parents = [(top, each) for top, each in store.kept.subjects.items() if nip in each["subunits"]]
    subs = [
        _role(each, SUB_ROLES[each["type"]]) | {"parentEntityIdentifier": {"type": "Nip", "value": top}}
        for top, each in parents
        if each["type"] in SUB_ROLES
    ]
    return own + subs


def _subordinate(subject: dict[str, Any] | None) -> list[dict[str, Any]]:
    if subject is None or subject["type"] not in SUB_ROLES:
        return []
    role = _role(subject, SUB_ROLES[subject["type"]])
    return [{"subordinateEntityIdentifier": {"type": "Nip", "value": unit}, **role} for unit in subject["subunits"]]


def _role(subject: dict[str, Any], role: str) -> dict[str, Any]:
    return {"role": role, "description": subject["description"], "startDate": stamp(subject["created"])}
