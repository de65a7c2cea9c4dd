"""Budgets: counted before the call, kept over a restart, shared fairly among the companies of one address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.errors import TryLater
from bridge.ksef.calls import GLOBAL
from bridge.ledger import drops
from bridge.ledger.store import Ledger, open_ledger
from bridge.work.pace import LedgerPace

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
