"""`run`: settings → wired steps of all companies, over and over until stopped or done."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli import common

if TYPE_CHECKING:
    from bridge.app.service import Outcome
    from bridge.model.settings import Settings


def run(
    config: common.Config = common.CONFIG,
    once: Annotated[bool, typer.Option("--once", help="Zrób wszystko, co teraz można, i skończ.")] = False,
    wait: Annotated[
        int, typer.Option("--wait", help="Z --once: czekaj tyle sekund, aż nic nie będzie czekać na KSeF.")
    ] = 0,
    as_json: common.Json = False,
) -> None:
    """Pilnuj folderów i pracuj: pliki → faktury w KSeF → wyniki."""
    from bridge.cli.ending import ended, print_outcome

    settings = common.settings_of(config)
    stop = Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stop.set())
    if not once:
        _watched(settings)
    since = common.clock_of(settings.environment)()
    outcome = work(settings, stop, wait if once else None)
    raise typer.Exit(print_outcome(outcome, ended(settings, since), as_json=as_json))


def _watched(settings: Settings) -> None:
    """What is watched, for whoever started it at a terminal."""
    from bridge.cli import show

    for each in settings.companies:
        show.console(stderr=True).print(f"Pilnuję {each.inbox} ({each.name}, NIP {each.nip}, {settings.environment})")
    show.console(stderr=True).print("Ctrl-C kończy.")


def work(settings: Settings, stop: Event, wait: int | None, *, silent: bool = False) -> Outcome:
    """Run the loop over all companies; with `wait` in seconds: until all is done, at most that long."""
    from bridge.app import logs, service
    from bridge.app.pulse import beating
    from bridge.app.wiring import steps

    clock = common.clock_of(settings.environment)
    until = None if wait is None else clock() + timedelta(seconds=wait)
    hook = common.hook_of(settings)
    with steps(settings, settings.companies, clock, hook) as wired, _woken(settings, until is None) as wake:
        shown = logs.Terminal.NOTHING if silent else logs.Terminal.ALL if wait is None else logs.Terminal.TROUBLE
        logs.keep(settings.data, shown)
        with beating(settings, clock):
            return service.run(wired, clock, stop, wake, until)


@contextmanager
def _woken(settings: Settings, watching: bool) -> Iterator[Event]:
    """An event that folders set; only `run` without --once listens to them."""
    from bridge.files.events import waking

    wake = Event()
    if not watching:
        yield wake
        return
    with waking([company.inbox for company in settings.companies], wake):
        yield wake
