"""`run`, `tick` and `sandbox`: settings → wired tools → steps, until stopped or done."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
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
    from bridge.cli.ending import ended, told

    settings = common.settings_of(config)
    stop = Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stop.set())
    if not once:
        _watched(settings)
    since = common.clock_of(settings.environment)()
    outcome = work(settings, stop, wait if once else None)
    raise typer.Exit(told(outcome, ended(settings, since), as_json=as_json))


def _watched(settings: Settings) -> None:
    """What is watched, for whoever started it at a terminal."""
    from bridge.cli import show

    for each in settings.companies:
        show.console(stderr=True).print(f"Pilnuję {each.inbox} ({each.name}, NIP {each.nip}, {settings.environment})")
    show.console(stderr=True).print("Ctrl-C kończy.")


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


def sandbox(
    port: Annotated[int, typer.Option("--port", help="Port na 127.0.0.1.")] = 8765,
    state: Annotated[Path | None, typer.Option("--state", help="Plik, w którym symulator pamięta faktury.")] = None,
    faults: Annotated[Path | None, typer.Option("--faults", help="Plik JSON z listą awarii.")] = None,
    settings: Annotated[Path | None, typer.Option("--settings", help="Plik JSON z ustawieniami symulatora.")] = None,
    clock: Annotated[Path | None, typer.Option("--clock", help="Plik zegara, wspólny z KSEF_BRIDGE_CLOCK.")] = None,
    tls: Annotated[
        Path | None, typer.Option("--tls", help="Folder na certyfikaty; symulator mówi wtedy po TLS.")
    ] = None,
) -> None:
    """Uruchom symulator KSeF na tym komputerze."""
    from bridge.cli import show
    from bridge.model.errors import FixSetup, WrongRequest
    from bridge.sandbox import Start, serve
    from bridge.system.causes import cause_of

    with socket.socket() as free:  # the server itself would end without a word
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(os.name == "posix"))
        try:
            free.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            cause = cause_of(error) if isinstance(error, OSError) else "port to liczba od 0 do 65535"
            raise WrongRequest(f"symulator nie może słuchać na porcie {port}: {cause}. Podaj inny: --port.") from error
    address = f"http{'s' if tls else ''}://127.0.0.1:{port}"
    show.console().print(f"Symulator KSeF: {address}  (podgląd: {address}/_sim, Ctrl-C kończy)")
    try:
        serve(port, Start(state, faults, settings, clock, tls))
    except (ValueError, OSError) as error:
        raise FixSetup(f"symulator: {error}") from error


def work(settings: Settings, stop: Event, wait: int | None, *, silent: bool = False) -> Outcome:
    """Run the loop over all companies; with `wait` in seconds: until all is done, at most that long."""
    from bridge.app import logs, service
    from bridge.app.pulse import beating
    from bridge.app.wiring import steps

    clock = common.clock_of(settings.environment)
    until = None if wait is None else clock() + timedelta(seconds=wait)
    hook = common.hook_of(settings)
    with steps(settings, settings.companies, clock, hook) as wired, _woken(settings, until is None) as wake:
        told = logs.Terminal.NOTHING if silent else logs.Terminal.ALL if wait is None else logs.Terminal.TROUBLE
        logs.keep(settings.data, told)
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
