"""Companies → steps, over and over: threads, wake-ups, one lock, a clean stop.

A step is `tick` of one company. It never sleeps for KSeF: it says when it wants to be called again. Events of the
folders only wake the loop sooner; the scan inside a step finds everything (design.md, decision 4).

The loop waits by a clock that cannot be set: the machine's own may jump back an hour, and nothing may stop for that.
"""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from typing import TYPE_CHECKING

import structlog

from bridge.model.errors import FixSetup, TryLater, Unsure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bridge.work import Tick

    Step = Callable[[], Tick]

log = structlog.get_logger("bridge.app.service")

AFTER_FIX_SETUP = timedelta(seconds=60)  # a person needs longer than that; the next look is cheap
AFTER_TRY_LATER = timedelta(seconds=10)
AFTER_OUR_MISTAKE = timedelta(seconds=60)
LONGEST = timedelta(hours=1)  # a Retry-After; a step never asks for more, so a clock that shows more was set back
JUMP = timedelta(seconds=30)  # by which the machine's clock may be corrected without a word
THREADS = 16  # companies worked on at once; most of a step is waiting


@dataclass(slots=True)
class _Turn:
    """One company in the loop."""

    step: Step
    due: float  # on the clock that cannot be set
    waits: int = 0  # documents that wait for KSeF
    troubles: tuple[str, ...] = ()
    failed: Exception | None = None
    running: Future[Tick] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: what is still on its way, and by company what a person must do and what was in the way."""

    waits: int
    broken: Mapping[str, Exception]
    troubles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class _Time:
    """Both clocks: the machine's, which people and NTP set, and the one that only runs on."""

    clock: Callable[[], datetime]
    running: Callable[[], float]
    shift: float = 0.0  # the machine's clock minus the running one, when they were last compared

    def now(self) -> float:
        """The running clock."""
        return self.running()

    def due(self, moment: datetime) -> float:
        """When the running clock will show a moment of the machine's; never further than the longest pause."""
        ahead = (moment - self.clock()).total_seconds()
        if ahead > LONGEST.total_seconds():
            log.warning("clock", sentence=FAR_AHEAD.format(minutes=round(ahead / 60)))
        return self.now() + min(max(ahead, 0.0), LONGEST.total_seconds())

    def watch(self) -> None:
        """Say aloud that the machine's clock was set."""
        shift = self.clock().timestamp() - self.now()
        if self.shift and abs(shift - self.shift) > JUMP.total_seconds():
            log.warning("clock", sentence=SET.format(seconds=round(shift - self.shift)))
        self.shift = shift


SET = "Zegar komputera przestawiono o {seconds} s. Mostek pracuje dalej; sprawdź synchronizację czasu (NTP)."
FAR_AHEAD = "Krok chce czekać {minutes} min, dłużej niż mostek kiedykolwiek czeka: zegar komputera mógł się cofnąć."


def run(  # noqa: PLR0913, PLR0917 - the second clock is a door for tests
    steps: Mapping[str, Step],
    clock: Callable[[], datetime],
    stop: Event,
    wake: Event,
    until: datetime | None,
    running: Callable[[], float] = time.monotonic,
) -> Outcome:
    """Call each company's step when it is due, until `stop`; with `until`: until nothing waits, or that moment.

    `until` in the past means: everything that can be done now, and no waiting for KSeF.
    """
    kept = _Time(clock, running)
    turns = {nip: _Turn(step, kept.now()) for nip, step in steps.items()}
    end = None if until is None else kept.now() + (until - clock()).total_seconds()
    log.info("started", companies=len(turns))
    with ThreadPoolExecutor(max_workers=min(THREADS, len(turns) or 1), thread_name_prefix="firma") as pool:
        while not stop.is_set():
            kept.watch()
            _start(turns, pool, kept.now())
            _collect(turns, kept)
            if end is not None and _over(turns, kept.now(), end):
                break
            wake.wait(_pause(turns, kept.now()))
            wake.clear()
    _collect(turns, kept)
    log.info("stopped", waits=sum(turn.waits for turn in turns.values()))
    return Outcome(
        sum(turn.waits for turn in turns.values()),
        {nip: turn.failed for nip, turn in turns.items() if turn.failed is not None},
        {nip: turn.troubles for nip, turn in turns.items() if turn.troubles and turn.failed is None},
    )


def _start(turns: Mapping[str, _Turn], pool: ThreadPoolExecutor, now: float) -> None:
    for turn in turns.values():
        if turn.running is None and turn.due <= now:
            turn.running = pool.submit(turn.step)


def _collect(turns: Mapping[str, _Turn], kept: _Time) -> None:
    for nip, turn in turns.items():
        if turn.running is None or not turn.running.done():
            continue
        failed = turn.running.exception()
        if failed is None:
            told = turn.running.result()
            if told.troubles and told.troubles != turn.troubles:
                log.warning("trouble", company=nip, sentence=" | ".join(told.troubles))
            turn.due, turn.waits, turn.troubles, turn.failed = kept.due(told.next_at), told.waits, told.troubles, None
        elif isinstance(failed, Exception):
            turn.due, turn.failed = kept.now() + min(_patience(failed), LONGEST).total_seconds(), failed
            _log_failure(nip, failed)
        turn.running = None


def _patience(failed: Exception) -> timedelta:
    if isinstance(failed, TryLater):
        return failed.after or AFTER_TRY_LATER
    patience: dict[type[Exception], timedelta] = {FixSetup: AFTER_FIX_SETUP, Unsure: AFTER_TRY_LATER}
    return patience.get(type(failed), AFTER_OUR_MISTAKE)


def _log_failure(nip: str, failed: Exception) -> None:
    """A broken world in one line; a mistake of ours with its traceback."""
    if isinstance(failed, FixSetup | TryLater | Unsure):
        log.warning(type(failed).__name__, company=nip, sentence=str(failed))
    else:
        log.error("our mistake", company=nip, exc_info=failed)


def _over(turns: Mapping[str, _Turn], now: float, until: float) -> bool:
    """Nobody is at work, and nobody is due before the moment we wait for."""
    if any(turn.running for turn in turns.values()):
        return False
    if now >= until:
        return not any(turn.due <= now and turn.failed is None for turn in turns.values())
    return all((turn.waits == 0 and turn.due > now) or turn.failed is not None for turn in turns.values())


def _pause(turns: Mapping[str, _Turn], now: float) -> float:
    """Seconds until someone is due; short while someone is at work, as its end makes no sound."""
    if any(turn.running for turn in turns.values()):
        return 0.02
    soonest = min((turn.due for turn in turns.values()), default=now + 1.0)
    return min(max(soonest - now, 0.01), 1.0)
