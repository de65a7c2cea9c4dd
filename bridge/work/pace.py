"""Calls to KSeF → counted in the ledger before they are made, and held back before KSeF must say 429."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bridge.errors import TryLater
from bridge.ksef.calls import PER_ADDRESS
from bridge.ksef.limits import DEFAULTS, Limits, limits_of, room, wait
from bridge.ledger import rates
from bridge.ledger.store import Ledger, Transaction


@dataclass(slots=True)
class LedgerPace:
    """Pacing of one company, over the ledger, so that it survives a restart (bridge.ksef.limits.Pace)."""

    ledger: Ledger
    company: int
    reserve: float
    now: Callable[[], datetime]
    known: Mapping[str, Limits] = field(default_factory=lambda: DEFAULTS)
    egress: str = ""

    def before(self, bucket: str) -> None:
        """Count one call now; raises TryLater(after) when its windows are full or frozen."""
        now, key = self.now(), self._key(bucket)
        with self.ledger.begin() as transaction:
            until = rates.blocked_until(transaction, key)
            pause = until - now if until and until > now else timedelta()
            pause = max(
                pause, wait(rates.calls(transaction, key, now), limits_of(bucket, self.known), self.reserve, now)
            )
            if pause <= timedelta():
                rates.note(transaction, key, now)
        if pause > timedelta():
            raise TryLater(f"Limit wywołań KSeF ({bucket}); następne za {pause.total_seconds():.0f} s.", pause)

    def frozen(self, bucket: str, after: timedelta) -> None:
        """KSeF said 429: nothing of this bucket until then."""
        with self.ledger.begin() as transaction:
            rates.block(transaction, self._key(bucket), self.now() + after)

    def room(self, bucket: str) -> timedelta:
        """How long until a call of this bucket may be made; zero when now."""
        now, key = self.now(), self._key(bucket)
        with self.ledger.begin() as transaction:
            until = rates.blocked_until(transaction, key)
            made = rates.calls(transaction, key, now)
        pause = until - now if until and until > now else timedelta()
        return max(pause, wait(made, limits_of(bucket, self.known), self.reserve, now))

    def free(self, transaction: Transaction, bucket: str) -> float:
        """The share of an hour's calls of this bucket that is left, 0 to 1; 0 while it is frozen."""
        now, key = self.now(), self._key(bucket)
        until = rates.blocked_until(transaction, key)
        allowed = room(limits_of(bucket, self.known).hour, self.reserve)
        if until and until > now:
            return 0.0
        return 1.0 if allowed < 0 else max(0.0, 1 - len(rates.calls(transaction, key, now)) / allowed)

    def _key(self, bucket: str) -> tuple[str, str, str]:
        group = bucket.partition(":")[0]
        return ("*" if group in PER_ADDRESS else str(self.company), self.egress, bucket)
