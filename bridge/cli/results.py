"""`results --again`: a file's name → its results written once more by the next step."""

from __future__ import annotations

from typing import Annotated

import typer

from bridge.cli import common
from bridge.model.errors import WrongRequest


def results(
    again: Annotated[str, typer.Option("--again", help="Nazwa pliku, którego wyniki mają powstać jeszcze raz.")],
    config: common.Config = common.CONFIG,
    company: common.Nip = "",
) -> None:
    """Zapisz wyniki pliku jeszcze raz, z księgi: przy najbliższym kroku."""
    from bridge.cli import show
    from bridge.ledger.overview import forget_results

    settings = common.settings_of(config)
    with common.asked(settings, common.company_of(settings, company)) as (transaction, owner):
        found = forget_results(transaction, owner, again)
    if not found:
        raise WrongRequest(f"księga nie zna pliku {again}.")
    show.console().print(f"Wyniki pliku {again} powstaną jeszcze raz przy najbliższym kroku (ksef-bridge run).")
