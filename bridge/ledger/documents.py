"""Documents between reading and the end: who waits for what, who may go, what KSeF said of them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from bridge.ledger.drops import DEAD, store, stored
from bridge.ledger.recall import recall
from bridge.ledger.store import Transaction, aware, naive
from bridge.ledger.tables import document, item, result_file, source_file
from bridge.model.item import Alike, KnownDocument, Made, Numbered, OnItsWay, UnknownOriginal
from bridge.model.outcome import DocumentState, DropState
from bridge.model.text import xml_collapsed

ORIGINAL_KINDS = ("VAT", "ZAL", "ROZ", "UPR")  # a correction names the original, never a correction (rule F09)
RELEASED = "zwolniona"  # a person decided: the day of P_1 is asked no more


@dataclass(frozen=True, slots=True)
class Document:
    """One row of `document`, as far as sending and results look at it."""

    id: int
    number: str
    kind: str
    seller_nip: str
    issued: date
    state: DocumentState
    reason: str
    form_code: str
    offline: bool
    offline_mode: str
    attachment: bool
    technical: str
    payload: str
    until: datetime | None
    not_before: datetime | None
    corrects: tuple[tuple[str, str], ...]
    ksef_number: str | None
    accepted_at: datetime | None
    mode: str
    session_ref: str
    upo: str | None
    code: str
    error: str


def documents(transaction: Transaction, owner: int, *states: DocumentState, planable: bool = False) -> list[Document]:
    """Documents in these states, oldest first; `planable` only of drops that were read to their end (ledger.md)."""
    wanted = (
        sa.select(document).where(document.c.company == owner, document.c.state.in_(states)).order_by(document.c.id)
    )
    if planable:
        wanted = wanted.join(source_file, source_file.c.id == document.c.drop).where(
            source_file.c.state == DropState.READ
        )
    return [document_from(row) for row in transaction.rows(wanted)]


def document_of(transaction: Transaction, id_: int) -> Document:
    """One document."""
    row = transaction.one(sa.select(document).where(document.c.id == id_))
    assert row is not None
    return document_from(row)


def by_number(transaction: Transaction, owner: int, number: str) -> list[Document]:
    """Living documents of that number."""
    wanted = sa.select(document).where(
        document.c.company == owner, document.c.number == number, document.c.state.not_in(DEAD)
    )
    return [document_from(row) for row in transaction.rows(wanted)]


def by_ksef_number(transaction: Transaction, owner: int, ksef_number: str) -> Document | None:
    """The accepted document with that number."""
    wanted = sa.select(document).where(
        document.c.company == owner, document.c.ksef_number == ksef_number, document.c.state == DocumentState.ACCEPTED
    )
    row = transaction.one(wanted)
    return document_from(row) if row else None


def corrections_of(transaction: Transaction, owner: int, original_: Document) -> list[str]:
    """Numbers of living corrections of a document."""
    wanted = sa.select(document.c.number, document.c.corrects).where(
        document.c.company == owner,
        document.c.seller_nip == original_.seller_nip,
        document.c.kind.like("KOR%"),
        document.c.state.not_in(DEAD),
    )
    named = [original_.number, original_.issued.isoformat()]
    return [row.number for row in transaction.rows(wanted) if named in [list(each) for each in row.corrects]]


def by_payload(transaction: Transaction, owner: int, sha256: str) -> Document | None:
    """The latest document with exactly these bytes."""
    wanted = sa.select(document).where(document.c.company == owner, document.c.payload == sha256)
    row = transaction.one(wanted.order_by(document.c.id.desc()))
    return document_from(row) if row else None


def original(
    transaction: Transaction, owner: int, seller_nip: str, number: str, issued: date
) -> Numbered | OnItsWay | UnknownOriginal:
    """What became of the invoice that a correction names, found by seller, number and date."""
    wanted = sa.select(document).where(
        document.c.company == owner,
        document.c.seller_nip == seller_nip,
        document.c.number_key == xml_collapsed(number),
        document.c.issued == issued,
        document.c.kind.in_(ORIGINAL_KINDS),
        document.c.state.not_in(DEAD),
    )
    row = transaction.one(wanted)
    if row is None:
        return UnknownOriginal(named(transaction, owner, seller_nip, number))
    return Numbered(row.ksef_number) if row.ksef_number else OnItsWay()


def named(transaction: Transaction, owner: int, seller_nip: str, number: str) -> tuple[KnownDocument, ...]:
    """Every document of that number, of any day, kind and state: the living first, then the latest."""
    wanted = sa.select(document).where(
        document.c.company == owner,
        document.c.seller_nip == seller_nip,
        document.c.number_key == xml_collapsed(number),
    )
    rows = sorted(transaction.rows(wanted), key=lambda row: (row.state in DEAD, -row.id))
    return tuple(
        KnownDocument(row.number, row.kind, row.issued, DocumentState(row.state), row.ksef_number or "") for row in rows
    )


def accepted_bytes(transaction: Transaction, owner: int, ksef_number: str) -> bytes | None:
    """The XML that KSeF accepted under that number, when it is ours."""
    wanted = sa.select(document.c.payload).where(
        document.c.company == owner,
        document.c.ksef_number == ksef_number,
        document.c.state == DocumentState.ACCEPTED,
    )
    row = transaction.one(wanted)
    return stored(transaction, row.payload) if row else None


def alike(transaction: Transaction, owner: int, likenesses: Collection[str]) -> list[Alike]:
    """Living documents that differ from these in number and days at the most."""
    wanted = sa.select(document.c.likeness, document.c.number, document.c.number_key, document.c.issued).where(
        document.c.company == owner, document.c.likeness.in_(likenesses), document.c.state.not_in(DEAD)
    )
    return [Alike(row.likeness, row.number, row.number_key, row.issued) for row in transaction.rows(wanted)]


def number_used(transaction: Transaction, owner: int, seller_nip: str, kind: str, number_key: str) -> bool:
    """Whether a living document of that number exists."""
    wanted = sa.select(document.c.id).where(
        document.c.company == owner,
        document.c.seller_nip == seller_nip,
        document.c.kind == kind,
        document.c.number_key == number_key,
        document.c.state.not_in(DEAD),
    )
    return transaction.one(wanted) is not None


def draft(transaction: Transaction, each: Document) -> dict[str, Any]:
    """The values of a DRAFT."""
    made: dict[str, Any] = json.loads(stored(transaction, each.payload))
    return made


def finish(transaction: Transaction, id_: int, made: Made, now: datetime) -> bool:
    """DRAFT → READY: its bytes are frozen now."""
    assert made.xml is not None
    sha256 = store(transaction, "xml", made.xml)
    values = {
        "payload": sha256,
        "business_hash": made.business_hash,
        "hash_version": made.hash_version,
        "attachment": made.attachment,
    }
    return transaction.move("document.finished", id_, now, **values)


def succeed(transaction: Transaction, refused: int, values: Mapping[str, Any]) -> int:
    """A new document in the place of a refused one: its items and its picture are the new one's; the new id."""
    row = transaction.one(sa.select(document).where(document.c.id == refused))
    assert row is not None
    afresh = {"id", "ksef_number", "accepted_at", "mode", "session_ref", "upo", "code", "error", "not_before"}
    kept = {name: value for name, value in row._mapping.items() if name not in afresh}  # noqa: SLF001 - its public name
    new = transaction.insert(document, **{**kept, **values})
    for table, more in ((item, ()), (result_file, (result_file.c.kind == "pdf",))):
        moved = table.update().where(table.c.document == refused, *more).values(document=new)
        transaction.connection.execute(moved)
    return new


