"""A session that KSeF no longer knows: it ends, its invoices are looked for by hash, and none is lost or sent twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bridge.model.errors import FixSetup
from bridge.model.outcome import DocumentState
from bridge.work import planning, sending
from bridge.work.settling import OFTEN
from tests.support.world import World

ACCEPTED, HELD = DocumentState.ACCEPTED.value, DocumentState.HELD.value
ANY = r"/sessions/(online/|batch/)?[^/]+(/.*)?"
HOUR = timedelta(hours=1)


def forget_sessions(world: World) -> None:
    """As a simulator that was killed, or a KSeF TEST that was wiped: sessions are gone, and what was not accepted."""
    kept = world.simulator.store.kept
    kept.sessions.clear()
    for ref in [ref for ref, each in kept.invoices.items() if ref not in kept.numbered.values()]:
        del kept.invoices[ref]


def begun(world: World, count: int) -> list[str]:
    """Planned, opened, and the first ones sent, while KSeF thinks about them for a long time."""
    numbers = world.ready(count)
    world.simulator.store.settings |= {"processing": 1800.0, "batch_processing": 1800.0}
    planning.plan(world.tools, world.pace)
    sending.move_sessions(world.tools, world.pace)
    return numbers


def quick(world: World) -> None:
    world.simulator.store.settings |= {"processing": 0.0, "batch_processing": 0.0}


def all_accepted(world: World, numbers: list[str]) -> None:
    assert world.states() == dict.fromkeys(numbers, ACCEPTED)
    assert world.accepted() == sorted(numbers)


@pytest.mark.parametrize("count", [1, 4], ids=["interactive", "batch"])
@pytest.mark.parametrize("gone", ["21173", "404"])
def test_what_did_not_arrive_is_sent_again_when_the_metadata_have_passed_it(
    gone: str, count: int, world: World
) -> None:
    numbers = begun(world, count)
    (first,) = world.sessions()
    forget_sessions(world)
    quick(world)
    if gone == "404":
        world.simulator.fault(
            do="status", code=404, body="empty", path=f"/sessions/(online/|batch/)?{first.ref}(/.*)?", count=None
        )
    world.work(HOUR, done=lambda: set(world.states().values()) == {ACCEPTED}, idle=False)
    all_accepted(world, numbers)
    assert world.sessions()[0].state == "FAILED"
    assert world.attempts()[0].code == "21173"


@pytest.mark.parametrize("count", [1, 4], ids=["interactive", "batch"])
def test_what_did_arrive_is_accepted_by_its_hash_and_not_sent_again(
    count: int, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = begun(world, count)
    world.pass_time(timedelta(minutes=40))
    assert world.accepted() == sorted(numbers)  # KSeF is done with them, and we have not asked yet
    received = len(world.simulator.store.kept.invoices)
    world.simulator.fault(do="refuse", exception=21173, path=ANY, count=None)
    monkeypatch.setattr(world.tools.ksef, "find_sessions", lambda _since, _kind: [])
    world.work(HOUR, done=lambda: set(world.states().values()) == {ACCEPTED}, idle=False)
    all_accepted(world, numbers)
    assert len(world.simulator.store.kept.invoices) == received


@pytest.mark.parametrize("count", [1, 4], ids=["interactive", "batch"])
def test_while_the_metadata_lag_nothing_is_decided(count: int, world: World) -> None:
    begun(world, count)
    world.simulator.store.settings["hwm"] = (world.moment - timedelta(minutes=1)).isoformat()
    forget_sessions(world)
    quick(world)
    world.work(HOUR, done=lambda: False, idle=False)
    assert set(world.states().values()) == {"SENDING"}, [(e.code, e.details, e.at, e.state) for e in world.attempts()]
    assert len(world.sessions()) == 1


def test_a_batch_that_was_never_closed_is_sent_again_at_once(world: World) -> None:
    world.simulator.fault(do="refuse", exception=21173, path=r"/sessions/batch/[^/]+/close", count=None)
    numbers = world.ready(4)
    planning.plan(world.tools, world.pace)
    world.simulator.fault(do="lose-part", method="PUT", path="/_sim/storage/.*")
    sending.move_sessions(world.tools, world.pace)
    forget_sessions(world)
    world.simulator.store.faults.clear()
    world.work(HOUR, done=lambda: set(world.states().values()) == {ACCEPTED}, idle=False)
    all_accepted(world, numbers)


@pytest.mark.parametrize("count", [1, 4], ids=["interactive", "batch"])
def test_a_session_that_is_only_late_lives_on(count: int, world: World) -> None:
    world.simulator.fault(do="refuse", exception=21173, path=ANY, count=3)
    numbers = world.ready(count)
    world.work(HOUR, done=lambda: set(world.states().values()) == {ACCEPTED}, idle=False)
    all_accepted(world, numbers)
    assert len(world.sessions()) == 1


@pytest.mark.parametrize("count", [1, 4], ids=["interactive", "batch"])
def test_a_session_that_ksef_lists_is_never_given_up(count: int, world: World) -> None:
    begun(world, count)
    world.simulator.fault(do="refuse", exception=21173, path=ANY, count=None)
    world.work(HOUR, done=lambda: False, idle=False)
    assert set(world.states().values()) == {"SENDING"}
    assert [each.state for each in world.sessions()] in (["OPEN"], ["CLOSED"])


@pytest.mark.parametrize("count", [1, 4], ids=["interactive", "batch"])
def test_403_voids_nothing(count: int, world: World) -> None:
    begun(world, count)
    world.simulator.fault(do="forbidden", reason="insufficient-resource-access", path=ANY, count=None)
    for _ in range(10):
        world.pass_time(timedelta(minutes=2))
        with pytest.raises(FixSetup, match="należy do kogoś innego"):
            world.step()
    assert {each.state for each in world.attempts()} == {"SENT"}


def test_one_session_that_needs_a_person_does_not_stop_the_others(world: World) -> None:
    begun(world, 1)
    (first,) = world.sessions()
    path = f"/sessions/(online/)?{first.ref}(/.*)?"
    world.simulator.fault(do="forbidden", reason="insufficient-resource-access", path=path, count=None)
    quick(world)
    numbers = world.ready(4)
    for _ in range(10):
        world.pass_time(timedelta(minutes=2))
        try:
            world.step()
        except FixSetup:
            continue
    assert set(numbers) <= set(world.accepted())


@pytest.mark.parametrize(
    "fault",
    [
        {"do": "status", "code": 403, "body": "xml", "method": "PUT", "path": "/_sim/storage/.*"},
        {"do": "fate", "invoice": ".*", "code": 550},
        {"do": "session", "code": 500, "kind": "Batch"},
    ],
    ids=["links end", "cancelled", "unknown error"],
)
def test_a_void_always_counts_and_has_a_limit(fault: dict[str, object], world: World) -> None:
    world.simulator.fault(count=None, **fault)
    numbers = world.ready(4)
    world.work(timedelta(hours=6), done=lambda: set(world.states().values()) == {HELD}, idle=False)
    assert world.states() == dict.fromkeys(numbers, HELD)
    assert len(world.attempts()) <= (OFTEN + 1) * len(numbers)


def test_an_outage_of_a_day_is_no_attempt(world: World) -> None:
    (number,) = world.ready(1)
    planning.plan(world.tools, world.pace)
    world.simulator.fault(do="429", retry_after=60, method="POST", path=r"/sessions/online/[^/]+/invoices", count=50)
    world.work(timedelta(hours=3), done=lambda: set(world.states().values()) == {ACCEPTED}, idle=False)
    assert world.states() == {number: ACCEPTED}
    assert len(world.attempts()) == 1
