"""What Latarnia announced and how KSeF answers a company ↔ the ledger: evidence of modes and deadlines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from bridge.ledger.store import Transaction, aware, naive
from bridge.ledger.tables import beacon, company, outage
from bridge.model.offline import Beacon, Outage


class LastContact(NamedTuple):
    """When KSeF last answered a company, and since when it does not."""

    answered: datetime | None
    silent_since: datetime | None


def learn(transaction: Transaction, environment: str, status: Beacon, told: Sequence[Outage], now: datetime) -> None:
    """Keep Latarnia's word of the moment, and every event it told of; nothing that it told before is forgotten."""
    said = {"status": status, "asked_at": naive(now)}
    put(transaction, beacon, {"environment": environment}, said)
    known = {each.event: each for each in outages(transaction, environment)}
    for each in told:
        if known.get(each.event) == each:
            continue
        values = {
            "category": each.category,
            "title": each.title,
            "began_at": naive(each.began),
            "ended_at": naive(each.ended) if each.ended else None,
            "version": each.version,
        }
        put(transaction, outage, {"environment": environment, "event": each.event}, values)


def put(transaction: Transaction, table: sa.Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Change the row of a key, or make it."""
    same = [table.c[name] == value for name, value in key.items()]
    if not transaction.connection.execute(table.update().where(*same).values(**values)).rowcount:
        transaction.connection.execute(table.insert().values(**key, **values))


def last_word(transaction: Transaction, environment: str) -> tuple[Beacon, datetime | None]:
    """Latarnia's last answer and when it was asked."""
    row = transaction.one(sa.select(beacon).where(beacon.c.environment == environment))
    return (Beacon(row.status), aware(row.asked_at)) if row else (Beacon.UNKNOWN, None)


def outages(transaction: Transaction, environment: str) -> tuple[Outage, ...]:
    """All events that were ever announced, oldest first."""
    wanted = sa.select(outage).where(outage.c.environment == environment).order_by(outage.c.began_at)
    return tuple(_outage(row) for row in transaction.rows(wanted))


def _outage(row: sa.Row[tuple[object, ...]]) -> Outage:
    began = aware(row.began_at)
    assert began is not None
    return Outage(row.event, Beacon(row.category), row.title, began, aware(row.ended_at), row.version)


def contact(transaction: Transaction, owner: int) -> LastContact:
    """How KSeF answers a company."""
    row = transaction.one(sa.select(company.c.contact_at, company.c.silent_since).where(company.c.id == owner))
    assert row is not None
    return LastContact(aware(row.contact_at), aware(row.silent_since))


def answered(transaction: Transaction, owner: int, now: datetime) -> None:
    """KSeF answered."""
    transaction.update(company, owner, contact_at=naive(now), silent_since=None)


def silent(transaction: Transaction, owner: int, now: datetime) -> None:
    """KSeF did not answer; since when stays as it was first seen."""
    since = sa.func.coalesce(company.c.silent_since, naive(now))
    transaction.update(company, owner, silent_since=since)
