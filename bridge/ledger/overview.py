"""The ledger → what a person wants to see: what waits and why, what is done, what a file came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bridge.ledger import facts, results
from bridge.ledger.failures import Failed, failed
from bridge.ledger.pulse import Pulse, pulse
from bridge.ledger.rates import WINDOW
from bridge.ledger.store import Transaction, aware, naive
from bridge.ledger.tables import company, document, item, ksef_session, rate_block, rate_call, source_file
from bridge.model.outcome import STATUS_OF, DocumentState, DropState, SessionState

SKEW = 120  # seconds between our clock and KSeF's from which a person should look
CLOCK = "Zegar komputera różni się od zegara KSeF o {seconds} s. Włącz synchronizację czasu (NTP)."


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document that is not at its end, and why."""

    number: str
    status: str
    reason: str
    issued: str
    file: str
    until: datetime | None  # the deadline


@dataclass(frozen=True, slots=True)
class Budget:
    """Calls of one group in the last hour against what KSeF allows this company."""

    group: str
    made: int
    allowed: int | None  # None: KSeF has not told yet, or there is no limit
    frozen_until: datetime | None  # a Retry-After


@dataclass(frozen=True, slots=True)
class Overview:
    """One company at a moment."""

    nip: str
    name: str
    at: datetime
    counts: dict[str, int]  # status → documents
    waiting: tuple[Waiting, ...]
    files_waiting: tuple[str, ...]  # taken and not read yet
    refused: tuple[str, ...]  # the latest files that were refused
    budgets: tuple[Budget, ...]
    warnings: tuple[str, ...]  # certificates that end soon, and what KSeF warned of
    troubles: tuple[str, ...]  # what stopped a part of the last step
    failed: tuple[Failed, ...] = ()  # what a person must mend, and nobody has yet
    pulse: Pulse | None = None  # of the last bridge that worked here


def overview(transaction: Transaction, owner: int, nip: str, name: str, now: datetime) -> Overview:
    """What `status` and `stan.json` show."""
    counted = (
        sa.select(document.c.state, sa.func.count().label("documents"))
        .where(document.c.company == owner)
        .group_by(document.c.state)
    )
    counts: dict[str, int] = {}
    for row in transaction.rows(counted):
        status = STATUS_OF[DocumentState(row.state)].value
        counts[status] = counts.get(status, 0) + int(row.documents)
    mend = failed(transaction, owner, now)
    bad = sum(each.status == "bledna" and each.number != "" for each in mend)
    counts |= {"bledna": bad} if bad else {}
    alive = (DocumentState.DRAFT, DocumentState.READY, DocumentState.HELD, DocumentState.SENDING)
    wanted = (
        sa.select(document, source_file.c.name)
        .join(source_file, source_file.c.id == document.c.drop)
        .where(document.c.company == owner, document.c.state.in_(alive))
        .order_by(document.c.id)
    )
    files = (
        sa.select(source_file.c.name, source_file.c.state)
        .where(source_file.c.company == owner)
        .order_by(source_file.c.id.desc())
    )
    seen = transaction.rows(files.limit(500))
    return Overview(
        nip,
        name,
        now,
        counts,
        tuple(_waiting(row) for row in transaction.rows(wanted)),
        tuple(row.name for row in seen if row.state in (DropState.TAKEN, DropState.READING)),
        tuple(row.name for row in seen if row.state == DropState.REFUSED)[:10],
        _budgets(transaction, owner, now),
        _warnings(transaction, owner),
        troubles(transaction, owner),
        mend,
        pulse(transaction, owner),
    )


def _warnings(transaction: Transaction, owner: int) -> tuple[str, ...]:
    """Which certificates end soon, what KSeF warned of, what of the inbox is never taken."""
    answers = [
        facts.answer(transaction, owner, subject)
        for subject in (facts.CERTIFICATES, facts.WARNINGS, facts.ASIDE, facts.RENAMED)
    ]
    return tuple(said for answer in answers if answer for said in answer.value["said"])


