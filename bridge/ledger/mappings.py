"""A mapping by its hash → whether a file was read by it before, and whether a person confirmed it as it is now."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bridge.ledger.store import Transaction, naive
from bridge.ledger.tables import confirmed_mapping, source_file
from bridge.model.outcome import DropState


def was_read(transaction: Transaction, owner: int, sha256: str) -> bool:
    """Whether a drop of the company was read to its end by this very mapping."""
    own = source_file.c.company == owner, source_file.c.mapping_sha256 == sha256
    return transaction.one(sa.select(source_file.c.id).where(*own, source_file.c.state == DropState.READ)) is not None


def is_confirmed(transaction: Transaction, owner: int, sha256: str) -> bool:
    """Whether a person confirmed it."""
    return transaction.one(sa.select(confirmed_mapping.c.at).where(*_is(owner, sha256))) is not None


def confirm(transaction: Transaction, owner: int, sha256: str, now: datetime) -> None:
    """A person saw what it makes of its samples; said twice is said once."""
    if not is_confirmed(transaction, owner, sha256):
        values = {"company": owner, "sha256": sha256, "at": naive(now)}
        transaction.connection.execute(confirmed_mapping.insert().values(**values))


def _is(owner: int, sha256: str) -> tuple[sa.ColumnElement[bool], ...]:
    return confirmed_mapping.c.company == owner, confirmed_mapping.c.sha256 == sha256
