"""Tokens of the API → the login behind them, held against what it may do; 401 and 403 otherwise (protocol.md, 1.4, 2.1)."""

from __future__ import annotations

import hmac
import ipaddress
import json
from base64 import b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request

from bridge.sandbox.numbers import stamp
from bridge.sandbox.problems import Refusal
from bridge.sandbox.realtime import real_now
from bridge.sandbox.store import Login, Store

LIVES = {
    "AuthenticationToken": timedelta(minutes=45),
    "ContextToken": timedelta(minutes=15),
    "RefreshToken": timedelta(days=7),
}
TITLES = {"ContextToken": "access", "RefreshToken": "refresh", "AuthenticationToken": "authentication"}
SENDING = ("InvoiceWrite", "PefInvoiceWrite", "EnforcementOperations")
WATCHING = (*SENDING, "Introspection")
READING = ("InvoiceRead",)
MANAGING = ("CredentialsManage",)
SEEING_RIGHTS = ("CredentialsManage", "CredentialsRead")


def caller(request: Request, *any_of: str) -> Login:
    """The login of an access token that holds one of these rights (none named: any login will do)."""
    login = bearer(request, "ContextToken")
    if any_of and "Owner" not in login.rights and not login.rights & set(any_of):
        found = {"requiredAnyOfPermissions": list(any_of), "presentPermissions": sorted(login.rights)}
        raise Refusal(403, extra={"reasonCode": "missing-permissions", "security": found})
    return login


def bearer(request: Request, *kinds: str) -> Login:
    """The login behind a bearer token of one of these kinds."""
    store: Store = request.app.state.store
    claims = _claims(request, store)
    login = store.kept.logins.get(str(claims.get("arn")))
    if claims.get("typ") not in kinds or claims["exp"] < token_now(store).timestamp() or login is None:
        raise Refusal(401)
    client = request.client.host if request.client else "127.0.0.1"
    if login.ips and not any(_inside(client, each) for each in login.ips):
        raise Refusal(403, extra={"reasonCode": "ip-not-allowed", "security": {"clientIp": client}})
    return login


def token(store: Store, login: Login, kind: str) -> dict[str, str]:
    """A fresh token of that kind with its end."""
    now = token_now(store)
    seconds = store.settings["token_seconds"] if kind == "ContextToken" else 0
    until = now + (timedelta(seconds=seconds) if seconds else LIVES[kind])
    claims: dict[str, Any] = {"typ": kind, "arn": login.ref, "iat": int(now.timestamp()), "exp": until.timestamp()}
    claims |= {"iss": "ksef-sim", "aud": "ksef-sim", "jti": f"{store.random.getrandbits(32):08x}"}
    if kind == "ContextToken":
        claims |= {"cit": login.context_type, "civ": login.context, "aum": login.method}
        claims["per"] = json.dumps(sorted(login.rights))
    head = _b64(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    body = f"{head}.{_b64(json.dumps(claims).encode())}"
    return {"token": f"{body}.{_b64(_mac(store, body))}", "validUntil": stamp(until)}


def token_now(store: Store) -> datetime:
    """The time that tokens live by: SDKs compare their end with the machine's clock."""
    return store.clock.now() if store.settings["token_in_business_time"] else real_now()


def context_of(request: Request) -> str:
    """Whose context a call is made in, "" when nobody's; rules and limits ask this without judging the token."""
    try:
        claims = _claims(request, request.app.state.store)
    except Refusal:
        return ""
    login = request.app.state.store.kept.logins.get(str(claims.get("arn")))
    return login.context if login and claims.get("typ") == "ContextToken" else ""


def _claims(request: Request, store: Store) -> dict[str, Any]:
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    body, _, mac = text.rpartition(".")
    if scheme.lower() != "bearer" or not hmac.compare_digest(_b64(_mac(store, body)), mac):
        raise Refusal(401)
    read: dict[str, Any] = json.loads(_unb64(body.partition(".")[2]))
    return read


def _inside(client: str, allowed: str) -> bool:
    """Whether an address is this one, in this range (a-b) or under this mask (a/n)."""
    address = ipaddress.ip_address(client)
    if "-" in allowed:
        low, high = map(ipaddress.IPv4Address, allowed.split("-"))
        return isinstance(address, ipaddress.IPv4Address) and low <= address <= high
    return address in ipaddress.ip_network(allowed, strict=False)


def _mac(store: Store, body: str) -> bytes:
    return hmac.digest(store.kept.secret, body.encode(), "sha256")


def _b64(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _unb64(text: str) -> bytes:
    return b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4))
