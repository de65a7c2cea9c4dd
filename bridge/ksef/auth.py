"""Requests → requests with a valid access token: signing in, redeeming, refreshing, as a generator without I/O.

Tokens live in memory only. Each step is one more request that httpx sends for us, so that it is paced and judged like
any other (protocol.md, section 2).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from bridge.ksef import calls
from bridge.ksef.answers import Refused, error_of, login_error, moment, refusal
from bridge.ksef.credentials import Credential, Signer
from bridge.ksef.crypto import encrypt_for
from bridge.ksef.keys import FOR_TOKENS, Keys
from bridge.ksef.xades import signed_request
from bridge.model.errors import TryLater

EARLY = timedelta(seconds=60)  # a token is renewed that long before its end
POLLS = 15  # waits of 1, 2, 3 … seconds: two minutes in all
WORTH_ANOTHER = frozenset({21111, 21470, 450})  # a fresh challenge and a fresh key may cure these
SIGNED_OUT = frozenset({21301, 21304, httpx.codes.UNAUTHORIZED})

Flow = Generator[httpx.Request, httpx.Response, Any]
Build = Callable[..., httpx.Request]


@dataclass(frozen=True, slots=True)
class Bearer:
    """One token of KSeF with its end."""

    token: str = field(repr=False)
    valid_until: datetime

    def fits(self, now: datetime) -> bool:
        """Whether it can still be used for a while."""
        return now < self.valid_until - EARLY


class Tokens(httpx.Auth):
    """Access for one taxpayer by one credential."""

    requires_response_body = True

    def __init__(
        self,
        nip: str,
        credential: Callable[[], Credential],
        keys: Keys,
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
    ) -> None:
        self._nip, self._credential, self._keys = nip, credential, keys
        self._now, self._sleep = now, sleep
        self._access: Bearer | None = None
        self._refresh: Bearer | None = None
        self.build: Build  # set by the client that owns both this and the wire
        self.seen: Callable[[str], None] = lambda _address: None  # likewise: who counts calls by address
        self.egress = ""  # our address as KSeF sees it (clientIp)
        self.skew: timedelta | None = None  # our clock minus KSeF's, at the last challenge

    def auth_flow(self, request: httpx.Request) -> Flow:
        """Send the request with a token; once more with a new one when KSeF answers 401."""
        if request.extensions["call"].open:
            yield request
            return
        response = yield from self._with_token(request)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self._access = None
            yield from self._with_token(request)

    @property
    def signed_in(self) -> bool:
        """Whether there is an access token."""
        return self._access is not None

    def sign_out(self) -> None:
        """Forget the tokens: the next request signs in anew, with the rights as they are then."""
        self._access = self._refresh = None

    def _with_token(self, request: httpx.Request) -> Flow:
        if self._access is None or not self._access.fits(self._now()):
            yield from self._renew()
        assert self._access is not None
        request.headers["Authorization"] = f"Bearer {self._access.token}"
        return (yield request)

    def _renew(self) -> Flow:
        """A new access token by the refresh token; by signing in where that cannot help."""
        if self._refresh is not None and self._refresh.fits(self._now()):
            answer = yield self._bearing(calls.REFRESH, self._refresh)
            refused = refusal(answer)
            if refused is None:
                self._access = _bearer(answer.json()["accessToken"])
                return
            if refused.code not in SIGNED_OUT:
                raise error_of(refused) or TryLater(f"KSeF nie odnowił logowania: {refused.text}")
        self.sign_out()
        yield from self._sign_in()

    def _sign_in(self) -> Flow:
        refused = yield from self._attempt()
        if isinstance(refused, Refused) and refused.code in WORTH_ANOTHER:
            self._keys.forget()
            refused = yield from self._attempt()
        if isinstance(refused, Refused):
            raise error_of(refused) or login_error(refused)

    def _attempt(self) -> Flow:
        """One whole signing in; the refusal that ended it, or None."""
        challenge = (yield self.build(calls.CHALLENGE)).json()
        self.egress = challenge["clientIp"]
        self.seen(self.egress)
        self.skew = self._now() - moment(challenge["timestamp"])
        accepted = yield (yield from self._credentials(challenge))
        if refused := refusal(accepted):
            return refused
        ticket = accepted.json()
        bearer = _bearer(ticket["authenticationToken"])
        if refused := (yield from self._decided(ticket["referenceNumber"], bearer)):
            return refused
        redeemed = yield self._bearing(calls.REDEEM, bearer)
        if refused := refusal(redeemed):
            return refused
        self._access, self._refresh = (_bearer(redeemed.json()[name]) for name in ("accessToken", "refreshToken"))
        return None

    def _credentials(self, challenge: dict[str, Any]) -> Flow:
        """The request that shows who we are: a signature, or the encrypted KSeF token."""
        now = self._now()
        credential = self._credential()  # looked up at each signing in: a renewed certificate is used at once
        if isinstance(credential, Signer):
            document = signed_request(challenge["challenge"], self._nip, credential, now)
            return self.build(calls.LOGIN_BY_SIGNATURE, content=document, headers={"Content-Type": "application/xml"})
        if self._keys.stale(now):
            self._keys.learn((yield self.build(calls.PUBLIC_KEYS)).json(), now)
        key = self._keys.best(FOR_TOKENS, now)
        # timestampMs exactly as received: a rounded one lies in the future and is refused (protocol.md, 2.3)
        plain = f"{credential.text}|{challenge['timestampMs']}".encode()
        return self.build(
            calls.LOGIN_BY_TOKEN,
            json={
                "challenge": challenge["challenge"],
                "contextIdentifier": {"type": "Nip", "value": self._nip},
                "encryptedToken": encrypt_for(key.key, plain),
                "publicKeyId": key.id,
            },
        )

    def _decided(self, reference: str, bearer: Bearer) -> Flow:
        """Poll the authentication until KSeF decides: None or the refusal."""
        for seconds in range(1, POLLS + 1):
            answer = yield self._bearing(calls.LOGIN_STATUS, bearer, reference)
            if refused := refusal(answer):
                return refused
            status = answer.json()["status"]
            if status["code"] >= 200:
                failed = Refused(status["code"], status["description"], tuple(status.get("details") or ()))
                return None if failed.code == 200 else failed
            self._sleep(seconds)
        raise TryLater("KSeF długo sprawdza logowanie; mostek spróbuje ponownie.", timedelta(minutes=5))

    def _bearing(self, call: calls.Call, bearer: Bearer, *references: str) -> httpx.Request:
        return self.build(call, *references, headers={"Authorization": f"Bearer {bearer.token}"})


def _bearer(answer: dict[str, Any]) -> Bearer:
    return Bearer(answer["token"], moment(answer["validUntil"]))
