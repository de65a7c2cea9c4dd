"""Sessions and the sendings in them: what is planned, what was sent, what KSeF said (ledger.md, "Exactly once" 3-5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from bridge.ledger.drops import stored
from bridge.ledger.store import Transaction, aware, naive
from bridge.ledger.tables import document, ksef_session, payload, sending, source_file
from bridge.model.outcome import DocumentState, DropState, SendingState, SessionState

ALIVE = (SessionState.PLANNED, SessionState.OPEN, SessionState.UPLOADED, SessionState.CLOSED)
LATE = timedelta(hours=1)  # a session that ends sooner takes nothing new


class Way(StrEnum):
    """How a document travels: `ksef_session.mode`."""

    INTERACTIVE = "interactive"
    BATCH = "batch"


@dataclass(frozen=True, slots=True)
class Session:
    """One row of `ksef_session`."""

    id: int
    mode: Way
    form_code: str
    offline: bool
    state: SessionState
    ref: str
    key: bytes = field(repr=False)
    iv: bytes = field(repr=False)
    spool: str
    package: Mapping[str, Any]  # of a packed batch: size, hash, compression, and parts with their links; else empty
    attempts: int
    next_at: datetime | None
    planned_at: datetime | None
    opened_at: datetime | None
    upload_until: datetime | None
    valid_until: datetime | None
    close_sent_at: datetime | None
    full: bool
    unknown: int  # how often in a row KSeF said that it knows no such session


@dataclass(frozen=True, slots=True)
class Sending:
    """One attempt to send a document."""

    id: int
    document: int
    session: int
    name: str
    ref: str
    state: SendingState
    looks: int
    next_at: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True)
class ReadyGroup:
    """READY documents that may share a session, and how many wait."""

    form_code: str
    offline: bool
    attachment: bool
    technical: bool  # mends an offline invoice that was refused
    count: int


def waiting(transaction: Transaction, owner: int) -> list[ReadyGroup]:
    """READY documents of drops that were read to their end, counted by what decides how they travel."""
    technical = (document.c.technical != "").label("mends")
    columns = (document.c.form_code, document.c.offline, document.c.attachment, technical)
    wanted = sa.select(*columns, sa.func.count().label("documents")).where(*_planable(owner)).group_by(*columns)
    rows = transaction.rows(_read(wanted))
    return [
        ReadyGroup(row.form_code, bool(row.offline), bool(row.attachment), bool(row.mends), int(row.documents))
        for row in rows
    ]


def plan(transaction: Transaction, owner: int, group: ReadyGroup, session: int, most: int, now: datetime) -> int:  # noqa: PLR0913, PLR0917 - one intention
    """Move up to `most` READY documents of `group` to SENDING in `session`; return the number moved."""
    technical = document.c.technical != "" if group.technical else document.c.technical == ""
    alike = (
        document.c.form_code == group.form_code,
        document.c.offline.is_(group.offline),
        document.c.attachment.is_(group.attachment),
        technical,
    )
    wanted = _read(sa.select(document.c.id).where(*_planable(owner), *alike)).order_by(document.c.id).limit(most)
    ids = [row.id for row in transaction.rows(wanted)]
    moved = transaction.move_all("document.sending", {id_: {} for id_ in ids}, now)
    values = {"session": session, "state": SendingState.PLANNED, "at": naive(now)}
    transaction.insert_all(sending, [{"document": id_, **values} for id_ in moved])
    transaction.update(ksef_session, session, next_at=naive(now))
    return len(moved)


def _planable(owner: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (document.c.company == owner, document.c.state == DocumentState.READY)


def _read(wanted: sa.Select[Any]) -> sa.Select[Any]:
    return wanted.join(source_file, source_file.c.id == document.c.drop).where(source_file.c.state == DropState.READ)


def joinable(transaction: Transaction, owner: int, way: Way, group: ReadyGroup, now: datetime) -> int | None:
    """A session of that kind that still takes documents: one not packed yet, or an open interactive one."""
    wanted = sa.select(ksef_session).where(
        ksef_session.c.company == owner,
        ksef_session.c.mode == way,
        ksef_session.c.form_code == group.form_code,
        ksef_session.c.offline.is_(group.offline),
        ksef_session.c.close_sent_at.is_(None),
        ksef_session.c.full.is_(False),
        ksef_session.c.unknown == 0,
        ksef_session.c.state.in_((SessionState.PLANNED, SessionState.OPEN)),
    )
    for row in transaction.rows(wanted.order_by(ksef_session.c.id)):
        takes = not row.parts and row.state == SessionState.PLANNED if way is Way.BATCH else True
        if takes and (row.valid_until is None or row.valid_until - naive(now) > LATE):
            return int(row.id)
    return None


def alive(transaction: Transaction, owner: int, way: Way, form_code: str, *, offline: bool) -> int:
    """How many sessions of that kind stand side by side; one that takes nothing new counts only while it may send."""
    wanted = sa.select(sa.func.count()).where(
        ksef_session.c.company == owner,
        ksef_session.c.mode == way,
        ksef_session.c.form_code == form_code,
        ksef_session.c.offline.is_(offline),
        ksef_session.c.full.is_(False),
        ksef_session.c.state.in_(ALIVE),
    )
    row = transaction.one(wanted)
    return int(row[0]) if row else 0


def planned(transaction: Transaction, owner: int, way: Way, form_code: str, *, offline: bool) -> bool:
    """Whether a session of that kind is PLANNED: there may be one at a time."""
    wanted = sa.select(ksef_session.c.id).where(
        ksef_session.c.company == owner,
        ksef_session.c.mode == way,
        ksef_session.c.form_code == form_code,
        ksef_session.c.offline.is_(offline),
        ksef_session.c.state == SessionState.PLANNED,
    )
    return transaction.one(wanted) is not None


def new(transaction: Transaction, owner: int, way: Way, group: ReadyGroup, now: datetime) -> int:
    """A PLANNED session."""
    values = {"company": owner, "mode": way, "form_code": group.form_code, "offline": group.offline}
    return transaction.insert(ksef_session, **values, state=SessionState.PLANNED, planned_at=naive(now))


def sessions(transaction: Transaction, owner: int) -> list[Session]:
    """Sessions that are not at their end."""
    wanted = sa.select(ksef_session).where(ksef_session.c.company == owner, ksef_session.c.state.in_(ALIVE))
    return [_session(row) for row in transaction.rows(wanted.order_by(ksef_session.c.id))]


def session_of(transaction: Transaction, id_: int) -> Session:
    """One session as it is now."""
    row = transaction.one(sa.select(ksef_session).where(ksef_session.c.id == id_))
    assert row is not None
    return _session(row)


def sendings(transaction: Transaction, session: int, *states: SendingState) -> list[Sending]:
    """Sendings of a session, oldest first."""
    wanted = sa.select(sending).where(sending.c.session == session, sending.c.state.in_(states)).order_by(sending.c.id)
    return [_sending(row) for row in transaction.rows(wanted)]


def hashes(transaction: Transaction, session: int, *states: SendingState) -> dict[str, Sending]:
    """The same by the SHA-256 (hex) of the document's bytes: the key to KSeF's lists."""
    wanted = (
        sa.select(sending, document.c.payload)
        .join(document, document.c.id == sending.c.document)
        .where(sending.c.session == session, sending.c.state.in_(states))
        .order_by(sending.c.id)
    )
    return {row.payload: _sending(row) for row in transaction.rows(wanted)}


def contents(transaction: Transaction, chosen: Sequence[Sending]) -> list[bytes]:
    """The bytes of the documents of some sendings, in their order."""
    ids = [each.document for each in chosen]
    held = transaction.rows(sa.select(document.c.id, document.c.payload).where(document.c.id.in_(ids)))
    payloads = {row.id: row.payload for row in held}
    return [stored(transaction, payloads[id_]) for id_ in ids]


def packed(transaction: Transaction, session: int, names: Mapping[int, str], **values: Any) -> None:
    """A batch as it lies in the spool: the name of each sending's file in it; nothing joins it any more."""
    transaction.point("batch.packed")
    change = sending.update().where(sending.c.id == sa.bindparam("row_id")).values(name=sa.bindparam("file"))
    transaction.connection.execute(change, [{"row_id": id_, "file": name} for id_, name in names.items()])
    transaction.update(ksef_session, session, **values)


