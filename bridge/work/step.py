"""`tick`: write results → take → read → plan → send and settle → results (ledger.md, "One function").

A part that is stopped by TryLater or FixSetup does not hold back the others; what stopped it is told in the overview.
FixSetup goes up at the end, as a person must act.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bridge.errors import FixSetup, TryLater
from bridge.ledger import documents
from bridge.ledger.overview import troubles
from bridge.ledger.store import naive
from bridge.ledger.tables import company
from bridge.model.outcome import DocumentState
from bridge.work import errors, intake, knowing, offline, overview, pictures, planning, reporting, sending, upos
from bridge.work.pace import LedgerPace
from bridge.work.tools import Tick, Tools

SOON = timedelta(seconds=1)  # while some file is not quiet yet
IDLE = timedelta(seconds=2)  # between looks at a quiet inbox
AFTER_TROUBLE = timedelta(seconds=10)


def tick(tools: Tools, pace: LedgerPace) -> Tick:
    """One step of a company; answers when it wants the next one."""
    tools.listed.clear()
    tools.alarms.clear()
    knowing.recall(tools, pace)
    pauses = [IDLE]  # counted from the end: a step may take longer than a pause
    stopped: list[TryLater | FixSetup] = []

    def take() -> None:
        if intake.take_settled(tools):
            pauses.append(min(SOON, max(tools.company.quiet / 4, timedelta(milliseconds=50))))

    parts: tuple[Callable[[], object], ...] = (
        lambda: errors.write_errors(tools),
        lambda: reporting.write_results(tools),
        take,
        lambda: intake.read_next(tools),
        lambda: errors.write_errors(tools),
        lambda: intake.archive_read(tools),
        lambda: planning.finish_drafts(tools),
        lambda: knowing.learn(tools, pace),
        lambda: knowing.hold_attachments(tools),
        lambda: offline.follow(tools),  # what it takes back is READY, and its day may have passed
        lambda: planning.hold_and_release(tools),
        lambda: planning.plan(tools, pace),
        lambda: sending.move_sessions(tools, pace),
        lambda: upos.fetch(tools),
        lambda: upos.fetch_of_session(tools),
        lambda: pictures.draw(tools, sending.next_moment(tools)),
        lambda: errors.write_errors(tools),
        lambda: reporting.write_results(tools),
        lambda: knowing.look_at_certificates(tools),
        lambda: knowing.keep(tools, pace),
        lambda: overview.write_overview(tools, [*(str(each) for each in stopped), *tools.alarms]),
    )
    for part in parts:
        try:
            if part() is True:  # it has more to do at once
                pauses.append(timedelta())
        except (TryLater, FixSetup) as error:
            stopped.append(error)
    pauses += [each.after or AFTER_TROUBLE for each in stopped if isinstance(each, TryLater)]
    soonest, due = tools.now() + min(pauses), sending.next_moment(tools)
    told = _answer(tools, min(soonest, due or soonest), len(stopped))
    for_a_person = [each for each in stopped if isinstance(each, FixSetup)]
    if for_a_person and not tools.seen:  # files are still taken and read; then the step rests until a person acts
        raise for_a_person[0]
    return told


def _answer(tools: Tools, next_at: datetime, stopped: int) -> Tick:
    with tools.ledger.begin() as transaction:
        on_way = documents.count(transaction, tools.company_id, DocumentState.READY, DocumentState.SENDING)
        unconfirmed = documents.count_missing_upos(transaction, tools.company_id, tools.now() - upos.EXPECTED)
        drafts = documents.documents(transaction, tools.company_id, DocumentState.DRAFT, planable=True)
        free = [each for each in drafts if planning.numbers_of(transaction, tools, each) is not None]
        told = troubles(transaction, tools.company_id)
        transaction.update(company, tools.company_id, next_at=naive(next_at))
    return Tick(next_at, on_way + unconfirmed + tools.drawn.left + len(free) + len(tools.seen) + stopped, told)
