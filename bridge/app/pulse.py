"""A running bridge → a sign of life in the ledger each minute, whatever its companies are busy with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Event, Thread

import structlog

from bridge.ledger import pulse
from bridge.ledger.drops import company_id
from bridge.ledger.store import Ledger, open_ledger
from bridge.model.errors import TryLater
from bridge.model.settings import Settings

log = structlog.get_logger("bridge.app")


@contextmanager
def beating(settings: Settings, now: Callable[[], datetime]) -> Iterator[None]:
    """A sign of life of every company at once, and then each minute until the end."""
    stop, since = Event(), now()
    ledger = open_ledger(settings.data, settings.ledger)
    beat = Thread(target=_beat, args=(ledger, settings, now, since, stop), name="puls", daemon=True)
    _say(ledger, settings, since, now())
    beat.start()
    try:
        yield
    finally:
        stop.set()
        beat.join()
        ledger.close()


def _beat(ledger: Ledger, settings: Settings, now: Callable[[], datetime], since: datetime, stop: Event) -> None:
    while not stop.wait(pulse.EACH.total_seconds()):
        _say(ledger, settings, since, now())


def _say(ledger: Ledger, settings: Settings, since: datetime, at: datetime) -> None:
    try:
        with ledger.begin() as transaction:
            for company in settings.companies:
                owner = company_id(transaction, company.nip, settings.environment.value)
                pulse.beat(transaction, owner, since, at)
    except TryLater as error:  # the ledger is busy: the next minute is near
        log.warning("no pulse", sentence=str(error))