def own_sessions_of(transaction: Transaction, document_id: int) -> list[tuple[str, str]]:
    """References of sessions and invoices by which a document was sent before, newest first."""
    wanted = (
        sa.select(ksef_session.c.ref, sending.c.invoice_ref)
        .join(sending, sending.c.session == ksef_session.c.id)
        .where(sending.c.document == document_id, ksef_session.c.ref.is_not(None))
        .order_by(sending.c.id.desc())
    )
    return [(row.ref, row.invoice_ref or "") for row in transaction.rows(wanted)]


def voids(transaction: Transaction, document_id: int) -> Counter[str]:
    """How often each answer has already ended an attempt to send this document."""
    wanted = (
        sa.select(sending.c.code, sa.func.count().label("attempts"))
        .where(sending.c.document == document_id, sending.c.state == SendingState.VOID)
        .group_by(sending.c.code)
    )
    return Counter({row.code: int(row.attempts) for row in transaction.rows(wanted)})


def without_upo(transaction: Transaction, owner: int, since: datetime, now: datetime) -> Session | None:
    """A session that ended since then with accepted invoices, and whose collective UPO is due to be asked for."""
    accepted = sa.select(sending.c.session).where(sending.c.state == SendingState.ACCEPTED)
    wanted = sa.select(ksef_session).where(
        ksef_session.c.company == owner,
        ksef_session.c.state == SessionState.DONE,
        ksef_session.c.upo.is_(None),
        ksef_session.c.opened_at > naive(since),
        sa.or_(ksef_session.c.next_at.is_(None), ksef_session.c.next_at <= naive(now)),
        ksef_session.c.id.in_(accepted),
    )
    row = transaction.one(wanted.order_by(ksef_session.c.id))
    return _session(row) if row else None


