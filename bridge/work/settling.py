"""KSeF's word on an invoice → the end of its sending and its document: accepted, refused, sent again, or a clash."""

from __future__ import annotations

from base64 import b64encode

from bridge.errors import TryLater, Unsure
from bridge.ksef.codes import Action, of_invoice, problem_of
from bridge.ksef.sessions import InvoiceStatus
from bridge.ledger import documents, drops
from bridge.ledger.documents import Sending, Session
from bridge.ledger.store import naive
from bridge.ledger.tables import document as document_table
from bridge.work.tools import Tools


def settle(tools: Tools, session: Session, each: Sending, answer: InvoiceStatus) -> bool:
    """Do what the status asks for; False when it is not decided yet."""
    action = of_invoice(answer.code).action
    if action is Action.POLL:
        return False
    if action is Action.ACCEPTED:
        _accept(tools, each, answer, answer.ksef_number or "", session.ref)
    elif action is Action.VOID:
        again(tools, each, str(answer.code), answer.description)
    elif action is Action.DUPLICATE:
        _duplicate(tools, each, answer)
    else:
        _refuse(tools, each, "document.rejected", answer)
    return True


def again(tools: Tools, each: Sending, code: str, details: str) -> None:
    """VOID: surely not in KSeF; the document is READY once more."""
    now = tools.now()
    with tools.ledger.begin() as transaction:
        if transaction.move("sending.void", each.id, now, code=code, details=details):
            transaction.move("document.again", each.document, now)


def _accept(tools: Tools, each: Sending, answer: InvoiceStatus, ksef_number: str, session_ref: str) -> None:
    now = tools.now()
    with tools.ledger.begin() as transaction:
        transaction.move("sending.accepted", each.id, now, code=str(answer.code), invoice_ref=answer.ref)
        transaction.move(
            "document.accepted",
            each.document,
            now,
            ksef_number=ksef_number,
            accepted_at=naive(answer.acquired or now),
            mode=(answer.mode or "").lower(),
            session_ref=session_ref,
            code="",
            error="",
        )


def _refuse(tools: Tools, each: Sending, name: str, answer: InvoiceStatus, note: str = "") -> None:
    found = problem_of(answer.code, answer.description, answer.details)
    told = note or " ".join(filter(None, (found.message, found.advice)))
    now = tools.now()
    with tools.ledger.begin() as transaction:
        transaction.move("sending.refused", each.id, now, code=str(answer.code), details=told, invoice_ref=answer.ref)
        clash = answer.extensions.get("originalKsefNumber") if name == "document.clash" else None
        transaction.move(name, each.document, now, code=found.code, error=told, ksef_number=clash)


def _duplicate(tools: Tools, each: Sending, answer: InvoiceStatus) -> None:
    """440: only equal hashes mean "it arrived before" (ledger.md, step 6, in that order)."""
    with tools.ledger.begin() as transaction:
        own = documents.document_of(transaction, each.document)
        sessions = documents.own_sessions_of(transaction, each.document)
    ours = b64encode(bytes.fromhex(own.payload)).decode()
    original = answer.extensions.get("originalKsefNumber", "")
    named = answer.extensions.get("originalSessionReferenceNumber", "")
    for ref in dict.fromkeys([*(ref for ref, _ in sessions), named]):
        arrived = _in_session(tools, ref, ours) if ref else None
        if arrived is not None and arrived.ksef_number:
            _accept(tools, each, arrived, arrived.ksef_number, ref)
            return
    if original and tools.ksef.hash_of(original) == ours:
        _accept(tools, each, answer, original, named)
        return
    note = f"KSeF ma już pod tym numerem inną fakturę{f' ({original})' if original else ''}. Nadaj nowy numer albo wystaw korektę."
    _refuse(tools, each, "document.clash", answer, note)


def _in_session(tools: Tools, ref: str, ours: str) -> InvoiceStatus | None:
    """The accepted invoice with these bytes in a session, as far as we may look into it."""
    listed = tools.ksef.invoices(ref)
    return next((each for each in listed if each.hash == ours and each.ksef_number), None)


def fetch_upos(tools: Tools) -> None:
    """The UPO of every accepted document that has none yet; checked against our hash and number, then kept."""
    with tools.ledger.begin() as transaction:
        missing = documents.missing_upos(transaction, tools.company_id)
        refs = {each.id: documents.own_sessions_of(transaction, each.id) for each in missing}
    for each in missing:
        try:
            content = tools.ksef.upo_of_number(each.session_ref or refs[each.id][0][0], each.ksef_number or "")
        except (TryLater, Unsure):
            continue  # KSeF makes it a little later; the results do not wait for ever (results.py)
        with tools.ledger.begin() as transaction:
            transaction.point("upo.stored")
            transaction.update(document_table, each.id, upo=drops.store(transaction, "upo", content))
