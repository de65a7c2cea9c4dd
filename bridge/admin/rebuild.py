"""KSeF's metadata and the copies in the outbox → a lost ledger again, so that nothing is sent twice (ledger.md).

Every invoice that KSeF has of the company becomes an ACCEPTED document with its exact bytes: the copy in `faktury/` whose
hash KSeF knows, else downloaded. What stops for KSeF's limits goes on where it stopped when the command runs again.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from bridge.conversion.ready_xml import made_of
from bridge.files.folders import Folders
from bridge.ksef import upo
from bridge.ksef.client import Ksef
from bridge.ksef.sessions import SessionKind, SessionStatus, Sold
from bridge.ledger import documents, drops, facts, healing
from bridge.ledger.drops import Copy
from bridge.ledger.healing import Healed
from bridge.ledger.store import Ledger, Transaction, naive
from bridge.ledger.tables import document, source_file
from bridge.model.errors import FixSetup, TryLater
from bridge.model.item import Made
from bridge.model.outcome import DocumentState, DropState
from bridge.model.text import xml_collapsed
from bridge.work.item_problems import compare

WINDOW = timedelta(days=90)  # KSeF takes ranges up to 100 days
OPEN = frozenset({100, 170})  # opened; an interactive one that is closed. 150: being judged
QUIET = timedelta(minutes=15)
OVERLAP = timedelta(days=1)  # storing may lag behind what was shown
DROP = "odbudowa księgi"  # the drop that stands for what was sent before


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was put back, and what KSeF may still be at work on."""

    known: int  # documents that the ledger held already
    healed: int  # documents that the ledger took for unsent, undecided or clashing
    from_copies: int
    downloaded: int
    unfinished: tuple[str, ...]  # sessions that are not at their end: run again when they are
    complete_until: datetime | None  # KSeF's high-water mark
    strange: tuple[str, ...] = ()  # numbers under which the ledger and KSeF hold two accepted invoices


@dataclass(frozen=True, slots=True)
class CompanyPlace:
    """A company's ledger and folders."""

    ledger: Ledger
    owner: int
    folders: Folders


@dataclass(slots=True)
class _Work:
    ledger: Ledger
    owner: int
    ksef: Ksef
    copies: dict[str, Path]  # by the SHA-256 (hex) of their bytes
    now: Callable[[], datetime]
    drop: int
    known: int = 0
    from_copies: int = 0
    downloaded: int = 0
    healed: int = 0
    strange: list[str] = field(default_factory=list)


def rebuild(where: CompanyPlace, ksef: Ksef, since: datetime, now: Callable[[], datetime]) -> Rebuilt:
    """Put back every invoice accepted since then; TryLater when KSeF's limits are reached, to be run again."""
    with where.ledger.begin() as transaction:
        drop = _drop(transaction, where.owner, now())
        healing.take_back(transaction, where.owner, now())
        found = facts.answer(transaction, where.owner, facts.REBUILT)
    begin = datetime.fromisoformat(found.value["until"]) if found else since
    work = _Work(where.ledger, where.owner, ksef, _copies(where.folders), now, drop)
    # Sessions first: what ends between the two questions then counts as unfinished, never as seen.
    own = [each for kind in SessionKind for each in ksef.find_sessions(since, kind) if each.invoices]
    mark: datetime | None = None
    today = now()
    while begin < today:
        end = min(begin + WINDOW, today)
        for page in ksef.sold(begin, end if end < today else None):  # KSeF's own clock ends the last range
            for each in page.invoices:
                _put_back(work, each)
            mark = page.complete_until or mark
            _remember(work, page.invoices[-1].stored if page.invoices else None)
        begin = end
        _remember(work, begin - OVERLAP)
    for session in own:
        _name_session(work, session)
    unfinished = tuple(session.ref for session in own if _unfinished(session, mark, work.now()))
    return Rebuilt(work.known, work.healed, work.from_copies, work.downloaded, unfinished, mark, tuple(work.strange))


def _remember(work: _Work, until: datetime | None) -> None:
    """Save the position to resume from. Overlap is harmless: known KSeF numbers are skipped."""
    if until is not None:
        with work.ledger.begin() as transaction:
            facts.learn(transaction, work.owner, facts.REBUILT, {"until": until.isoformat()}, work.now())


