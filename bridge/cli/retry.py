"""`retry`: an archived file → back in the inbox, to be read with the mapping as it is now."""

from __future__ import annotations

from typing import Annotated

import typer

from bridge.cli import common
from bridge.model.errors import WrongRequest


def retry(
    file: Annotated[str, typer.Argument(help="Nazwa pliku z archiwum.")] = "",
    refused: Annotated[bool, typer.Option("--refused", help="Wszystkie odrzucone pliki.")] = False,
    another: Annotated[
        list[str] | None,
        typer.Option(
            "--other-invoice",
            "--inna-faktura",
            help="Numer korekty albo rozliczenia odrzuconego kodem RF05 lub RF29. Potwierdzam: faktura poza KSeF, którą "
            "wskazuje, to inna, starsza faktura o tym samym numerze. Decyzja zostaje w księdze.",
        ),
    ] = None,
    config: common.Config = common.CONFIG,
    company: common.Nip = "",
) -> None:
    """Wrzuć plik z archiwum jeszcze raz, do odczytania dzisiejszym mapowaniem; wysłane będzie tylko to, czego nie przyjęto."""
    from bridge.cli import show
    from bridge.ledger.overview import archived, refused_names
    from bridge.work import decisions

    settings = common.settings_of(config)
    chosen = common.company_of(settings, company)
    with common.asked(settings, chosen) as (transaction, owner):
        for number in another or ():
            for decided in decisions.other_invoice(
                transaction, owner, file, number, common.clock_of(settings.environment)()
            ):
                show.console().print(f"{number}: wskazuje inną, starszą fakturę {decided}, wystawioną poza KSeF.")
        names = refused_names(transaction, owner) if refused else [file]
        copies = {name: archived(transaction, owner, name) for name in names}
    for name, places in copies.items():
        if not places:
            raise WrongRequest(f"w archiwum nie ma pliku {name}.")
        decisions.drop_again(chosen.outbox / places[0], name, chosen.inbox)
        show.console().print(f"{name}: wrócił do {chosen.inbox}")
