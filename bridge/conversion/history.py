"""A Job → what is known of the past: originals that a person listed, then the ledger, read only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.ledger.drops import known_company
from bridge.ledger.history import LedgerHistory
from bridge.ledger.store import Ledger, open_to_read
from bridge.model.item import Alike, History, KnownDocument, Numbered, OnItsWay, UnknownOriginal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from bridge.model.job import Job


@dataclass(frozen=True, slots=True)
class GivenOriginals:
    """Originals given by hand, (number, RRRR-MM-DD) → KSeF number; asked before another history."""

    originals: Mapping[tuple[str, str], str]
    further: History | None = None

    def original(self, seller_nip: str, number: str, issued: date) -> Numbered | OnItsWay | UnknownOriginal:
        """The listed number, else what the ledger knows."""
        known = self.originals.get((number, issued.isoformat()))
        if known:
            return Numbered(known)
        return self.further.original(seller_nip, number, issued) if self.further else UnknownOriginal()

    def named(self, seller_nip: str, number: str) -> tuple[KnownDocument, ...]:
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
    past = past_of(job)
    return GivenOriginals(job.originals, LedgerHistory(*past) if past else None)


def past_of(job: Job) -> tuple[Ledger, int] | None:
    """The ledger of a job, read only, and the row of its company there; None while either does not exist."""
    ledger = _opened(job.ledger) if job.ledger else None
    if ledger is None:
        return None
    with ledger.begin() as transaction:
        owner = known_company(transaction, job.nip, job.environment.value)
    return (ledger, owner) if owner is not None else None


_LEDGERS: dict[str, Ledger] = {}  # one per process, as opening costs more than asking


def _opened(url: str) -> Ledger | None:
    if url not in _LEDGERS:
        ledger = open_to_read(url)
        if ledger is None:
            return None
        _LEDGERS[url] = ledger
    return _LEDGERS[url]
