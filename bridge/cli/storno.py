"""`storno`: an accepted invoice → its correction to zero, shown and held until a person releases it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli import common
from bridge.model.errors import WrongRequest

if TYPE_CHECKING:
    from bridge.ledger.documents import Document
    from bridge.model.invoice import Invoice


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
    from bridge.app import wiring
    from bridge.cli import show
    from bridge.conversion.pipeline import judged
    from bridge.model.problem import errors
    from bridge.work import storno as decision

    settings = common.settings_of(config)
    chosen = common.company_of(settings, company)
    now = common.clock_of(settings.environment)()
    correction = decision.CorrectionToZero(number, _day(day, now), reason or None, kind or None)
    with common.asked(settings, chosen) as (transaction, owner):
        original = decision.original_of(transaction, owner, ksef_number)
        invoice = decision.drawn_up(transaction, original, correction)
    reading = wiring.job(settings, chosen, {}, now)
    made, problems = judged(invoice, wiring.press(reading), wiring.context(reading))
    show.problems(show.console(), problems)
    if made is None:
        codes = ", ".join(each.code for each in errors(problems))
        raise WrongRequest(f"korekty {number} nie da się wystawić ({codes}); przygotuj ją w programie ERP.")
    with common.asked(settings, chosen) as (transaction, owner):
        decision.hold(transaction, owner, original, made, now)
    _show(invoice, original)


def _day(text: str, now: datetime) -> date:
    from bridge.work.tools import WARSAW

    if not text:
        return now.astimezone(WARSAW).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise WrongRequest(f"--date {text}: podaj datę jako RRRR-MM-DD.") from error


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
