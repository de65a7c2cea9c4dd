"""Each minute the working bridge says in the ledger that it lives; who asks later sees until when it did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.ledger import facts
from bridge.ledger.store import Transaction

EACH = timedelta(minutes=1)
PATIENCE = 3 * EACH  # a minute may be late; three are a bridge that is gone


@dataclass(frozen=True, slots=True)
class Pulse:
    """When the bridge was started, and when it last said that it lives."""

    since: datetime
    at: datetime

    def lives(self, now: datetime) -> bool:
        """Whether it has said so of late."""
        return now - self.at < PATIENCE


def beat(transaction: Transaction, owner: int, since: datetime, now: datetime) -> None:
    """Say that the bridge lives."""
    facts.learn(transaction, owner, facts.PULSE, {"since": since.isoformat()}, now)


def pulse(transaction: Transaction, owner: int) -> Pulse | None:
    """What was said last; None where no bridge has worked yet."""
    found = facts.answer(transaction, owner, facts.PULSE)
    return Pulse(datetime.fromisoformat(found.value["since"]), found.at) if found else None
