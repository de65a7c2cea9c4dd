"""`run`, `tick` and `sandbox`: settings → wired tools → steps, until stopped or done."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from secrets import SystemRandom
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli import common

if TYPE_CHECKING:
    from bridge.ledger.store import Ledger
    from bridge.model.item import Made
    from bridge.model.job import Job
    from bridge.model.settings import Company, Settings
    from bridge.service import Outcome
    from bridge.work import Tick
    from bridge.worker import Readers


def run(
    config: common.Config = common.CONFIG,
    once: Annotated[bool, typer.Option("--once", help="Zrób wszystko, co teraz można, i skończ.")] = False,
    wait: Annotated[
        int, typer.Option("--wait", help="Z --once: czekaj tyle sekund, aż nic nie będzie czekać na KSeF.")
    ] = 0,
    as_json: common.Json = False,
) -> None:
    """Pilnuj folderów i pracuj: pliki → faktury w KSeF → wyniki."""
    settings = common.settings_of(config)
    stop = Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stop.set())
    outcome = work(settings, stop, wait if once else None)
    raise typer.Exit(_told(outcome, as_json=as_json))


def tick(
    company: common.Nip = "",
    config: common.Config = common.CONFIG,
    as_json: common.Json = False,
) -> None:
    """Zrób jeden krok jednej firmy (dla wsparcia)."""
    from bridge.cli import show

    settings = common.settings_of(config)
    chosen = common.company_of(settings, company)
    with wired(settings, [chosen]) as steps:
        told = steps[chosen.nip]()
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
    from bridge.errors import FixSetup
    from bridge.sandbox import Start, serve

    address = f"http{'s' if tls else ''}://127.0.0.1:{port}"
    show.console().print(f"Symulator KSeF: {address}  (podgląd: {address}/_sim, Ctrl-C kończy)")
    try:
        serve(port, Start(state, faults, settings, clock, tls))
    except (ValueError, OSError) as error:
        raise FixSetup(f"symulator: {error}") from error


def work(settings: Settings, stop: Event, wait: int | None) -> Outcome:
    """Run the loop over all companies; with `wait` in seconds: until all is done, at most that long."""
    from bridge import logs, service

    clock = common.clock_of(settings.environment)
    until = None if wait is None else clock() + timedelta(seconds=wait)
    with wired(settings, settings.companies) as steps, _woken(settings, until is None) as wake:
        logs.keep(settings.data)
        return service.run(steps, clock, stop, wake, until)


@contextmanager
def wired(settings: Settings, companies: Any) -> Iterator[Mapping[str, Callable[[], Tick]]]:
    """A step for each company, with ledger, lock, readers and KSeF behind it."""
    from bridge.doctor import consented
    from bridge.errors import FixSetup
    from bridge.files.lock import only_one
    from bridge.ledger.store import open_ledger
    from bridge.work.batches import sweep
    from bridge.worker import Readers

    if not consented(settings):
        raise FixSetup("produkcja wymaga jednorazowej zgody: ksef-bridge doctor --confirm-production.")
    with ExitStack() as stack:
        stack.enter_context(only_one(settings.data))
        ledger = open_ledger(settings.data, settings.ledger, common.hook_of(settings))
        stack.callback(ledger.close)
        sweep(ledger, settings.data)
        readers = Readers()
        stack.callback(readers.close)
        yield {each.nip: _step(settings, each, ledger, readers, stack) for each in companies}


def _step(
    settings: Settings, company: Company, ledger: Ledger, readers: Readers, stack: ExitStack
) -> Callable[[], Tick]:
    from bridge.files.folders import Folders
    from bridge.files.results import sweep
    from bridge.ksef.client import Ksef
    from bridge.ksef.credentials import load_for
    from bridge.ksef.environments import addresses
    from bridge.ksef.latarnia import Latarnia
    from bridge.ledger.drops import company_id
    from bridge.rebuilding import lost
    from bridge.work import Tools
    from bridge.work import tick as step
    from bridge.work.pace import LedgerPace

    now = common.clock_of(settings.environment)
    with ledger.begin() as transaction:
        owner = company_id(transaction, company.nip, settings.environment.value)
    pace = LedgerPace(ledger, owner, company.sending.reserve, now, SystemRandom().random)
    folders = Folders(company.inbox, company.outbox)
    if folders.results.is_dir():
        sweep(folders.outbox)
    ksef = Ksef(
        addresses(settings).api,
        company.nip,
        lambda: load_for(settings.environment, company.credential, now()),
        pace,
        now=now,
    )
    stack.callback(ksef.close)
    url = settings.ledger or f"sqlite:///{settings.data / 'ledger.sqlite'}"
    look = Latarnia(addresses(settings).latarnia).look
    tools = Tools(settings, company, owner, ledger, url, ksef, readers.read, _finish, now, time.monotonic, look)
    tools.lost = partial(lost, ledger, owner, folders)
    return lambda: step(tools, pace)


def _finish(draft: dict[str, Any], numbers: Mapping[str, str], job: Job) -> Made:
    from bridge.pipeline import TEMPLATE, Press, finish
    from bridge.reader import renderer, schema

    return finish(draft, dict(numbers), Press(renderer(draft.get(TEMPLATE, "")), schema(job.schema_dir), job.now))


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


def _told(outcome: Outcome, *, as_json: bool) -> int:
    """Say how it ended; the exit code."""
    from bridge.cli import show
    from bridge.errors import FixSetup, TryLater, Unsure

    codes = [common.WAITING] if outcome.waits else []
    for failed in outcome.broken.values():
        codes.append(common.SETUP if isinstance(failed, FixSetup) else common.UNAVAILABLE)
        if not isinstance(failed, FixSetup | TryLater | Unsure):
            raise failed
    codes += [common.UNAVAILABLE] * bool(outcome.troubles and outcome.waits)
    if as_json:
        broken = {nip: str(failed) for nip, failed in outcome.broken.items()}
        show.as_json({"waits": outcome.waits, "broken": broken, "troubles": dict(outcome.troubles)})
    else:
        for nip, failed in outcome.broken.items():
            show.console().print(f"{nip}: {failed}", style="bold red")
        for nip, sentences in outcome.troubles.items():
            for sentence in sentences:
                show.console().print(f"{nip}: {sentence}", style="yellow")
        show.console().print(
            f"Jeszcze czeka: {outcome.waits}" if outcome.waits else "Wszystko zrobione, nic nie czeka."
        )
    return common.exit_code(codes)
