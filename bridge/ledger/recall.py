"""A document on its way that has surely not left → READY again, so that it can be withdrawn or replaced.

Its sending is PLANNED: no call has carried it. In a batch the whole session is given up when its package may hold the
document already; nothing of a batch enters KSeF before an intention to close it (ledger.md, "Exactly once" 4).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bridge.ledger.store import Transaction
from bridge.ledger.tables import ksef_session, sending
from bridge.model.outcome import SendingState, SessionState

OURS = "-"  # the code of a void that is no attempt: its day passed, no room in a package, withdrawn; never counted
WHY = "wycofana albo zastąpiona, zanim cokolwiek wyszło do KSeF"
BEFORE = (SessionState.PLANNED, SessionState.OPEN, SessionState.UPLOADED)


def may_be_recalled(transaction: Transaction, document_id: int) -> bool:
    """Whether it has surely not left."""
    return _session_of(transaction, document_id) is not None


def recall(transaction: Transaction, document_id: int, now: datetime) -> bool:
    """SENDING → READY, when it has surely not left; others of its package are planned anew."""
    session = _session_of(transaction, document_id)
    if session is None:
        return False
    alone = session.mode == "interactive" or (session.state == SessionState.PLANNED and not session.parts)
    planned = sa.select(sending.c.id, sending.c.document).where(
        sending.c.session == session.id, sending.c.state == SendingState.PLANNED
    )
    rows = transaction.rows(planned.where(sending.c.document == document_id) if alone else planned)
    void = transaction.move_all("sending.void", {row.id: {"code": OURS, "details": WHY} for row in rows}, now)
    transaction.move_all("document.again", {row.document: {} for row in rows if row.id in void}, now)
    if not alone:
        transaction.move("session.abandoned", session.id, now, key=None, iv=None, error=WHY)
    return document_id in {row.document for row in rows if row.id in void}


def _session_of(transaction: Transaction, document_id: int) -> Any:
    """The session, locked, in which it is planned and that nobody has meant to close; None when there is none."""
    wanted = (
        sa.select(ksef_session)
        .join(sending, sending.c.session == ksef_session.c.id)
        .where(
            sending.c.document == document_id,
            sending.c.state == SendingState.PLANNED,
            ksef_session.c.close_sent_at.is_(None),
            ksef_session.c.state.in_(BEFORE),
        )
        .with_for_update()
    )
    return transaction.one(wanted)


def may_close(transaction: Transaction, session: int) -> bool:
    """Whether a session, locked now, was not given up meanwhile: asked in the transaction that notes the intention."""
    wanted = sa.select(ksef_session.c.state).where(ksef_session.c.id == session).with_for_update()
    row = transaction.one(wanted)
    return row is not None and row.state in BEFORE
