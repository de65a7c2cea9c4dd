"""An invoice that KSeF has → the ledger's own row of that number set right: an old ledger took it for unsent or clashing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa

from bridge.ledger import documents, results, sessions
from bridge.ledger.drops import DEAD, Compare, stored
from bridge.ledger.sessions import Way
from bridge.ledger.store import Transaction
from bridge.ledger.tables import document, item, ksef_session, sending
from bridge.model.outcome import DocumentState, SendingState, SessionState

BY_KSEF = "KSeF ma już pod tym numerem inną fakturę ({ksef_number}); ustalono przy odbudowie księgi"
TAKEN_BACK = "odbudowa księgi: nie wiadomo, czy ta sesja jeszcze istnieje"
AGAINST = ("K440", "L01")  # what was said of an invoice that turned out to be the very one in KSeF


class Healed(Enum):
    """What became of a row."""

    NEW = "new"  # the ledger has none of that number: the caller inserts it
    HEALED = "healed"
    REPLACED = "replaced"  # the ledger's own was another one and has ended; the caller's row was inserted
    STRANGE = "strange"  # two accepted invoices of one number: a person must look


def take_back(transaction: Transaction, owner: int, now: datetime) -> None:
    """What surely has not left in any session is READY again; sessions that were never closed end."""
    for session in sessions.sessions(transaction, owner):
        never_closed = session.close_sent_at is None
        states = [SendingState.PLANNED]
        if session.mode is Way.BATCH and never_closed:
            states.append(SendingState.SENT)
        for each in sessions.sendings(transaction, session.id, *states) if never_closed else ():
            transaction.move("sending.void", each.id, now, details=TAKEN_BACK)
            transaction.move("document.again", each.document, now)
        if never_closed and (session.mode is Way.BATCH or session.state is SessionState.PLANNED):
            transaction.move("session.abandoned", session.id, now, key=None, iv=None, error=TAKEN_BACK)
        elif never_closed:
            transaction.update(ksef_session, session.id, full=True)


def heal(transaction: Transaction, row: Mapping[str, Any], xml: bytes, compare: Compare, now: datetime) -> Healed:
    """Set right what the ledger has under the number of an accepted invoice, whose row would be this one."""
    same = [document.c[name] == row[name] for name in ("company", "seller_nip", "kind", "number_key")]
    living = transaction.one(sa.select(document).where(*same, document.c.state.not_in(DEAD)))
    if living is not None:
        if living.state == DocumentState.ACCEPTED:
            return Healed.STRANGE
        if _is(transaction, living, row, xml, compare):
            _accept(transaction, living, row, now)
            return Healed.HEALED
        _end(transaction, living, str(row["ksef_number"]), now)
        transaction.insert(document, **row)
        return Healed.REPLACED
    clashed = transaction.rows(
        sa.select(document).where(*same, document.c.state == DocumentState.CLASH).order_by(document.c.id.desc())
    )
    for each in clashed:
        if _is(transaction, each, row, xml, compare):
            new = documents.succeed(transaction, each.id, _values(row))
            _tell_anew(transaction, new)
            return Healed.HEALED
    return Healed.NEW


def _is(transaction: Transaction, held: Any, row: Mapping[str, Any], xml: bytes, compare: Compare) -> bool:
    """Whether the ledger's row is that invoice: the same bytes, or the same business content."""
    if held.payload == row["payload"] or held.business_hash == row["business_hash"]:
        return True
    if held.state == DocumentState.DRAFT:
        return False
    decisive, _ = compare(xml, stored(transaction, held.payload))
    return not decisive


def _values(row: Mapping[str, Any]) -> dict[str, Any]:
    """What an accepted row says; whose file it came from, and when it is due, stay as they were."""
    kept = {"company", "seller_nip", "kind", "number", "number_key", "drop", "corrects"}
    return {name: value for name, value in row.items() if name not in kept} | {"code": "", "error": "", "reason": ""}


def _accept(transaction: Transaction, living: Any, row: Mapping[str, Any], now: datetime) -> None:
    """An undecided one is accepted by its sending; one that waits has a successor that is accepted already."""
    if living.state == DocumentState.SENDING:
        for each in _open(transaction, living.id):
            transaction.move("sending.accepted", each.id, now, code="200")
        values = {name: value for name, value in _values(row).items() if name != "state"}
        transaction.move("document.accepted", living.id, now, **values)
        _tell_anew(transaction, living.id)
        return
    transaction.move("document.withdrawn", living.id, now, reason="KSeF już ją ma: odbudowa księgi")
    _tell_anew(transaction, documents.succeed(transaction, living.id, _values(row)))


def _end(transaction: Transaction, living: Any, ksef_number: str, now: datetime) -> None:
    """One that is not that invoice can never be accepted under its number."""
    said = BY_KSEF.format(ksef_number=ksef_number)
    if living.state == DocumentState.SENDING:
        for each in _open(transaction, living.id):
            transaction.move("sending.refused", each.id, now, code="440", details=said)
        transaction.move("document.clash", living.id, now, code="K440", error=said, ksef_number=ksef_number)
    else:
        transaction.move("document.withdrawn", living.id, now, reason=said)


def _open(transaction: Transaction, document_id: int) -> list[Any]:
    wanted = sa.select(sending).where(sending.c.document == document_id, sending.c.state == SendingState.SENT)
    return transaction.rows(wanted)


def _tell_anew(transaction: Transaction, document_id: int) -> None:
    """The results that speak of it are written once more, without what was held against it."""
    for row in transaction.rows(sa.select(item).where(item.c.document == document_id)):
        kept = [each for each in row.problems if each.get("code") not in AGAINST]
        transaction.update(item, row.id, problems=kept)
        results.forget(transaction, [row.file])
