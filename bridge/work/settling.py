"""KSeF's word on invoices and sessions → the end of sendings and documents: accepted, refused, sent again, or a clash."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bridge.ksef import upo
from bridge.ksef.codes import Action, of_invoice, of_session
from bridge.ksef.sessions import InvoiceStatus, SessionStatus, Sold
from bridge.ksef.transport import UnknownToKsef
from bridge.ledger import documents, drops, sessions
from bridge.ledger.documents import Document
from bridge.ledger.recall import OURS
from bridge.ledger.sessions import Sending, Session, Way
from bridge.ledger.store import Transaction, naive
from bridge.ledger.tables import ksef_session
from bridge.model.errors import FixSetup, TryLater
from bridge.model.outcome import SendingState, SessionState
from bridge.work import technical_correction
from bridge.work.item_problems import compare, refusals_by_ksef
from bridge.work.tools import Tools

T = TypeVar("T")
TOLD_AT_ONCE = 5  # differences between two invoices of one number
UNDECIDED = (SendingState.PLANNED, SendingState.SENT)
# How often an answer may send a document again before a person looks at it; of the others, OFTEN.
REPEATS = {"435": 1, "500": 1, "415": 2, "430": 1}
OFTEN = 5
PAUSES = {"500": timedelta(minutes=5)}  # before the next attempt (protocol.md, 4.5)
NEEDS_A_NEW_SESSION = frozenset({"405", "435"})
STUBBORN = "KSeF {count} razy nie przyjął jej z powodu „{why}” (kod {code}); zwolnij ją, żeby spróbować jeszcze raz"
NEVER_GOT_THERE = "{count} razy nie udało się jej dostarczyć do KSeF: {why}; zwolnij ją, żeby spróbować jeszcze raz"
LISTED_LATE = timedelta(minutes=2)  # a list may be late behind the end of its session


def settle(tools: Tools, session: Session, each: Sending, answer: InvoiceStatus) -> bool:
    """Do what the status asks for; False when it is not decided yet."""
    action = of_invoice(answer.code).action
    if action is Action.POLL:
        return False
    if action is Action.ACCEPTED:
        _accept(tools, session.ref, [(each, answer)])
    elif action is Action.VOID:
        with tools.ledger.begin() as transaction:
            again(transaction, each, tools.now(), str(answer.code), answer.description)
            if str(answer.code) in NEEDS_A_NEW_SESSION:
                transaction.update(ksef_session, session.id, full=True)
    elif action is Action.DUPLICATE:
        _duplicate(tools, each, answer)
    else:
        _refuse(tools, each, "document.rejected", answer)
    return True


# --- sent again ------------------------------------------------------------------------------------------------------


def again(transaction: Transaction, each: Sending, now: datetime, code: str, why: str) -> None:
    """VOID: surely not in KSeF; the document is READY once more, or HELD when this happened too often."""
    again_all(transaction, [each], now, code, why)


def again_all(transaction: Transaction, some: Iterable[Sending], now: datetime, code: str, why: str) -> None:
    """The same of many, for one reason."""
    each_of = {each.id: each for each in some}
    void = transaction.move_all("sending.void", {id_: {"code": code, "details": why} for id_ in each_of}, now)
    moved = transaction.move_all("document.again", {each_of[id_].document: {} for id_ in void}, now)
    if code == OURS:
        return
    for id_ in moved:
        count = sessions.voids(transaction, id_)[code]
        if count > REPEATS.get(code, OFTEN):
            told = (STUBBORN if code else NEVER_GOT_THERE).format(count=count, why=why, code=code)
            documents.hold(transaction, id_, told, None, now)
        elif code in PAUSES:
            documents.hold(transaction, id_, f"przerwa po błędzie KSeF (kod {code})", now + PAUSES[code], now)


# --- accepted, refused, a duplicate ----------------------------------------------------------------------------------


def _accept(tools: Tools, ref: str, pairs: Sequence[tuple[Sending, InvoiceStatus]]) -> None:
    _accepted(tools, ref, [(each, _values(answer, answer.ksef_number or "", tools.now())) for each, answer in pairs])


def accept_sold(tools: Tools, session: Session, each: Sending, sold: Sold) -> None:
    """By its metadata, when its session can no longer be asked."""
    values = {"ksef_number": sold.ksef_number, "accepted_at": naive(sold.accepted), "mode": sold.mode.lower()}
    _accepted(tools, session.ref, [(each, values)])


def _values(answer: InvoiceStatus, ksef_number: str, now: datetime) -> dict[str, Any]:
    return {
        "ksef_number": ksef_number,
        "accepted_at": naive(answer.acquired or now),
        "mode": (answer.mode or "").lower(),
    }


def _accepted(tools: Tools, ref: str, pairs: Sequence[tuple[Sending, dict[str, Any]]]) -> None:
    """Sendings and their documents, in one transaction."""
    now = tools.now()
    shared = {"session_ref": ref, "code": "", "error": ""}
    with tools.ledger.begin() as transaction:
        transaction.move_all("sending.accepted", {each.id: {"code": "200"} for each, _ in pairs}, now)
        transaction.move_all("document.accepted", {each.document: values | shared for each, values in pairs}, now)


def _refuse(tools: Tools, each: Sending, name: str, answer: InvoiceStatus, note: str = "") -> None:
    now = tools.now()
    with tools.ledger.begin() as transaction:
        own = documents.document_of(transaction, each.document)
        xml = drops.stored(transaction, own.payload)
        found = [replace(one, message=note or one.message) for one in refusals_by_ksef(answer, xml)]
        told = " | ".join(f"{one.message} {one.advice}".strip() for one in found)
        transaction.move("sending.refused", each.id, now, code=str(answer.code), details=told, invoice_ref=answer.ref)
        clash = answer.extensions.get("originalKsefNumber") if name == "document.clash" else None
        if transaction.move(name, each.document, now, code=found[0].code, error=told, ksef_number=clash):
            drops.blame(transaction, each.document, found)
            if own.offline and name == "document.rejected":
                technical_correction.after_refusal(transaction, own, answer.code, told)


def _duplicate(tools: Tools, each: Sending, answer: InvoiceStatus) -> None:
    """Settle code 440: look for the original by its hash, then compare its content (ledger.md, "Exactly once" 6)."""
    with tools.ledger.begin() as transaction:
        own = documents.document_of(transaction, each.document)
        before = sessions.own_sessions_of(transaction, each.document)
    ours = hash_of(own)
    original = answer.extensions.get("originalKsefNumber", "")
    named = answer.extensions.get("originalSessionReferenceNumber", "")
    for ref in dict.fromkeys([*(ref for ref, _ in before), named]):
        arrived = _in_session(tools, ref, ours) if ref else None
        if arrived is not None and arrived.ksef_number:
            _accept(tools, ref, [(each, arrived)])
            return
    found, why = _asked(lambda: tools.ksef.hash_of(original)) if original else (None, "")
    if found == ours:
        _accepted(tools, named, [(each, _values(answer, original, tools.now()))])
        return
    shown = f" ({original})" if original else ""
    xml, why = _asked(lambda: tools.ksef.download(original, found)) if found else (None, why)
    if xml is None:  # nobody can tell whether it is this very invoice
        note = f"KSeF ma już fakturę o tym numerze{shown}, a mostek nie mógł ich porównać. {why}".strip()
        _refuse(tools, each, "document.clash", answer, note)
        return
    with tools.ledger.begin() as transaction:
        decisive, _ = compare(xml, drops.stored(transaction, own.payload))
    if decisive:
        differing = " ".join(one.message for one in decisive[:TOLD_AT_ONCE])
        note = f"KSeF ma już pod tym numerem inną fakturę{shown}. {differing}"
        _refuse(tools, each, "document.clash", answer, note)
        return
    _is_that_one(tools, each, answer, named, xml)


def _is_that_one(tools: Tools, each: Sending, answer: InvoiceStatus, named: str, xml: bytes) -> None:
    """KSeF holds this invoice in other bytes, sent before by us (the ledger was restored) or by another program.

    The bytes in KSeF are the invoice: they take the place of ours, which stand in the trail.
    """
    with tools.ledger.begin() as transaction:
        key = drops.store(transaction, "xml", xml)
    values = _values(answer, answer.extensions["originalKsefNumber"], tools.now()) | {
        "payload": key,
        "reason": "KSeF miał ją już wcześniej, z tą samą treścią w innych bajtach; ważne są bajty z KSeF",
    }
    _accepted(tools, named, [(each, values)])


def _asked(ask: Callable[[], T | None]) -> tuple[T | None, str]:
    """What KSeF shows of an invoice that we sold; None and the reason when we may not see it."""
    try:
        return ask(), ""
    except FixSetup as error:
        return None, str(error)


def _in_session(tools: Tools, ref: str, ours: str) -> InvoiceStatus | None:
    """The accepted invoice with these bytes in a session, as far as we may look into it; a list is read once a step."""
    if ref not in tools.listed:
        try:
            listed = tools.ksef.invoices(ref)
        except (FixSetup, UnknownToKsef):  # a session of somebody else (protocol.md, trap 32), or one that KSeF forgot
            listed = []
        tools.listed[ref] = {each.hash: each for each in listed if each.ksef_number}
    return tools.listed[ref].get(ours)


# --- a session at its end --------------------------------------------------------------------------------------------


def settle_session(tools: Tools, session: Session, status: SessionStatus) -> None:
    """Every invoice of a session that KSeF has finished; what it surely does not have is sent again.

    The session's UPO tells the accepted in one call, the list of the refused their reasons, and only what neither knows
    is looked for in the whole list (200 calls an hour; protocol.md, 7.1).
    """
    if status.upo_pages and session.mode is Way.BATCH:
        with suppress(TryLater):  # late, spoiled or out of budget: the lists say the same, more slowly
            _by_upo(tools, session, status)
    if status.code == 200 and status.refused:
        _by_pages(tools, session, refused=True)
    if _undecided(tools, session):
        _by_pages(tools, session, refused=False)
    left = _undecided(tools, session)
    now = tools.now()
    failed = of_session(status.code).action is not Action.EACH
    if left and not failed and now - (session.close_sent_at or now) < LISTED_LATE:
        raise TryLater("KSeF nie pokazuje jeszcze wszystkich faktur sesji.", timedelta(seconds=30))
    with tools.ledger.begin() as transaction:
        said = " ".join(filter(None, (status.description, *status.details)))
        again_all(transaction, left.values(), now, str(status.code), said)
        end(transaction, session, "session.failed" if failed else "session.done", now, code=str(status.code))


def _undecided(tools: Tools, session: Session) -> dict[str, Sending]:
    """By the hash of the bytes, as KSeF writes it."""
    with tools.ledger.begin() as transaction:
        found = sessions.hashes(transaction, session.id, *UNDECIDED)
    return {b64_of(sha256): each for sha256, each in found.items()}


def _by_upo(tools: Tools, session: Session, status: SessionStatus) -> None:
    open_ = _undecided(tools, session)
    for page in status.upo_pages:
        content = tools.ksef.session_upo(session.ref, page)
        found = [(open_[each.hash], each) for each in upo.confirmed(content) if each.hash in open_]
        now = tools.now()
        pairs = [
            (
                each,
                {
                    "ksef_number": said.ksef_number,
                    "accepted_at": naive(said.accepted or now),
                    "mode": said.mode.lower(),
                },
            )
            for each, said in found
        ]
        _accepted(tools, session.ref, pairs)
        with tools.ledger.begin() as transaction:
            transaction.update(ksef_session, session.id, upo=drops.store(transaction, "upo", content))


def _by_pages(tools: Tools, session: Session, *, refused: bool) -> None:
    """Page by page; a pause for KSeF's limits goes on where it stopped."""
    key = (session.ref, refused)
    for page, following in tools.ksef.invoice_pages(session.ref, refused=refused, token=tools.pages.get(key, "")):
        _by_list(tools, session, page)
        tools.pages[key] = following
    tools.pages.pop(key, None)


