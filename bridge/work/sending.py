"""Planned sendings → sent one by one, asked about, settled (ledger.md, "Exactly once" 5-7); sessions step by step.

The intention is committed before the call. A lost answer leaves the sending SENT without a reference: KSeF is asked
what it has, by hash, at 10, 30, 60 and 120 s; only what is absent then is VOID and may be sent again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bridge.ksef.answers import Refused
from bridge.ksef.codes import Action, of_session
from bridge.ksef.sessions import InvoiceStatus
from bridge.ksef.transport import Transient, UnknownToKsef
from bridge.ledger import documents, drops, sessions
from bridge.ledger.recall import OURS
from bridge.ledger.sessions import Sending, Session, Way
from bridge.ledger.store import naive
from bridge.ledger.tables import ksef_session, sending
from bridge.model.errors import FixSetup, TryLater, Unsure
from bridge.model.outcome import SendingState, SessionState
from bridge.work import batches, lost_sessions
from bridge.work.pace import LedgerPace
from bridge.work.planning import after_night, at_night, day_passed
from bridge.work.settling import again, again_all, b64_of, end, hash_of, settle, settle_session
from bridge.work.tools import WARSAW, Tools

SEND_BUCKET = "invoiceSend"
STEP = timedelta(seconds=2)  # how long one step may send
LOOKS = (10, 30, 60, 120)  # seconds after an unknown outcome
POLLS = (1, 2, 3, 5, 8, 13, 20, 30, 60, 120, 300)  # seconds between questions about one invoice (protocol.md, 5.2)
LONGEST = timedelta(hours=1, minutes=10)  # no session waits longer: a Retry-After with its jitter
FURTHEST = timedelta(seconds=POLLS[-1] + 60)  # no sending is left alone for longer
SET_BACK = (
    "Zegar komputera się cofnął: sesja czekałaby do {moment}. Mostek nie czeka; włącz synchronizację czasu (NTP) i sprawdź "
    "datę na komputerze."
)
FEW = 20  # up to here each invoice is asked about by itself, above by the session's list (protocol.md, 7.3)
ENDED = (SessionState.DONE, SessionState.FAILED, SessionState.ABANDONED)
OPEN_CODES = frozenset({100, 150, 170})  # of a session that is not at its end


def move_sessions(tools: Tools, pace: LedgerPace) -> None:
    """Each due session as far as it can go now."""
    with tools.ledger.begin() as transaction:
        alive = sessions.sessions(transaction, tools.company_id)
    for_a_person: list[FixSetup] = []
    for session in alive:
        if session.next_at and tools.now() < session.next_at <= tools.now() + LONGEST:
            continue
        if session.next_at and session.next_at > tools.now() + LONGEST:
            tools.alarms.append(SET_BACK.format(moment=f"{session.next_at.astimezone(WARSAW):%Y-%m-%d %H:%M}"))
        try:
            _advance(tools, pace, session)
            tools.failing_since = None
            lost_sessions.known_again(tools, session)
        except UnknownToKsef as error:
            try:
                lost_sessions.unknown(tools, session, str(error))
            except (TryLater, Unsure) as later:
                _later(tools, session, later)
            except FixSetup as setup:
                _later(tools, session, TryLater(str(setup), lost_sessions.PAUSE))
                for_a_person.append(setup)
        except (TryLater, Unsure) as error:
            _later(tools, session, error)
        except FixSetup as error:  # a person must act; the other sessions go on
            for_a_person.append(error)
    if for_a_person:
        raise for_a_person[0]


def _later(tools: Tools, session: Session, error: TryLater | Unsure) -> None:
    """When it goes on, and why not now."""
    if isinstance(error, Transient | Unsure):
        tools.failing_since = tools.failing_since or tools.now()
    pause = getattr(error, "after", None) or timedelta(seconds=min(60, 2 ** min(session.attempts, 5)))
    with tools.ledger.begin() as transaction:
        values = {
            "next_at": naive(tools.now() + min(pause, LONGEST)),
            "attempts": session.attempts + 1,
            "error": str(error),
        }
        transaction.update(ksef_session, session.id, **values)


def _advance(tools: Tools, pace: LedgerPace, session: Session) -> None:
    """One state after the other, until the session must wait or the step has lasted long enough."""
    began = tools.clock()
    while True:
        before = session.state
        if session.state is SessionState.PLANNED and batches.abandoned_for_its_day(tools, session):
            return
        if session.mode is Way.BATCH:
            batches.step(tools, session)
        else:
            _step(tools, pace, session)
        with tools.ledger.begin() as transaction:
            session = sessions.session_of(transaction, session.id)
        if session.state in (before, *ENDED) or tools.clock() - began > STEP.total_seconds():
            return


def _step(tools: Tools, pace: LedgerPace, session: Session) -> None:
    if session.state is SessionState.PLANNED:
        _open(tools, session)
        return
    send_at = _send(tools, pace, session)
    now = tools.now()
    try:
        _ask(tools, session)
        ask_at = now
    except UnknownToKsef:
        raise
    except TryLater as error:  # no room for questions: sending goes on all the same
        ask_at = now + (error.after or timedelta(seconds=POLLS[-1]))
    _close(tools, session, send_at, ask_at)


def _open(tools: Tools, session: Session) -> None:
    """A lost answer leaves an empty session in KSeF, which is harmless: another one is opened then."""
    opened = tools.ksef.open_online(session.form_code)
    now = tools.now()
    with tools.ledger.begin() as transaction:
        transaction.move(
            "session.open",
            session.id,
            now,
            ref=opened.ref,
            key=opened.key,
            iv=opened.iv,
            public_key_id=opened.public_key_id,
            valid_until=naive(opened.valid_until),
            opened_at=naive(now),
            next_at=naive(now),
            attempts=0,
            error="",
        )


def _send(tools: Tools, pace: LedgerPace, session: Session) -> datetime:
    """As many planned sendings as fit into the step and into KSeF's limits; when the others may go."""
    began = tools.clock()
    with tools.ledger.begin() as transaction:
        planned = sessions.sendings(transaction, session.id, SendingState.PLANNED)
    for each in planned:
        now = tools.now()
        if tools.clock() - began > STEP.total_seconds():
            return now
        if at_night(now):
            return after_night(now)
        pause = pace.room(SEND_BUCKET)
        if pause > timedelta():
            return now + pause
        if not _send_one(tools, session, each):
            break
    return tools.now()


