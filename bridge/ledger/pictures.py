"""Which documents need a picture, and which one they have: rows of `result_file` of kind pdf.

Part 1 is the picture without a KSeF number, of an invoice issued offline; part 2 the one with it.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from bridge.ledger.documents import Document, document_from
from bridge.ledger.store import Transaction, naive
from bridge.ledger.tables import document, event, item, result_file
from bridge.model.outcome import DocumentState as D

KIND = "pdf"
FORM = "FA (3)"  # the only form that has pictures
WITHOUT_NUMBER, WITH_NUMBER = 1, 2


class Picture(NamedTuple):
    """What became of drawing one."""

    document: int
    path: str  # "" when it could not be drawn
    sha256: str
    error: str


AT_ONCE = 20
_OFFLINE = sa.or_(document.c.offline.is_(True), document.c.mode == "offline")


def due(transaction: Transaction, owner: int, of: str, *, since: datetime, signed: bool) -> list[Document]:
    """Some of the documents without the picture that they should have; `of`: offline, all or none.

    Without a key for KOD II (`signed`) those that were issued offline wait: half a picture must not be given out.
    """
    if of == "none":
        return []
    offline = _OFFLINE if signed else sa.false()
    unsent = document.c.state.in_((D.READY, D.HELD, D.SENDING))
    waiting = sa.and_(offline, document.c.technical == "", unsent)  # the buyer of a mended one holds the first
    accepted = sa.and_(document.c.state == D.ACCEPTED, document.c.accepted_at >= naive(since))
    numbered = sa.and_(accepted, offline if of == "offline" else sa.or_(offline, ~_OFFLINE))
    wanted = sa.select(document).where(
        document.c.company == owner,
        document.c.form_code == FORM,
        sa.or_(
            sa.and_(waiting, ~_has(WITHOUT_NUMBER)),
            sa.and_(numbered, ~_has(WITH_NUMBER)),
        ),
    )
    return [document_from(row) for row in transaction.rows(wanted.order_by(document.c.id).limit(AT_ONCE))]


def unsigned(transaction: Transaction, owner: int, since: datetime) -> bool:
    """Whether a document needs KOD II: issued offline and unsent, or accepted as offline since then."""
    unsent = document.c.state.in_((D.READY, D.HELD, D.SENDING))
    accepted = sa.and_(document.c.state == D.ACCEPTED, document.c.accepted_at >= naive(since))
    wanted = sa.select(document.c.id).where(document.c.company == owner, _OFFLINE, sa.or_(unsent, accepted))
    return transaction.one(wanted.limit(1)) is not None


def latest(transaction: Transaction) -> int:
    """The last event of the ledger: while it stays, no document has changed and nothing is to be drawn."""
    row = transaction.one(sa.select(sa.func.max(event.c.id)))
    return int(row[0] or 0) if row else 0


def _has(part: int) -> sa.Exists:
    return sa.exists().where(
        result_file.c.document == document.c.id, result_file.c.kind == KIND, result_file.c.part == part
    )


def note(transaction: Transaction, made: Picture, *, numbered: bool, now: datetime) -> None:
    """Keep that it was drawn, or why it was not."""
    transaction.insert(
        result_file,
        document=made.document,
        path=made.path,
        kind=KIND,
        part=WITH_NUMBER if numbered else WITHOUT_NUMBER,
        rows={"error": made.error} if made.error else {},
        sha256=made.sha256,
        written_at=naive(now),
    )


class DrawnPicture(NamedTuple):
    """The picture that a document has: where, and whether with its KSeF number (or given up)."""

    path: str = ""
    numbered: bool = False


def of_drop(transaction: Transaction, drop: int) -> dict[int, DrawnPicture]:
    """The latest pictures of a drop's documents."""
    wanted = (
        sa.select(result_file.c.document, result_file.c.part, result_file.c.path)
        .join(item, item.c.document == result_file.c.document)
        .where(item.c.file == drop, result_file.c.kind == KIND)
        .order_by(result_file.c.part)
    )
    found: dict[int, DrawnPicture] = {}
    for row in transaction.rows(wanted):
        before = found.get(row.document, DrawnPicture())
        found[row.document] = DrawnPicture(row.path or before.path, row.part == WITH_NUMBER)
    return found


def failed(transaction: Transaction, owner: int) -> list[str]:
    """Why pictures of living documents are missing, the latest first."""
    wanted = (
        sa.select(result_file.c.rows)
        .join(document, document.c.id == result_file.c.document)
        .where(document.c.company == owner, result_file.c.kind == KIND, result_file.c.path == "")
        .order_by(result_file.c.id.desc())
        .limit(5)
    )
    return [row.rows["error"] for row in transaction.rows(wanted)]
