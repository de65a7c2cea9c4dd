"""Calls made and blocks given → counts that survive a restart (ledger.md, `rate_call` and `rate_block`)."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from bridge.ledger.store import Transaction, aware, naive
from bridge.ledger.tables import rate_block, rate_call

WINDOW = timedelta(hours=1)  # the longest that KSeF counts


def calls(transaction: Transaction, key: tuple[str, str, str], now: datetime) -> list[datetime]:
    """Moments of the calls of (scope, egress, bucket) within the last hour."""
    since = naive(now - WINDOW)
    wanted = sa.select(rate_call.c.at).where(*_is(rate_call, key), rate_call.c.at > since)
    return [moment for row in transaction.rows(wanted) if (moment := aware(row.at))]


def note(transaction: Transaction, key: tuple[str, str, str], now: datetime) -> None:
    """Count one attempt, before it is made; calls older than the longest window are forgotten."""
    transaction.connection.execute(
        rate_call.delete().where(*_is(rate_call, key), rate_call.c.at <= naive(now - WINDOW))
    )
    scope, egress, bucket = key
    transaction.insert(rate_call, scope=scope, egress=egress, bucket=bucket, at=naive(now))


def blocked_until(transaction: Transaction, key: tuple[str, str, str]) -> datetime | None:
    """Until when a Retry-After froze the bucket."""
    row = transaction.one(sa.select(rate_block.c.until).where(*_is(rate_block, key)))
    return aware(row.until) if row else None


def block(transaction: Transaction, key: tuple[str, str, str], until: datetime) -> None:
    """Freeze a bucket; a longer freeze stays."""
    held = blocked_until(transaction, key)
    if held and held >= until:
        return
    transaction.connection.execute(rate_block.delete().where(*_is(rate_block, key)))
    scope, egress, bucket = key
    values = {"scope": scope, "egress": egress, "bucket": bucket, "until": naive(until)}
    transaction.connection.execute(rate_block.insert().values(**values))


def _is(table: sa.Table, key: tuple[str, str, str]) -> tuple[sa.ColumnElement[bool], ...]:
    scope, egress, bucket = key
    return (table.c.scope == scope, table.c.egress == egress, table.c.bucket == bucket)
