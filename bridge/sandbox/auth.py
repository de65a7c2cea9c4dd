"""Signing in: challenge, certificate or token, status, tokens, refresh, the list of logins (protocol.md, 2)."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge.sandbox import keys, ktokens
from bridge.sandbox.bearer import LIVES, bearer, context_of, token, token_now
from bridge.sandbox.body import json_body, need
from bridge.sandbox.certificates import fault_of
from bridge.sandbox.faults import Moment, first
from bridge.sandbox.numbers import stamp
from bridge.sandbox.paging import page
from bridge.sandbox.problems import Refusal, bad
from bridge.sandbox.rights import rights_of
from bridge.sandbox.store import Login, Store
from bridge.sandbox.xades import Signed, verified

__all__ = [
    "by_signature",
    "by_token",
    "challenge",
    "context_of",
    "end_session",
    "redeem",
    "refresh",
    "sessions",
    "status",
]

CHALLENGE_LIVES = timedelta(minutes=10)
STATUS_LIVES = timedelta(days=7)
TEXTS = {
    100: "Uwierzytelnianie w toku",
    200: "Uwierzytelnianie zakończone sukcesem",
    415: "Uwierzytelnianie zakończone niepowodzeniem",
    425: "Uwierzytelnienie unieważnione",
    450: "Uwierzytelnianie zakończone niepowodzeniem z powodu błędnego tokenu",
    460: "Uwierzytelnianie zakończone niepowodzeniem z powodu błędu certyfikatu",
    470: "Uwierzytelnianie zakończone niepowodzeniem: metody osoby zmarłej",
    480: "Uwierzytelnienie zablokowane",
    500: "Nieznany błąd",
    550: "Operacja została anulowana przez system",
}
CODES = {
    "Token": ("Token", "token.ksef"),
    "QualifiedSeal": ("XadesSignature", "xades.qualified-seal"),
    "QualifiedSignature": ("XadesSignature", "xades.qualified-signature"),
    "InternalCertificate": ("XadesSignature", "xades.internal-certificate"),
}


async def challenge(request: Request) -> Response:
    """POST /auth/challenge."""
    store: Store = request.app.state.store
    now = store.clock.now()
    made = store.reference("CR")
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
    settings = store.settings
    signed = verified(body, strict=settings["strict_xades"], sha1=settings["sha1"])
    _used(store, signed.challenge)
    login = _login(store, signed.context, signed.subject, signed.method)
    login.signature_hash = b64encode(hashlib.sha256(body).digest()).decode()
    login.ips, login.person = signed.ips, signed.person
    _certified(store, login, signed)
    response = _accepted(store, login)
    if signed.warning:
        response.headers["X-System-Warning"] = f"[sig-001]: {signed.warning}"
    return response


def _certified(store: Store, login: Login, signed: Signed) -> None:
    """A KSeF certificate must be one of ours, of the right type and alive."""
    found = fault_of(store, signed.certificate)
    if found is None:
        return
    login.method, login.certificate = "InternalCertificate", found.serial
    if found.details and login.code == 200:
        login.code, login.details = 460, found.details


async def by_token(request: Request) -> Response:
    """POST /auth/ksef-token."""
    store: Store = request.app.state.store
    body = await json_body(request)
    made = _used(store, str(need(body, "challenge")))
    identifier = need(body, "contextIdentifier")
    context = (kind_of(identifier, "Nip", "InternalId", "NipVatUe", "PeppolId"), str(need(identifier, "value")))
    login = _login(store, context, context, "Token")
    policy = (body.get("authorizationpolicy") or {}).get("allowedips") or {}
    login.ips = tuple(each for name in ("ip4addresses", "ip4ranges", "ip4masks") for each in policy.get(name) or ())
    plain = keys.opened(store, "KsefTokenEncryption", body.get("publickeyid"), str(need(body, "encryptedToken")))
    wrong = ktokens.wrong(store, login, plain, int(made.timestamp() * 1000))
    if wrong:
        login.code, login.details = 450, [wrong]
    return _accepted(store, login)


def kind_of(identifier: Any, *known: str) -> str:
    """The type of an identifier, in whatever case it was written."""
    said = str(need(identifier, "type"))
    found = next((each for each in known if each.lower() == said.lower()), None)
    if found is None:
        raise bad(21405, f"Nieznany typ identyfikatora {said}.")
    return found


def _used(store: Store, text: str) -> datetime:
    """A challenge is good once, for ten minutes."""
    made = store.kept.challenges.pop(text, None)
    if made is None or store.clock.now() - made > CHALLENGE_LIVES:
        raise bad(21111)
    return made


def _login(store: Store, context: tuple[str, str], subject: tuple[str, str], method: str) -> Login:
    now = store.clock.now()
    login = Login(store.reference("AU"), context[1], method, subject[1], now, context[0], subject[0])
    login.rights = rights_of(store, subject, context)
    store.kept.logins[login.ref] = login
    forced = first(store.faults, ("login",), Moment(now, context=context[1]), store.random)
    if forced is not None:
        login.code, login.details = forced.code, list(forced.details)
    elif context[1] in store.kept.blocked:
        login.code, login.details = 480, ["Podejrzenie incydentu bezpieczeństwa"]
    elif subject[0] == "Pesel" and store.kept.persons.get(subject[1], {}).get("deceased"):
        login.code = 470
    elif not login.rights:
        login.code, login.details = 415, ["Brak przypisanych uprawnień"]
    return login


def _accepted(store: Store, login: Login) -> JSONResponse:
    body = {"referenceNumber": login.ref, "authenticationToken": token(store, login, "AuthenticationToken")}
    return JSONResponse(body, 202)


def _code(store: Store, login: Login) -> int:
    """100 while the certificate is being checked."""
    ready = login.started + timedelta(seconds=store.settings["auth_seconds"])
    return 100 if store.clock.now() < ready else 425 if login.revoked else login.code


async def status(request: Request) -> Response:
    """GET /auth/{ref}."""
    store: Store = request.app.state.store
    login = bearer(request, "AuthenticationToken")
    if login.ref != request.path_params["ref"]:
        raise bad(21304)
    if store.clock.now() - login.started > STATUS_LIVES:
        raise Refusal(410)
    return JSONResponse(_plain(store, login))


def _plain(store: Store, login: Login) -> dict[str, Any]:
    code = _code(store, login)
    state: dict[str, Any] = {"code": code, "description": TEXTS[code]}
    if login.details and code not in (100, 200):
        state["details"] = login.details
    category, known_as = CODES[login.method]
    body: dict[str, Any] = {
        "startDate": stamp(login.started),
        "authenticationMethod": login.method,
        "authenticationMethodInfo": {"category": category, "code": known_as, "displayName": login.method},
        "status": state,
        "isTokenRedeemed": login.redeemed,
    }
    if login.redeemed:
        body["refreshTokenValidUntil"] = stamp(token_now(store) + LIVES["RefreshToken"])
    if login.refreshed:
        body["lastTokenRefreshDate"] = stamp(login.refreshed)
    return body


async def redeem(request: Request) -> Response:
    """POST /auth/token/redeem: once."""
    store: Store = request.app.state.store
    login = bearer(request, "AuthenticationToken")
    code = _code(store, login)
    if code == 470:
        raise bad(21308)
    if login.redeemed or code != 200:
        raise bad(21301)
    login.redeemed = True
    return JSONResponse(
        {"accessToken": token(store, login, "ContextToken"), "refreshToken": token(store, login, "RefreshToken")}
    )


async def refresh(request: Request) -> Response:
    """POST /auth/token/refresh: the refresh token stays; dead when its login, KSeF token or certificate is."""
    store: Store = request.app.state.store
    login = bearer(request, "RefreshToken")
    held = store.kept.tokens.get(login.token_ref)
    if login.revoked or (held and held["revoked"]):
        raise bad(21301)
    login.refreshed = store.clock.now()
    return JSONResponse({"accessToken": token(store, login, "ContextToken")})


async def sessions(request: Request) -> Response:
    """GET /auth/sessions."""
    store: Store = request.app.state.store
    own = bearer(request, "ContextToken")
    listed = [
        {**_plain(store, each), "referenceNumber": each.ref, "isCurrent": each.ref == own.ref}
        for each in reversed(store.kept.logins.values())
        if each.context == own.context and each.subject == own.subject
    ]
    items, further = page(request, listed, least=10, most=100)
    return JSONResponse({"items": items, **further})


async def end_session(request: Request) -> Response:
    """DELETE /auth/sessions/current or /{ref}."""
    store: Store = request.app.state.store
    own = bearer(request, "ContextToken", "RefreshToken")
    ref = request.path_params.get("ref", "current")
    (own if ref == "current" else store.kept.logins.get(ref, own)).revoked = True
    return Response(status_code=204)
