"""`withdraw`: the number of an invoice that is not on its way → WITHDRAWN."""

from __future__ import annotations

from typing import Annotated

import typer

from bridge.cli import common

Number = Annotated[str, typer.Argument(help="Numer faktury.")]


def withdraw(
    number: Number,
    config: common.Config = common.CONFIG,
    company: common.Nip = "",
    not_handed_over: Annotated[
        bool,
        typer.Option(
            "--not-handed-over",
            "--nie-wydana",
            help="Potwierdzam: nabywca nie dostał obrazu faktury wystawionej offline.",
        ),
    ] = False,
) -> None:
    """Wycofaj fakturę, która nie jest jeszcze wysyłana."""
    from bridge.cli import show
    from bridge.work import decisions

    settings = common.settings_of(config)
    with common.asked(settings, common.company_of(settings, company)) as (transaction, owner):
        decisions.withdraw(
            transaction, owner, number, common.clock_of(settings.environment)(), not_handed_over=not_handed_over
        )
    show.console().print(f"Faktura {number}: wycofana.")
