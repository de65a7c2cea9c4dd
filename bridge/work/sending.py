"""Planned sendings → sent, asked about, settled; each session one step further (ledger.md, "exactly once" 5-7).

The intention is committed before the call. A lost answer leaves the sending SENT without a reference: KSeF is asked
what it has, by hash, at 10, 30, 60 and 120 s; only what is absent then is VOID and may be sent again.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime, timedelta

from bridge.errors import TryLater, Unsure
from bridge.ksef.answers import Refused
from bridge.ksef.codes import Action, of_session
from bridge.ksef.sessions import InvoiceStatus
from bridge.ledger import documents, drops
from bridge.ledger.documents import Document, Sending, Session
from bridge.ledger.store import naive
from bridge.ledger.tables import ksef_session, sending
from bridge.model.outcome import SendingState, SessionState
from bridge.work.pace import LedgerPace
from bridge.work.planning import after_night, at_night
from bridge.work.settling import again, settle
from bridge.work.tools import Tools

SEND_BUCKET = "invoiceSend"
STEP = timedelta(seconds=2)  # how long one step may send
LOOKS = (10, 30, 60, 120)  # seconds after an unknown outcome
POLLS = (1, 2, 3, 5, 8, 13, 20, 30, 60)  # seconds between questions about one invoice (protocol.md, 5.2)
FEW = 3  # up to here each invoice is asked about by itself, above by the session's list
SESSION_FAILED = 400


def move_sessions(tools: Tools, pace: LedgerPace) -> None:
    """Each due session one step."""
    with tools.ledger.begin() as transaction:
        alive = documents.sessions(transaction, tools.company_id)
    for session in alive:
        if session.next_at and session.next_at > tools.now():
            continue
        try:
            _step(tools, pace, session)
        except (TryLater, Unsure) as error:
            pause = getattr(error, "after", None) or timedelta(seconds=min(60, 2 ** min(session.attempts, 5)))
            with tools.ledger.begin() as transaction:
                values = {"next_at": naive(tools.now() + pause), "attempts": session.attempts + 1, "error": str(error)}
                transaction.update(ksef_session, session.id, **values)


def _step(tools: Tools, pace: LedgerPace, session: Session) -> None:
    if session.state is SessionState.PLANNED:
        _open(tools, session)
        return
    _send(tools, pace, session)
    _ask(tools, session)
    _close(tools, session)


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


def _send(tools: Tools, pace: LedgerPace, session: Session) -> None:
    """As many planned sendings as fit into the step and into KSeF's limits."""
    began = tools.clock()
    with tools.ledger.begin() as transaction:
        planned = documents.sendings(transaction, session.id, SendingState.PLANNED)
    for each in planned:
        now = tools.now()
        if tools.clock() - began > STEP.total_seconds():
            return
        if at_night(now):
            raise TryLater("Między 23:50 a 00:05 mostek nie zaczyna wysyłania.", after_night(now) - now)
        pause = pace.room(SEND_BUCKET)
        if pause > timedelta():
            if not _asked_about(tools, session):
                raise TryLater("Limit wysyłania KSeF.", pause)
            return
        _send_one(tools, session, each)


def _asked_about(tools: Tools, session: Session) -> bool:
    with tools.ledger.begin() as transaction:
        return bool(documents.sendings(transaction, session.id, SendingState.SENT))


def _send_one(tools: Tools, session: Session, each: Sending) -> None:
    now = tools.now()
    with tools.ledger.begin() as transaction:
        xml = drops.stored(transaction, documents.document_of(transaction, each.document).payload)
        transaction.move("sending.sent", each.id, now, at=naive(now), next_at=naive(now + timedelta(seconds=POLLS[0])))
    try:
        answer = tools.ksef.send(session.ref, session.key, session.iv, xml)
    except TryLater as error:
        again(tools, each, "", f"nie wyszło: {error}")
        raise
    except Unsure as error:
        with tools.ledger.begin() as transaction:
            transaction.update(
                sending, each.id, details=str(error), next_at=naive(tools.now() + timedelta(seconds=LOOKS[0]))
            )
        return
    if isinstance(answer, Refused):
        again(tools, each, str(answer.code), answer.text)
        _look_at(tools, session)
        return
    with tools.ledger.begin() as transaction:
        transaction.point("sending.answered")
        transaction.update(sending, each.id, invoice_ref=answer)