def hold(transaction: Transaction, id_: int, reason: str, not_before: datetime | None, now: datetime) -> bool:
    """READY → HELD: it waits for a person, or until `not_before`."""
    return transaction.move(
        "document.held", id_, now, reason=reason, not_before=naive(not_before) if not_before else None
    )


def release(transaction: Transaction, id_: int, now: datetime, *, by_person: bool) -> bool:
    """HELD → READY; the bytes stay as they are."""
    return transaction.move("document.released", id_, now, reason=RELEASED if by_person else "", not_before=None)


def withdraw(transaction: Transaction, id_: int, reason: str, now: datetime) -> bool:
    """DRAFT, READY or HELD → WITHDRAWN, and SENDING as long as it has surely not left."""
    recall(transaction, id_, now)
    return transaction.move("document.withdrawn", id_, now, reason=reason)


def missing_upos(transaction: Transaction, owner: int, most: int, but: Collection[int] = ()) -> list[Document]:
    """Accepted documents whose UPO is still to be fetched."""
    wanted = sa.select(document).where(*_unconfirmed(owner), document.c.id.not_in(list(but)))
    return [document_from(row) for row in transaction.rows(wanted.order_by(document.c.id).limit(most))]


def count_missing_upos(transaction: Transaction, owner: int, since: datetime) -> int:
    """How many of those were accepted since then."""
    wanted = sa.select(sa.func.count()).where(*_unconfirmed(owner), document.c.accepted_at >= naive(since))
    return int(transaction.rows(wanted)[0][0])


def _unconfirmed(owner: int) -> tuple[sa.ColumnElement[bool], ...]:
    """Where the session is known: KSeF gives a UPO only out of the session it belongs to."""
    accepted = (document.c.company == owner, document.c.state == DocumentState.ACCEPTED, document.c.upo.is_(None))
    return *accepted, document.c.session_ref != ""


def count(transaction: Transaction, owner: int, *states: DocumentState) -> int:
    """How many documents are in these states."""
    wanted = sa.select(sa.func.count()).where(document.c.company == owner, document.c.state.in_(states))
    return int(transaction.rows(wanted)[0][0])


def with_attachment(transaction: Transaction, owner: int) -> list[int]:
    """READY documents with an attachment that nobody released by hand."""
    wanted = sa.select(document.c.id).where(
        document.c.company == owner,
        document.c.state == DocumentState.READY,
        document.c.attachment.is_(True),
        document.c.reason != RELEASED,
    )
    return [row.id for row in transaction.rows(wanted)]


def items_of(transaction: Transaction, drop_id: int) -> list[Any]:
    """Items of a drop in the order of the file."""
    return transaction.rows(sa.select(item).where(item.c.file == drop_id).order_by(item.c.ordinal))


def of_drop(transaction: Transaction, drop_id: int) -> dict[int, Document]:
    """The documents that a drop's items point to, by id; some may be of earlier drops."""
    wanted = sa.select(document).join(item, item.c.document == document.c.id).where(item.c.file == drop_id)
    return {row.id: document_from(row) for row in transaction.rows(wanted)}


def document_from(row: Any) -> Document:
    """A row of `document`."""
    return Document(
        row.id,
        row.number,
        row.kind,
        row.seller_nip,
        row.issued,
        DocumentState(row.state),
        row.reason,
        row.form_code,
        row.offline,
        row.offline_mode,
        row.attachment,
        row.technical,
        row.payload,
        aware(row.until),
        aware(row.not_before),
        tuple((number, issued) for number, issued in row.corrects),
        row.ksef_number,
        aware(row.accepted_at),
        row.mode,
        row.session_ref,
        row.upo,
        row.code,
        row.error,
    )
