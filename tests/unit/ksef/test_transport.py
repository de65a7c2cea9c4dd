"""Foreign errors and strange answers → FixSetup, TryLater, Unsure; which calls are repeated, and how often."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from datetime import timedelta

import httpx
import pytest

from bridge.ksef import calls
from bridge.ksef.answers import Refused
from bridge.ksef.calls import Call
from bridge.ksef.limits import Unpaced
from bridge.ksef.transport import UnknownToKsef, Wire, translated
from bridge.model.errors import FixSetup, TryLater, Unsure

CHANGING = (calls.OPEN_ONLINE, calls.SEND, calls.CLOSE_ONLINE)
HTML = "<!DOCTYPE html><html><body>Bad Gateway</body></html>"


class Server:
    """Gives what it was told in turn, the last one for ever; counts what it was asked."""

    def __init__(self, *answers: httpx.Response | httpx.RequestError) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, httpx.RequestError):
            raise answer
        return answer


class Counting(Unpaced):
    """A pace that notes what it was asked and told."""

    def __init__(self, full: str = "") -> None:
        self.asked: list[str] = []
        self.told: dict[str, timedelta] = {}
        self.full = full

    def before(self, bucket: str) -> None:
        self.asked.append(bucket)
        if bucket == self.full:
            raise TryLater("brak miejsca", timedelta(seconds=40))

    def frozen(self, bucket: str, after: timedelta) -> None:
        self.told[bucket] = after


def wire(server: Server, pace: Counting | None = None) -> Wire:
    return Wire("https://ksef.test/v2", pace or Counting(), sleep=lambda _: None, transport=httpx.MockTransport(server))


def ask(made: Wire, call: Call) -> httpx.Response | Refused:
    return made.ask(call, *["ref"] * call.path.count("{}"))


def leaves(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for each in kind.__subclasses__():
        yield from leaves(each)


@pytest.mark.parametrize("call", [calls.SEND, calls.SESSION, calls.REDEEM], ids=lambda call: call.path)
def test_every_foreign_error_becomes_one_of_ours(call: Call) -> None:
    not_sent = {"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError"}
    our_fault = {"UnsupportedProtocol", "LocalProtocolError"}
    foreign = set(leaves(httpx.RequestError))
    assert len(foreign) >= 18
    for kind in foreign:
        error = translated(kind("zerwane"), call)
        expected: type[Exception] = Unsure if call.changes else TryLater
        if kind.__name__ in not_sent:
            expected = TryLater
        if kind.__name__ in our_fault:
            expected = FixSetup
        assert isinstance(error, expected), kind


@pytest.mark.parametrize("call", CHANGING, ids=lambda call: call.path)
def test_a_lost_answer_of_what_changes_something_is_unsure_and_never_repeated(call: Call) -> None:
    server = Server(httpx.ReadTimeout("za wolno"))
    with pytest.raises(Unsure):
        ask(wire(server), call)
    assert len(server.asked) == 1


@pytest.mark.parametrize("call", CHANGING, ids=lambda call: call.path)
def test_what_never_left_us_is_repeated_and_then_later(call: Call) -> None:
    server, pace = Server(httpx.ConnectError("nie ma sieci")), Counting()
    with pytest.raises(TryLater, match="Nie ma połączenia"):
        ask(wire(server, pace), call)
    assert len(server.asked) == 3
    assert pace.asked == ["global", call.bucket] * 3


def test_a_lost_answer_of_a_question_is_asked_for_again() -> None:
    server = Server(httpx.ReadTimeout("za wolno"), httpx.Response(502, html=HTML), httpx.Response(200, json={"a": 1}))
    answer = ask(wire(server), calls.SESSION)
    assert isinstance(answer, httpx.Response)
    assert answer.json() == {"a": 1}
    assert len(server.asked) == 3


def test_a_step_of_signing_in_is_not_repeated_by_itself() -> None:
    server = Server(httpx.ReadTimeout("za wolno"))
    with pytest.raises(TryLater):
        ask(wire(server), calls.REDEEM)
    assert len(server.asked) == 1


STRANGE: dict[str, Callable[[], httpx.Response]] = {
    "502 in HTML": lambda: httpx.Response(502, html=HTML),
    "503 empty": lambda: httpx.Response(503),
    "500 in JSON": lambda: httpx.Response(500, json={"exception": {"exceptionDetailList": [{"exceptionCode": 500}]}}),
    "200 in HTML": lambda: httpx.Response(200, html=HTML),
    "200 empty": lambda: httpx.Response(200),
    "404 in HTML": lambda: httpx.Response(404, html=HTML),
    "302": lambda: httpx.Response(302, headers={"Location": "https://portal.hotelu/"}),
}


@pytest.mark.parametrize("answer", STRANGE.values(), ids=STRANGE.keys())
def test_what_ksef_did_not_say_is_a_lost_answer(answer: Callable[[], httpx.Response]) -> None:
    with pytest.raises(Unsure):
        ask(wire(Server(answer())), calls.SEND)
    with pytest.raises(TryLater):
        ask(wire(Server(answer())), calls.SESSION)


def test_a_page_instead_of_a_upo_is_a_lost_answer() -> None:
    with pytest.raises(TryLater):
        ask(wire(Server(httpx.Response(200, html=HTML))), calls.UPO)


def test_too_many_freezes_the_bucket_for_as_long_as_ksef_says_and_is_not_repeated() -> None:
    server, pace = Server(httpx.Response(429, headers={"Retry-After": "2492"})), Counting()
    with pytest.raises(TryLater) as told:
        ask(wire(server, pace), calls.SEND)
    assert told.value.after == timedelta(seconds=2492)
    assert pace.told == {"invoiceSend": timedelta(seconds=2492)}
    assert len(server.asked) == 1


def test_too_many_without_a_number_waits_a_minute() -> None:
    with pytest.raises(TryLater) as told:
        ask(wire(Server(httpx.Response(429, headers={"Retry-After": "soon"}))), calls.SESSION)
    assert told.value.after == timedelta(minutes=1)


def test_without_room_nothing_is_asked() -> None:
    server = Server(httpx.Response(200, json={}))
    with pytest.raises(TryLater, match="brak miejsca"):
        ask(wire(server, Counting(full="invoiceSend")), calls.SEND)
    assert server.asked == []


def test_a_refusal_that_the_caller_decides_on_is_a_value() -> None:
    body = {"errors": [{"code": 21155, "description": "Limit faktur", "details": []}]}
    assert ask(wire(Server(httpx.Response(400, json=body))), calls.SEND) == Refused(21155, "Limit faktur")


def test_a_refusal_where_none_is_expected_stops_with_ksefs_words() -> None:
    body = {"errors": [{"code": 21405, "description": "Błąd walidacji", "details": ["pageSize"]}]}
    with pytest.raises(FixSetup, match="pageSize"):
        wire(Server(httpx.Response(400, json=body))).must(calls.SESSIONS)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(401, json={"title": "Unauthorized"}), TryLater),
        (httpx.Response(403, json={"reasonCode": "missing-permissions"}), FixSetup),
        (httpx.Response(403, html=HTML), TryLater),
        (httpx.Response(404), UnknownToKsef),
        (httpx.Response(400, json={"errors": [{"code": 21173}]}), UnknownToKsef),
    ],
)
def test_other_refusals(answer: httpx.Response, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        ask(wire(Server(answer)), calls.SEND)


NAMING = [each for each in vars(calls).values() if isinstance(each, Call) and each.names_a_session]


@pytest.mark.parametrize("call", NAMING, ids=lambda call: call.path)
@pytest.mark.parametrize("answer", [httpx.Response(404), httpx.Response(400, json={"errors": [{"code": 21173}]})])
def test_a_session_an_invoice_or_a_upo_may_be_unknown(answer: httpx.Response, call: Call) -> None:
    with pytest.raises(UnknownToKsef):
        ask(wire(Server(answer)), call)


@pytest.mark.parametrize("call", [calls.OPEN_ONLINE, calls.SESSIONS, calls.METADATA], ids=lambda call: call.path)
def test_404_of_a_call_that_names_nothing_is_a_wrong_address(call: Call) -> None:
    with pytest.raises(FixSetup, match="środowisko"):
        ask(wire(Server(httpx.Response(404))), call)


class Long(httpx.SyncByteStream):
    """More than any answer of KSeF."""

    def __iter__(self) -> Iterator[bytes]:
        yield from [b"{" * 300] * 10


def test_an_answer_without_end_is_a_lost_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.ksef.transport.LARGEST", 1000)
    for call, kind in ((calls.SEND, Unsure), (calls.SESSION, TryLater)):
        with pytest.raises(kind):
            ask(wire(Server(*(httpx.Response(200, stream=Long()) for _ in range(4)))), call)


def test_each_request_asks_for_problem_details_and_references_are_escaped() -> None:
    server = Server(httpx.Response(200, json={}))
    wire(server).ask(calls.SESSION, "../auth")
    assert server.asked[0].headers["X-Error-Format"] == "problem-details"
    assert str(server.asked[0].url) == "https://ksef.test/v2/sessions/..%2Fauth"


def test_warnings_are_collected_once() -> None:
    made = wire(Server(httpx.Response(200, json={}, headers={"X-System-Warning": "[sig-001]: Podpis"})))
    for _ in range(2):
        ask(made, calls.SESSION)
    assert list(made.warnings) == ["sig-001: Podpis"]


def test_an_address_that_is_none() -> None:
    made = Wire("ksef bez schematu", Unpaced(), sleep=lambda _: None)
    with pytest.raises(FixSetup, match="Adresu KSeF"):
        ask(made, calls.CHALLENGE)
    made.close()


class SignsInFirst(httpx.Auth):
    """An auth that asks for a challenge before the request itself."""

    def __init__(self) -> None:
        self.build: Callable[..., httpx.Request]

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        yield self.build(calls.CHALLENGE)
        yield request


@pytest.mark.parametrize(
    "lost", [httpx.ReadTimeout("za wolno"), httpx.Response(502, html=HTML)], ids=["timeout", "502"]
)
def test_an_answer_lost_while_signing_in_leaves_nothing_unsure(lost: httpx.Response | httpx.RequestError) -> None:
    server, auth = Server(lost), SignsInFirst()
    made = Wire("https://ksef.test/v2", Unpaced(), auth, lambda _: None, httpx.MockTransport(server))
    auth.build = made.build
    with pytest.raises(TryLater):
        ask(made, calls.SEND)
    assert {each.url.path for each in server.asked} == {"/v2/auth/challenge"}
