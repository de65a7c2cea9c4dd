"""A batch session one step further: packed, opened, uploaded, closed, asked about (ledger.md, "Exactly once" 4).

Invoices of a batch enter KSeF only through close. Until an intention to close is committed the session can be abandoned
and its documents planned anew at once; after it only KSeF's word counts.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from bridge.ksef.answers import Refused
from bridge.ksef.codes import Action, of_session
from bridge.ksef.crypto import new_key
from bridge.ksef.package import TAR_GZ, ZIP, pack
from bridge.ksef.sessions import Link
from bridge.ksef.storage import Put, Upload, upload
from bridge.ledger import sessions
from bridge.ledger.recall import OURS, may_close
from bridge.ledger.sessions import Sending, Session
from bridge.ledger.store import Ledger, batched, naive
from bridge.ledger.tables import ksef_session
from bridge.model.errors import TryLater, Unsure
from bridge.model.outcome import SendingState, SessionState
from bridge.work.planning import after_night, at_night
from bridge.work.settling import again_all, end, settle_session
from bridge.work.tools import WARSAW, Tools

WINDOW_OF_A_PART = timedelta(minutes=20)  # every link lives as long as all parts together (protocol.md, 4.3)
LIVES = timedelta(hours=12)
READ_AT_ONCE = 200  # documents read from the ledger while packing
AGAIN = timedelta(seconds=8)  # storage may be late behind the API (protocol.md, trap 23)
NOT_UPLOADED, TOO_BIG, TOO_LATE = 21205, 21157, 21208
SLOWEST = timedelta(seconds=60)  # between questions about a session
LONG, RARELY = timedelta(minutes=30), timedelta(minutes=5)


def step(tools: Tools, session: Session) -> None:
    """What the state of the session asks for; raises TryLater or Unsure when it must be tried again."""
    if session.state is SessionState.PLANNED:
        _open(tools, session if _packed(session) else _pack(tools, session))
    elif session.state is SessionState.OPEN:
        _upload(tools, session)
    elif session.state is SessionState.UPLOADED:
        _close(tools, session)
    else:
        _ask(tools, session)


def sweep(ledger: Ledger, data: Path) -> None:
    """Spools of sessions that need them no more: the plug was pulled between their end and the removal."""
    states = (SessionState.PLANNED, SessionState.OPEN, SessionState.UPLOADED)
    with ledger.begin() as transaction:
        needed = {
            str(row.id)
            for row in transaction.rows(sa.select(ksef_session.c.id).where(ksef_session.c.state.in_(states)))
        }
    for folder in (data / "spool").glob("*"):
        if folder.name not in needed:
            shutil.rmtree(folder, ignore_errors=True)


def abandoned_for_its_day(tools: Tools, session: Session) -> bool:
    """A session planned on an earlier day is given up before it is opened: its invoices would turn Offline."""
    today = tools.now().astimezone(WARSAW).date()
    if session.planned_at is None or session.planned_at.astimezone(WARSAW).date() == today:
        return False
    abandon(tools, session, OURS, "minął dzień, w którym zaplanowano wysyłkę")
    return True


# --- packing ---------------------------------------------------------------------------------------------------------


def _packed(session: Session) -> bool:
    return bool(session.package) and all(Path(part["file"]).is_file() for part in session.package["parts"])


def _pack(tools: Tools, session: Session) -> Session:
    """The archive of all planned documents into the spool; what would make it too big is planned anew."""
    folder = tools.settings.data / "spool" / str(session.id)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    key, iv = new_key()
    with tools.ledger.begin() as transaction:
        chosen = sessions.sendings(transaction, session.id, SendingState.PLANNED)
    compression = TAR_GZ if tools.company.sending.archive == "tar.gz" else ZIP
    package = pack(_files(tools, chosen), folder, key, iv, compression)
    plain = {
        "size": package.size,
        "hash": package.hash,
        "compression": package.compression,
        "parts": [{**asdict(part), "file": str(part.file)} for part in package.parts],
    }
    now = tools.now()
    names = {each.id: _name(each) for each in chosen[: package.taken]}
    with tools.ledger.begin() as transaction:
        still = sessions.sendings(transaction, session.id, SendingState.PLANNED)
        if not may_close(transaction, session.id) or {each.id for each in still} != {each.id for each in chosen}:
            raise TryLater("Zmieniło się, co ma być w paczce: mostek spakuje ją jeszcze raz.", timedelta(seconds=1))
        again_all(transaction, chosen[package.taken :], now, OURS, "nie zmieściła się w paczce")
        sessions.packed(transaction, session.id, names, spool=str(folder), parts=plain, key=key, iv=iv)
    return replace(session, spool=str(folder), package=plain, key=key, iv=iv)


def _files(tools: Tools, chosen: list[Sending]) -> Iterator[tuple[str, bytes]]:
    for some in batched(chosen, READ_AT_ONCE):
        with tools.ledger.begin() as transaction:
            found = sessions.contents(transaction, some)
        yield from zip(map(_name, some), found, strict=True)


def _name(each: Sending) -> str:
    """Ours, never the ERP's: encodings, lengths and doubles cannot spoil it (protocol.md, 4.6)."""
    return f"{each.id:09}.xml"


