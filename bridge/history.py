"""A Job → what is known of the past: originals that a person listed, then the ledger, read only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.ledger.drops import company_id
from bridge.ledger.history import LedgerHistory
from bridge.ledger.store import Ledger, open_ledger
from bridge.model.item import Alike, History, Known, Numbered, OnItsWay, Unknown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from bridge.model.job import Job


@dataclass(frozen=True, slots=True)
class Listed:
    """Originals given by hand, (number, RRRR-MM-DD) → KSeF number; asked before another history."""

    originals: Mapping[tuple[str, str], str]
    further: History | None = None

    def original(self, seller_nip: str, number: str, issued: date) -> Numbered | OnItsWay | Unknown:
        """The listed number, else what the ledger knows."""
        known = self.originals.get((number, issued.isoformat()))
        if known:
            return Numbered(known)
        return self.further.original(seller_nip, number, issued) if self.further else Unknown()

    def named(self, seller_nip: str, number: str) -> tuple[Known, ...]:
        """What the ledger has under a number."""
        return self.further.named(seller_nip, number) if self.further else ()

    def is_another(self, number_key: str, original: str) -> bool:
        """Whether a person decided that a correction's original is another, older invoice from outside KSeF."""
        return self.further is not None and self.further.is_another(number_key, original)

    def number_used(self, seller_nip: str, kind: str, number_key: str) -> bool:
        """Whether the ledger has a living document of that number."""
        return self.further is not None and self.further.number_used(seller_nip, kind, number_key)

    def accepted(self, ksef_number: str) -> bytes | None:
        """The XML of the own invoice that has this KSeF number; a list holds none."""
        return self.further.accepted(ksef_number) if self.further else None

    def alike(self, likenesses: Collection[str]) -> Iterable[Alike]:
        """Living invoices of the ledger that differ from these in number and days at the most."""
        return self.further.alike(likenesses) if self.further else ()


def history_of(job: Job) -> History:
    """The past as this job may see it; a ledger that does not exist yet knows nothing."""
    if not job.ledger:
        return Listed(job.originals)
    ledger = _opened(job.ledger)
    with ledger.begin() as transaction:
        owner = company_id(transaction, job.nip, job.environment.value)
    return Listed(job.originals, LedgerHistory(ledger, owner))


@cache
def _opened(url: str) -> Ledger:
    return open_ledger(Path(), url)
