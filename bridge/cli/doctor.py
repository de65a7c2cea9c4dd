"""`doctor`: settings and the world → findings, printed with what to do; nothing is sent."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from bridge.cli import common


def doctor(
    config: common.Config = common.CONFIG,
    confirm_production: Annotated[
        bool, typer.Option("--confirm-production", help="Potwierdź raz: wysyłamy prawdziwe faktury.")
    ] = False,
    take_over: Annotated[
        bool,
        typer.Option(
            "--take-over",
            "--przejmij",
            help="Foldery inbox należą odtąd do tej księgi; poprzedni mostek już nie działa.",
        ),
    ] = False,
    company: common.Nip = "",
    as_json: common.Json = False,
) -> None:
    """Sprawdź ustawienia, foldery, mapowania, certyfikat, zegar i połączenie z KSeF; niczego nie wysyła."""
    from bridge.admin import doctor as examination
    from bridge.cli import show
    from bridge.files import consent

    settings = common.settings_of(config)
    clock = common.clock_of(settings.environment)
    if confirm_production:
        show.console().print(f"Zgoda na produkcję zapisana: {consent.confirm_production(settings, clock())}")
    if take_over:
        for each in [common.company_of(settings, company)] if company else settings.companies:
            examination.take_over(settings, each, clock())
            show.console().print(f"Folder {each.inbox} należy teraz do tej księgi.")
    findings = examination.examine(settings, clock)
    if as_json:
        show.as_json({"findings": [asdict(each) for each in findings]})
    else:
        rows = [(each.health.value, each.name, each.sentence, each.advice) for each in findings]
        show.console().print(show.table("", ("ocena", "co", "stan", "co zrobić"), rows))
    bad = any(each.health is examination.Health.BAD for each in findings)
    raise typer.Exit(common.SETUP if bad else common.GOOD)