# --- open, upload, close ---------------------------------------------------------------------------------------------


def _open(tools: Tools, session: Session) -> None:
    """A lost answer leaves an empty session in KSeF, which is harmless: another one is opened then."""
    now = tools.now()
    if at_night(now):
        raise TryLater("Między 23:50 a 00:05 mostek nie zaczyna wysyłania.", after_night(now) - now)
    opened = tools.ksef.open_batch(session.form_code, session.package, session.key, session.iv, offline=session.offline)
    links = {link.ordinal: link for link in opened.links}
    parts = [{**part, **_plain(links[part["ordinal"]]), "done": False} for part in session.package["parts"]]
    with tools.ledger.begin() as transaction:
        transaction.move(
            "session.open",
            session.id,
            now,
            ref=opened.ref,
            public_key_id=opened.public_key_id,
            parts={**session.package, "parts": parts},
            upload_until=naive(now + WINDOW_OF_A_PART * len(parts)),
            valid_until=naive(now + LIVES),
            opened_at=naive(now),
            next_at=naive(now),
            attempts=0,
            error="",
        )


def _plain(link: Link) -> dict[str, object]:
    return {"method": link.method, "url": link.url, "headers": dict(link.headers)}


def _upload(tools: Tools, session: Session) -> None:
    """What is not stored yet, side by side; each part is marked as it ends."""
    now = tools.now()
    parts = {part["ordinal"]: dict(part) for part in session.package["parts"]}
    left = [part for part in parts.values() if not part["done"]]
    if not _packed(session) or (left and session.upload_until and now >= session.upload_until):
        _give_up(tools, session, "", "nie udało się przekazać paczki w wyznaczonym czasie")
        return
    failed: dict[Put, str] = {}
    wanted = [
        Upload(part["ordinal"], Path(part["file"]), part["method"], part["url"], part["headers"]) for part in left
    ]
    for ordinal, put, said in upload(wanted) if wanted else ():
        if put is not Put.STORED:
            failed[put] = said
            continue
        parts[ordinal]["done"] = True
        with tools.ledger.begin() as transaction:
            transaction.point("part.stored")
            kept = {**session.package, "parts": list(parts.values())}
            transaction.update(ksef_session, session.id, parts=kept)
    if Put.ENDED in failed:
        _give_up(tools, session, "", f"odnośniki do przekazania paczki straciły ważność: {failed[Put.ENDED]}")
    elif failed:
        raise TryLater(f"Nie udało się przekazać części paczki: {failed[Put.FAILED]}")
    else:
        with tools.ledger.begin() as transaction:
            transaction.move("session.uploaded", session.id, tools.now(), attempts=0, error="")