def _send_one(tools: Tools, session: Session, each: Sending) -> bool:
    """Whether the session takes more."""
    now = tools.now()
    with tools.ledger.begin() as transaction:
        own = documents.document_of(transaction, each.document)
        if day_passed(tools, own):
            again(transaction, each, now, OURS, "minął dzień wystawienia")
            return True
        xml = drops.stored(transaction, own.payload)
        corrected = b64_of(own.technical) if own.technical else None
        soon = naive(now + timedelta(seconds=POLLS[0]))
        if not transaction.move("sending.sent", each.id, now, at=naive(now), next_at=soon):
            return True  # a person has withdrawn it meanwhile
    try:
        answer = tools.ksef.send(
            session.ref, session.key, session.iv, xml, offline=own.offline, corrected_hash=corrected
        )
    except TryLater as error:  # surely nothing left us: it waits in its session, and can still be withdrawn
        with tools.ledger.begin() as transaction:
            transaction.move("sending.unsent", each.id, now, details=f"nie wyszło: {error}", next_at=None)
        raise
    except Unsure as error:
        with tools.ledger.begin() as transaction:
            soon = naive(tools.now() + timedelta(seconds=LOOKS[0]))
            transaction.update(sending, each.id, details=str(error), next_at=soon)
        return True
    if isinstance(answer, Refused):
        _not_taken(tools, session, each, answer)
        return False
    with tools.ledger.begin() as transaction:
        transaction.point("sending.answered")
        transaction.update(sending, each.id, invoice_ref=answer)
    return True


