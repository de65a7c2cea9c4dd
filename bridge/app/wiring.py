"""Settings, a company and a clock → its Job, Context, Tools and steps: the only place that puts the parts together.

`check`, `convert`, `storno` and `mapping test` ask the same questions as `run` because all of them begin here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from secrets import SystemRandom
from typing import Any

from bridge.app.event_log import with_events_logged
from bridge.conversion.drop import context_of, renderer, schema
from bridge.conversion.history import history_of
from bridge.conversion.pipeline import TEMPLATE, Press, finish
from bridge.conversion.processes import Readers
from bridge.fa3.rules.rule import Context
from bridge.files.consent import consented
from bridge.files.lock import only_one
from bridge.files.writing import sweep as sweep_results
from bridge.ksef.client import Ksef
from bridge.ksef.credentials import load_for
from bridge.ksef.environments import addresses
from bridge.ksef.latarnia import Latarnia
from bridge.ksef.limits import Pace
from bridge.ledger.drops import company_id
from bridge.ledger.store import Hook, Ledger, file_url, no_hook, open_ledger
from bridge.model.errors import FixSetup
from bridge.model.item import Made
from bridge.model.job import Job
from bridge.model.settings import Company, Environment, Settings
from bridge.work import Tick, Tools, tick
from bridge.work.batches import sweep as sweep_batches
from bridge.work.pace import LedgerPace

Clock = Callable[[], datetime]  # the present moment in UTC
Step = Callable[[], Tick]


def ledger_url(settings: Settings) -> str:
    """Where the ledger is, as a Job names it."""
    return settings.ledger or file_url(settings.data).render_as_string(hide_password=False)


def job(settings: Settings, company: Company, files: Mapping[str, Path], now: datetime) -> Job:
    """Everything a reading of these files for this company needs to know, the ledger's history included."""
    return Job(
        files,
        company.nip,
        settings.environment,
        now,
        mappings=company.mappings,
        ledger=ledger_url(settings),
        severities=company.severities,
        schema_dir=settings.schema_dir,
        without_schema=company.without_schema,
        bank_rates=settings.bank_rates,
        own_templates=company.own_templates,
        proof_required=company.proof_required,
    )


def job_without_settings(files: Mapping[str, Path], now: datetime) -> Job:
    """A reading where there is no bridge.toml: the mapping says whose invoices they are, and there is no history."""
    return Job(files, "", Environment.SANDBOX, now)


def context(reading: Job) -> Context:
    """What rules may know for a company, when no mapping weighs them otherwise."""
    return context_of(reading, reading.nip, reading.severities, history_of(reading))


def press(reading: Job, template: str = "") -> Press:
    """What turns an invoice of this reading into valid bytes."""
    return Press(renderer(template), schema(reading.schema_dir), reading.now, template)


def ksef(settings: Settings, company: Company, pace: Pace, now: Clock) -> Ksef:
    """A client that signs in as this company when it is first needed."""
    return Ksef(
        addresses(settings).api,
        company.nip,
        lambda: load_for(settings.environment, company.credential, now()),
        pace,
        now=now,
    )


def pace(settings: Settings, company: Company, ledger: Ledger, now: Clock) -> tuple[LedgerPace, int]:
    """The company's pacing over the ledger, and its row there."""
    with ledger.begin() as transaction:
        owner = company_id(transaction, company.nip, settings.environment.value)
    return LedgerPace(ledger, owner, company.sending.reserve, now, SystemRandom().random), owner


def tools(
    settings: Settings, company: Company, ledger: Ledger, readers: Readers, now: Clock
) -> tuple[Tools, LedgerPace]:
    """What the steps of a company work with; whoever asks for them closes their `ksef`."""
    paced, owner = pace(settings, company, ledger, now)
    return (
        Tools(
            settings,
            company,
            owner,
            ledger,
            job,
            ksef(settings, company, paced, now),
            readers.read,
            _finished,
            now,
            time.monotonic,
            Latarnia(addresses(settings).latarnia).look,
            apart=readers.call,
        ),
        paced,
    )


def _finished(draft: dict[str, Any], numbers: Mapping[str, str], reading: Job) -> Made:
    return finish(draft, dict(numbers), press(reading, draft.get(TEMPLATE, "")))


def must_consent(settings: Settings) -> None:
    """FixSetup in production, until a person has agreed once to send real invoices."""
    if not consented(settings):
        raise FixSetup("produkcja wymaga jednorazowej zgody: ksef-bridge doctor --confirm-production.")


@contextmanager
def steps(
    settings: Settings, companies: Sequence[Company], now: Clock, hook: Hook = no_hook
) -> Iterator[Mapping[str, Step]]:
    """A step for each company, with ledger, lock, readers and KSeF behind it."""
    must_consent(settings)
    with ExitStack() as stack:
        stack.enter_context(only_one(settings.data))
        ledger = open_ledger(settings.data, settings.ledger, hook)
        stack.callback(ledger.close)
        sweep_batches(ledger, settings.data)
        readers = Readers()
        stack.callback(readers.close)
        made = {}
        for company in companies:
            sweep_results(company.outbox)
            kit, paced = tools(settings, company, ledger, readers, now)
            stack.callback(kit.ksef.close)
            made[company.nip] = with_events_logged(partial(tick, kit, paced), ledger, kit.company_id, company.nip)
        yield made
