"""What is known of a company → a value and its moment by subject: limits and consents asked daily, our clock, warnings, marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bridge.ledger.store import Transaction, aware, naive
from bridge.ledger.tables import told

RATES = "rate-limits"  # group → calls per second, minute, hour
CONTEXT = "limits-context"  # invoices: most in one batch; size, size_with_attachment: bytes of one invoice
ATTACHMENTS = "attachments"  # allowed: whether invoices with attachments were announced
ADDRESS = "address"  # ours, as KSeF saw it at the last signing in
WARNINGS = "warnings"  # of X-System-Warning, the latest last
CERTIFICATES = "certificates"  # said: which of ours end soon
REBUILT = "rebuilt"  # until: up to where `rebuild` has put documents back
ASIDE = "aside"  # said: what lies in the inbox and is never taken
MARK = "mark"  # mark: what names this ledger in the company's inbox
RENAMED = "renamed"  # said: drops whose results have another name, the latest last
PULSE = "pulse"  # since: when the bridge that works was started; said anew each minute
SKEW = "skew"  # seconds: our clock minus KSeF's
MOST_INVOICES = 10_000


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, and when it was given."""

    value: Mapping[str, Any]
    at: datetime


def learn(transaction: Transaction, owner: int, subject: str, value: Mapping[str, Any], now: datetime) -> None:
    """Keep an answer in the place of the one before."""
    transaction.connection.execute(told.delete().where(told.c.company == owner, told.c.subject == subject))
    row = {"company": owner, "subject": subject, "value": dict(value), "at": naive(now)}
    transaction.connection.execute(told.insert().values(**row))


def answer(transaction: Transaction, owner: int, subject: str) -> Answer | None:
    """Return the last answer kept for a subject, or None."""
    row = transaction.one(sa.select(told).where(told.c.company == owner, told.c.subject == subject))
    if row is None:
        return None
    at = aware(row.at)
    assert at is not None
    return Answer(row.value, at)


def most_invoices(transaction: Transaction, owner: int) -> int:
    """How many invoices one batch may hold."""
    found = answer(transaction, owner, CONTEXT)
    return int(found.value.get("invoices", MOST_INVOICES)) if found else MOST_INVOICES


def remember(transaction: Transaction, owner: int, subject: str, said: str, now: datetime) -> None:
    """Add a sentence to those kept, the latest ten."""
    found = answer(transaction, owner, subject)
    learn(transaction, owner, subject, {"said": [*(found.value["said"] if found else ()), said][-10:]}, now)
