"""Calls to KSeF → counted in the ledger before they are made, held back before KSeF must say 429, shared fairly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bridge.ksef.calls import PER_ADDRESS
from bridge.ksef.limits import DEFAULTS, NO_WAIT, WINDOWS, Limits, limits_of, room, wait
from bridge.ledger import rates
from bridge.ledger.store import Ledger, Transaction
from bridge.model.errors import TryLater

JITTER = 0.1  # of a Retry-After: who was stopped together does not come back together
LONGEST = timedelta(hours=1, minutes=10)  # a Retry-After with its jitter; what is further ahead, a clock set back left
NEIGHBOURS = timedelta(seconds=10)  # a company that called from our address since then shares it with us


def _never() -> float:
    return 0.0


@dataclass(slots=True)
class LedgerPace:
    """Pacing of one company, over the ledger, so that it survives a restart (bridge.ksef.limits.Pace)."""

    ledger: Ledger
    company: int
    reserve: float
    now: Callable[[], datetime]
    chance: Callable[[], float] = _never  # 0 to 1
    known: Mapping[str, Limits] = field(default_factory=lambda: DEFAULTS)
    egress: str = ""  # our address, as KSeF saw it last

    def before(self, bucket: str) -> None:
        """Count one call now; raises TryLater(after) when its windows are full or frozen."""
        now, key = self.now(), self._key(bucket)
        with self.ledger.begin() as transaction:
            pause = self._pause(transaction, bucket, now)
            if pause <= NO_WAIT:
                rates.note(transaction, key, self.company, now)
        if pause > NO_WAIT:
            raise TryLater(f"Limit wywołań KSeF ({bucket}); następne za {pause.total_seconds():.0f} s.", pause)

    def frozen(self, bucket: str, after: timedelta) -> None:
        """KSeF said 429: nothing of this bucket until then."""
        with self.ledger.begin() as transaction:
            rates.block(transaction, self._key(bucket), self.now() + min(after * (1 + JITTER * self.chance()), LONGEST))

    def seen(self, address: str) -> None:
        """KSeF saw us at this address: from here on calls are counted for it."""
        self.egress = address

    def room(self, bucket: str) -> timedelta:
        """How long until a call of this bucket may be made; zero when now."""
        with self.ledger.begin() as transaction:
            return self._pause(transaction, bucket, self.now())

    def free(self, transaction: Transaction, bucket: str) -> float:
        """The share of an hour's calls of this bucket that is left, 0 to 1; 0 while it is frozen."""
        now, key = self.now(), self._key(bucket)
        until = rates.blocked_until(transaction, key)
        if until and now < until <= now + LONGEST:
            return 0.0
        allowed = room(limits_of(bucket, self.known).hour, self.reserve)
        return 1.0 if allowed < 0 else max(0.0, 1 - len(rates.calls(transaction, key, now)) / allowed)

    def _pause(self, transaction: Transaction, bucket: str, now: datetime) -> timedelta:
        key, limits = self._key(bucket), limits_of(bucket, self.known)
        until = rates.blocked_until(transaction, key)
        frozen = max(NO_WAIT, until - now) if until and until - now <= LONGEST else NO_WAIT
        window = timedelta(
            seconds=max((length for most, length in zip(limits, WINDOWS, strict=True) if most >= 0), default=0)
        )
        pause = max(frozen, wait(rates.calls(transaction, key, now, window), limits, self.reserve, now))
        return max(pause, self._turn(transaction, key, limits, now)) if key[0] == rates.EVERYBODY else pause

    def _turn(self, transaction: Transaction, key: rates.Key, limits: Limits, now: datetime) -> timedelta:
        """Our share of a second that is counted for the whole address: one part for each company at work there."""
        companies = rates.companies(transaction, key[1], now - NEIGHBOURS) | {self.company}
        share = Limits(max(1, room(limits.second, self.reserve) // len(companies)), -1, -1)
        return wait(rates.calls(transaction, key, now, timedelta(seconds=1), self.company), share, 1.0, now)

    def _key(self, bucket: str) -> rates.Key:
        group = bucket.partition(":")[0]
        return (rates.EVERYBODY if group in PER_ADDRESS else str(self.company), self.egress, bucket)
