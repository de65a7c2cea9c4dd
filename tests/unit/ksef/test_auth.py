"""Signing in as a generator: requests out, answers in, no client and no network."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from bridge.ksef import calls
from bridge.ksef.auth import Tokens
from bridge.ksef.calls import Call
from bridge.ksef.credentials import KsefToken, Signer
from bridge.ksef.crypto import base64
from bridge.ksef.keys import Keys
from bridge.model.errors import FixSetup, TryLater

LOGIN = ["/auth/challenge", "/auth/xades-signature", "/auth/{}", "/auth/token/redeem"]


class World:
    """A clock, and a server that keeps one sign-in at a time; `answers` override by path, each used once."""

    def __init__(self, start: datetime) -> None:
        self.moment = start
        self.slept: list[float] = []
        self.asked: list[str] = []
        self.bearers: list[str] = []
        self.answers: dict[str, list[httpx.Response]] = {}
        self.bodies: dict[str, bytes] = {}
        self.issued = 0

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def build(self, call: Call, *references: str, **request: Any) -> httpx.Request:
        return httpx.Request(call.method, f"https://ksef.test{call.path}", extensions={"call": call}, **request)

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.extensions["call"].path
        self.asked.append(path)
        self.bodies[path] = request.content
        self.bearers.append(request.headers.get("Authorization", ""))
        if self.answers.get(path):
            return self.answers[path].pop(0)
        return httpx.Response(200, json=self.usual(path))

    def usual(self, path: str) -> object:
        self.issued += 1
        ticket = {"referenceNumber": "AU", "authenticationToken": self.token("ticket", 45)}
        return {
            "/auth/challenge": {
                "challenge": "20261124-CR-0123456789-ABCDEF0123-45",
                "timestamp": (self.moment - timedelta(seconds=3)).isoformat(),
                "timestampMs": 1,
                "clientIp": "10.1.2.3",
            },
            "/auth/xades-signature": ticket,
            "/auth/ksef-token": ticket,
            "/auth/{}": status(200),
            "/auth/token/redeem": {
                "accessToken": self.token("access", 15),
                "refreshToken": self.token("refresh", 10_080),
            },
            "/auth/token/refresh": {"accessToken": self.token("renewed", 15)},
        }.get(path, {})

    def token(self, name: str, minutes: int) -> dict[str, str]:
        return {"token": f"{name}{self.issued}", "validUntil": (self.moment + timedelta(minutes=minutes)).isoformat()}


def status(code: int) -> dict[str, object]:
    return {"status": {"code": code, "description": f"stan {code}", "details": []}}


def refused(code: int) -> httpx.Response:
    return httpx.Response(400, json={"errors": [{"code": code, "description": "opis"}]})


@pytest.fixture
def world(noon: datetime) -> World:
    return World(noon)


@pytest.fixture
def tokens(world: World, make: Callable[..., Signer]) -> Tokens:
    made = Tokens("1111111111", make, Keys(), world.now, world.sleep)
    made.build = world.build
    return made


def run(tokens: Tokens, world: World) -> list[str]:
    """Ask for the list of sessions; the paths that went out for it."""
    world.asked.clear()
    flow = tokens.auth_flow(world.build(calls.SESSIONS))
    request = next(flow)
    try:
        while True:
            request = flow.send(world.answer(request))
    except StopIteration:
        return list(world.asked)


def test_the_first_request_signs_in_and_the_second_does_not(tokens: Tokens, world: World) -> None:
    assert run(tokens, world) == [*LOGIN, "/sessions"]
    assert run(tokens, world) == ["/sessions"]
    assert tokens.egress == "10.1.2.3"
    assert tokens.skew == timedelta(seconds=3)


def test_the_token_is_renewed_a_minute_before_its_end(tokens: Tokens, world: World) -> None:
    run(tokens, world)
    world.moment += timedelta(minutes=13, seconds=59)
    assert run(tokens, world) == ["/sessions"]
    world.moment += timedelta(seconds=1)
    assert run(tokens, world) == ["/auth/token/refresh", "/sessions"]
    assert world.bearers[-2].startswith("Bearer refresh")
    assert world.bearers[-1].startswith("Bearer renewed")


def test_401_renews_once_and_repeats_once(tokens: Tokens, world: World) -> None:
    run(tokens, world)
    world.answers["/sessions"] = [httpx.Response(401)] * 3
    assert run(tokens, world) == ["/sessions", "/auth/token/refresh", "/sessions"]


@pytest.mark.parametrize("code", [21301, 21304])
def test_a_revoked_sign_in_is_begun_anew(tokens: Tokens, world: World, code: int) -> None:
    run(tokens, world)
    world.moment += timedelta(minutes=15)
    world.answers["/auth/token/refresh"] = [refused(code)]
    assert run(tokens, world) == ["/auth/token/refresh", *LOGIN, "/sessions"]


def test_a_dead_persons_methods_stop(tokens: Tokens, world: World) -> None:
    run(tokens, world)
    world.moment += timedelta(minutes=15)
    world.answers["/auth/token/refresh"] = [refused(21308)]
    with pytest.raises(FixSetup, match="zmarłej"):
        run(tokens, world)


def test_after_a_week_the_refresh_token_is_not_even_tried(tokens: Tokens, world: World) -> None:
    run(tokens, world)
    world.moment += timedelta(days=8)
    assert run(tokens, world) == [*LOGIN, "/sessions"]


def test_polling_waits_a_second_longer_each_time(tokens: Tokens, world: World) -> None:
    world.answers["/auth/{}"] = [httpx.Response(200, json=status(100))] * 3
    run(tokens, world)
    assert world.slept == [1, 2, 3]


def test_polling_ends(tokens: Tokens, world: World) -> None:
    world.answers["/auth/{}"] = [httpx.Response(200, json=status(100))] * 99
    with pytest.raises(TryLater, match="długo"):
        run(tokens, world)
    assert sum(world.slept) == 120


@pytest.mark.parametrize(("code", "kind"), [(415, FixSetup), (460, FixSetup), (500, TryLater)])
def test_a_failed_sign_in(tokens: Tokens, world: World, code: int, kind: type[Exception]) -> None:
    world.answers["/auth/{}"] = [httpx.Response(200, json=status(code))]
    with pytest.raises(kind, match=f"stan {code}"):
        run(tokens, world)


def test_a_used_up_challenge_is_fetched_anew_once(tokens: Tokens, world: World) -> None:
    world.answers["/auth/xades-signature"] = [refused(21111)]
    assert run(tokens, world) == ["/auth/challenge", "/auth/xades-signature", *LOGIN, "/sessions"]
    tokens.sign_out()
    world.answers["/auth/xades-signature"] = [refused(21111)] * 2
    with pytest.raises(TryLater):
        run(tokens, world)


def test_an_open_call_carries_no_token(tokens: Tokens, world: World) -> None:
    request = world.build(calls.PUBLIC_KEYS)
    flow = tokens.auth_flow(request)
    assert next(flow) is request
    with pytest.raises(StopIteration):
        flow.send(httpx.Response(200))
    assert "Authorization" not in request.headers


def test_tokens_are_in_no_repr(tokens: Tokens, world: World) -> None:
    run(tokens, world)
    assert "access" not in repr(vars(tokens)["_access"]).replace("_access", "")


TOKEN = "20261124-EC-0123456789-ABCDEF0123-45|nip-1111111111|" + "ab" * 32
TOKEN_LOGIN = ["/auth/challenge", "/auth/ksef-token", "/auth/{}", "/auth/token/redeem"]


@pytest.fixture
def ministry(make: Callable[..., Signer]) -> Signer:
    """Whoever holds the key that tokens are encrypted for."""
    return make("RSA")


@pytest.fixture
def by_token(world: World, ministry: Signer) -> Tokens:
    entry = {
        "certificate": base64(ministry.certificate.public_bytes(Encoding.DER)),
        "publicKeyId": "the-key",
        "validFrom": "2026-01-01T00:00:00Z",
        "validTo": "2027-01-01T00:00:00Z",
        "usage": ["KsefTokenEncryption"],
    }
    world.answers["/security/public-key-certificates"] = [httpx.Response(200, json=[entry]) for _ in range(3)]
    made = Tokens("1111111111", lambda: KsefToken(TOKEN), Keys(), world.now, world.sleep)
    made.build = world.build
    return made


def test_the_whole_token_and_the_moment_as_received_are_encrypted(
    by_token: Tokens, world: World, ministry: Signer
) -> None:
    assert run(by_token, world) == [
        "/auth/challenge",
        "/security/public-key-certificates",
        *TOKEN_LOGIN[1:],
        "/sessions",
    ]
    body = json.loads(world.bodies["/auth/ksef-token"])
    assert body["publicKeyId"] == "the-key"
    assert body["contextIdentifier"] == {"type": "Nip", "value": "1111111111"}
    assert isinstance(ministry.key, rsa.RSAPrivateKey)
    oaep = padding.OAEP(mgf=padding.MGF1(SHA256()), algorithm=SHA256(), label=None)
    assert ministry.key.decrypt(b64decode(body["encryptedToken"]), oaep).decode() == f"{TOKEN}|1"


@pytest.mark.parametrize("path", ["/auth/ksef-token", "/auth/{}"], ids=["21470", "450"])
def test_a_token_encrypted_for_a_withdrawn_key_is_tried_once_more_with_another(
    by_token: Tokens, world: World, path: str
) -> None:
    answer = refused(21470) if path == "/auth/ksef-token" else httpx.Response(200, json=status(450))
    world.answers[path] = [answer]
    asked = run(by_token, world)
    assert asked.count("/security/public-key-certificates") == 2
    assert asked[-1] == "/sessions"


def test_a_token_that_ksef_does_not_know_stops_after_two_attempts(by_token: Tokens, world: World) -> None:
    world.answers["/auth/{}"] = [httpx.Response(200, json=status(450)) for _ in range(9)]
    with pytest.raises(FixSetup, match="nowy token") as told:
        run(by_token, world)
    assert world.asked.count("/auth/ksef-token") == 2
    assert TOKEN not in str(told.value)
