"""A person's decisions: release, withdraw; what cannot be carried out changes nothing and says why."""

from __future__ import annotations

from datetime import datetime

import pytest

from bridge.ledger import documents
from bridge.model.errors import WrongRequest
from bridge.model.outcome import DocumentState
from bridge.work import decisions
from tests.support.world import WARSAW, World

WEDNESDAY = datetime(2026, 3, 4, 9, 0, tzinfo=WARSAW)


def state(world: World) -> DocumentState:
    (found,) = world.documents()
    return found.state


@pytest.mark.parametrize("decide", ["release", "withdraw"])
def test_a_number_that_nobody_knows_is_refused(world: World, decide: str) -> None:
    world.to(WEDNESDAY)
    more = {"not_handed_over": False} if decide == "withdraw" else {}
    with world.tools.ledger.begin() as transaction, pytest.raises(WrongRequest, match="FV/9 nie da się teraz"):
        getattr(decisions, decide)(transaction, world.tools.company_id, "FV/9", world.tools.now(), **more)


def test_a_held_invoice_is_released_and_a_ready_one_withdrawn(world: World) -> None:
    world.to(WEDNESDAY)
    (number,) = world.ready()
    now, owner = world.tools.now(), world.tools.company_id
    with world.tools.ledger.begin() as transaction:
        (each,) = documents.by_number(transaction, owner, number)
        documents.hold(transaction, each.id, "czeka", None, now)
    with world.tools.ledger.begin() as transaction:
        assert [each.state for each in decisions.release(transaction, owner, number, now)] == [DocumentState.HELD]
    assert state(world) is DocumentState.READY
    with world.tools.ledger.begin() as transaction:
        decisions.withdraw(transaction, owner, number, now, not_handed_over=False)
    assert state(world) is DocumentState.WITHDRAWN
