"""KSeF tokens: made, listed, revoked; and what is wrong with one that signs in (protocol.md, 2.3, 2.6)."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge.sandbox.bearer import caller
from bridge.sandbox.body import json_body, need, one_of
from bridge.sandbox.numbers import stamp
from bridge.sandbox.paging import page
from bridge.sandbox.problems import bad
from bridge.sandbox.store import Login, Store

RIGHTS = (
    "InvoiceRead",
    "InvoiceWrite",
    "CredentialsRead",
    "CredentialsManage",
    "SubunitManage",
    "EnforcementOperations",
    "Introspection",
    "CollectiveIdentifierManage",
)


async def make(request: Request) -> Response:
    """POST /tokens: the secret is shown once; only rights the caller holds."""
    store: Store = request.app.state.store
    own = caller(request)
    body = await json_body(request)
    permissions = [one_of(each, *RIGHTS) for each in need(body, "permissions")]
    description = str(need(body, "description"))
    if not 5 <= len(description) <= 256 or not permissions:
        raise bad(21405, "Opis ma mieć od 5 do 256 znaków, a uprawnienie ma być co najmniej jedno.")
    if own.context_type not in ("Nip", "InternalId"):
        raise bad(26002)
    if "Owner" not in own.rights and set(permissions) - own.rights:
        raise bad(26001)
    ref = store.reference("EC")
    secret = (
        f"{ref}|{own.context_type.lower().replace('internalid', 'internalId')}-{own.context}|{secrets.token_hex(32)}"
    )
    store.kept.tokens[ref] = {
        "token": secret,
        "context": (own.context_type, own.context),
        "author": (own.subject_type, own.subject),
        "revoked": False,
        "permissions": permissions,
        "description": description,
        "created": store.clock.now(),
        "used": None,
    }
    return JSONResponse({"referenceNumber": ref, "token": secret}, 202)


def wrong(store: Store, login: Login, plain: bytes | None, millis: int) -> str:
    """Why this does not sign in, in KSeF's words; "" when it does, with the token's rights."""
    if plain is None:
        return "Nieprawidłowe szyfrowanie tokena"
    try:
        text, _, moment = plain.decode("ascii").rpartition("|")
    except UnicodeDecodeError:
        return "Nieprawidłowe kodowanie tokena"
    ref = text.partition("|")[0]
    held = store.kept.tokens.get(ref)
    if held is None or held["token"] != text:
        return "Nieprawidłowy token"
    if moment != str(millis):
        return "Nieprawidłowy czas tokena"
    if held["context"] != (login.context_type, login.context):
        return f"Token nie może być użyty w kontekście {login.context}"
    login.token_ref, login.rights, held["used"] = ref, frozenset(held["permissions"]), store.clock.now()
    login.subject_type, login.subject = held["author"]
    if login.code == 415:
        login.code, login.details = 200, []
    return {"Revoked": "Token unieważniony", "Pending": "Token nieaktywny"}.get(status_of(store, held), "")


def status_of(store: Store, held: dict[str, Any]) -> str:
    """Pending until it is active; at the end of all tokens, whenever that is, none is."""
    ends = store.settings["tokens_end"]
    now = store.clock.now()
    if held["revoked"] or (ends and now >= datetime.fromisoformat(ends)):
        return "Revoked"
    active = held["created"] + timedelta(seconds=store.settings["token_activation_seconds"])
    return "Active" if now >= active else "Pending"


async def listed(request: Request) -> Response:
    """GET /tokens."""
    store: Store = request.app.state.store
    own = caller(request)
    wanted = {each.lower() for each in request.query_params.getlist("status")}
    text = request.query_params.get("description", "").lower()
    found = [
        _plain(store, ref, held)
        for ref, held in reversed(store.kept.tokens.items())
        if held["context"] == (own.context_type, own.context) and text in held["description"].lower()
    ]
    found = [each for each in found if not wanted or each["status"].lower() in wanted]
    tokens, further = page(request, found, least=10, most=100)
    return JSONResponse({"tokens": tokens, **further})


async def one(request: Request) -> Response:
    """GET or DELETE /tokens/{ref}."""
    store: Store = request.app.state.store
    own = caller(request)
    ref = request.path_params["ref"]
    held = store.kept.tokens.get(ref)
    if held is None or held["context"] != (own.context_type, own.context):
        raise bad(21405, "Nie ma takiego tokena.")
    if request.method == "DELETE":
        held["revoked"] = True
        return Response(status_code=204)
    return JSONResponse(_plain(store, ref, held))


def _plain(store: Store, ref: str, held: dict[str, Any]) -> dict[str, Any]:
    named = {name: dict(zip(("type", "value"), held[name], strict=True)) for name in ("author", "context")}
    body = {
        "referenceNumber": ref,
        "authorIdentifier": named["author"],
        "contextIdentifier": named["context"],
        "description": held["description"],
        "requestedPermissions": held["permissions"],
        "dateCreated": stamp(held["created"]),
        "status": status_of(store, held),
    }
    return body | ({"lastUseDate": stamp(held["used"])} if held["used"] else {})
