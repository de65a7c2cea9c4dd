"""Latarnia is believed as far as it can be understood, and not one word further (protocol.md, 9.6)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from bridge.ksef.environments import ADDRESSES
from bridge.ksef.latarnia import Announced, Latarnia
from bridge.model.offline import Beacon, Outage
from bridge.model.settings import Environment

START = {
    "id": "K/2026/AWR/02", "eventId": 12, "category": "FAILURE", "type": "FAILURE_START", "title": "Awaria",
    "text": "…", "start": "2026-03-04T10:00:00+01:00", "end": None, "version": 1, "published": "2026-03-04T09:58:00Z",
}  # fmt: skip
END = START | {"type": "FAILURE_END", "end": "2026-03-04T15:00:00+01:00"}
NINE, TWO = datetime(2026, 3, 4, 9, tzinfo=UTC), datetime(2026, 3, 4, 14, tzinfo=UTC)


def look(status: httpx.Response, messages: httpx.Response) -> Announced:
    answers = {"/l/status": status, "/l/messages": messages}
    return Latarnia("http://latarnia.test/l/", httpx.MockTransport(lambda request: answers[request.url.path])).look()


def said(status: Any, messages: Any = ()) -> Announced:
    return look(httpx.Response(200, json=status), httpx.Response(200, json=list(messages)))


@pytest.mark.parametrize("word", ["AVAILABLE", "MAINTENANCE", "FAILURE", "TOTAL_FAILURE"])
def test_its_four_words(word: str) -> None:
    assert said({"status": word}) == Announced(Beacon(word))


@pytest.mark.parametrize(
    "body", [{"status": "PARTLY"}, {"status": None}, {}, [], "FAILURE", None, {"status": ["FAILURE"]}]
)
def test_what_nobody_knows_is_unknown(body: Any) -> None:
    assert said(body).status is Beacon.UNKNOWN


@pytest.mark.parametrize(
    "answer",
    [httpx.Response(502, html="<html>FAILURE</html>"), httpx.Response(200, html="<html>"), httpx.Response(504)],
)
def test_its_own_outage_is_unknown(answer: httpx.Response) -> None:
    assert look(answer, httpx.Response(200, json=[START])).status is Beacon.UNKNOWN


def test_nobody_there_is_unknown() -> None:
    assert Latarnia("http://127.0.0.1:9").look() == Announced(Beacon.UNKNOWN)


def test_an_environment_without_one_is_not_asked() -> None:
    assert Latarnia("").look() == Announced(Beacon.UNKNOWN)
    assert ADDRESSES[Environment.TEST].latarnia == ADDRESSES[Environment.DEMO].latarnia == ""


def test_a_failure_that_goes_on_and_its_end() -> None:
    assert said({"status": "FAILURE"}, [START]).outages == (Outage(12, Beacon.FAILURE, "Awaria", NINE, None),)
    for messages in ([START, END], [END, START], [END, START | {"version": 3}]):
        (found,) = said({"status": "AVAILABLE"}, messages).outages
        assert (found.began, found.ended) == (NINE, TWO)


def test_a_higher_version_supersedes() -> None:
    works = START | {"category": "MAINTENANCE", "type": "MAINTENANCE_ANNOUNCEMENT", "end": "2026-03-04T15:00:00+01:00"}
    longer = works | {"version": 2, "end": "2026-03-04T18:00:00+01:00"}
    (found,) = said({"status": "AVAILABLE"}, [longer, works]).outages
    assert (found.ended, found.version) == (datetime(2026, 3, 4, 17, tzinfo=UTC), 2)


@pytest.mark.parametrize("broken", [{"eventId": "x"}, {"category": "PARTY"}, {"start": "yesterday"}, {"type": None}])
def test_a_message_that_is_not_understood_is_left_out_alone(broken: dict[str, Any]) -> None:
    assert [each.event for each in said({"status": "FAILURE"}, [START | broken, START | {"eventId": 13}]).outages] == [
        13
    ]
