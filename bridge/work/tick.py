"""`tick`: write results → take → read → plan → send and settle → results (ledger.md, "One function").

A part that is stopped, by whatever it may be, does not hold back the others (bridge.work.guard); what stopped it is told
in the overview. FixSetup of a whole part goes up at the end, as a person must act.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bridge.ledger import documents
from bridge.ledger.overview import troubles
from bridge.ledger.store import naive
from bridge.ledger.tables import company
from bridge.model.errors import FixSetup, TryLater
from bridge.model.outcome import DocumentState
from bridge.work import (
    error_book,
    facts_from_ksef,
    intake,
    offline,
    old_ledger,
    overview,
    pictures,
    planning,
    reporting,
    sending,
    upo,
)
from bridge.work.guard import for_a_person, guarded
from bridge.work.pace import LedgerPace
from bridge.work.tools import Tick, Tools

SOON = timedelta(seconds=1)  # while some file is not quiet yet
IDLE = timedelta(seconds=2)  # between looks at a quiet inbox
AFTER_TROUBLE = timedelta(seconds=10)
AFTER_MISTAKE = timedelta(seconds=60)


def tick(tools: Tools, pace: LedgerPace) -> Tick:
    """One step of a company; answers when it wants the next one."""
    tools.listed.clear()
    tools.alarms.clear()
    tools.stopped.clear()
    old = old_ledger.behind(old_ledger.post_of(tools), copies=not tools.current)
    if old:  # an old ledger does nothing before KSeF was asked
        overview.write_overview(tools, [old])
        raise FixSetup(old)
    tools.current, tools.worked = True, False
    pauses = [IDLE]  # counted from the end: a step may take longer than a pause

    def take() -> None:
        if intake.take_settled(tools):
            pauses.append(min(SOON, max(tools.company.quiet / 4, timedelta(milliseconds=50))))

    def more(part: Callable[[], bool]) -> None:
        if part():
            pauses.append(timedelta())

    def read() -> bool:
        another = intake.read_next(tools)
        old_ledger.remember(tools, worked=another)
        return another

    def send() -> None:
        old_ledger.remember(tools, worked=False)  # before anything leaves
        sending.move_sessions(tools, pace)

    parts: tuple[tuple[str, Callable[[], object]], ...] = (
        ("przypomnienie limitów", lambda: facts_from_ksef.recall(tools, pace)),
        ("skoroszyty błędów", lambda: error_book.write_errors(tools)),
        ("wyniki", lambda: reporting.write_results(tools)),
        ("pobranie plików z inbox", take),
        ("czytanie plików", lambda: more(read)),
        ("skoroszyty błędów", lambda: error_book.write_errors(tools)),
        ("archiwum", lambda: intake.archive_read(tools)),
        ("faktury, które czekały na numer KSeF", lambda: planning.finish_drafts(tools)),
        ("pytanie o limity", lambda: facts_from_ksef.learn(tools, pace)),
        ("zgoda na załączniki", lambda: facts_from_ksef.hold_attachments(tools)),
        ("tryb offline", lambda: offline.follow(tools)),  # what it takes back is READY, and its day may have passed
        ("wstrzymane faktury", lambda: planning.hold_and_release(tools)),
        ("plan wysyłki", lambda: planning.plan(tools, pace)),
        ("wysyłka", send),
        ("pobranie UPO", lambda: upo.fetch(tools)),
        ("pobranie UPO sesji", lambda: upo.fetch_of_session(tools)),
        ("obrazy faktur", lambda: more(lambda: pictures.draw(tools, sending.next_moment(tools)))),
        ("skoroszyty błędów", lambda: error_book.write_errors(tools)),
        ("wyniki", lambda: reporting.write_results(tools)),
        ("terminy certyfikatów", lambda: facts_from_ksef.look_at_certificates(tools)),
        ("zapis limitów", lambda: facts_from_ksef.keep(tools, pace)),
        ("znak księgi", lambda: old_ledger.remember(tools, worked=False)),
    )
    whole = [stopped for what, part in parts if (stopped := guarded(tools, what, part))]
    if guarded(tools, "zapis stanu", lambda: overview.write_overview(tools, _sentences(tools))):
        guarded(tools, "zapis stanu", lambda: overview.keep_troubles(tools, _sentences(tools)))  # at least for `status`
    pauses += [each.error.after or AFTER_TROUBLE for each in tools.stopped if isinstance(each.error, TryLater)]
    pauses += [AFTER_MISTAKE for each in tools.stopped if each.is_mistake]
    soonest, due = tools.now() + min(pauses), sending.next_moment(tools)
    told = _answer(tools, min(soonest, due or soonest))
    setup = for_a_person(whole)
    if setup and not tools.seen:  # files are still taken and read; then the step rests until a person acts
        raise setup[0]
    return told


def _sentences(tools: Tools) -> list[str]:
    return list(dict.fromkeys([*(each.sentence for each in tools.stopped), *tools.alarms]))


def _answer(tools: Tools, next_at: datetime) -> Tick:
    with tools.ledger.begin() as transaction:
        on_way = documents.count(transaction, tools.company_id, DocumentState.READY, DocumentState.SENDING)
        unconfirmed = documents.count_missing_upos(transaction, tools.company_id, tools.now() - upo.EXPECTED)
        drafts = documents.documents(transaction, tools.company_id, DocumentState.DRAFT, planable=True)
        free = [each for each in drafts if planning.numbers_of(transaction, tools, each) is not None]
        told = troubles(transaction, tools.company_id)
        transaction.update(company, tools.company_id, next_at=naive(next_at))
    stopped = len({each.what for each in tools.stopped})
    waits = on_way + unconfirmed + tools.drawn.left + len(free) + len(tools.seen) + stopped
    mistakes = tuple(dict.fromkeys(each.sentence for each in tools.stopped if each.is_mistake))
    return Tick(next_at, waits, told, mistakes)
