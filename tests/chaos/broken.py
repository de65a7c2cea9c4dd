"""The deliberately broken variant: a batch session's reference is saved after the payload, as naive programs do.

Only the harness runs this, in a child process; production code knows nothing of it.
"""

from __future__ import annotations

from pathlib import Path

from bridge.ksef.storage import Upload, upload
from bridge.ledger import sessions
from bridge.ledger.sessions import Session
from bridge.ledger.store import naive
from bridge.ledger.tables import ksef_session
from bridge.model.outcome import SendingState, SessionState
from bridge.work import batches
from bridge.work.tools import Tools


def break_it() -> None:
    """From now on this process opens, uploads and closes first, and only then tells the ledger."""
    honest = batches.step

    def step(tools: Tools, session: Session) -> None:
        if session.state is SessionState.PLANNED:
            _send_then_save(tools, session)
        else:
            honest(tools, session)

    batches.step = step


def _send_then_save(tools: Tools, session: Session) -> None:
    if not batches._packed(session):
        session = batches._pack(tools, session)
    opened = tools.ksef.open_batch(session.form_code, session.package, session.key, session.iv, offline=session.offline)
    files = {part["ordinal"]: Path(part["file"]) for part in session.package["parts"]}
    links = [
        Upload(each.ordinal, files[each.ordinal], each.method, each.url, dict(each.headers)) for each in opened.links
    ]
    list(upload(links))
    tools.ksef.close_batch(opened.ref)
    now = tools.now()
    with tools.ledger.begin() as transaction:
        transaction.move("session.open", session.id, now, ref=opened.ref, opened_at=naive(now), next_at=naive(now))
        planned = sessions.sendings(transaction, session.id, SendingState.PLANNED)
        transaction.move_all("sending.sent", {each.id: {"at": naive(now)} for each in planned}, now)
        transaction.update(ksef_session, session.id, close_sent_at=naive(now))
        transaction.move("session.closed", session.id, now, key=None, iv=None)


if __name__ == "__main__":
    from bridge.__main__ import main

    break_it()
    main()
