"""The short run: 20 kills and every kind of fault once; and a broken variant, to show that the judge can fail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from bridge.sandbox import Running
from tests.chaos import disasters, faults, judge
from tests.chaos.driver import REACHED, Forked, Run
from tests.chaos.office import build, clock_at_eight

SPEED = 60.0


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Running]:
    clock = clock_at_eight(tmp_path / "clock.json", SPEED)
    with Running(clock=clock, token_in_business_time=True) as running:
        yield running


@pytest.mark.timeout(300)
@pytest.mark.long
def test_killed_twenty_times_under_every_fault_nothing_is_lost_or_doubled(tmp_path: Path, simulator: Running) -> None:
    chance = Random(20261125)
    office = build(tmp_path, simulator, [("auto", [5, 1, 40, 30, 3, 60]), ("online", [2, 1, 2, 2])], chance)
    for rule in faults.once():
        simulator.fault(**rule)
    between, beside = disasters.at(disasters.SHORT, 20), disasters.at(disasters.BESIDE, 20)
    run = Run(office, Forked.start, chance, REACHED, longest=0.5, patience=0.6, between=between, beside=beside)
    run.fire(20)
    in_time = run.settle(120)
    found = judge.judged(office)
    assert in_time, found
    assert found.clean, found
    assert run.kills >= 20
    unused = [name for name, rule in zip(faults.KINDS, simulator.store.faults, strict=True) if not _struck(rule)]
    assert unused == []


def _struck(rule: object) -> bool:
    return getattr(rule, "used", 0) > 0


@pytest.mark.timeout(300)
@pytest.mark.long
def test_a_reference_saved_after_the_payload_sends_twice_and_is_found_out(tmp_path: Path, simulator: Running) -> None:
    chance = Random(20261125)
    office = build(tmp_path, simulator, [("auto", [20, 20, 20])], chance)
    run = Run(office, Forked.start, chance, ["session.open:before"] * 2, patience=4.0, broken=True)
    run.fire(3)
    run.settle(60)
    assert judge.judged(office).doubled
