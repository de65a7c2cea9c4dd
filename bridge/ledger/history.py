"""The ledger → what a reading may ask about the past, read only (bridge.model.item.History)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from bridge.ledger import decisions, documents
from bridge.ledger.store import Ledger
from bridge.model.item import Alike, KnownDocument, Numbered, OnItsWay, UnknownOriginal


@dataclass(frozen=True, slots=True)
class LedgerHistory:
    """The past of one company in one environment."""

    ledger: Ledger
    company: int

    def original(self, seller_nip: str, number: str, issued: date) -> Numbered | OnItsWay | UnknownOriginal:
        """What became of the invoice that a correction names."""
        with self.ledger.begin() as transaction:
            return documents.original(transaction, self.company, seller_nip, number, issued)

    def named(self, seller_nip: str, number: str) -> tuple[KnownDocument, ...]:
        """Every document of that number, of any day, kind and state, the living first."""
        with self.ledger.begin() as transaction:
            return documents.named(transaction, self.company, seller_nip, number)

    def is_another(self, number_key: str, original: str) -> bool:
        """Whether a person decided that a correction's original is another, older invoice from outside KSeF."""
        with self.ledger.begin() as transaction:
            return decisions.is_another(transaction, self.company, number_key, original)

    def number_used(self, seller_nip: str, kind: str, number_key: str) -> bool:
        """Whether a living document of that number exists."""
        with self.ledger.begin() as transaction:
            return documents.number_used(transaction, self.company, seller_nip, kind, number_key)

    def accepted(self, ksef_number: str) -> bytes | None:
        """The XML of the own invoice that has this KSeF number."""
        with self.ledger.begin() as transaction:
            return documents.accepted_bytes(transaction, self.company, ksef_number)

    def alike(self, likenesses: Collection[str]) -> Iterable[Alike]:
        """Living invoices that differ from these in number and days at the most."""
        with self.ledger.begin() as transaction:
            return documents.alike(transaction, self.company, likenesses)
