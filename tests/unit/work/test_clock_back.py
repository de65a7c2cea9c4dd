"""The machine's clock is set back under a company at work, or before it starts again: nothing waits for the old time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bridge.model.outcome import DocumentState
from bridge.work import planning, sending, upo
from tests.support.world import World

ACCEPTED = DocumentState.ACCEPTED.value


@pytest.mark.parametrize("count", [1, 4], ids=["interactive", "batch"])
@pytest.mark.parametrize("back", [timedelta(hours=2), timedelta(hours=7)])
@pytest.mark.parametrize("lost", [False, True], ids=["answered", "answer lost"])
def test_what_is_on_its_way_goes_on(lost: bool, back: timedelta, count: int, world: World) -> None:
    world.to(world.moment.replace(hour=20))
    world.simulator.store.settings |= {"processing": 5.0, "batch_processing": 5.0}
    if lost:
        world.simulator.fault(do="drop", method="POST", path=r"/sessions/(online|batch)/[^/]+/(invoices|close)")
    numbers = world.ready(count)
    planning.plan(world.tools, world.pace)
    sending.move_sessions(world.tools, world.pace)
    world.moment -= back  # ours only: KSeF's clock goes on
    for _ in range(40):
        world.tools.alarms.clear()
        world.moment += timedelta(seconds=30)
        world.simulator.store.clock.frozen += timedelta(seconds=30)
        world.step()
        if set(world.states().values()) == {ACCEPTED}:
            break
    assert world.states() == dict.fromkeys(numbers, ACCEPTED)
    assert world.accepted() == sorted(numbers)


def test_it_is_said_aloud(world: World) -> None:
    world.to(world.moment.replace(hour=20))
    world.simulator.store.settings["processing"] = 60.0
    world.ready(1)
    world.step()
    world.moment -= timedelta(hours=7)
    sending.move_sessions(world.tools, world.pace)
    assert any("się cofnął" in each for each in world.tools.alarms)


def test_a_freeze_that_ksef_never_gave_is_none(world: World) -> None:
    world.pace.frozen("invoiceSend", timedelta(minutes=30))
    assert world.pace.room("invoiceSend") > timedelta(minutes=29)
    world.moment -= timedelta(hours=7)
    assert world.pace.room("invoiceSend") == timedelta()


def test_a_freeze_longer_than_any_is_kept_as_the_longest(world: World) -> None:
    world.pace.frozen("invoiceSend", timedelta(hours=9))
    assert world.pace.room("invoiceSend") == timedelta(hours=1, minutes=10)


def test_a_upo_is_asked_for_again(world: World) -> None:
    world.ready(1)
    world.simulator.fault(do="refuse", exception=21178, path=r"/sessions/.*/upo", count=1)
    world.work(timedelta(seconds=1))
    world.tools.upo_later = {each.id: (world.moment + timedelta(hours=7), 1) for each in world.documents()}
    upo.fetch(world.tools)
    assert all(each.upo for each in world.documents(DocumentState.ACCEPTED))