def _not_taken(tools: Tools, session: Session, each: Sending, answer: Refused) -> None:
    """The session takes nothing more (21155, 21180, 21184 …): what was not sent goes into another one."""
    now = tools.now()
    with tools.ledger.begin() as transaction:
        again(transaction, each, now, str(answer.code), answer.text)
        again_all(transaction, sessions.sendings(transaction, session.id, SendingState.PLANNED), now, OURS, answer.text)
        transaction.update(ksef_session, session.id, full=True, error=answer.text)
    status = tools.ksef.session(session.ref)
    if status.code not in OPEN_CODES and of_session(status.code).action is not Action.POLL:
        settle_session(tools, session, status)


def _ask(tools: Tools, session: Session) -> None:
    """Ask about what was sent and is due; by the list when there are many."""
    now = tools.now()
    with tools.ledger.begin() as transaction:
        sent = sessions.sendings(transaction, session.id, SendingState.SENT)
        own = {each.id: documents.document_of(transaction, each.document) for each in sent}
    due = [each for each in sent if each.next_at is None or not now < each.next_at <= now + FURTHEST]
    if not due:
        return
    unknown = [each for each in due if not each.ref]
    if len(due) > FEW or unknown:
        listed = tools.ksef.invoices(session.ref)
        by_ref, by_hash = {each.ref: each for each in listed}, {each.hash: each for each in listed}
        for each in due:
            _on_status(tools, session, each, by_ref.get(each.ref) or by_hash.get(hash_of(own[each.id])))
        return
    for each in due:
        try:
            answer = tools.ksef.invoice(session.ref, each.ref)
        except UnknownToKsef:  # the session may be there all the same: the next look goes by its list and the hash
            with tools.ledger.begin() as transaction:
                transaction.update(sending, each.id, invoice_ref=None)
            raise
        _on_status(tools, session, each, answer)


def _on_status(tools: Tools, session: Session, each: Sending, answer: InvoiceStatus | None) -> None:
    """KSeF's word on one sending, or its silence."""
    if answer is not None and settle(tools, session, each, answer):
        return
    now = tools.now()
    pause = POLLS[min(each.looks, len(POLLS) - 1)]
    if answer is None and not each.ref:
        passed = (now - each.at).total_seconds()
        later = [look for look in LOOKS if look > passed]
        if not later or each.looks >= len(LOOKS):  # by the count too: the clock may have been set back
            with tools.ledger.begin() as transaction:
                again(transaction, each, now, "", "KSeF nie ma tej faktury, choć pytano o nią przez 2 minuty")
            return
        pause = min(max(1, int(later[0] - passed)), LOOKS[-1])
    with tools.ledger.begin() as transaction:
        ref = each.ref or (answer.ref if answer else None)
        values = {"looks": each.looks + 1, "next_at": naive(now + timedelta(seconds=pause)), "invoice_ref": ref or None}
        transaction.update(sending, each.id, **values)


def _close(tools: Tools, session: Session, send_at: datetime, ask_at: datetime) -> None:
    """Close a session in which nothing waits; what it holds is settled, so a lost answer changes nothing."""
    with tools.ledger.begin() as transaction:
        if sessions.session_of(transaction, session.id).state is not SessionState.OPEN:
            return
        open_ = sessions.sendings(transaction, session.id, SendingState.PLANNED, SendingState.SENT)
        if open_:
            moments = [
                send_at
                if each.state is SendingState.PLANNED
                else max(ask_at, min(each.next_at or ask_at, tools.now() + FURTHEST))
                for each in open_
            ]
            transaction.update(ksef_session, session.id, next_at=naive(min(moments)), attempts=0, error="")
            return
        transaction.point("session.closing")
        transaction.update(ksef_session, session.id, close_sent_at=naive(tools.now()))
    try:
        tools.ksef.close_online(session.ref)
    except Unsure:
        tools.ksef.session(session.ref)  # it closes by itself at the latest after 12 h; nothing in it is undecided
    with tools.ledger.begin() as transaction:
        end(transaction, session, "session.done", tools.now())


def next_moment(tools: Tools) -> datetime | None:
    """When the next session is due."""
    with tools.ledger.begin() as transaction:
        moments = [session.next_at or tools.now() for session in sessions.sessions(transaction, tools.company_id)]
    latest = tools.now() + LONGEST
    return min((each if each <= latest else tools.now() for each in moments), default=None)
