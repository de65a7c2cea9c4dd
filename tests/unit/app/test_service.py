"""The loop by a clock of the test: who is called when, and that no clock that people set can stop it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from structlog.testing import capture_logs

from bridge.app import service
from bridge.model.errors import FixSetup, TryLater, Unsure
from bridge.work.tools import Tick

AT_WORK = 0.02  # seconds that the loop waits while a step runs
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@dataclass
class Clock:
    """Both clocks: waiting moves them, a person sets only the machine's."""

    running: float = 1000.0
    set_by: timedelta = timedelta()
    calls: list[float] = field(default_factory=list)
    jumps: dict[int, timedelta] = field(
        default_factory=dict
    )  # before which call the machine's clock is set, by how much

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.running - 1000.0) + self.set_by

    def step(self, *pauses: timedelta | Exception, waits: int = 1) -> Callable[[], Tick]:
        """A company that wants its next steps after these pauses, the last of them again and again."""

        def one() -> Tick:
            self.calls.append(self.running)
            self.set_by += self.jumps.get(len(self.calls), timedelta())
            pause = pauses[min(len(self.calls), len(pauses)) - 1]
            if isinstance(pause, Exception):
                raise pause
            return Tick(self.now() + pause, waits)

        return one

    def run(self, step: Callable[[], Tick], seconds: float, until: datetime | None = None) -> service.Outcome:
        """Until so many seconds have passed on the clock that only runs on."""
        stop, end = Event(), self.running + seconds

        class Wake(Event):
            def wait(inner, timeout: float | None = None) -> bool:  # noqa: N805 - the test's own self is outside
                if (timeout or 0.0) <= AT_WORK:  # a step is running in its thread: our clock stands still for it
                    return Event().wait(0.001)
                self.running += timeout or 0.0
                if self.running >= end:
                    stop.set()
                return False

        return service.run({"1111111111": step}, self.now, stop, Wake(), until, lambda: self.running)

    @property
    def pauses(self) -> list[float]:
        return [round(later - sooner) for sooner, later in zip(self.calls, self.calls[1:], strict=False)]


def test_a_company_is_called_when_it_wants_to_be() -> None:
    clock = Clock()
    clock.run(clock.step(timedelta(seconds=2), timedelta(seconds=30)), 65)
    assert clock.pauses == [2, 30, 30]


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(hours=7), timedelta(days=400), timedelta(hours=-5)])
def test_the_machines_clock_may_jump_and_the_loop_goes_on(back: timedelta) -> None:
    clock = Clock(jumps={3: -back})
    with capture_logs() as said:
        clock.run(clock.step(timedelta(seconds=2)), 60)
    assert set(clock.pauses) == {2}
    assert any("przestawiono" in each.get("sentence", "") for each in said)


def test_a_small_correction_is_not_worth_a_word() -> None:
    clock = Clock(jumps={3: timedelta(seconds=-3)})
    with capture_logs() as said:
        clock.run(clock.step(timedelta(seconds=2)), 20)
    assert not [each for each in said if each["event"] == "clock"]


def test_what_lies_further_ahead_than_any_pause_is_clamped_and_said() -> None:
    clock = Clock()
    with capture_logs() as said:
        clock.run(clock.step(timedelta(hours=7)), 4000)
    assert clock.pauses == [3600]
    assert any("dłużej niż mostek" in each.get("sentence", "") for each in said)


@pytest.mark.parametrize(
    ("error", "pause"),
    [
        (FixSetup("prawa"), 60),
        (TryLater("dysk"), 10),
        (TryLater("limit", timedelta(seconds=25)), 25),
        (TryLater("limit", timedelta(hours=9)), 3600),
        (Unsure("urwane"), 10),
        (ValueError("nasz błąd"), 60),
    ],
)
def test_after_an_error_it_tries_again_in_a_while(error: Exception, pause: int) -> None:
    clock = Clock()
    outcome = clock.run(clock.step(error), pause * 2.5)
    assert clock.pauses == [pause, pause]
    assert outcome.broken == {"1111111111": error}


def test_until_nothing_waits() -> None:
    clock = Clock()
    outcome = clock.run(clock.step(timedelta(seconds=2), waits=0), 600, until=NOON + timedelta(seconds=300))
    assert len(clock.calls) == 1
    assert outcome.waits == 0


@pytest.mark.parametrize("jump", [timedelta(), timedelta(hours=-3), timedelta(hours=3)])
def test_until_a_moment_whatever_the_clock_says_then(jump: timedelta) -> None:
    clock = Clock(jumps={2: jump})
    outcome = clock.run(clock.step(timedelta(seconds=2)), 600, until=NOON + timedelta(seconds=30))
    assert clock.running == pytest.approx(1030, abs=3)
    assert outcome.waits == 1
