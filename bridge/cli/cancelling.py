"""`storno`: an accepted invoice → its correction to zero, shown and held until a person releases it."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli import common
from bridge.model.errors import WrongRequest

if TYPE_CHECKING:
    from bridge.ledger.documents import Document
    from bridge.ledger.store import Transaction
    from bridge.model.invoice import Invoice
    from bridge.model.item import Made
    from bridge.model.problem import Problem
    from bridge.model.settings import Company, Settings

WAITS = (
    "korekta do zera faktury {number}: obejrzyj ją i zwolnij (ksef-bridge release) albo wycofaj (ksef-bridge withdraw)"
)


def storno(
    ksef_number: Annotated[str, typer.Argument(help="Numer KSeF faktury, którą trzeba cofnąć.")],
    number: Annotated[str, typer.Option("--number", "--numer", help="Numer korekty; nadaje go firma, nigdy mostek.")],
    day: Annotated[str, typer.Option("--date", "--data", help="Data wystawienia RRRR-MM-DD; domyślnie dzisiaj.")] = "",
    reason: Annotated[str, typer.Option("--reason", "--powod", help="Przyczyna korekty.")] = "",
    kind: Annotated[str, typer.Option("--type", "--typ", help="Skutek w ewidencji VAT: 1, 2 albo 3.")] = "",
    config: common.Config = common.CONFIG,
    company: common.Nip = "",
) -> None:
    """Przygotuj korektę do zera faktury przyjętej w KSeF; czeka, aż człowiek ją zwolni."""
    from bridge.cli import show
    from bridge.fa3.storno import to_zero
    from bridge.fa3.xml.read import read
    from bridge.ledger import drops
    from bridge.model.invoice import Correction, Original
    from bridge.model.problem import errors

    settings = common.settings_of(config)
    chosen = common.company_of(settings, company)
    now = common.clock_of(settings.environment)()
    with common.asked(settings, chosen) as (transaction, owner):
        original = _original(transaction, owner, ksef_number)
        xml = drops.stored(transaction, original.payload)
    corrects = Original(original.number, original.issued, ksef_number)
    invoice = to_zero(read(xml), number, _day(day, now), Correction((corrects,), reason or None, kind or None))
    made, problems = _judged(settings, chosen, invoice, now)
    show.problems(show.console(), problems)
    if made is None:
        codes = ", ".join(each.code for each in errors(problems))
        raise WrongRequest(f"korekty {number} nie da się wystawić ({codes}); przygotuj ją w programie ERP.")
    with common.asked(settings, chosen) as (transaction, owner):
        _hold(transaction, owner, original, made, now)
    _show(invoice, original)


def _day(text: str, now: datetime) -> date:
    from bridge.work.tools import WARSAW

    if not text:
        return now.astimezone(WARSAW).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise WrongRequest(f"--date {text}: podaj datę jako RRRR-MM-DD.") from error


def _original(transaction: Transaction, owner: int, ksef_number: str) -> Document:
    """The accepted invoice; FixSetup when the ledger does not know it, or it was corrected before."""
    from bridge.ledger import documents

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


def _judged(settings: Settings, company: Company, invoice: Invoice, now: datetime) -> tuple[Made | None, list[Problem]]:
    """Through the same rules and schema as every invoice."""
    from bridge.app import wiring
    from bridge.conversion.pipeline import judged

    reading = wiring.job(settings, company, {}, now)
    return judged(invoice, wiring.press(reading), wiring.context(reading))


def _hold(transaction: Transaction, owner: int, original: Document, made: Made, now: datetime) -> None:
    """One drop of its own with one item, READ and HELD in one transaction: nothing is sent before a person says so."""
    from bridge.files.names import drop_name
    from bridge.ledger import documents, drops
    from bridge.ledger.drops import Copy, Filing
    from bridge.model.item import Finished, Item
    from bridge.model.outcome import DocumentState, Verdict

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


def _show(invoice: Invoice, original: Document) -> None:
    from bridge.cli import show

    assert invoice.totals is not None
    out = show.console()
    out.print(f"Korekta {invoice.number} z {invoice.issued} do faktury {original.number} ({original.ksef_number})")
    rows = [
        (
            str(line.number),
            line.name or "",
            "przed" if line.before else "po",
            show.amount(line.quantity),
            show.amount(line.net if line.net is not None else line.gross),
        )
        for line in invoice.lines
    ]
    out.print(show.table("Pozycje", ("lp.", "nazwa", "stan", "ilość", "wartość"), rows, right=("ilość", "wartość")))
    totals = invoice.totals
    out.print(
        f"Razem: netto {show.amount(totals.net_shown)}, VAT {show.amount(totals.vat)}, należność {show.amount(totals.due)} {invoice.currency}"
    )
    out.print(
        f"Wstrzymana. Wyślij: ksef-bridge release {invoice.number}   Zrezygnuj: ksef-bridge withdraw {invoice.number}"
    )
