"""`status`: the ledger of each company → what waits and why, what must be mended, and how many invoices are in each state."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from bridge.cli import common

if TYPE_CHECKING:
    from bridge.ledger.overview import Overview


def status(config: common.Config = common.CONFIG, company: common.Nip = "", as_json: common.Json = False) -> None:
    """Pokaż, co czeka i dlaczego, i ile faktur jest w każdym stanie."""
    from bridge.cli import show
    from bridge.ledger.overview import overview
    from bridge.ledger.store import open_ledger
    from bridge.work.old_ledger import Post, behind
    from bridge.work.overview import state_of

    settings = common.settings_of(config)
    stopped = False
    chosen = [common.company_of(settings, company)] if company else list(settings.companies)
    seen = []
    for each in chosen:
        with common.asked(settings, each) as (transaction, owner):
            told = overview(transaction, owner, each.nip, each.name, common.clock_of(settings.environment)())
        with closing(open_ledger(settings.data, settings.ledger)) as ledger:
            old = behind(Post(ledger, owner, each.nip, settings.environment.value, each.outbox))
        stopped = stopped or bool(old)
        seen.append(replace(told, troubles=tuple(filter(None, dict.fromkeys((old, *told.troubles))))))
    if as_json:
        show.as_json({"companies": [state_of(each) for each in seen]})
    else:
        for told in seen:
            _print(told)
    codes = [common.SETUP] if stopped else []
    codes += [common.INVOICES for told in seen if told.failed]
    codes += [common.WAITING for told in seen if told.waiting or told.files_waiting]
    raise typer.Exit(common.exit_code(codes))


def _print(told: Overview) -> None:
    from bridge.cli import show

    out = show.console()
    counts = ", ".join(f"{name} {count}" for name, count in sorted(told.counts.items())) or "brak faktur"
    out.print(f"{told.name} (NIP {told.nip}): {counts}")
    out.print(_alive(told), style="" if told.pulse and told.pulse.lives(told.at) else "yellow")
    for trouble in told.troubles:
        out.print(f"przeszkadza: {trouble}", style="bold red")
    if told.failed:
        lines = [(one.number or "cały plik", one.status, one.code, one.reason, one.file) for one in told.failed]
        out.print(
            show.table("Do poprawy: tych faktur nie ma w KSeF", ("numer", "stan", "kod", "dlaczego", "plik"), lines)
        )
    for name in told.files_waiting:
        out.print(f"czeka na odczytanie: {name}")
    if told.waiting:
        rows = [
            (one.number, one.status, one.reason, one.issued, show.local(one.until), one.file) for one in told.waiting
        ]
        out.print(show.table("Czeka", ("numer", "stan", "na co", "data wyst.", "wysłać do", "plik"), rows))
    for warning in told.warnings:
        out.print(f"uwaga: {warning}", style="yellow")
    if told.budgets:
        limits = [
            (
                one.group,
                str(one.made),
                str(one.allowed or "?"),
                f"{one.frozen_until:%H:%M:%S} UTC" if one.frozen_until else "",
            )
            for one in told.budgets
        ]
        out.print(
            show.table("Wywołania KSeF w ostatniej godzinie", ("grupa", "było", "limit", "wstrzymana do"), limits)
        )


def _alive(told: Overview) -> str:
    """Whether a bridge works here."""
    from bridge.cli import show

    if told.pulse is None:
        return "mostek jeszcze tu nie pracował (ksef-bridge run)"
    if told.pulse.lives(told.at):
        return f"mostek pracuje od {show.local(told.pulse.since)}"
    return f"mostek nie działa od {show.local(told.pulse.at)} (ksef-bridge run)"
