"""`rebuild`: KSeF and the copies in the outbox → a lost ledger again."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli import common
from bridge.model.errors import TryLater, WrongRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.admin.rebuild import Rebuilt

PATIENCE = timedelta(minutes=2)
FIRST = "2025-09-01"  # no FA (3) is older


def rebuild(
    since: Annotated[str, typer.Option("--since", help="Od którego dnia, RRRR-MM-DD.")] = FIRST,
    config: common.Config = common.CONFIG,
    company: common.Nip = "",
) -> None:
    """Odbuduj zaginioną księgę z KSeF i kopii w outbox, żeby nic nie zostało wysłane drugi raz."""
    from bridge.admin.rebuild import CompanyPlace
    from bridge.admin.rebuild import rebuild as put_back
    from bridge.app import wiring
    from bridge.cli import show
    from bridge.files.folders import Folders
    from bridge.files.lock import only_one
    from bridge.ledger.store import open_ledger
    from bridge.work import ownership
    from bridge.work.old_ledger import Post, accept

    settings = common.settings_of(config)
    chosen = common.company_of(settings, company)
    now = common.clock_of(settings.environment)
    begin = _day(since)
    with only_one(settings.data):
        ledger = open_ledger(settings.data, settings.ledger)
        try:
            pace, owner = wiring.pace(settings, chosen, ledger, now)
            place = CompanyPlace(ledger, owner, Folders(chosen.inbox, chosen.outbox))
            with wiring.ksef(settings, chosen, pace, now) as ksef:
                done = _patiently(lambda: put_back(place, ksef, begin, now))
            ownership.take_over(ledger, owner, place.folders, now())  # the ledger that is lost takes no more files
            if not done.unfinished:
                accept(Post(ledger, owner, chosen.nip, settings.environment.value, chosen.outbox), now())
        finally:
            ledger.close()
    show.console().print(_summary(done))
    raise typer.Exit(common.WAITING if done.unfinished else common.GOOD)


def _patiently(work: Callable[[], Rebuilt]) -> Rebuilt:
    """Short pauses for KSeF's limits are waited out; a longer one ends the command, which goes on when it runs again."""
    while True:
        try:
            return work()
        except TryLater as error:
            if error.after is None or error.after > PATIENCE:
                raise
            time.sleep(error.after.total_seconds())


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise WrongRequest(f"„{text}” to nie dzień w zapisie RRRR-MM-DD.") from error


def _summary(done: Rebuilt) -> str:
    said = f"Odtworzono z kopii: {done.from_copies}, pobrano z KSeF: {done.downloaded}, księga już znała: {done.known}."
    if done.healed:
        said += f" Poprawiono w księdze: {done.healed} (jej wyniki powstaną jeszcze raz)."
    if done.strange:
        said += f" Księga i KSeF mają pod tym samym numerem różne przyjęte faktury: {', '.join(done.strange)}."
    if done.unfinished:
        sessions = ", ".join(done.unfinished)
        return f"{said} KSeF pracuje jeszcze nad sesjami {sessions}: uruchom rebuild ponownie, zanim uruchomisz run."
    return f"{said} Możesz uruchomić run; pliki, których wysyłka mogła się nie dokończyć, wrzuć jeszcze raz."
