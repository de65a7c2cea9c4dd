"""Signing in: challenge, certificate or token, status, tokens, refresh; and who may act for whom (protocol.md, 2)."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from base64 import b64decode, b64encode, urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge.sandbox import keys
from bridge.sandbox.body import json_body, need
from bridge.sandbox.numbers import reference, stamp
from bridge.sandbox.problems import Refusal, bad
from bridge.sandbox.realtime import real_now
from bridge.sandbox.store import Login, Store
from bridge.sandbox.xades import verified

LIVES = {
    "AuthenticationToken": timedelta(minutes=45),
    "ContextToken": timedelta(minutes=15),
    "RefreshToken": timedelta(days=7),
}
CHALLENGE_LIVES = timedelta(minutes=10)
OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)


async def challenge(request: Request) -> Response:
    """POST /auth/challenge."""
    store: Store = request.app.state.store
    now = store.clock.now()
    made = reference("CR", now)
    store.kept.challenges[made] = now
    millis = int(now.timestamp() * 1000)
    host = request.client.host if request.client else "127.0.0.1"
    return JSONResponse({"challenge": made, "timestamp": stamp(now), "timestampMs": millis, "clientIp": host})


async def by_signature(request: Request) -> Response:
    """POST /auth/xades-signature."""
    if "xml" not in request.headers.get("content-type", ""):
        return Response(status_code=415)
    store: Store = request.app.state.store
    body = await request.body()
    signed = verified(body)
    _used(store, signed.challenge)
    allowed = signed.subject_nip == signed.context or (signed.context, signed.subject_nip) in store.kept.grants
    login = _login(store, signed.context, "QualifiedSeal", signed.subject_nip)
    login.signature_hash = b64encode(hashlib.sha256(body).digest()).decode()
    if not allowed:
        login.code, login.details = 415, ["Brak przypisanych uprawnień"]
    return _accepted(store, login)


async def by_token(request: Request) -> Response:
    """POST /auth/ksef-token."""
    store: Store = request.app.state.store
    body = await json_body(request)
    made = _used(store, str(need(body, "challenge")))
    context = str(need(need(body, "contextIdentifier"), "value"))
    login = _login(store, context, "Token", context)
    key = keys.private(store, "KsefTokenEncryption", body.get("publickeyid"))
    try:
        text = key.decrypt(b64decode(str(need(body, "encryptedToken"))), OAEP).decode()
    except (ValueError, InvalidKey):
        login.code, login.details = 450, ["Nieprawidłowe szyfrowanie tokena"]
        return _accepted(store, login)
    token, _, millis = text.rpartition("|")
    ref = token.partition("|")[0]
    held = store.kept.tokens.get(ref)
    if held is None or held["token"] != token:
        login.code, login.details = 450, ["Nieprawidłowy token"]
    elif millis != str(int(made.timestamp() * 1000)):
        login.code, login.details = 450, ["Nieprawidłowy czas tokena"]
    elif held["status"] != "Active":
        login.code, login.details = 450, ["Token unieważniony"]
    elif held["context"] != context:
        login.code, login.details = 450, [f"Token nie może być użyty w kontekście {context}"]
    login.token_ref = ref
    return _accepted(store, login)


def _used(store: Store, text: str) -> datetime:
    """A challenge is good once, for ten minutes."""
    made = store.kept.challenges.pop(text, None)
    if made is None or store.clock.now() - made > CHALLENGE_LIVES:
        raise bad(21111)
    return made


def _login(store: Store, context: str, method: str, subject: str) -> Login:
    now = store.clock.now()
    login = Login(reference("AU", now), context, method, subject, now)
    store.kept.logins[login.ref] = login
    return login


def _accepted(store: Store, login: Login) -> Response:
    body = {"referenceNumber": login.ref, "authenticationToken": _token(store, login, "AuthenticationToken")}
    return JSONResponse(body, 202)


async def status(request: Request) -> Response:
    """GET /auth/{ref}."""
    login = bearer(request, "AuthenticationToken")
    if login.ref != request.path_params["ref"]:
        raise bad(21304)
    texts = {
        200: "Uwierzytelnianie zakończone sukcesem",
        450: "Uwierzytelnianie zakończone niepowodzeniem z powodu błędnego tokenu",
    }
    told = texts.get(login.code, "Uwierzytelnianie zakończone niepowodzeniem")
    state: dict[str, Any] = {"code": login.code, "description": told}
    if login.details:
        state["details"] = login.details
    info = {
        "category": "Token" if login.method == "Token" else "XadesSignature",
        "code": "token.ksef" if login.method == "Token" else "xades.qualified-seal",
        "displayName": login.method,
    }
    body = {
        "startDate": stamp(login.started),
        "authenticationMethod": login.method,
        "authenticationMethodInfo": info,
        "status": state,
        "isTokenRedeemed": login.redeemed,
    }
    return JSONResponse(body)


async def redeem(request: Request) -> Response:
    """POST /auth/token/redeem: once."""
    store: Store = request.app.state.store
    login = bearer(request, "AuthenticationToken")
    if login.redeemed or login.code != 200:
        raise bad(21301)
    login.redeemed = True
    return JSONResponse(
        {"accessToken": _token(store, login, "ContextToken"), "refreshToken": _token(store, login, "RefreshToken")}
    )


async def refresh(request: Request) -> Response:
    """POST /auth/token/refresh: the refresh token stays."""
    login = bearer(request, "RefreshToken")
    if login.revoked:
        raise bad(21301)
    return JSONResponse({"accessToken": _token(request.app.state.store, login, "ContextToken")})


async def sessions(request: Request) -> Response:
    """GET /auth/sessions."""
    store: Store = request.app.state.store
    own = bearer(request, "ContextToken")
    items = [
        {
            "startDate": stamp(each.started),
            "authenticationMethod": each.method,
            "authenticationMethodInfo": {
                "category": "Token" if each.method == "Token" else "XadesSignature",
                "code": "x",
                "displayName": each.method,
            },
            "status": {"code": 425 if each.revoked else each.code, "description": "Uwierzytelnianie"},
            "isTokenRedeemed": each.redeemed,
            "referenceNumber": each.ref,
            "isCurrent": each.ref == own.ref,
        }
        for each in store.kept.logins.values()
        if each.context == own.context
    ]
    return JSONResponse({"items": items})


async def end_session(request: Request) -> Response:
    """DELETE /auth/sessions/current or /{ref}."""
    store: Store = request.app.state.store
    own = bearer(request, "ContextToken", "RefreshToken")
    ref = request.path_params.get("ref", "current")
    (own if ref == "current" else store.kept.logins.get(ref, own)).revoked = True
    return Response(status_code=204)


async def make_token(request: Request) -> Response:
    """POST /tokens: the secret is shown once; active at once."""
    store: Store = request.app.state.store
    own = bearer(request, "ContextToken")
    body = await json_body(request)
    ref = reference("EC", store.clock.now())
    token = f"{ref}|nip-{own.context}|{secrets.token_hex(32)}"
    permissions = list(need(body, "permissions"))
    values = {
        "token": token,
        "context": own.context,
        "status": "Active",
        "permissions": permissions,
        "description": str(need(body, "description")),
        "created": store.clock.now(),
    }
    store.kept.tokens[ref] = values
    return JSONResponse({"referenceNumber": ref, "token": token}, 202)


def _plain_token(ref: str, held: dict[str, Any]) -> dict[str, Any]:
    identifier = {"type": "Nip", "value": held["context"]}
    return {
        "referenceNumber": ref,
        "authorIdentifier": identifier,
        "contextIdentifier": identifier,
        "description": held["description"],
        "requestedPermissions": held["permissions"],
        "dateCreated": stamp(held["created"]),
        "status": held["status"],
    }


async def tokens(request: Request) -> Response:
    """GET /tokens."""
    store: Store = request.app.state.store
    own = bearer(request, "ContextToken")
    listed = [_plain_token(ref, held) for ref, held in store.kept.tokens.items() if held["context"] == own.context]
    return JSONResponse({"tokens": listed})


async def one_token(request: Request) -> Response:
    """GET or DELETE /tokens/{ref}."""
    store: Store = request.app.state.store
    bearer(request, "ContextToken")
    held = store.kept.tokens.get(request.path_params["ref"])
    if held is None:
        raise bad(21405)
    if request.method == "DELETE":
        held["status"] = "Revoked"
        return Response(status_code=204)
    return JSONResponse(_plain_token(request.path_params["ref"], held))


async def grant(request: Request) -> Response:
    """POST /testdata/permissions: a subject may act in a context."""
    store: Store = request.app.state.store
    body = await json_body(request)
    pair = (str(need(need(body, "contextIdentifier"), "value")), str(need(need(body, "authorizedIdentifier"), "value")))
    if request.url.path.endswith("/revoke"):
        store.kept.grants.discard(pair)
    else:
        store.kept.grants.add(pair)
    return Response(status_code=200)


async def known_subject(request: Request) -> Response:
    """POST /testdata/subject and /person: a self-signed seal owns its NIP anyway."""
    await json_body(request)
    return Response(status_code=200)


# --- tokens ----------------------------------------------------------------------------------------------------------


def _token(store: Store, login: Login, kind: str) -> dict[str, str]:
    now = real_now()
    seconds = store.settings.get("token_seconds") if kind == "ContextToken" else None
    until = now + (timedelta(seconds=seconds) if seconds else LIVES[kind])
    claims = {
        "typ": kind,
        "arn": login.ref,
        "iat": int(now.timestamp()),
        "exp": until.timestamp(),
        "iss": "ksef-sim",
        "jti": secrets.token_hex(4),
    }
    head = _b64(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    body = f"{head}.{_b64(json.dumps(claims).encode())}"
    return {"token": f"{body}.{_b64(_mac(store, body))}", "validUntil": stamp(until)}


def bearer(request: Request, *kinds: str) -> Login:
    """The login behind a bearer token of one of these kinds; 401 otherwise."""
    store: Store = request.app.state.store
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    body, _, mac = text.rpartition(".")
    if scheme.lower() != "bearer" or not hmac.compare_digest(_b64(_mac(store, body)), mac):
        raise Refusal(401)
    claims = json.loads(_unb64(body.partition(".")[2]))
    login = store.kept.logins.get(claims["arn"])
    if claims["typ"] not in kinds or claims["exp"] < real_now().timestamp() or login is None:
        raise Refusal(401)
    return login


def _mac(store: Store, body: str) -> bytes:
    return hmac.digest(store.kept.secret, body.encode(), "sha256")


def _b64(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _unb64(text: str) -> bytes:
    return b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4))
