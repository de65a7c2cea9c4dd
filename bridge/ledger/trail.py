"""What tells a ledger from an older copy of itself: its name, and how far its trail of events goes."""

from __future__ import annotations

from datetime import datetime
from secrets import token_hex

import sqlalchemy as sa

from bridge.ledger import facts
from bridge.ledger.store import Transaction
from bridge.ledger.tables import event

MARK = "trail"  # id: this ledger's name for a company; upos: how new the copies were that a rebuilding has seen


def name_of(transaction: Transaction, owner: int) -> str:
    """The name that the ledger has given itself for a company, "" before it ever worked."""
    found = facts.answer(transaction, owner, MARK)
    return str(found.value["id"]) if found else ""


def seen_copies(transaction: Transaction, owner: int) -> int:
    """How new the UPO copies were that a rebuilding has seen (st_mtime_ns)."""
    found = facts.answer(transaction, owner, MARK)
    return int(found.value["upos"]) if found else 0


def give_name(transaction: Transaction, owner: int, now: datetime, upos: int | None = None) -> str:
    """The ledger's name, given now if it has none; `upos` is kept when a rebuilding has seen the copies."""
    name = name_of(transaction, owner) or token_hex(8)
    seen = seen_copies(transaction, owner) if upos is None else upos
    facts.learn(transaction, owner, MARK, {"id": name, "upos": seen}, now)
    return name


def length(transaction: Transaction) -> int:
    """The last event: it only ever grows."""
    row = transaction.one(sa.select(sa.func.max(event.c.id)))
    return int(row[0] or 0) if row else 0
