"""Latarnia, the status beacon beside KSeF → what it announces now; UNKNOWN when it is down or says what nobody knows.

It has lied and broken down (protocol.md, 9.6): the dummy of TEST always says TOTAL_FAILURE, so only production is
asked; an answer that cannot be understood is neither a failure nor good news.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx

from bridge.ksef.answers import moment, moment_or_none
from bridge.ksef.transport import LOOPBACK
from bridge.model.offline import Beacon, Outage

TIMEOUT = httpx.Timeout(5.0)
ENDED = "FAILURE_END"
KNOWN = frozenset(each.value for each in Beacon)


@dataclass(frozen=True, slots=True)
class Announced:
    """Its word of the moment, and all events it tells of."""

    status: Beacon
    outages: tuple[Outage, ...] = ()


class Latarnia:
    """One beacon; "" as its address means that this environment has none."""

    def __init__(self, address: str, transport: httpx.BaseTransport | None = None) -> None:
        self._address = address.rstrip("/")
        self._transport = transport
        self._proxied = httpx.URL(self._address or "http://localhost").host not in LOOPBACK

    def look(self) -> Announced:
        """Ask both of its questions; never raises for what it answers or fails to answer."""
        if not self._address:
            return Announced(Beacon.UNKNOWN)
        try:
            with httpx.Client(timeout=TIMEOUT, transport=self._transport, trust_env=self._proxied) as client:
                status = _status(client.get(f"{self._address}/status"))
                told = client.get(f"{self._address}/messages")
        except (httpx.HTTPError, httpx.InvalidURL):
            return Announced(Beacon.UNKNOWN)
        return Announced(status, _outages(told))


def _status(answer: httpx.Response) -> Beacon:
    said = _json(answer)
    word = str(said.get("status")) if isinstance(said, Mapping) else ""
    return Beacon(word) if word in KNOWN else Beacon.UNKNOWN


def _outages(answer: httpx.Response) -> tuple[Outage, ...]:
    """One for each eventId: the highest version says what it is, and FAILURE_END when it ended."""
    events: dict[int, Outage] = {}
    listed = _json(answer)
    messages = listed if isinstance(listed, list) else []
    for message in sorted(filter(_understood, messages), key=_order):
        made = _outage(message)
        known = events.get(made.event)
        if known is not None and message["type"] == ENDED:
            made = replace(made, began=known.began, title=known.title)
        events[made.event] = made
    return tuple(events.values())


def _order(message: Mapping[str, Any]) -> tuple[bool, int]:
    return message["type"] == ENDED, int(message.get("version") or 1)


def _understood(message: Any) -> bool:
    try:
        _outage(message)
        return isinstance(message["type"], str)
    except (KeyError, TypeError, ValueError):
        return False


def _outage(message: Mapping[str, Any]) -> Outage:
    return Outage(
        event=int(message["eventId"]),
        category=Beacon(message["category"]),
        title=str(message.get("title") or ""),
        began=moment(message["start"]),
        ended=moment_or_none(message.get("end")),
        version=int(message.get("version") or 1),
    )


def _json(answer: httpx.Response) -> Any:
    if not answer.is_success:
        return None
    try:
        return answer.json()
    except ValueError:
        return None
