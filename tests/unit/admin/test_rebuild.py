"""Which sessions make a rebuilding wait: those of which KSeF may still accept, or show, an invoice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bridge.admin.rebuild import _unfinished
from bridge.ksef.sessions import SessionStatus

NOW = datetime(2026, 5, 11, 12, tzinfo=UTC)
LONG_AGO, JUST_NOW = NOW - timedelta(hours=2), NOW - timedelta(minutes=1)


def session(code: int, counts: tuple[int, int, int], updated: datetime) -> SessionStatus:
    return SessionStatus("SO", code, "", (), *counts, updated, updated, None)


CASES: dict[str, tuple[SessionStatus, bool]] = {
    "open, nothing came": (session(100, (0, 0, 0), LONG_AGO), False),
    "open, all judged, quiet": (session(100, (5, 4, 1), LONG_AGO), False),
    "open, all judged a minute ago": (session(100, (5, 4, 1), JUST_NOW), True),
    "open, one being judged": (session(100, (5, 3, 1), LONG_AGO), True),
    "closed, all judged, quiet": (session(170, (5, 5, 0), LONG_AGO), False),
    "a batch being judged": (session(150, (0, 0, 0), LONG_AGO), True),
    "ended": (session(200, (5, 5, 0), LONG_AGO), False),
    "ended, accepted past the mark": (session(200, (5, 5, 0), JUST_NOW), True),
    "open and quiet, accepted past the mark": (session(100, (5, 5, 0), NOW - timedelta(minutes=20)), True),
}


@pytest.mark.parametrize("name", CASES)
def test_a_session_holds_the_rebuilding_back(name: str) -> None:
    status, wanted = CASES[name]
    assert _unfinished(status, NOW - timedelta(minutes=30), NOW) is wanted
