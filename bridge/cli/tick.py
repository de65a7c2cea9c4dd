"""`tick`: one step of one company, for support."""

from __future__ import annotations

import typer

from bridge.cli import common


def tick(
    company: common.Nip = "",
    config: common.Config = common.CONFIG,
    as_json: common.Json = False,
) -> None:
    """Zrób jeden krok jednej firmy (dla wsparcia)."""
    from bridge.app import logs
    from bridge.app.wiring import steps
    from bridge.cli import show

    settings = common.settings_of(config)
    chosen = common.company_of(settings, company)
    with steps(settings, [chosen], common.clock_of(settings.environment), common.hook_of(settings)) as wired:
        logs.keep(settings.data)
        told = wired[chosen.nip]()
    if as_json:
        show.as_json({"next_at": told.next_at.isoformat(), "waits": told.waits})
    else:
        show.console().print(f"Następny krok: {told.next_at:%Y-%m-%d %H:%M:%S} UTC; czeka na KSeF: {told.waits}")
    raise typer.Exit(common.WAITING if told.waits else common.GOOD)
