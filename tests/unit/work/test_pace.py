"""Budgets: counted before the call, kept over a restart, shared fairly among the companies of one address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.ksef.calls import GLOBAL
from bridge.ledger import drops
from bridge.ledger.store import Ledger, open_ledger
from bridge.model.errors import TryLater
from bridge.work.pace import LedgerPace
from tests.support.world import World

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.moment = NOON

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = open_ledger(tmp_path)
    yield opened
    opened.close()


def paces(ledger: Ledger, clock: Clock, *nips: str) -> list[LedgerPace]:
    with ledger.begin() as transaction:
        return [LedgerPace(ledger, drops.company_id(transaction, nip, "sandbox"), 0.8, clock) for nip in nips]


def made(pace: LedgerPace, bucket: str) -> int:
    """How many calls go through at this moment."""
    count = 0
    while count < 200:
        try:
            pace.before(bucket)
        except TryLater:
            return count
        count += 1
    return count


def test_a_restart_forgets_no_call(ledger: Ledger) -> None:
    clock = Clock()
    (pace,) = paces(ledger, clock, "1111111111")
    assert made(pace, "invoiceSend") == 8  # 80 % of 10 in a second
    (again,) = paces(ledger, clock, "1111111111")
    assert made(again, "invoiceSend") == 0


def test_a_retry_after_is_kept_over_a_restart_with_jitter(ledger: Ledger) -> None:
    clock = Clock()
    (pace,) = paces(ledger, clock, "1111111111")
    pace.chance = lambda: 0.5
    pace.frozen("invoiceSend", timedelta(seconds=1000))
    (again,) = paces(ledger, clock, "1111111111")
    assert again.room("invoiceSend") == timedelta(seconds=1050)
    clock.moment += timedelta(seconds=1051)
    assert again.room("invoiceSend") == timedelta()


def test_companies_of_one_address_share_it(ledger: Ledger) -> None:
    clock = Clock()
    one, two, three = paces(ledger, clock, "1111111111", "2222222222", "3333333333")
    assert made(one, GLOBAL) == 60  # alone: all that the address may
    clock.moment += timedelta(seconds=1)
    assert made(two, GLOBAL) == 30  # its half, though it asked last
    assert made(one, GLOBAL) == 30
    clock.moment += timedelta(seconds=1)
    assert [made(each, GLOBAL) for each in (three, one, two)] == [20, 20, 20]
    clock.moment += timedelta(seconds=11)  # the others are silent
    assert made(one, GLOBAL) == 60


def test_companies_do_not_share_what_is_their_own(ledger: Ledger) -> None:
    clock = Clock()
    one, two = paces(ledger, clock, "1111111111", "2222222222")
    assert made(one, "invoiceSend") == made(two, "invoiceSend") == 8
    clock.moment += timedelta(hours=1)
    one.egress = "192.0.2.1"
    assert made(one, "invoiceSend") == 8
    one.egress = "192.0.2.2"
    assert made(one, "invoiceSend") == 8  # KSeF counts per address


def test_calls_of_the_first_step_count_for_the_address_that_ksef_sees(world: World) -> None:
    """The address is known only after signing in, in the middle of the first step: its calls must not be lost."""
    world.set(mode="online")
    world.ready(30)
    world.step()
    before = world.calls("invoiceSend")
    assert before == 8  # a second's share
    world.step()  # at the same moment
    assert world.calls("invoiceSend") == before


def test_one_by_one_under_tight_limits_never_meets_a_429(world: World) -> None:
    """A tenth of production's limits: 14 an hour at the default reserve, so 16 invoices take over an hour."""
    world.simulator.store.settings |= {"limits": True, "scale": 0.1}
    world.set(mode="online")
    began = world.moment
    numbers = world.ready(16)
    world.work(timedelta(hours=3), idle=False)
    assert world.accepted() == sorted(numbers)
    assert world.simulator.store.kept.counts.get("429", 0) == 0
    assert timedelta(hours=1) < world.moment - began < timedelta(hours=1, minutes=30)


def test_a_big_drop_is_one_batch_and_a_handful_of_calls(world: World) -> None:
    world.simulator.store.settings["limits"] = True
    numbers = world.ready(150)
    world.work()
    assert world.accepted() == sorted(numbers)
    assert all(each.upo for each in world.documents())
    assert [each.mode for each in world.sessions()] == ["batch"]
    counts = world.simulator.store.kept.counts
    assert counts.get("429", 0) == 0
    assert sum(counts.values()) < 20
