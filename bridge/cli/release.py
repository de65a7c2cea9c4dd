"""`release`: the number of a held invoice → READY, to be sent as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli import common

if TYPE_CHECKING:
    from datetime import datetime

    from bridge.ledger.documents import Document
    from bridge.model.settings import Company

Number = Annotated[str, typer.Argument(help="Numer faktury.")]
OFFLINE = (
    "Pójdzie do KSeF z oznaczeniem offline, te same bajty; termin wysłania: {until}. Obraz z oboma kodami: {folder}."
)


def release(number: Number, config: common.Config = common.CONFIG, company: common.Nip = "") -> None:
    """Zwolnij wstrzymaną fakturę: pójdzie do KSeF taka, jaka jest."""
    from bridge.cli import show
    from bridge.work import decisions

    settings = common.settings_of(config)
    now = common.clock_of(settings.environment)()
    chosen = common.company_of(settings, company)
    with common.asked(settings, chosen) as (transaction, owner):
        released = decisions.release(transaction, owner, number, now)
    show.console().print(f"Faktura {number}: zwolniona.")
    for line in filter(None, (_consequence(each, chosen, now) for each in released)):
        show.console().print(line)


def _consequence(document: Document, company: Company, now: datetime) -> str:
    """Say how a released document travels when it is late or offline; "" when it goes as any other."""
    from bridge.work.offline import moment_of
    from bridge.work.planning import past
    from bridge.work.tools import WARSAW

    if document.offline:
        return OFFLINE.format(until=moment_of(document.until), folder=company.outbox / "faktury")
    late = document.issued < now.astimezone(WARSAW).date()
    return f"Zwolniona po terminie: {past(document.issued)}." if late else ""
