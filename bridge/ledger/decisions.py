"""What a person decided for one document, kept with the moment: asked by later readings, and shown to an auditor."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bridge.ledger.store import Transaction, naive
from bridge.ledger.tables import company, event

ANOTHER = "decision.another"  # what a correction corrects is another, older invoice from outside KSeF


def decide(transaction: Transaction, owner: int, number_key: str, original: str, now: datetime) -> None:
    """Keep that the original of a correction is another invoice than the one of that number in the ledger."""
    transaction.insert(
        event,
        entity=company.name,
        entity_id=owner,
        at=naive(now),
        name=ANOTHER,
        from_state="",
        to_state="",
        node=transaction.ledger.node,
        detail=_detail(number_key, original),
    )


def is_another(transaction: Transaction, owner: int, number_key: str, original: str) -> bool:
    """Whether that was decided for exactly this correction and this original."""
    wanted = sa.select(event.c.id).where(
        event.c.entity == company.name,
        event.c.entity_id == owner,
        event.c.name == ANOTHER,
        event.c.detail == _detail(number_key, original),
    )
    return transaction.one(wanted) is not None


def _detail(number_key: str, original: str) -> str:
    return f"{number_key} → {original}"
