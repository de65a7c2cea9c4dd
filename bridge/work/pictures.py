"""Documents → PDFs beside their XML: at once for what is issued offline, with its KSeF number when it has one.

A step of its own behind all sending: what goes wrong with a picture is told and stops nothing.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

from bridge import __version__
from bridge.fa3.picture import qr
from bridge.fa3.picture.picture import Stamp, picture
from bridge.files.names import safe_name
from bridge.files.writing import put
from bridge.ksef.credentials import load_offline
from bridge.ksef.environments import addresses
from bridge.ledger import drops
from bridge.ledger import pictures as ledger
from bridge.ledger.documents import Document
from bridge.ledger.pictures import Picture
from bridge.model.errors import FixSetup
from bridge.model.outcome import DocumentState
from bridge.model.settings import Company, Settings
from bridge.work.guard import stopped_by
from bridge.work.tools import WARSAW, DrawingProgress, Tools

STEP, BUSY = timedelta(seconds=1.5), timedelta(seconds=0.2)  # how long one step may draw; and while sending waits
A_DAY = timedelta(days=1)
PAST = timedelta(days=7)  # an invoice accepted longer ago gets its picture by `ksef-bridge picture`
NO_KEY = (
    "Faktura wystawiona offline potrzebuje kodu II, a nie ma certyfikatu Offline. Podaj go w ustawieniach "
    "(offline.certificate); do tego czasu nie wydawaj nabywcy obrazu tej faktury."
)


def draw(tools: Tools, sending_at: datetime | None) -> bool:
    """Some of the pictures that are due, few while a session wants to go on; whether more are.

    Nothing is asked while the ledger stands still.
    """
    busy = sending_at is not None and sending_at <= tools.now()
    with tools.ledger.begin() as transaction:
        last = ledger.latest(transaction)
    if (last, 0) != (tools.drawn.last, tools.drawn.left):
        tools.drawn = _drawn(tools, last, BUSY if busy else STEP)
    tools.alarms += tools.drawn.alarms
    return bool(tools.drawn.left)


def _drawn(tools: Tools, last: int, budget: timedelta) -> DrawingProgress:
    began, now = tools.clock(), tools.now()
    key, alarms = _key(tools.company, now)
    signed = key is not None
    for each in _due(tools, signed=signed):
        _draw_one(tools, each, key)
        if tools.clock() - began > budget.total_seconds():
            break
    left = len(_due(tools, signed=signed))
    with tools.ledger.begin() as transaction:
        alarms += ledger.failed(transaction, tools.company_id)
        if not signed and ledger.unsigned(transaction, tools.company_id, now - A_DAY):
            alarms.append(NO_KEY)
    return DrawingProgress(last, left, tuple(alarms))


def _key(company: Company, now: datetime) -> tuple[qr.OfflineKey | None, list[str]]:
    try:
        return offline_key(company, now), []
    except FixSetup as error:
        return None, [str(error)]


def _due(tools: Tools, *, signed: bool) -> list[Document]:
    """Some of the documents whose picture is still to be drawn, as far as it can be."""
    with tools.ledger.begin() as transaction:
        wanted = tools.company.pictures.of
        return ledger.due(transaction, tools.company_id, wanted, since=tools.now() - PAST, signed=signed)


def _draw_one(tools: Tools, each: Document, key: qr.OfflineKey | None) -> None:
    with tools.ledger.begin() as transaction:
        xml = drops.stored(transaction, each.payload)
    path = place_of(tools.company, each)
    try:
        content = picture(xml, stamp_of(tools.settings, tools.company, each, key))
    except Exception as error:  # noqa: BLE001 - of a picture only: it is told, and nothing else waits for it
        stopped = stopped_by(tools, f"obraz faktury {each.number}", error)
        made = Picture(each.id, "", "", f"Obraz faktury {each.number} nie powstał: {stopped.sentence}")
    else:
        put(path, content)
        made = Picture(each.id, told_path(tools.company, path), hashlib.sha256(content).hexdigest(), "")
    with tools.ledger.begin() as transaction:
        ledger.note(transaction, made, numbered=each.ksef_number is not None, now=tools.now())


def place_of(company: Company, each: Document) -> Path:
    """By the month of P_1, in the outbox or where the setting says."""
    folder = company.pictures.folder or company.outbox / "faktury"
    return folder / f"{each.issued:%Y-%m}" / f"{safe_name(each.number)}.pdf"


def told_path(company: Company, path: Path) -> str:
    """As `plik_pdf` says it: from the outbox, or whole when it lies elsewhere."""
    inside = path.is_relative_to(company.outbox)
    return path.relative_to(company.outbox).as_posix() if inside else str(path)


def stamp_of(settings: Settings, company: Company, each: Document, key: qr.OfflineKey | None) -> Stamp:
    """Number, moment and both links of a document, as they are now."""
    facts = qr.CodeFacts(each.seller_nip, each.issued, each.payload)
    base = addresses(settings).qr
    context = qr.IssuerContext("Nip", company.nip)
    accepted = each.state is DocumentState.ACCEPTED and each.accepted_at
    return Stamp(
        ksef_number=each.ksef_number or "",
        accepted=f"przyjęta {moment_of(each.accepted_at)}" if accepted else "",
        invoice_link=qr.invoice_link(base, facts),
        certificate_link=qr.certificate_link(base, facts, context, key) if key and issued_offline(each) else "",
        origin=f"ksef-bridge {__version__}",
    )


def issued_offline(each: Document) -> bool:
    """Whether it needs KOD II: issued offline by us, or made so by KSeF."""
    return each.offline or each.mode == "offline"


def moment_of(moment: datetime | None) -> str:
    """Warsaw time."""
    return f"{moment.astimezone(WARSAW):%Y-%m-%d %H:%M:%S}" if moment else ""


def offline_key(company: Company, now: datetime) -> qr.OfflineKey | None:
    """The key of the Offline certificate; None when the company has none; FixSetup when it cannot be used."""
    if company.offline.certificate is None:
        return None
    signer = load_offline(company.offline.certificate, now)
    return qr.OfflineKey(qr.serial_of(signer.certificate.serial_number), signer.key)
