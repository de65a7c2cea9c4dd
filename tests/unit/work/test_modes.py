"""The mode by rule, each case a row; deadlines on Polish working days, moved by announced failures."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.model.offline import Beacon, Mode, Outage
from bridge.model.settings import Offline
from bridge.model.workdays import is_working_day, working_day_after
from bridge.work.offline_modes import FORBIDDEN, SAID, TOTAL, Availability, Decision, deadline, decide, online_until

WARSAW = ZoneInfo("Europe/Warsaw")
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=WARSAW)
LATE = NOON.replace(hour=23, minute=40)
AUTO, NEVER, ALWAYS = Offline(), Offline(mode="online"), Offline(mode="offline24")
LONG, SHORT = timedelta(minutes=15), timedelta(minutes=14, seconds=59)
OPEN = (Outage(1, Beacon.FAILURE, "", NOON - timedelta(hours=2), None),)
WORKS = (Outage(2, Beacon.MAINTENANCE, "", NOON - timedelta(hours=2), NOON + timedelta(hours=2)),)
TOTALLY = (Outage(3, Beacon.TOTAL_FAILURE, "", NOON - timedelta(hours=2), None),)
B, M = Beacon, Mode

CASES: list[tuple[str, Availability, Offline, datetime, Mode, bool]] = [
    ("all is well", Availability(B.AVAILABLE), AUTO, NOON, M.ONLINE, True),
    ("latarnia down, KSeF answers", Availability(B.UNKNOWN), AUTO, NOON, M.ONLINE, True),
    ("announced failure", Availability(B.FAILURE, OPEN), AUTO, NOON, M.FAILURE, False),
    ("announced failure, though KSeF answers us", Availability(B.FAILURE, OPEN, None), AUTO, NOON, M.FAILURE, False),
    ("failure without a message", Availability(B.FAILURE), AUTO, NOON, M.FAILURE, False),
    ("announced maintenance", Availability(B.MAINTENANCE, WORKS), AUTO, NOON, M.UNAVAILABLE, False),
    ("silent for a moment", Availability(B.AVAILABLE, (), SHORT), AUTO, NOON, M.ONLINE, True),
    ("silent for long, nothing announced", Availability(B.AVAILABLE, (), LONG), AUTO, NOON, M.OFFLINE24, False),
    ("silent for long, latarnia silent too", Availability(B.UNKNOWN, (), LONG), AUTO, NOON, M.OFFLINE24, False),
    ("silent for a moment, the day ends", Availability(B.AVAILABLE, (), timedelta()), AUTO, LATE, M.OFFLINE24, False),
    ("answering, the day ends", Availability(B.AVAILABLE), AUTO, LATE, M.ONLINE, True),
    ("latarnia lost in a failure, KSeF silent", Availability(B.UNKNOWN, OPEN, SHORT), AUTO, NOON, M.FAILURE, False),
    ("latarnia lost in a failure, KSeF answers", Availability(B.UNKNOWN, OPEN), AUTO, NOON, M.ONLINE, True),
    (
        "latarnia lost in maintenance, KSeF silent",
        Availability(B.UNKNOWN, WORKS, SHORT),
        AUTO,
        NOON,
        M.UNAVAILABLE,
        False,
    ),
    ("both known, latarnia lost", Availability(B.UNKNOWN, WORKS + OPEN, SHORT), AUTO, NOON, M.FAILURE, False),
    ("over by its own word, an old message open", Availability(B.AVAILABLE, OPEN, SHORT), AUTO, NOON, M.ONLINE, True),
    ("total failure, KSeF answers", Availability(B.TOTAL_FAILURE, TOTALLY), AUTO, NOON, M.ONLINE, True),
    ("total failure, KSeF silent", Availability(B.TOTAL_FAILURE, TOTALLY, LONG), AUTO, NOON, M.OFFLINE24, False),
    (
        "total failure after a failure, KSeF silent",
        Availability(B.TOTAL_FAILURE, OPEN, SHORT),
        AUTO,
        NOON,
        M.FAILURE,
        False,
    ),
    ("never offline, failure", Availability(B.FAILURE, OPEN), NEVER, NOON, M.ONLINE, True),
    ("never offline, silent", Availability(B.AVAILABLE, (), LONG), NEVER, NOON, M.ONLINE, True),
    ("always offline, KSeF answers", Availability(B.AVAILABLE), ALWAYS, NOON, M.OFFLINE24, True),
    ("always offline, KSeF silent", Availability(B.AVAILABLE, (), SHORT), ALWAYS, NOON, M.OFFLINE24, False),
    ("always offline, failure", Availability(B.FAILURE, OPEN), ALWAYS, NOON, M.FAILURE, False),
    (
        "a company's own patience",
        Availability(B.UNKNOWN, (), LONG),
        Offline(after=timedelta(hours=1)),
        NOON,
        M.ONLINE,
        True,
    ),
]


@pytest.mark.parametrize(
    ("seen", "rule", "now", "mode", "sends"), [row[1:] for row in CASES], ids=[c[0] for c in CASES]
)
def test_mode(seen: Availability, rule: Offline, now: datetime, mode: Mode, sends: bool) -> None:
    decision = decide(seen, rule, now)
    assert (decision.mode, decision.sends) == (mode, sends)


def test_alarms_call_a_person() -> None:
    assert decide(Availability(B.TOTAL_FAILURE), AUTO, NOON).alarm == TOTAL
    assert decide(Availability(B.TOTAL_FAILURE, (), LONG), ALWAYS, NOON).alarm == TOTAL
    assert decide(Availability(B.FAILURE, OPEN), NEVER, NOON).alarm == FORBIDDEN
    assert "15 min" in decide(Availability(B.UNKNOWN, (), LONG), AUTO, NOON).alarm
    assert decide(Availability(B.FAILURE, OPEN), AUTO, NOON) == Decision(M.FAILURE, sends=False, alarm=SAID[M.FAILURE])
    assert decide(Availability(B.AVAILABLE), AUTO, NOON) == Decision(M.ONLINE, sends=True)


def test_the_day_ends_by_the_clock_of_warsaw() -> None:
    silent = Availability(B.AVAILABLE, (), timedelta())
    assert decide(silent, AUTO, datetime(2026, 3, 4, 22, 35, tzinfo=UTC)).mode is M.OFFLINE24
    assert decide(silent, AUTO, datetime(2026, 3, 4, 22, 34, tzinfo=UTC)).mode is M.ONLINE
    assert online_until(date(2026, 7, 8)).astimezone(UTC) == datetime(2026, 7, 8, 21, 50, tzinfo=UTC)


# --- deadlines -------------------------------------------------------------------------------------------------------


def outage(category: Beacon, began: str, ended: str | None, event: int = 1) -> Outage:
    moments = [datetime.fromisoformat(each).replace(tzinfo=WARSAW) if each else None for each in (began, ended)]
    assert moments[0] is not None
    return Outage(event, category, "", moments[0], moments[1])


DEADLINES: list[tuple[str, str, Mode, list[Outage], str | None]] = [
    ("the next day", "2026-03-04", M.OFFLINE24, [], "2026-03-05"),
    ("over a weekend", "2026-03-06", M.OFFLINE24, [], "2026-03-09"),
    ("over Christmas, the eve is free", "2025-12-23", M.OFFLINE24, [], "2025-12-29"),
    ("before 2025 the eve was a working day", "2024-12-23", M.OFFLINE24, [], "2024-12-24"),
    ("over a movable feast", "2026-06-03", M.OFFLINE24, [], "2026-06-05"),
    ("over the long weekend of May", "2026-04-30", M.OFFLINE24, [], "2026-05-04"),
    ("the official example", "2025-07-08", M.OFFLINE24,
     [outage(B.FAILURE, "2025-07-09T08:00", "2025-07-12T20:00")], "2025-07-22"),
    ("failure of the day", "2026-03-04", M.FAILURE,
     [outage(B.FAILURE, "2026-03-04T10:00", "2026-03-04T15:00")], "2026-03-13"),
    ("a failure that goes on", "2026-03-04", M.FAILURE, [outage(B.FAILURE, "2026-03-04T10:00", None)], None),
    ("a second failure counts anew", "2026-03-04", M.FAILURE,
     [outage(B.FAILURE, "2026-03-04T10:00", "2026-03-04T15:00"),
      outage(B.FAILURE, "2026-03-10T17:00", "2026-03-11T09:00", 2)], "2026-03-20"),
    ("a second failure goes on", "2026-03-04", M.FAILURE,
     [outage(B.FAILURE, "2026-03-04T10:00", "2026-03-04T15:00"), outage(B.FAILURE, "2026-03-10T17:00", None, 2)], None),
    ("a failure after the deadline moves nothing", "2026-03-04", M.OFFLINE24,
     [outage(B.FAILURE, "2026-03-06T10:00", "2026-03-06T15:00")], "2026-03-05"),
    ("a failure before the invoice moves nothing", "2026-03-04", M.OFFLINE24,
     [outage(B.FAILURE, "2026-03-02T10:00", "2026-03-03T15:00")], "2026-03-05"),
    ("maintenance of the day", "2026-03-04", M.UNAVAILABLE,
     [outage(B.MAINTENANCE, "2026-03-04T10:00", "2026-03-04T20:00")], "2026-03-05"),
    ("maintenance over a weekend", "2026-03-06", M.UNAVAILABLE,
     [outage(B.MAINTENANCE, "2026-03-06T16:00", "2026-03-08T20:00")], "2026-03-09"),
    ("maintenance without an end", "2026-03-04", M.UNAVAILABLE,
     [outage(B.MAINTENANCE, "2026-03-04T10:00", None)], None),
    ("maintenance, then a failure", "2026-03-04", M.UNAVAILABLE,
     [outage(B.MAINTENANCE, "2026-03-04T10:00", "2026-03-04T20:00"),
      outage(B.FAILURE, "2026-03-05T08:00", "2026-03-05T09:00", 2)], "2026-03-16"),
    ("maintenance that nobody wrote down", "2026-03-04", M.UNAVAILABLE, [], "2026-03-05"),
    ("total failure by Latarnia's word alone", "2026-03-04", M.OFFLINE24,
     [outage(B.TOTAL_FAILURE, "2026-03-04T10:00", None)], "2026-03-05"),
    ("a failure over midnight, Polish time", "2026-03-04", M.FAILURE,
     [outage(B.FAILURE, "2026-03-04T23:00", "2026-03-05T00:30")], "2026-03-16"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("issued", "mode", "outages", "last"), [row[1:] for row in DEADLINES], ids=[c[0] for c in DEADLINES]
)
def test_deadline(issued: str, mode: Mode, outages: list[Outage], last: str | None) -> None:
    found = deadline(date.fromisoformat(issued), mode, outages)
    assert (found.date().isoformat() if found else None) == last
    assert found is None or found.astimezone(WARSAW).strftime("%H:%M:%S") == "23:59:59"


def test_working_days() -> None:
    free = {
        date(2026, 1, 1),
        date(2026, 1, 6),
        date(2026, 4, 6),
        date(2026, 6, 4),
        date(2026, 12, 24),
        date(2026, 3, 7),
    }
    assert not any(is_working_day(day) for day in free)
    assert is_working_day(date(2026, 12, 23))
    assert working_day_after(date(2026, 12, 23)) == date(2026, 12, 28)
    assert working_day_after(date(2026, 3, 4), 7) == date(2026, 3, 13)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(lambda each: each.replace(tzinfo=UTC))  # noqa: DTZ001
failures = st.builds(
    lambda began, hours: Outage(1, B.FAILURE, "", began, began + timedelta(hours=hours)), moments, st.integers(1, 400)
)


@settings(max_examples=60, deadline=None)
@given(
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.sampled_from([M.OFFLINE24, M.FAILURE, M.UNAVAILABLE]),
    st.lists(failures, max_size=4),
    failures,
)
def test_a_deadline_is_a_later_working_day_and_no_failure_brings_it_nearer(
    issued: date, mode: Mode, known: list[Outage], another: Outage
) -> None:
    due = deadline(issued, mode, known)
    assert due is not None
    day = due.astimezone(WARSAW).date()
    assert day > issued
    assert is_working_day(day)
    later = deadline(issued, mode, [*known, another])
    assert later is not None
    assert later >= due
