"""`tick`: write results → take → read → plan → send and settle → results (ledger.md, "One function").

Each part may stop with TryLater without holding back the others; FixSetup goes up, as a person must act.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bridge.errors import TryLater
from bridge.ledger import documents
from bridge.ledger.store import naive
from bridge.ledger.tables import company
from bridge.model.outcome import DocumentState
from bridge.work import errors, intake, overview, planning, reporting, sending, settling
from bridge.work.pace import LedgerPace
from bridge.work.tools import Tick, Tools

SOON = timedelta(seconds=1)  # while some file is not quiet yet
IDLE = timedelta(seconds=2)  # between looks at a quiet inbox
AFTER_TROUBLE = timedelta(seconds=10)


def tick(tools: Tools, pace: LedgerPace) -> Tick:
    """One step of a company; answers when it wants the next one."""
    now = tools.now()
    moments = [now + IDLE]
    _try(moments, now, lambda: reporting.write_results(tools))
    _try(moments, now, lambda: _take(tools, moments, now))
    _try(moments, now, lambda: _read(tools, moments, now))
    _try(moments, now, lambda: errors.write_errors(tools))
    _try(moments, now, lambda: intake.archive_read(tools))
    planning.finish_drafts(tools)
    planning.hold_and_release(tools)
    planning.plan(tools)
    sending.move_sessions(tools, pace)
    _try(moments, now, lambda: settling.fetch_upos(tools))
    _try(moments, now, lambda: reporting.write_results(tools))
    _try(moments, now, lambda: overview.write_overview(tools))
    due = sending.next_moment(tools)
    return _answer(tools, min([*moments, *([due] if due else [])]))


def _take(tools: Tools, moments: list[datetime], now: datetime) -> None:
    if intake.take_settled(tools):
        moments.append(now + min(SOON, max(tools.company.quiet / 4, timedelta(milliseconds=50))))


def _read(tools: Tools, moments: list[datetime], now: datetime) -> None:
    if intake.read_next(tools):
        moments.append(now)


def _try(moments: list[datetime], now: datetime, part: Callable[[], None]) -> None:
    """A part that must wait says when; the rest of the step goes on."""
    try:
        part()
    except TryLater as error:
        moments.append(now + (error.after or AFTER_TROUBLE))


def _answer(tools: Tools, next_at: datetime) -> Tick:
    with tools.ledger.begin() as transaction:
        on_way = documents.documents(transaction, tools.company_id, DocumentState.READY, DocumentState.SENDING)
        upos = documents.missing_upos(transaction, tools.company_id)
        drafts = documents.documents(transaction, tools.company_id, DocumentState.DRAFT, planable=True)
        free = [each for each in drafts if planning.numbers_of(transaction, tools, each) is not None]
        transaction.update(company, tools.company_id, next_at=naive(next_at))
    return Tick(next_at, len(on_way) + len(upos) + len(free) + len(tools.seen))
