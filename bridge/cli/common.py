"""Options of the command line → settings, company, mapping and clock; results → exit code (design.md, section 5)."""

from __future__ import annotations

import json
import os
import re
import signal
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.model.errors import FixSetup, WrongRequest
from bridge.model.settings import Company, Environment, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bridge.ledger.store import Hook, Transaction

Config = Annotated[Path, typer.Option("--config", help="Plik ustawień.", show_default=True)]
Json = Annotated[bool, typer.Option("--json", help="Wynik dla maszyn: jeden obiekt JSON.")]
Nip = Annotated[str, typer.Option("--company", help="NIP firmy; potrzebny, gdy jest ich kilka.")]
MappingName = Annotated[
    str, typer.Option("--mapping", help="Plik albo nazwa mapowania zamiast wyboru po nazwie pliku.")
]

CONFIG = Path("bridge.toml")
GOOD, INVOICES, SETUP, UNAVAILABLE, WAITING = 0, 1, 2, 3, 4


def settings_of(config: Path) -> Settings:
    """bridge.toml as settings; all its mistakes at once as FixSetup."""
    from bridge.app.settings import load
    from bridge.cli import show

    settings, problems = load(config, os.environ)
    if problems:
        show.problems(show.console(stderr=True), problems)  # standard output may be read by a machine
    if settings is None:
        message = f"plik {config} ma błędy wypisane wyżej."
        raise FixSetup(message)
    return settings


def company_of(settings: Settings, nip: str, file: Path | None = None) -> Company:
    """The company by NIP, by the inbox that the file lies in, or the only one."""
    if nip:
        found = [company for company in settings.companies if company.nip == nip]
    else:
        found = [company for company in settings.companies if file and company.inbox in file.resolve().parents]
        found = found or list(settings.companies)
    if len(found) != 1:
        known = ", ".join(company.nip for company in settings.companies)
        message = f"podaj --company NIP; firmy w ustawieniach: {known}."
        raise WrongRequest(message)
    return found[0]


def clock_of(environment: Environment) -> Callable[[], datetime]:
    """The present moment in UTC; KSEF_BRIDGE_CLOCK (tests) moves it, in the sandbox only (design.md, section 7).

    A moment makes it begin there; a file, shared with the simulator's --clock, says what it shows and how fast it runs.
    """
    start = os.environ.get("KSEF_BRIDGE_CLOCK")
    if start is None:
        return now
    if environment is not Environment.SANDBOX:
        message = "KSEF_BRIDGE_CLOCK działa tylko w środowisku sandbox."
        raise FixSetup(message)
    if os.sep in start:
        return lambda: _shown_by(Path(start))
    shift = _shift(start)
    return lambda: now() + shift


@cache
def _shift(start: str) -> timedelta:
    """How far the clock is moved: once for the whole process, as two of its parts must not differ in time."""
    return datetime.fromisoformat(start).astimezone(UTC) - now()


def _shown_by(file: Path) -> datetime:
    """What a clock file shows: {"real": moment, "shows": moment, "speed": seconds a second}."""
    said = json.loads(file.read_text("utf-8"))
    real, shows = (datetime.fromisoformat(said[name]).astimezone(UTC) for name in ("real", "shows"))
    return shows + (now() - real) * float(said["speed"])


def hook_of(settings: Settings) -> Hook:
    """KSEF_BRIDGE_KILL=name:moment ends the process there as a power cut would; for tests, in the sandbox only."""
    from bridge.ledger.store import no_hook

    wanted = os.environ.get("KSEF_BRIDGE_KILL", "")
    if not wanted or settings.environment is not Environment.SANDBOX:
        return no_hook

    def hook(name: str, moment: str) -> None:
        if f"{name}:{moment}" == wanted:
            os.kill(os.getpid(), signal.SIGKILL)

    return hook


def now() -> datetime:
    """The machine's clock, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the command line owns the clock


def exit_code(codes: Iterable[int]) -> int:
    """Of several the first of 2, 3, 1, 4; else 0."""
    seen = set(codes)
    return next((code for code in (SETUP, UNAVAILABLE, INVOICES, WAITING) if code in seen), GOOD)


def pattern_of(name: str) -> str:
    """faktury_2026-02.csv → faktury_*.csv: the last run of digits changes from file to file."""
    stem, dot, ending = name.rpartition(".")
    return re.sub(r"\d+(?:[-_. ]?\d+)*(?=\D*$)", "*", stem or name) + dot + (ending if stem else "")


@contextmanager
def asked(settings: Settings, company: Company) -> Iterator[tuple[Transaction, int]]:
    """One transaction of the ledger for one company."""
    from bridge.ledger.drops import company_id
    from bridge.ledger.store import open_ledger

    ledger = open_ledger(settings.data, settings.ledger, hook_of(settings))
    try:
        with ledger.begin() as transaction:
            yield transaction, company_id(transaction, company.nip, settings.environment.value)
    finally:
        ledger.close()
