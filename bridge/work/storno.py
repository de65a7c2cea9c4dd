"""An accepted invoice → its correction to zero, filed as a drop of its own and HELD until a person releases it."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import NamedTuple

from bridge.fa3.storno import to_zero
from bridge.fa3.xml.read import read
from bridge.files.names import drop_name
from bridge.ledger import documents, drops
from bridge.ledger.documents import Document
from bridge.ledger.drops import Copy, Filing
from bridge.ledger.store import Transaction
from bridge.model.errors import WrongRequest
from bridge.model.invoice import Correction, Invoice, Original
from bridge.model.item import Finished, Item, Made
from bridge.model.outcome import DocumentState, Verdict

WAITS = (
    "korekta do zera faktury {number}: obejrzyj ją i zwolnij (ksef-bridge release) albo wycofaj (ksef-bridge withdraw)"
)


class CorrectionToZero(NamedTuple):
    """What a person says of the correction; its lines come from the original."""

    number: str
    issued: date
    reason: str | None  # PrzyczynaKorekty
    kind: str | None  # TypKorekty: 1, 2 or 3


def original_of(transaction: Transaction, owner: int, ksef_number: str) -> Document:
    """Return the accepted invoice; WrongRequest when the ledger does not know it, or it was corrected before."""
    found = documents.by_ksef_number(transaction, owner, ksef_number)
    if found is None:
        raise WrongRequest(f"rejestr nie zna faktury o numerze KSeF {ksef_number}.")
    before = documents.corrections_of(transaction, owner, found)
    if before:
        raise WrongRequest(
            f"faktura {found.number} ma już korektę {', '.join(before)}: do zera liczy się od stanu po niej; "
            "przygotuj tę korektę w programie ERP."
        )
    return found


def drawn_up(transaction: Transaction, original: Document, correction: CorrectionToZero) -> Invoice:
    """Draw up the invoice that corrects all lines of `original` to zero."""
    corrects = Original(original.number, original.issued, original.ksef_number)
    says = Correction((corrects,), correction.reason, correction.kind)
    return to_zero(read(drops.stored(transaction, original.payload)), correction.number, correction.issued, says)


def hold(transaction: Transaction, owner: int, original: Document, made: Made, now: datetime) -> None:
    """File the correction as a drop with one item, READ and HELD in one transaction; WrongRequest when its number is used."""
    assert made.xml is not None
    if documents.number_used(transaction, owner, made.seller_nip, made.kind, made.number_key):
        raise WrongRequest(f"numer {made.number} ma już inna korekta; podaj inny.")
    copy = Copy("", hashlib.sha256(made.xml).hexdigest(), len(made.xml))
    drop = drops.take(transaction, owner, drop_name(f"storno {made.number}"), copy, now)
    drops.start(transaction, drop, now)
    item = Item(1, "", made.number, made.kind, Verdict.GOOD, made=made)
    drops.add(transaction, Filing(owner, drop, lambda _stored, _dropped: ([], ""), now), [item])
    drops.finish(transaction, drop, Finished(), now)
    for each in documents.by_number(transaction, owner, made.number):
        if each.state is DocumentState.READY and each.kind == made.kind:
            documents.hold(transaction, each.id, WAITS.format(number=original.number), None, now)
