"""While KSeF is down, what has surely not left can be withdrawn and replaced: in every state before an intention to close."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bridge.ledger import documents, drops
from bridge.ledger.sessions import Way
from bridge.model.errors import TryLater
from bridge.model.item import Finished
from bridge.model.outcome import DocumentState, SessionState
from bridge.work import batches, planning, sending
from tests.support.world import World

ACCEPTED, WITHDRAWN = DocumentState.ACCEPTED.value, DocumentState.WITHDRAWN.value
OPENING, SENDING = r"/sessions/(online|batch)", r"/sessions/online/[^/]+/invoices"
STORAGE, CLOSING = r"/_sim/storage/.*", r"/sessions/batch/[^/]+/close"


def down(world: World, path: str) -> None:
    world.simulator.fault(do="reset", path=path, count=None)


def moved(world: World) -> None:
    planning.plan(world.tools, world.pace)
    sending.move_sessions(world.tools, world.pace)


def only_planned(world: World) -> None:
    planning.plan(world.tools, world.pace)


def not_opened(world: World) -> None:
    down(world, OPENING)
    moved(world)


def not_sent(world: World) -> None:
    world.simulator.fault(do="429", retry_after=30, path=SENDING, count=None)
    moved(world)


def not_uploaded(world: World) -> None:
    world.simulator.fault(do="status", code=500, method="PUT", path=STORAGE, count=None)
    moved(world)


def uploaded(world: World) -> None:
    """All is in the storage of KSeF, and the intention to close is not noted yet."""
    planning.plan(world.tools, world.pace)
    for _ in range(2):
        (session,) = world.alive()
        batches.step(world.tools, session)
    (session,) = world.alive()
    assert session.state is SessionState.UPLOADED


STAGES = [
    (1, only_planned, SessionState.PLANNED),
    (1, not_opened, SessionState.PLANNED),
    (1, not_sent, SessionState.OPEN),
    (4, only_planned, SessionState.PLANNED),
    (4, not_opened, SessionState.PLANNED),
    (4, not_uploaded, SessionState.OPEN),
    (4, uploaded, SessionState.UPLOADED),
]
every_stage = pytest.mark.parametrize(
    ("count", "stage", "state"), STAGES, ids=[f"{count} {stage.__name__}" for count, stage, _ in STAGES]
)


def stopped_at(world: World, count: int, stage: Callable[[World], None], state: SessionState) -> list[str]:
    numbers = world.ready(count)
    stage(world)
    (session,) = world.alive()
    assert session.state is state
    assert session.mode is (Way.BATCH if count > 1 else Way.INTERACTIVE)
    world.simulator.store.faults.clear()
    return numbers


@every_stage
def test_it_is_withdrawn_and_the_others_go(
    count: int, stage: Callable[[World], None], state: SessionState, world: World
) -> None:
    first, *others = stopped_at(world, count, stage, state)
    with world.ledger.begin() as transaction:
        (held,) = documents.by_number(transaction, world.tools.company_id, first)
        assert documents.withdraw(transaction, held.id, "wycofana przez człowieka", world.moment)
    world.pass_time(timedelta(minutes=1))
    world.work()
    assert world.states() == {first: WITHDRAWN, **dict.fromkeys(others, ACCEPTED)}
    assert world.accepted() == sorted(others)


@every_stage
def test_it_is_replaced_by_a_new_version(
    count: int, stage: Callable[[World], None], state: SessionState, world: World
) -> None:
    numbers = stopped_at(world, count, stage, state)
    world.dropped = 0
    for each in (world.tools.company.outbox / "archiwum").iterdir():
        each.rename(each.with_name("stare"))
    assert world.ready(count, business_hash="inna treść") == numbers
    world.pass_time(timedelta(minutes=1))
    world.work()
    assert sorted(each.number for each in world.documents(DocumentState.ACCEPTED)) == sorted(numbers)
    assert sorted(each.number for each in world.documents(DocumentState.WITHDRAWN)) == sorted(numbers)
    assert world.accepted() == sorted(numbers)


@pytest.mark.parametrize("count", [1, 4], ids=["interactive", "batch"])
def test_what_may_have_left_is_never_recalled(count: int, world: World) -> None:
    numbers = world.ready(count)
    world.simulator.store.settings |= {"processing": 600.0, "batch_processing": 600.0}
    moved(world)
    with world.ledger.begin() as transaction:
        for number in numbers:
            (held,) = documents.by_number(transaction, world.tools.company_id, number)
            assert not documents.withdraw(transaction, held.id, "wycofana", world.moment)
    with pytest.raises(TryLater, match="właśnie wysyłana"):
        world.ready(count, prefix=numbers[0].split("/")[0], number=numbers[0], number_key=numbers[0], business_hash="x")
    assert set(world.states().values()) == {"SENDING"}


def test_a_drop_that_is_refused_recalls_nothing(world: World) -> None:
    (number,) = stopped_at(world, 1, only_planned, SessionState.PLANNED)
    item = world._item(1, number, "01-vat.xml", {"business_hash": "inna"})
    with world.ledger.begin() as transaction:
        copy = drops.Copy("", "00", 1)
        id_ = drops.take(transaction, world.tools.company_id, "ucięty.csv", copy, world.moment)
        drops.start(transaction, id_, world.moment)
        filing = drops.Filing(world.tools.company_id, id_, lambda _old, _new: ((), ()), world.moment)
        drops.add(transaction, filing, [item])
    with world.ledger.begin() as transaction:
        drops.start(transaction, id_, world.moment)  # the plug was pulled: from nothing
        drops.finish(transaction, id_, Finished(), world.moment)
    world.work()
    assert world.states() == {number: ACCEPTED}
