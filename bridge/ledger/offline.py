"""Documents that are issued offline or wait with a deadline: the ledger's side of bridge.work.offline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa

from bridge.ledger.store import Transaction, aware, naive
from bridge.ledger.tables import document
from bridge.model.offline import Mode
from bridge.model.outcome import DocumentState as D

UNSENT = (D.DRAFT, D.READY, D.HELD)
OPEN = (*UNSENT, D.SENDING)
MOST_TOLD = 500  # documents near their deadline that are looked at


class DeadlineGroup(NamedTuple):
    """Documents with the same deadline for the same reason."""

    issued: date
    offline: bool
    mode: str
    until: datetime | None


def something_waits(transaction: Transaction, owner: int) -> bool:
    """Whether anything of a company is not at its end."""
    wanted = sa.select(document.c.id).where(document.c.company == owner, document.c.state.in_(OPEN)).limit(1)
    return transaction.one(wanted) is not None


def mark(transaction: Transaction, ids: Sequence[int], mode: Mode, now: datetime) -> None:
    """READY documents are issued offline from now on; the day and the bytes stay."""
    values = {"offline": True, "offline_mode": mode.value}
    transaction.move_all("document.offline", dict.fromkeys(ids, values), now)


def on_their_way(transaction: Transaction, owner: int) -> bool:
    """Whether offline documents are being sent."""
    wanted = sa.select(document.c.id).where(
        document.c.company == owner, document.c.offline.is_(True), document.c.state.in_((D.READY, D.SENDING))
    )
    return transaction.one(wanted.limit(1)) is not None


def waiting(transaction: Transaction, owner: int, reasons: Sequence[str], most: int) -> list[int]:
    """HELD only because KSeF did not answer; the nearest deadline first."""
    wanted = (
        sa.select(document.c.id)
        .where(
            document.c.company == owner,
            document.c.state == D.HELD,
            document.c.offline.is_(True),
            document.c.reason.in_(reasons),
        )
        .order_by(document.c.until.is_(None), document.c.until, document.c.id)
        .limit(most)
    )
    return [row.id for row in transaction.rows(wanted)]


def groups(transaction: Transaction, owner: int) -> list[DeadlineGroup]:
    """What waits, by what decides its deadline."""
    columns = (document.c.issued, document.c.offline, document.c.offline_mode, document.c.until)
    wanted = sa.select(*columns).where(document.c.company == owner, document.c.state.in_(OPEN)).distinct()
    return [
        DeadlineGroup(row.issued, bool(row.offline), row.offline_mode, aware(row.until))
        for row in transaction.rows(wanted)
    ]


def set_until(transaction: Transaction, owner: int, group: DeadlineGroup, until: datetime | None) -> None:
    """Move the deadline of a group; `until` in UTC without zone."""
    change = document.update().where(
        document.c.company == owner,
        document.c.state.in_(OPEN),
        document.c.issued == group.issued,
        document.c.offline.is_(group.offline),
        document.c.offline_mode == group.mode,
    )
    transaction.connection.execute(change.values(until=until))


def due_before(transaction: Transaction, owner: int, moment: datetime) -> dict[datetime, list[str]]:
    """Numbers of unsent documents by their deadline, for deadlines before a moment."""
    wanted = (
        sa.select(document.c.number, document.c.until)
        .where(
            document.c.company == owner,
            document.c.state.in_(OPEN),
            document.c.until < naive(moment),
        )
        .order_by(document.c.until, document.c.id)
        .limit(MOST_TOLD)
    )
    found: dict[datetime, list[str]] = {}
    for row in transaction.rows(wanted):
        due = aware(row.until)
        assert due is not None
        found.setdefault(due, []).append(row.number)
    return found