def _by_list(tools: Tools, session: Session, listed: Sequence[InvoiceStatus]) -> None:
    open_ = _undecided(tools, session)
    known = [(open_[answer.hash], answer) for answer in listed if answer.hash in open_]
    accepted = [(each, answer) for each, answer in known if of_invoice(answer.code).action is Action.ACCEPTED]
    _accept(tools, session.ref, accepted)
    for each, answer in known:
        if of_invoice(answer.code).action is not Action.ACCEPTED:
            settle(tools, session, each, answer)


def end(transaction: Transaction, session: Session, name: str, now: datetime, **values: Any) -> None:
    """The last state of a session; its key is erased, as nothing will be encrypted with it again."""
    if name == "session.done" and session.state is not SessionState.CLOSED:
        transaction.move("session.closed", session.id, now)
    transaction.move(name, session.id, now, key=None, iv=None, **values)


# --- hashes ----------------------------------------------------------------------------------------------------------


def hash_of(own: Document) -> str:
    """Base64 of the SHA-256 of a document's bytes, as KSeF writes it."""
    return b64_of(own.payload)


def b64_of(sha256: str) -> str:
    """The ledger's spelling of a hash → KSeF's."""
    return b64encode(bytes.fromhex(sha256)).decode()


def hex_of(hash_: str) -> str:
    """KSeF's spelling of a hash → the ledger's."""
    return b64decode(hash_).hex()
