"""Calls made and blocks given → counts that survive a restart (ledger.md, `rate_call` and `rate_block`)."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from bridge.ledger.store import Transaction, aware, naive
from bridge.ledger.tables import rate_block, rate_call

Key = tuple[str, str, str]  # scope (a company's id, or EVERYBODY), egress, bucket
EVERYBODY = "*"  # counted for our address whoever the taxpayer is
SKEW = timedelta(seconds=5)  # between nodes that share a ledger
WINDOW = timedelta(hours=1)  # the longest that KSeF counts


def calls(
    transaction: Transaction, key: Key, now: datetime, window: timedelta = WINDOW, company: int | None = None
) -> list[datetime]:
    """Moments of the calls of (scope, egress, bucket) within a window, perhaps of one company only."""
    wanted = sa.select(rate_call.c.at).where(
        *_is(rate_call, key),
        rate_call.c.at > naive(now - window),
        rate_call.c.at <= naive(now + SKEW),  # what lies further ahead was made before the clock was set back
    )
    if company is not None:
        wanted = wanted.where(rate_call.c.company == company)
    return [moment for row in transaction.rows(wanted) if (moment := aware(row.at))]


def companies(transaction: Transaction, egress: str, since: datetime) -> set[int]:
    """Who called from an address since then."""
    wanted = sa.select(rate_call.c.company).where(
        rate_call.c.scope == EVERYBODY, rate_call.c.egress == egress, rate_call.c.at > naive(since)
    )
    return {int(row.company) for row in transaction.rows(wanted.distinct())}


def note(transaction: Transaction, key: Key, company: int, now: datetime) -> None:
    """Count one attempt, before it is made; calls older than the longest window are forgotten."""
    transaction.connection.execute(
        rate_call.delete().where(*_is(rate_call, key), rate_call.c.at <= naive(now - WINDOW))
    )
    scope, egress, bucket = key
    transaction.insert(rate_call, scope=scope, egress=egress, bucket=bucket, at=naive(now), company=company)


def blocked_until(transaction: Transaction, key: Key) -> datetime | None:
    """Until when a Retry-After froze the bucket."""
    row = transaction.one(sa.select(rate_block.c.until).where(*_is(rate_block, key)))
    return aware(row.until) if row else None


def block(transaction: Transaction, key: Key, until: datetime) -> None:
    """Freeze a bucket; a longer freeze stays."""
    held = blocked_until(transaction, key)
    if held and held >= until:
        return
    transaction.connection.execute(rate_block.delete().where(*_is(rate_block, key)))
    scope, egress, bucket = key
    values = {"scope": scope, "egress": egress, "bucket": bucket, "until": naive(until)}
    transaction.connection.execute(rate_block.insert().values(**values))


def _is(table: sa.Table, key: Key) -> tuple[sa.ColumnElement[bool], ...]:
    scope, egress, bucket = key
    return (table.c.scope == scope, table.c.egress == egress, table.c.bucket == bucket)