def _look_at(tools: Tools, session: Session) -> None:
    """The session did not take an invoice: if it is dead, what it surely does not have is sent again."""
    status = tools.ksef.session(session.ref)
    if of_session(status.code).action is Action.POLL and status.code < SESSION_FAILED:
        _end(tools, session, "session.closed")
        return
    found = {each.hash: each for each in tools.ksef.invoices(session.ref)}
    with tools.ledger.begin() as transaction:
        open_ = documents.sendings(transaction, session.id, SendingState.PLANNED, SendingState.SENT)
        own = {each.id: documents.document_of(transaction, each.document) for each in open_}
    for each in open_:
        answer = found.get(hash_of(own[each.id]))
        if answer is not None:
            settle(tools, session, each, answer)
        else:
            again(tools, each, str(status.code), f"sesja: {status.description}")
    _end(tools, session, "session.failed")


def _ask(tools: Tools, session: Session) -> None:
    """Ask about what was sent and is due; by the list when there are many."""
    now = tools.now()
    with tools.ledger.begin() as transaction:
        sent = documents.sendings(transaction, session.id, SendingState.SENT)
        own = {each.id: documents.document_of(transaction, each.document) for each in sent}
    due = [each for each in sent if each.next_at is None or each.next_at <= now]
    if not due:
        return
    unknown = [each for each in due if not each.ref]
    if len(due) > FEW or unknown:
        listed = tools.ksef.invoices(session.ref)
        by_ref, by_hash = {each.ref: each for each in listed}, {each.hash: each for each in listed}
        for each in due:
            _told(tools, session, each, by_ref.get(each.ref) or by_hash.get(hash_of(own[each.id])))
        return
    for each in due:
        _told(tools, session, each, tools.ksef.invoice(session.ref, each.ref))


def _told(tools: Tools, session: Session, each: Sending, answer: InvoiceStatus | None) -> None:
    """KSeF's word on one sending, or its silence."""
    if answer is not None and settle(tools, session, each, answer):
        return
    now = tools.now()
    pause = POLLS[min(each.looks, len(POLLS) - 1)]
    if answer is None and not each.ref:
        passed = (now - each.at).total_seconds()
        later = [look for look in LOOKS if look > passed]
        if not later:
            again(tools, each, "", "KSeF nie ma tej faktury, choć pytano o nią przez 2 minuty")
            return
        pause = max(1, int(later[0] - passed))
    with tools.ledger.begin() as transaction:
        ref = each.ref or (answer.ref if answer else None)
        values = {"looks": each.looks + 1, "next_at": naive(now + timedelta(seconds=pause)), "invoice_ref": ref or None}
        transaction.update(sending, each.id, **values)


def _close(tools: Tools, session: Session) -> None:
    """Close a session in which nothing waits; what it holds is settled, so a lost answer changes nothing."""
    with tools.ledger.begin() as transaction:
        open_ = documents.sendings(transaction, session.id, SendingState.PLANNED, SendingState.SENT)
        if open_:
            moments = [each.next_at or tools.now() for each in open_]
            transaction.update(ksef_session, session.id, next_at=naive(min(moments)), attempts=0, error="")
            return
        transaction.update(ksef_session, session.id, close_sent_at=naive(tools.now()))
    try:
        tools.ksef.close_online(session.ref)
    except Unsure:
        tools.ksef.session(session.ref)  # it closes by itself at the latest after 12 h; nothing in it is undecided
    _end(tools, session, "session.closed")


def _end(tools: Tools, session: Session, name: str) -> None:
    """CLOSED and DONE, or FAILED; the key is erased, as nothing will be encrypted with it again."""
    now = tools.now()
    with tools.ledger.begin() as transaction:
        transaction.move(name, session.id, now, key=None, iv=None)
        if name == "session.closed":
            transaction.move("session.done", session.id, now)


def hash_of(document: Document) -> str:
    """Base64 of the SHA-256 of a document's bytes, as KSeF writes it."""
    return b64encode(bytes.fromhex(document.payload)).decode()


def next_moment(tools: Tools) -> datetime | None:
    """When the next session is due."""
    with tools.ledger.begin() as transaction:
        moments = [session.next_at or tools.now() for session in documents.sessions(transaction, tools.company_id)]
    return min(moments, default=None)