def upo_of(transaction: Transaction, ref: str) -> bytes | None:
    """The collective UPO of a session, if it was fetched."""
    wanted = sa.select(payload.c.sha256).join(ksef_session, ksef_session.c.upo == payload.c.sha256)
    row = transaction.one(wanted.where(ksef_session.c.ref == ref))
    return stored(transaction, row.sha256) if row else None


def _session(row: Any) -> Session:
    return Session(
        id=row.id,
        mode=Way(row.mode),
        form_code=row.form_code,
        offline=bool(row.offline),
        state=SessionState(row.state),
        ref=row.ref or "",
        key=row.key or b"",
        iv=row.iv or b"",
        spool=row.spool,
        package=row.parts or {},
        attempts=row.attempts,
        next_at=aware(row.next_at),
        planned_at=aware(row.planned_at),
        opened_at=aware(row.opened_at),
        upload_until=aware(row.upload_until),
        valid_until=aware(row.valid_until),
        close_sent_at=aware(row.close_sent_at),
        full=bool(row.full),
        unknown=row.unknown,
    )


def _sending(row: Any) -> Sending:
    at = aware(row.at)
    assert at is not None
    return Sending(
        id=row.id,
        document=row.document,
        session=row.session,
        name=row.name,
        ref=row.invoice_ref or "",
        state=SendingState(row.state),
        looks=row.looks,
        next_at=aware(row.next_at),
        at=at,
    )