def _drop(transaction: Transaction, owner: int, now: datetime) -> int:
    """One drop stands for all that was sent before; it has no results of its own."""
    wanted = sa.select(source_file.c.id).where(source_file.c.company == owner, source_file.c.name == DROP)
    row = transaction.one(wanted)
    if row is not None:
        return int(row.id)
    id_ = drops.take(transaction, owner, DROP, Copy("", "", 0), now)
    transaction.update(source_file, id_, state=DropState.READ, told=True)
    return id_


def _copies(folders: Folders) -> dict[str, Path]:
    files = (path for path in (folders.outbox / "faktury").rglob("*.xml") if not path.name.endswith(".upo.xml"))
    return {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in files}


def _put_back(work: _Work, each: Sold) -> None:
    sha256 = b64decode(each.hash).hex()
    with work.ledger.begin() as transaction:
        if documents.by_ksef_number(transaction, work.owner, each.ksef_number):
            work.known += 1
            return
    copy = work.copies.get(sha256)
    xml = copy.read_bytes() if copy else work.ksef.download(each.ksef_number, each.hash)
    made = made_of(xml)
    if made is None:
        raise FixSetup(f"Faktura {each.ksef_number} z KSeF nie ma formularza, który mostek zna. Zaktualizuj mostek.")
    confirmation = _confirmation(copy, made, each)
    with work.ledger.begin() as transaction:
        key = drops.store(transaction, "xml", xml)
        stored = drops.store(transaction, "upo", confirmation) if confirmation else None
        row = _row(work, made, each, key) | {"upo": stored}
        found = healing.heal(transaction, row, xml, compare, work.now())
        if found is Healed.STRANGE:
            work.strange.append(f"{made.number} ({each.ksef_number})")
            return
        if found is Healed.NEW:
            transaction.insert(document, **row)
    if found is Healed.HEALED:
        work.healed += 1
    elif copy:
        work.from_copies += 1
    else:
        work.downloaded += 1


def _row(work: _Work, made: Made, each: Sold, key: str) -> dict[str, object]:
    return {
        "company": work.owner,
        "seller_nip": made.seller_nip,
        "kind": made.kind,
        "number": made.number,
        "number_key": made.number_key,
        "issued": made.issued,
        "business_hash": made.business_hash,
        "hash_version": made.hash_version,
        "payload": key,
        "state": DocumentState.ACCEPTED,
        "form_code": made.form_code,
        "attachment": made.attachment,
        "corrects": [],
        "drop": work.drop,
        "ksef_number": each.ksef_number,
        "accepted_at": naive(each.accepted),
        "mode": each.mode.lower(),
    }


def _confirmation(copy: Path | None, made: Made, each: Sold) -> bytes | None:
    """The UPO beside a copy, when it is the one of this invoice."""
    path = copy.with_name(copy.name.removesuffix(".xml") + ".upo.xml") if copy else None
    if path is None or not path.is_file():
        return None
    content = path.read_bytes()
    ours = upo.Confirmed(made.seller_nip, each.ksef_number, xml_collapsed(made.number), each.hash)
    try:
        return None if upo.differences(content, ours) else content
    except TryLater:
        return None  # spoiled on the disk


def _name_session(work: _Work, session: SessionStatus) -> None:
    """Invoices without a UPO learn their session, out of which KSeF gives it; a list is read only while one is missing."""
    with work.ledger.begin() as transaction:
        wanted = sa.select(document.c.ksef_number, document.c.id).where(
            document.c.company == work.owner,
            document.c.state == DocumentState.ACCEPTED,
            document.c.upo.is_(None),
            document.c.session_ref == "",
        )
        missing = {row.ksef_number: row.id for row in transaction.rows(wanted)}
    if not missing or not session.accepted:
        return
    for each in work.ksef.invoices(session.ref):
        if each.ksef_number in missing:
            with work.ledger.begin() as transaction:
                transaction.update(document, missing[each.ksef_number], session_ref=session.ref)


def _unfinished(session: SessionStatus, mark: datetime | None, now: datetime) -> bool:
    """Whether an invoice of it may still be accepted, or was after the high-water mark: metadata do not show it.

    A session that stays open holds nothing back once all that came into it was judged and it has been quiet: whoever
    opened it is gone with its ledger, and KSeF closes an interactive one only after hours.
    """
    judged = session.accepted + session.refused >= session.invoices
    still_open = session.code < 200 and not (session.code in OPEN and judged and now - session.updated > QUIET)
    return still_open or (mark is not None and session.accepted > 0 and session.updated > mark)