def _close(tools: Tools, session: Session) -> None:
    """Intention, then close; after a lost answer the status is read first, and only 100 is closed again."""
    now = tools.now()
    if session.close_sent_at and tools.ksef.session(session.ref).code != 100:
        _closed(tools, session)
        return
    with tools.ledger.begin() as transaction:
        if not may_close(transaction, session.id):
            return  # a person has withdrawn one of its invoices
        transaction.point("session.closing")
        planned = sessions.sendings(transaction, session.id, SendingState.PLANNED)
        transaction.move_all("sending.sent", {each.id: {"at": naive(now)} for each in planned}, now)
        transaction.update(ksef_session, session.id, close_sent_at=naive(now))
    try:
        answer = tools.ksef.close_batch(session.ref)
    except Unsure as error:
        raise TryLater(str(error)) from error  # the next step reads the status
    if answer is None:
        _closed(tools, session)
    else:
        _close_refused(tools, session, answer)


def _closed(tools: Tools, session: Session) -> None:
    """Nothing is encrypted or uploaded any more: the key and the spool go."""
    now = tools.now()
    with tools.ledger.begin() as transaction:
        values = {"next_at": naive(now), "attempts": 0, "error": "", "key": None, "iv": None}
        transaction.move("session.closed", session.id, now, **values)
    shutil.rmtree(session.spool, ignore_errors=True)


def _close_refused(tools: Tools, session: Session, answer: Refused) -> None:
    """KSeF said that it did not close: parts are put again, or the session is given up, as nothing entered KSeF."""
    if answer.code == NOT_UPLOADED:
        parts = [{**part, "done": False} for part in session.package["parts"]]
        with tools.ledger.begin() as transaction:
            kept = {**session.package, "parts": parts}
            transaction.move("session.again", session.id, tools.now(), parts=kept)
        raise TryLater(answer.text, AGAIN)
    status = tools.ksef.session(session.ref)
    if status.code != 100:
        _closed(tools, session)
    elif answer.code in (TOO_BIG, TOO_LATE):
        abandon(tools, session, str(answer.code), answer.text)
    else:
        raise TryLater(answer.text)


def _give_up(tools: Tools, session: Session, code: str, why: str) -> None:
    """Abandon what was never meant to be closed; else ask KSeF whether it was."""
    if session.close_sent_at and tools.ksef.session(session.ref).code != 100:
        with tools.ledger.begin() as transaction:
            transaction.move("session.uploaded", session.id, tools.now())
        return
    abandon(tools, session, code, why)


def abandon(tools: Tools, session: Session, code: str, why: str) -> None:
    """Nothing of it entered KSeF: its documents are planned anew at once."""
    now = tools.now()
    with tools.ledger.begin() as transaction:
        open_ = sessions.sendings(transaction, session.id, SendingState.PLANNED, SendingState.SENT)
        end(transaction, session, "session.abandoned", now, error=why)
        again_all(transaction, open_, now, code, why)
    if session.spool:
        shutil.rmtree(session.spool, ignore_errors=True)


# --- what became of it -----------------------------------------------------------------------------------------------


def _ask(tools: Tools, session: Session) -> None:
    """Read the status; when the session is at its end, settle each of its invoices."""
    status = tools.ksef.session(session.ref)
    if of_session(status.code).action is not Action.POLL:
        settle_session(tools, session, status)
        return
    now = tools.now()
    with tools.ledger.begin() as transaction:
        if status.code == 100 and session.close_sent_at and now - session.close_sent_at > SLOWEST:
            transaction.update(ksef_session, session.id, error="KSeF nie zaczął przetwarzać zamkniętej paczki")
        transaction.update(ksef_session, session.id, next_at=naive(now + _pause(session, now)), attempts=0)


def _pause(session: Session, now: datetime) -> timedelta:
    """Half of the time that has passed, up to a minute; after half an hour five minutes: an hour costs about 40 calls."""
    passed = now - (session.close_sent_at or now)
    if passed > LONG:
        return RARELY
    return min(SLOWEST, max(timedelta(seconds=1), passed / 2))
