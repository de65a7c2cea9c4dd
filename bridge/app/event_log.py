"""What a step did, as the ledger noted it → events of the log: taken, read, refused, sent, accepted, rejected, held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
import structlog

from bridge.ledger.store import Ledger, Transaction
from bridge.ledger.tables import document, event, item, source_file
from bridge.model.outcome import Verdict
from bridge.work import Tick

log = structlog.get_logger("bridge.work")

OF_DOCUMENTS = {
    "document.sending": "sent",
    "document.accepted": "accepted",
    "document.rejected": "rejected",
    "document.clash": "rejected",
    "document.held": "held",
}
NAMED = 20  # numbers in one line of the log; the results name all
AT_ONCE = 20_000  # events of one step that are looked at


def with_events_logged(step: Callable[[], Tick], ledger: Ledger, owner: int, nip: str) -> Callable[[], Tick]:
    """The same step, which logs what it did, also when it ends with an exception."""
    last = [_last(ledger)]

    def told() -> Tick:
        with _afterwards(lambda: last.__setitem__(0, _log_events(ledger, owner, nip, last[0]))):
            return step()

    return told


@contextmanager
def _afterwards(act: Callable[[], object]) -> Iterator[None]:
    try:
        yield
    finally:
        act()


def _last(ledger: Ledger) -> int:
    with ledger.begin() as transaction:
        row = transaction.one(sa.select(sa.func.max(event.c.id)))
        return int(row[0] or 0) if row else 0


def _log_events(ledger: Ledger, owner: int, nip: str, after: int) -> int:
    """Log what came after that event; the last one."""
    with ledger.begin() as transaction:
        last = _newest(transaction, after)
        files = _files(transaction, owner, after, last)
        invoices = _documents(transaction, owner, after, last)
    bound = log.bind(company=nip)
    for name, facts in files:
        (bound.warning if name == "refused" else bound.info)(name, **facts)
    for name, numbers in invoices.items():
        tell = bound.warning if name == "rejected" else bound.info
        tell(name, invoices=len(numbers), numbers=numbers[:NAMED])
    return last


def _newest(transaction: Transaction, after: int) -> int:
    row = transaction.one(sa.select(sa.func.max(event.c.id)))
    return max(after, int(row[0] or 0)) if row else after


def _files(transaction: Transaction, owner: int, after: int, last: int) -> list[tuple[str, dict[str, object]]]:
    wanted = (
        sa.select(event.c.name.label("what"), source_file)
        .join(source_file, source_file.c.id == event.c.entity_id)
        .where(event.c.entity == "source_file", event.c.id > after, event.c.id <= last, source_file.c.company == owner)
        .order_by(event.c.id)
        .limit(AT_ONCE)
    )
    found: list[tuple[str, dict[str, object]]] = []
    for row in transaction.rows(wanted):
        if row.what == "drop.reading":
            found.append(("taken", {"file": row.name}))
        elif row.what == "drop.refused":
            codes = sorted({each["code"] for each in row.options.get("problems", ())})
            found.append(("refused", {"file": row.name, "codes": codes}))
        elif row.what == "drop.read":
            verdicts = [
                each.verdict for each in transaction.rows(sa.select(item.c.verdict).where(item.c.file == row.id))
            ]
            counts = {"invoices": len(verdicts), "bad": verdicts.count(Verdict.BAD)}
            found.append(("read", {"file": row.name, **counts}))
    return found


def _documents(transaction: Transaction, owner: int, after: int, last: int) -> dict[str, list[str]]:
    wanted = (
        sa.select(event.c.name, document.c.number)
        .join(document, document.c.id == event.c.entity_id)
        .where(event.c.entity == "document", event.c.id > after, event.c.id <= last, document.c.company == owner)
        .where(event.c.name.in_(OF_DOCUMENTS))
        .order_by(event.c.id)
        .limit(AT_ONCE)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for row in transaction.rows(wanted):
        found[OF_DOCUMENTS[row.name]].append(row.number)
    return found
