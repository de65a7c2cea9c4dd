"""Companies → steps, over and over: threads, wake-ups, one lock, a clean stop.

A step is `tick` of one company. It never sleeps for KSeF: it says when it wants to be called again. Events of the
folders only wake the loop sooner; the scan inside a step finds everything (design.md, decision 4).
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from typing import TYPE_CHECKING

import structlog

from bridge.errors import FixSetup, TryLater, Unsure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bridge.work import Tick

    Step = Callable[[], Tick]

log = structlog.get_logger("bridge.service")

AFTER_FIX_SETUP = timedelta(seconds=60)  # a person needs longer than that; the next look is cheap
AFTER_TRY_LATER = timedelta(seconds=10)
AFTER_OUR_MISTAKE = timedelta(seconds=60)
THREADS = 16  # companies worked on at once; most of a step is waiting


@dataclass(slots=True)
class _Turn:
    """One company in the loop."""

    step: Step
    due: datetime
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


def run(
    steps: Mapping[str, Step], clock: Callable[[], datetime], stop: Event, wake: Event, until: datetime | None
) -> Outcome:
    """Call each company's step when it is due, until `stop`; with `until`: until nothing waits, or that moment.

    `until` in the past means: everything that can be done now, and no waiting for KSeF.
    """
    turns = {nip: _Turn(step, clock()) for nip, step in steps.items()}
    log.info("started", companies=len(turns))
    with ThreadPoolExecutor(max_workers=min(THREADS, len(turns) or 1), thread_name_prefix="firma") as pool:
        while not stop.is_set():
            _start(turns, pool, clock())
            _collect(turns, clock())
            if until is not None and _over(turns, clock(), until):
                break
            wake.wait(_pause(turns, clock()))
            wake.clear()
    _collect(turns, clock())
    log.info("stopped", waits=sum(turn.waits for turn in turns.values()))
    return Outcome(
        sum(turn.waits for turn in turns.values()),
        {nip: turn.failed for nip, turn in turns.items() if turn.failed is not None},
        {nip: turn.troubles for nip, turn in turns.items() if turn.troubles and turn.failed is None},
    )


def _start(turns: Mapping[str, _Turn], pool: ThreadPoolExecutor, now: datetime) -> None:
    for turn in turns.values():
        if turn.running is None and turn.due <= now:
            turn.running = pool.submit(turn.step)


def _collect(turns: Mapping[str, _Turn], now: datetime) -> None:
    for nip, turn in turns.items():
        if turn.running is None or not turn.running.done():
            continue
        failed = turn.running.exception()
        if failed is None:
            told = turn.running.result()
            if told.troubles and told.troubles != turn.troubles:
                log.warning("trouble", company=nip, sentence=" | ".join(told.troubles))
            turn.due, turn.waits, turn.troubles, turn.failed = told.next_at, told.waits, told.troubles, None
        elif isinstance(failed, Exception):
            turn.due, turn.failed = now + _patience(failed), failed
            _tell(nip, failed)
        turn.running = None


def _patience(failed: Exception) -> timedelta:
    if isinstance(failed, TryLater):
        return failed.after or AFTER_TRY_LATER
    patience: dict[type[Exception], timedelta] = {FixSetup: AFTER_FIX_SETUP, Unsure: AFTER_TRY_LATER}
    return patience.get(type(failed), AFTER_OUR_MISTAKE)


def _tell(nip: str, failed: Exception) -> None:
    """A broken world in one line; a mistake of ours with its traceback."""
    if isinstance(failed, FixSetup | TryLater | Unsure):
        log.warning(type(failed).__name__, company=nip, sentence=str(failed))
    else:
        log.error("our mistake", company=nip, exc_info=failed)


def _over(turns: Mapping[str, _Turn], now: datetime, until: datetime) -> bool:
    """Nobody is at work, and nobody is due before the moment we wait for."""
    if any(turn.running for turn in turns.values()):
        return False
    if now >= until:
        return not any(turn.due <= now and turn.failed is None for turn in turns.values())
    return all((turn.waits == 0 and turn.due > now) or turn.failed is not None for turn in turns.values())


def _pause(turns: Mapping[str, _Turn], now: datetime) -> float:
    """Seconds until someone is due; short while someone is at work, as its end makes no sound."""
    if any(turn.running for turn in turns.values()):
        return 0.02
    soonest = min((turn.due for turn in turns.values()), default=now + timedelta(seconds=1))
    return min(max((soonest - now).total_seconds(), 0.01), 1.0)
