"""A batch session from READY documents to UPOs, and what KSeF may say on the way."""

from __future__ import annotations

import pytest

from bridge.ksef.upo import confirmed
from bridge.ledger import sessions
from bridge.ledger.tables import ksef_session
from bridge.model.outcome import DocumentState
from bridge.work.batches import sweep
from bridge.work.settling import hash_of
from tests.support.world import World

ACCEPTED = DocumentState.ACCEPTED.value


@pytest.mark.parametrize("archive", ["tar.gz", "zip"])
def test_three_documents_go_as_one_batch(world: World, archive: str) -> None:
    world.set(archive=archive)
    numbers = world.ready(3)
    world.work()
    assert world.states() == dict.fromkeys(numbers, ACCEPTED)
    assert world.accepted() == numbers
    (session,) = world.sessions()
    assert (session.mode, session.state, session.key) == ("batch", "DONE", None)
    assert world.calls("invoiceSend") == 0
    assert not list((world.tools.settings.data / "spool").iterdir())
    assert all(each.upo and each.mode == "online" for each in world.documents())


def test_spools_that_a_kill_left_behind_are_swept(world: World) -> None:
    world.ready(3)
    world.work()
    (session,) = world.sessions()
    spool = world.tools.settings.data / "spool"
    for name in (str(session.id), "999"):
        (spool / name).mkdir(parents=True, exist_ok=True)
    with world.ledger.begin() as transaction:
        waiting = transaction.insert(
            ksef_session, company=world.tools.company_id, mode="batch", form_code="FA (3)", offline=False, state="OPEN"
        )
    (spool / str(waiting)).mkdir()
    sweep(world.ledger, world.tools.settings.data)
    assert [each.name for each in spool.iterdir()] == [str(waiting)]


def test_two_documents_go_one_by_one(world: World) -> None:
    numbers = world.ready(2)
    world.work()
    assert world.accepted() == numbers
    assert [each.mode for each in world.sessions()] == ["interactive"]


@pytest.mark.parametrize("count", [2, 3])
def test_each_session_has_its_collective_upo(world: World, count: int) -> None:
    world.ready(count)
    world.work()
    world.step()
    (session,) = world.sessions()
    with world.ledger.begin() as transaction:
        content = sessions.upo_of(transaction, session.ref)
    assert content is not None
    assert {each.hash for each in confirmed(content)} == {hash_of(each) for each in world.documents()}
