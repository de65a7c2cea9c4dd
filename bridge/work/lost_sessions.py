"""A session that KSeF no longer knows → its end; what was in it is looked for by hash, and sent again only when it surely is not there.

21173 and 404 may be a lag (protocol.md, trap 23): only after some of them in a row, and when `GET /sessions` does not
list the session, is it taken for forgotten. 403 never is: it says that a person must change something.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bridge.ksef.sessions import SessionKind
from bridge.ledger import sessions
from bridge.ledger.sessions import Sending, Session, Way
from bridge.ledger.tables import ksef_session
from bridge.model.errors import TryLater
from bridge.model.outcome import SendingState, SessionState
from bridge.work.settling import accept_sold, again_all, b64_of, end
from bridge.work.tools import Tools

REPEATS = (5, 15, 40)  # seconds before KSeF is asked about it again
PAUSE = timedelta(minutes=4)  # between looks into the metadata: 20 an hour (protocol.md, 7.1)
MARGIN = timedelta(days=1)  # clocks and storing may differ by less
CODE = "21173"
FORGOTTEN = "KSeF nie zna już sesji, w której była"
LOOKING = (
    "KSeF nie zna już sesji {ref}. Mostek szuka jej faktur w KSeF po skrócie i wyśle jeszcze raz tylko te, których na pewno "
    "tam nie ma."
)


def known_again(tools: Tools, session: Session) -> None:
    """KSeF answered about it: what it said before was a lag."""
    if session.unknown:
        with tools.ledger.begin() as transaction:
            transaction.update(ksef_session, session.id, unknown=0)


def unknown(tools: Tools, session: Session, why: str) -> None:
    """Ask again a few times, then look whether KSeF lists it; raises TryLater while that is not decided."""
    with tools.ledger.begin() as transaction:
        transaction.update(ksef_session, session.id, unknown=session.unknown + 1)
    if session.unknown < len(REPEATS):
        raise TryLater(why, timedelta(seconds=REPEATS[session.unknown]))
    kind = SessionKind.BATCH if session.mode is Way.BATCH else SessionKind.ONLINE
    since = (session.opened_at or session.planned_at or tools.now()) - MARGIN
    if any(each.ref == session.ref for each in tools.ksef.find_sessions(since, kind)):
        raise TryLater(why)
    _end(tools, session)


def _end(tools: Tools, session: Session) -> None:
    """What never left is sent again at once; the rest when KSeF's metadata have passed the attempt without it."""
    with tools.ledger.begin() as transaction:
        hashes = sessions.hashes(transaction, session.id, SendingState.PLANNED, SendingState.SENT)
    entered = session.mode is Way.INTERACTIVE or session.close_sent_at is not None
    gone = {b64_of(key): each for key, each in hashes.items() if entered and each.state is SendingState.SENT}
    if gone:
        shown = _looked_for(tools, session, gone)
        late = [each for each in gone.values() if shown is None or shown <= _attempt(session, each)]
        if late:
            raise TryLater(LOOKING.format(ref=session.ref), PAUSE)
    now = tools.now()
    with tools.ledger.begin() as transaction:
        if session.state is SessionState.PLANNED or not entered:
            end(transaction, session, "session.abandoned", now, error=FORGOTTEN, code=CODE)
        else:
            end(transaction, session, "session.failed", now, error=FORGOTTEN, code=CODE)
        open_ = sessions.sendings(transaction, session.id, SendingState.PLANNED, SendingState.SENT)
        again_all(transaction, open_, now, CODE, FORGOTTEN)


def _attempt(session: Session, each: Sending) -> datetime:
    """When an invoice may have entered KSeF at the latest."""
    return max(filter(None, (each.at, session.close_sent_at)))


def _looked_for(tools: Tools, session: Session, gone: dict[str, Sending]) -> datetime | None:
    """Settle those that KSeF has; up to when its metadata are complete. Those found are taken out of `gone`."""
    begin = min(_attempt(session, each) for each in gone.values()) - MARGIN
    shown: datetime | None = None
    for page in tools.ksef.sold(begin, None):
        shown = page.complete_until or shown
        for each in page.invoices:
            if each.hash in gone:
                accept_sold(tools, session, gone.pop(each.hash), each)
    return shown
