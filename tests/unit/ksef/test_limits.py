from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.ksef import calls
from bridge.ksef.calls import Call
from bridge.ksef.limits import DEFAULTS, NO_WAIT, WINDOWS, Limits, Unpaced, limits_of, room, wait

START = datetime.fromisoformat("2026-11-24T12:00:00+00:00")
SEND = DEFAULTS["invoiceSend"]


def test_nothing_was_called_yet() -> None:
    assert wait([], SEND, 0.8, START) == NO_WAIT


def test_a_full_minute_waits_until_its_oldest_call_is_a_minute_old() -> None:
    called = [START + timedelta(seconds=2 * each) for each in range(24)]  # 24 = 80 % of 30
    now = START + timedelta(seconds=50)
    assert wait(called, SEND, 0.8, now) == timedelta(seconds=10)


def test_the_longest_window_decides() -> None:
    called = [START + timedelta(seconds=20 * each) for each in range(144)]  # 80 % of 180 in 48 minutes
    assert wait(called, SEND, 0.8, START + timedelta(minutes=48)) == timedelta(minutes=12)


def test_minus_one_is_no_limit() -> None:
    assert wait([START] * 1000, Limits(-1, -1, -1), 0.8, START) == NO_WAIT


def test_a_small_reserve_still_allows_one_call() -> None:
    assert room(1, 0.1) == 1


@given(
    limits=st.builds(Limits, st.integers(1, 5), st.integers(1, 12), st.integers(1, 30)),
    gaps=st.lists(st.integers(0, 90_000), min_size=1, max_size=60),
)
def test_whoever_waits_as_told_never_exceeds_a_window(limits: Limits, gaps: list[int]) -> None:
    now, made = START, list[datetime]()
    for gap in gaps:
        now += timedelta(milliseconds=gap)
        now += wait(made, limits, 1.0, now)
        assert wait(made, limits, 1.0, now) == NO_WAIT
        made.append(now)
        for allowed, window in zip(limits, WINDOWS, strict=True):
            assert sum(1 for each in made if each > now - timedelta(seconds=window)) <= allowed


def test_each_call_has_a_bucket_that_has_limits() -> None:
    all_calls = [each for each in vars(calls).values() if isinstance(each, Call)]
    assert len(all_calls) >= 18
    assert {each.bucket.partition(":")[0] for each in all_calls} <= set(DEFAULTS)


def test_other_counts_each_operation_on_its_own_with_the_limits_of_other() -> None:
    assert limits_of("other:GET /rate-limits", {"other": Limits(1, 2, 3)}) == Limits(1, 2, 3)
    assert limits_of("invoiceSend", {}) == SEND


def test_unpaced_never_waits() -> None:
    pace = Unpaced()
    for _ in range(1000):
        pace.before("invoiceSend")
    pace.frozen("invoiceSend", timedelta(hours=1))


@pytest.mark.parametrize("call", [calls.SEND, calls.OPEN_ONLINE, calls.CLOSE_ONLINE])
def test_what_changes_something_is_never_repeated(call: Call) -> None:
    assert call.changes
    assert not call.repeat
