"""KSeF refused an invoice that was issued offline → a technical correction, by the bridge or by a person.

The buyer may hold its picture, so it must reach KSeF: with the same business content, by `hashOfCorrectedInvoice`, in an
interactive session (protocol.md, 9.3). In a chain each correction names the first one, whose codes the buyer holds.
"""

from __future__ import annotations

from bridge.fa3.xml.repair import repaired
from bridge.ledger import documents, drops
from bridge.ledger.documents import Document
from bridge.ledger.store import Transaction
from bridge.model.outcome import DocumentState

TECHNICAL = frozenset({430, 450})  # the file, its schema; rights and consents are no technical reason
BY_MAPPING = (
    f"{drops.REFUSED_OFFLINE}: popraw przyczynę i odczytaj plik jeszcze raz (ksef-bridge retry), a mostek wyśle korektę "
    "techniczną o tej samej treści. {{said}}"
)
BY_RIGHTS = (
    f"{drops.REFUSED_OFFLINE}: usuń przyczynę w KSeF i zwolnij ją (ksef-bridge release), pójdą te same bajty. {{said}}"
)


def after_refusal(transaction: Transaction, own: Document, code: int, said: str) -> None:
    """The refused document gets a successor: READY when its bytes could be mended here, else HELD with advice."""
    mended = repaired(drops.stored(transaction, own.payload)) if code in TECHNICAL else None
    if mended is not None:
        values = {
            "state": DocumentState.READY,
            "payload": drops.store(transaction, "xml", mended),
            "technical": own.technical or own.payload,
            "reason": "",
        }
    else:
        told = (BY_MAPPING if code in TECHNICAL else BY_RIGHTS).format(said=said)
        values = {"state": DocumentState.HELD, "reason": told}
    documents.succeed(transaction, own.id, values)
