"""A call of the API → its answer, over one httpx.Client; here, and only here, foreign errors become the bridge's own.

Nothing left us → TryLater. It may have arrived and may have changed something → Unsure. What can be asked twice is
asked again at most twice within 4 s; every longer wait is the caller's (protocol.md, 1.4-1.5; ledger.md).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, stop_after_delay, wait_random_exponential

from bridge.ksef.answers import Refused, error_of, forbidden, refusal, warnings
from bridge.ksef.calls import GLOBAL, Call
from bridge.ksef.limits import Pace
from bridge.model.errors import BridgeError, FixSetup, TryLater, Unsure

TIMEOUT = httpx.Timeout(30.0, connect=10.0)
LARGEST = 64 << 20  # bytes of one answer; the collective UPO of 10,000 invoices has about 10 MB
NO_SUCH_SESSION = 21173
BLOCKED = timedelta(minutes=1)  # a 429 that does not say how long
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
OUR_FAULT = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)


class Transient(TryLater):
    """A TryLater that may be gone in a second: the only one that is repeated at once."""


class _Bounded(httpx.SyncByteStream):
    """An answer up to the largest that KSeF gives; one that goes on is an answer that was lost."""

    def __init__(self, inner: httpx.SyncByteStream) -> None:
        self._inner = inner

    def __iter__(self) -> Iterator[bytes]:
        read = 0
        for chunk in self._inner:
            read += len(chunk)
            if read > LARGEST:
                raise httpx.ReadError(f"odpowiedź dłuższa niż {LARGEST} bajtów")
            yield chunk

    def close(self) -> None:
        self._inner.close()


class UnknownToKsef(TryLater):
    """KSeF does not know the session, invoice or UPO that the call names; it may be late, or it has forgotten it."""


class Wire:
    """One taxpayer's connection. Each attempt asks the pace first; not for several threads at once."""

    def __init__(
        self,
        address: str,
        pace: Pace,
        auth: httpx.Auth | None = None,
        sleep: Callable[[float], None] = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._pace = pace
        self._repeat = Retrying(
            retry=retry_if_exception_type(Transient),
            stop=stop_after_attempt(3) | stop_after_delay(4),
            wait=wait_random_exponential(multiplier=0.5, max=2),
            sleep=sleep,
            reraise=True,
        )
        self._client = httpx.Client(
            base_url=address,
            auth=auth,
            timeout=TIMEOUT,
            headers={"X-Error-Format": "problem-details"},
            event_hooks={"request": [self._before], "response": [self._after]},
            transport=transport,
            trust_env=httpx.URL(address).host not in LOOPBACK,  # a company's proxy does not know our simulator
        )
        self.answers = 0  # that came from KSeF itself, whatever they said
        self.warnings: dict[str, None] = {}  # what KSeF warned of, each once, in order

    def close(self) -> None:
        """End the connections."""
        self._client.close()

    def build(self, call: Call, *references: str, **request: Any) -> httpx.Request:
        """The request of a call; `request` as for httpx (json, content, params, headers)."""
        path = call.path.format(*(quote(each, safe="") for each in references))
        return self._client.build_request(call.method, path, extensions={"call": call}, **request)

    def ask(self, call: Call, *references: str, **request: Any) -> httpx.Response | Refused:
        """The answer, or KSeF's refusal that the caller decides on; raises FixSetup, TryLater or Unsure."""
        response: httpx.Response = self._repeat(self._once, call, references, request)
        refused = refusal(response)
        if refused is None:
            return response
        if refused.code == httpx.codes.UNAUTHORIZED:
            raise TryLater(f"KSeF nie przyjął świeżego logowania. {refused.text}", timedelta(minutes=5))
        if refused.code == NO_SUCH_SESSION:
            raise UnknownToKsef(f"KSeF nie zna tej sesji. KSeF: {refused.text}")
        if error := error_of(refused):
            raise error
        return refused

    def must(self, call: Call, *references: str, **request: Any) -> httpx.Response:
        """The answer of a call that KSeF has no business reason to refuse; FixSetup with its words when it does."""
        answer = self.ask(call, *references, **request)
        if isinstance(answer, Refused):
            raise FixSetup(f"KSeF odrzucił zapytanie {call.method} {call.path}: {answer.text}")
        return answer

    def _once(self, call: Call, references: tuple[str, ...], request: dict[str, Any]) -> httpx.Response:
        try:
            return self._client.send(self.build(call, *references, **request))
        except (httpx.RequestError, httpx.InvalidURL) as error:
            raise translated(error, call) from error

    def _before(self, request: httpx.Request) -> None:
        for bucket in (GLOBAL, request.extensions["call"].bucket):
            self._pace.before(bucket)

    def _after(self, response: httpx.Response) -> None:
        """Let through only what the API itself said; each attempt comes by here, those of signing in too."""
        assert isinstance(response.stream, httpx.SyncByteStream)
        response.stream = _Bounded(response.stream)
        response.read()
        call: Call = response.request.extensions["call"]
        self.warnings |= dict.fromkeys(warnings(response))
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            after = retry_after(response)
            self._pace.frozen(call.bucket, after)
            raise TryLater(f"KSeF: za dużo zapytań, przerwa {after.total_seconds():.0f} s.", after)
        if response.status_code == httpx.codes.FORBIDDEN:
            raise forbidden(response)
        if not _from_ksef(response, call):
            raise _lost(call, f"Serwer odpowiedział {response.status_code}, ale nie tak, jak odpowiada KSeF.")
        self.answers += 1
        if response.status_code == httpx.codes.NOT_FOUND and call.names_a_session:
            raise UnknownToKsef(f"KSeF nie zna tego, o co pyta mostek ({call.method} {response.request.url.path}).")
        if response.status_code == httpx.codes.NOT_FOUND:
            raise FixSetup(f"Pod adresem {response.request.url} nie ma KSeF. Sprawdź środowisko w ustawieniach.")


def retry_after(response: httpx.Response) -> timedelta:
    """Retry-After in seconds; a minute when it is missing or not a number."""
    text = response.headers.get("retry-after", "")
    return timedelta(seconds=int(text)) if text.isdecimal() else BLOCKED


def translated(error: Exception, call: Call) -> BridgeError:
    """A foreign error → ours. During signing in the failed request may be another one than `call`."""
    request = getattr(error, "_request", None)
    call = request.extensions["call"] if request else call
    said = f"{type(error).__name__} {error}".strip()
    if isinstance(error, (*OUR_FAULT, httpx.InvalidURL)):
        return FixSetup(f"Adresu KSeF nie da się użyć: {said}. Sprawdź środowisko w ustawieniach.")
    if isinstance(error, NOT_SENT):
        return Transient(f"Nie ma połączenia z KSeF: {said}")
    return _lost(call, f"Połączenie z KSeF urwało się: {said}")


def _lost(call: Call, message: str) -> BridgeError:
    """No answer though the request left us."""
    if call.changes:
        return Unsure(message)
    return Transient(message) if call.repeat else TryLater(message)


def _from_ksef(response: httpx.Response, call: Call) -> bool:
    """Whether it looks like the API: firewalls and gateways answer in HTML, at times with 200 (protocol.md, 1.4)."""
    if response.status_code >= 500 or response.is_redirect or "html" in response.headers.get("content-type", ""):
        return False
    if not response.is_success or response.status_code == httpx.codes.NO_CONTENT:
        return True
    return response.content.lstrip()[:1] in ((b"<",) if call.xml else (b"{", b"["))