def _budgets(transaction: Transaction, owner: int, now: datetime) -> tuple[Budget, ...]:
    made = (
        sa.select(rate_call.c.bucket, sa.func.count().label("made"))
        .where(rate_call.c.scope == str(owner), rate_call.c.at > naive(now - WINDOW))
        .group_by(rate_call.c.bucket)
    )
    blocks = sa.select(rate_block).where(rate_block.c.scope == str(owner), rate_block.c.until > naive(now))
    frozen = {row.bucket: aware(row.until) for row in transaction.rows(blocks)}
    counts = {row.bucket: int(row.made) for row in transaction.rows(made)}
    found = facts.answer(transaction, owner, facts.RATES)
    hours = {group: limits[2] for group, limits in found.value.items()} if found else {}
    return tuple(
        Budget(bucket, counts.get(bucket, 0), _allowed(hours.get(bucket.partition(":")[0])), frozen.get(bucket))
        for bucket in sorted(counts | frozen)
    )


def _allowed(limit: int | None) -> int | None:
    return limit if limit is not None and limit >= 0 else None


def troubles(transaction: Transaction, owner: int) -> tuple[str, ...]:
    """What stopped the company's last step, and what its sessions wait for."""
    own = transaction.one(sa.select(company.c.trouble).where(company.c.id == owner))
    alive = (SessionState.PLANNED, SessionState.OPEN, SessionState.UPLOADED, SessionState.CLOSED)
    waiting = sa.select(ksef_session.c.error).where(
        ksef_session.c.company == owner, ksef_session.c.state.in_(alive), ksef_session.c.error != ""
    )
    skew = facts.answer(transaction, owner, facts.SKEW)
    seconds = skew.value["seconds"] if skew else 0
    clock = [CLOCK.format(seconds=seconds)] if abs(seconds) > SKEW else []
    said = [*clock, *(own.trouble.splitlines() if own else ()), *(row.error for row in transaction.rows(waiting))]
    return tuple(dict.fromkeys(said))


def _waiting(row: Any) -> Waiting:
    state = DocumentState(row.state)
    reason = row.reason
    if state is DocumentState.DRAFT:
        reason = "czeka na numer KSeF faktury korygowanej " + ", ".join(number for number, _ in row.corrects)
    return Waiting(row.number, STATUS_OF[state].value, reason, row.issued.isoformat(), row.name, aware(row.until))


def forget_results(transaction: Transaction, owner: int, name: str) -> int:
    """Forget that results of a file were written, so that they are made again from the ledger; how many drops."""
    ids = [
        row.id
        for row in transaction.rows(
            sa.select(source_file.c.id).where(source_file.c.company == owner, source_file.c.name == name)
        )
    ]
    results.forget(transaction, ids)
    return len(ids)


def archived(transaction: Transaction, owner: int, name: str) -> list[str]:
    """Where the copies of a dropped name lie, the latest first."""
    wanted = sa.select(source_file.c.archived).where(
        source_file.c.company == owner, source_file.c.name == name, source_file.c.archived != ""
    )
    return [row.archived for row in transaction.rows(wanted.order_by(source_file.c.id.desc()))]


def items_named(transaction: Transaction, owner: int, name: str, number: str) -> list[Any]:
    """The items of an invoice number in the drops of a file."""
    wanted = sa.select(item).join(source_file, source_file.c.id == item.c.file)
    wanted = wanted.where(source_file.c.company == owner, source_file.c.name == name, item.c.number == number)
    return transaction.rows(wanted.order_by(item.c.id))


def refused_names(transaction: Transaction, owner: int) -> list[str]:
    """Names of files that were refused, or hold an invoice that was never accepted; each once."""
    refused = sa.select(source_file.c.name).where(
        source_file.c.company == owner, source_file.c.state == DropState.REFUSED
    )
    return list(dict.fromkeys(row.name for row in transaction.rows(refused)))
