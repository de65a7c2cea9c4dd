"""The ledger → invoices and files that a person must mend: refused by the bridge or by KSeF, and not replaced since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bridge.ledger.drops import DEAD, problems_from
from bridge.ledger.store import Transaction, naive
from bridge.ledger.tables import document, event, item, source_file
from bridge.model.outcome import STATUS_OF, DocumentState, DropState, Verdict
from bridge.model.problem import errors

SHOWN = timedelta(days=60)  # an older refusal belongs to a month that is closed
MOST = 500  # shown; the results name all of them
SPENT = (DocumentState.REJECTED, DocumentState.CLASH)


@dataclass(frozen=True, slots=True)
class Failed:
    """An invoice that is not in KSeF because it was refused, or a whole file that was (`number` is "" then)."""

    number: str
    status: str
    reason: str
    file: str
    code: str = ""


def failed(transaction: Transaction, owner: int, now: datetime) -> tuple[Failed, ...]:
    """Refused files, then refused invoices, the latest first; what a later drop has mended is left out."""
    since = naive(now - SHOWN)
    found = [*_files(transaction, owner, since), *_items(transaction, owner, since)]
    return tuple((found + _documents(transaction, owner, since))[:MOST])


def _files(transaction: Transaction, owner: int, since: datetime) -> list[Failed]:
    wanted = sa.select(source_file).where(source_file.c.company == owner, source_file.c.taken_at >= since)
    latest: dict[str, Any] = {row.name: row for row in transaction.rows(wanted.order_by(source_file.c.id))}
    refused = [row for row in latest.values() if row.state == DropState.REFUSED]
    return [_failed(row.options.get("problems", ()), "", "bledna", row.name) for row in reversed(refused)]


def _items(transaction: Transaction, owner: int, since: datetime) -> list[Failed]:
    """Bad items of drops that were read, the last word on their number."""
    wanted = (
        sa.select(item, source_file.c.name)
        .join(source_file, source_file.c.id == item.c.file)
        .where(source_file.c.company == owner, source_file.c.state == DropState.READ, source_file.c.taken_at >= since)
        .where(sa.or_(item.c.verdict == Verdict.BAD, item.c.clash != ""))
        .order_by(item.c.id.desc())
        .limit(MOST)
    )
    rows = transaction.rows(wanted)
    again = _later(transaction, owner, {row.number for row in rows if row.number})
    seen: set[tuple[str, str]] = set()
    found = []
    for row in rows:
        key = (row.number, row.kind) if row.number else (row.name, row.rows)
        if again.get(row.number, 0) <= row.id and key not in seen:
            seen.add(key)
            found.append(_failed(row.problems, row.number, "sprzeczna" if row.clash else "bledna", row.name))
    return found


def _later(transaction: Transaction, owner: int, numbers: Iterable[str]) -> dict[str, int]:
    """The last item of each of these numbers that became a document or was skipped."""
    good = sa.or_(item.c.document.is_not(None), item.c.verdict == Verdict.SKIPPED)
    wanted = (
        sa.select(item.c.number, sa.func.max(item.c.id).label("last"))
        .join(source_file, source_file.c.id == item.c.file)
        .where(source_file.c.company == owner, item.c.number.in_(list(numbers)), good)
        .group_by(item.c.number)
    )
    return {row.number: int(row.last) for row in transaction.rows(wanted)}


def _documents(transaction: Transaction, owner: int, since: datetime) -> list[Failed]:
    """Refused by KSeF, or given up as their original was; no living document has taken their number since."""
    spent = sa.or_(
        document.c.state.in_(SPENT), sa.and_(document.c.state == DocumentState.WITHDRAWN, document.c.code != "")
    )
    other = document.alias()
    alive = (
        sa.select(other.c.id)
        .where(
            other.c.company == owner,
            other.c.seller_nip == document.c.seller_nip,
            other.c.kind == document.c.kind,
            other.c.number_key == document.c.number_key,
            other.c.state.not_in(DEAD),
        )
        .exists()
    )
    wanted = (
        sa.select(document, source_file.c.name)
        .join(source_file, source_file.c.id == document.c.drop)
        .where(document.c.company == owner, spent, source_file.c.taken_at >= since, ~alive)
        .order_by(document.c.id.desc())
        .limit(MOST)
    )
    return [
        Failed(row.number, STATUS_OF[DocumentState(row.state)].value, row.error, row.name, row.code)
        for row in transaction.rows(wanted)
    ]


def _failed(problems: Iterable[Any], number: str, status: str, file: str) -> Failed:
    """The first error in words, and how many more there are."""
    wrong = errors(problems_from(problems))
    if not wrong:
        return Failed(number, status, "", file)
    more = f" (i {len(wrong) - 1} innych)" if len(wrong) > 1 else ""
    return Failed(number, status, f"{wrong[0].message}{more}", file, wrong[0].code)


@dataclass(frozen=True, slots=True)
class Happened:
    """What a run came to, beside what waits."""

    files: int = 0  # read or refused
    refused_files: tuple[str, ...] = ()
    invoices: int = 0  # of the files that were read
    bad: int = 0  # refused by the bridge
    accepted: int = 0
    rejected: int = 0  # by KSeF, or of other content than what it has

    @property
    def good(self) -> bool:
        """Whether nothing was refused."""
        return not (self.refused_files or self.bad or self.rejected)


def happened(transaction: Transaction, owner: int, since: datetime) -> Happened:
    """What the ledger noted since then."""
    when = (event.c.at >= naive(since),)
    own = sa.select(source_file).join(event, event.c.entity_id == source_file.c.id)
    own = own.where(*when, event.c.entity == "source_file", source_file.c.company == owner)
    refused = transaction.rows(own.where(event.c.name == "drop.refused"))
    read = [row.id for row in transaction.rows(own.where(event.c.name == "drop.read"))]
    lines = transaction.rows(sa.select(item.c.verdict, item.c.clash).where(item.c.file.in_(read)))
    ends = (
        sa.select(event.c.name)
        .join(document, document.c.id == event.c.entity_id)
        .where(*when, event.c.entity == "document", document.c.company == owner)
    )
    names = [row.name for row in transaction.rows(ends)]
    return Happened(
        len(set(read)) + len({row.id for row in refused}),
        tuple(dict.fromkeys(row.name for row in refused)),
        len(lines),
        sum(row.verdict == Verdict.BAD or row.clash != "" for row in lines),
        names.count("document.accepted"),
        names.count("document.rejected") + names.count("document.clash"),
    )
