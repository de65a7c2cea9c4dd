"""What nothing above the ledger can talk it out of: the table of transitions and the three partial unique indexes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.ledger import tables
from bridge.ledger.store import TRANSITIONS, Ledger, Transaction, open_ledger, refuse_network
from bridge.model import outcome
from bridge.model.errors import FixSetup, TryLater
from bridge.model.outcome import FINAL

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
STATES: dict[str, tuple[str, ...]] = {
    "source_file": tuple(outcome.DropState),
    "document": tuple(outcome.DocumentState),
    "ksef_session": tuple(outcome.SessionState),
    "sending": tuple(outcome.SendingState),
}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    opened = open_ledger(tmp_path_factory.mktemp("data"))
    yield opened
    opened.close()


@contextmanager
def undone(ledger: Ledger) -> Iterator[Transaction]:
    """A company with a drop and a session, as if they had never been at the end."""
    with ledger.engine.connect() as connection:
        transaction = Transaction(connection, ledger)
        transaction.insert(tables.company, id=1, nip="1111111111", environment="sandbox")
        transaction.insert(tables.source_file, id=1, **drop_row())
        transaction.insert(tables.ksef_session, id=1, **session_row())
        connection.execute(tables.payload.insert().values(sha256="ab", kind="xml", bytes=b""))
        yield transaction
        connection.rollback()


@pytest.fixture
def world(ledger: Ledger) -> Iterator[Transaction]:
    with undone(ledger) as transaction:
        yield transaction


def drop_row() -> dict[str, Any]:
    named = {"company": 1, "name": "a", "stored": "", "sha256": "ab", "size": 1, "options": {}}
    return {**named, "state": "TAKEN", "taken_at": NOW.replace(tzinfo=None)}


def session_row(state: str = "PLANNED", mode: str = "interactive") -> dict[str, Any]:
    return {"company": 1, "mode": mode, "form_code": "FA (3)", "state": state}


def document_row(number: str = "FS/1", state: str = "READY", kind: str = "VAT") -> dict[str, Any]:
    named = {"company": 1, "seller_nip": "1111111111", "kind": kind, "number": number, "number_key": number}
    rest = {"business_hash": "ff", "hash_version": 1, "payload": "ab", "form_code": "FA (3)", "corrects": [], "drop": 1}
    return {**named, **rest, "issued": date(2026, 11, 25), "state": state}


def sending_row(document: int, state: str) -> dict[str, Any]:
    return {"document": document, "session": 1, "state": state, "at": NOW.replace(tzinfo=None)}


def a_row(transaction: Transaction, table: str, state: str) -> int:
    if table == "source_file":
        return transaction.insert(tables.source_file, **{**drop_row(), "state": state})
    if table == "ksef_session":
        transaction.connection.execute(tables.ksef_session.delete())
        return transaction.insert(tables.ksef_session, **session_row(state))
    document = transaction.insert(tables.document, **document_row(state=state if table == "document" else "SENDING"))
    return transaction.insert(tables.sending, **sending_row(document, state)) if table == "sending" else document


MOVES = [(name, state) for name, (table, _, _) in TRANSITIONS.items() for state in STATES[table.name]]


@pytest.mark.parametrize(("name", "state"), MOVES, ids=[f"{name} from {state}" for name, state in MOVES])
def test_a_transition_holds_only_from_its_states(name: str, state: str, world: Transaction) -> None:
    table, before, after = TRANSITIONS[name]
    row = a_row(world, table.name, state)
    done = world.move(name, row, NOW)
    assert done == (state in before)
    held = world.one(sa.select(table.c.state).where(table.c.id == row))
    assert held is not None
    assert held.state == (after if done else state)
    told = world.rows(sa.select(tables.event).where(tables.event.c.name == name))
    assert [(each.entity, each.from_state, each.to_state) for each in told] == (
        [(table.name, state, after)] if done else []
    )


def test_what_is_final_stays() -> None:
    ends = {"source_file": {"READ", "REFUSED"}, "document": set(FINAL), "ksef_session": {"DONE", "FAILED", "ABANDONED"}}
    ends["sending"] = {"ACCEPTED", "REFUSED", "VOID"}
    for name, (table, before, _) in TRANSITIONS.items():
        assert not ends[table.name] & set(before), name


def test_one_number_one_living_document(world: Transaction) -> None:
    for dead in ("REJECTED", "CLASH", "WITHDRAWN"):
        world.insert(tables.document, **document_row(state=dead))
    world.insert(tables.document, **document_row())
    world.insert(tables.document, **document_row(kind="KOR"))
    world.insert(tables.document, **document_row(number="fs/1"))  # case matters in numbers
    for state in ("DRAFT", "READY", "HELD", "SENDING", "ACCEPTED"):
        with pytest.raises(sa.exc.IntegrityError), world.connection.begin_nested():
            world.insert(tables.document, **document_row(state=state))


def test_one_document_one_undecided_sending(world: Transaction) -> None:
    document = world.insert(tables.document, **document_row(state="SENDING"))
    for decided in ("VOID", "REFUSED"):
        world.insert(tables.sending, **sending_row(document, decided))
    world.insert(tables.sending, **sending_row(document, "PLANNED"))
    for undecided in ("PLANNED", "SENT"):
        with pytest.raises(sa.exc.IntegrityError), world.connection.begin_nested():
            world.insert(tables.sending, **sending_row(document, undecided))


def test_a_doubled_worker_is_fenced(ledger: Ledger, tmp_path: Path) -> None:
    """Two programs on one ledger do the same step: one of them does it, the other is told that it did not."""
    one, other = open_ledger(tmp_path), open_ledger(tmp_path)
    with one.begin() as transaction:
        transaction.insert(tables.company, id=1, nip="1111111111", environment="sandbox")
        transaction.insert(tables.source_file, id=1, **drop_row())
        transaction.connection.execute(tables.payload.insert().values(sha256="ab", kind="xml", bytes=b""))
        id_ = transaction.insert(tables.document, **document_row())
    done = []
    for each in (one, other):  # both saw READY before
        with each.begin() as transaction:
            done.append(transaction.move("document.sending", id_, NOW))
    assert done == [True, False]
    with other.begin() as transaction:
        assert len(transaction.rows(sa.select(tables.event))) == 1
    one.close()
    other.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from([name for name in TRANSITIONS if name.startswith("document.")]), max_size=12))
def test_no_order_of_steps_leaves_an_end(steps: list[str], ledger: Ledger) -> None:
    with undone(ledger) as world:
        id_, state = world.insert(tables.document, **document_row()), "READY"
        for name in steps:
            _, before, after = TRANSITIONS[name]
            assert world.move(name, id_, NOW) == (state in before)
            state = after if state in before else state
        held = world.one(sa.select(tables.document.c.state).where(tables.document.c.id == id_))
        assert held is not None
        assert held.state == state
        told = world.rows(sa.select(tables.event.c.to_state).order_by(tables.event.c.id))
        assert not {each.to_state for each in told[:-1]} & set(FINAL)


def test_a_ledger_that_cannot_be_written_now_is_told_so(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    with ledger.begin() as transaction:
        transaction.connection.execute(sa.text("PRAGMA max_page_count = 1"))  # the disk is full from now on
    bigger = [{"sha256": str(n), "kind": "xml", "bytes": b"x" * 5000} for n in range(50)]
    with pytest.raises(TryLater, match="miejsce"), ledger.begin() as transaction:
        transaction.insert_all(tables.payload, bigger)
    ledger.close()


MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/dane /mnt/dane nfs4 rw 0 0
//server/udzial /mnt/moje\\040dane cifs rw 0 0
tmpfs /mnt/dane/lokalny tmpfs rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "kind"), [("/mnt/dane/firma", "nfs4"), ("/mnt/moje dane/firma", "cifs"), ("/mnt/dane/lokalny/x", "")]
)
def test_data_on_a_network_share_is_refused(folder: str, kind: str, tmp_path: Path) -> None:
    """SQLite cannot keep its promises there (design.md, section 7)."""
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS, "utf-8")
    if not kind:
        refuse_network(Path(folder), mounts)
        return
    with pytest.raises(FixSetup, match=f"dysku sieciowym .{kind}."):
        refuse_network(Path(folder), mounts)
