"""Settings and the world around → findings in plain Polish: what works, what will stop working, what to mend."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import make_url

from bridge.conversion.drop import example, unusable
from bridge.files.consent import consented
from bridge.files.folders import SENTINEL, Folders
from bridge.ksef import credentials
from bridge.ksef.certificates import CertificateKind, ending_told
from bridge.ksef.certificates import facts as facts_of
from bridge.ksef.client import Ksef
from bridge.ksef.environments import addresses
from bridge.ksef.limits import Unpaced
from bridge.ledger.drops import company_id
from bridge.ledger.store import Ledger, open_ledger
from bridge.mapping.language.choose import awake
from bridge.mapping.language.load import load
from bridge.model.errors import BridgeError, FixSetup, TryLater
from bridge.model.problem import errors
from bridge.model.settings import Certificate, Company, Environment, Settings, Token
from bridge.system import private
from bridge.work import ownership
from bridge.work.old_ledger import Post, behind

TOKENS_END = date(2026, 12, 31)
LITTLE_SPACE = 1 << 30
SKEW = timedelta(minutes=2)


class Health(StrEnum):
    """How a thing stands."""

    GOOD = "dobrze"
    WARNING = "uwaga"
    BAD = "źle"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    health: Health
    sentence: str
    advice: str = ""


def examine(settings: Settings, now: Callable[[], datetime]) -> list[Finding]:
    """Everything that can be looked at without sending anything."""
    found = [*_data(settings), *_consent(settings)]
    for company in settings.companies:
        found += [
            *_current(settings, company),
            *_folders(company),
            *_owner(settings, company, now()),
            *_mappings(company, settings.environment),
            *_credential(settings, company, now()),
            *_offline(company, now()),
            *_ksef(settings, company, now),
        ]
    return found


def _data(settings: Settings) -> Iterator[Finding]:
    try:
        ledger = open_ledger(settings.data, settings.ledger)
        with closing(ledger):
            damage = ledger.damage()
    except FixSetup as error:
        yield Finding("księga", Health.BAD, str(error), "Popraw `data` albo `ledger` w ustawieniach.")
        return
    except TryLater as error:
        yield Finding("księga", Health.BAD, str(error))
        return
    if damage:
        yield Finding("księga", Health.BAD, damage)
        return
    yield Finding(
        "księga",
        Health.GOOD,
        f"Księga w {make_url(settings.ledger).render_as_string() if settings.ledger else settings.data} otwiera się.",
    )
    free = shutil.disk_usage(settings.data).free
    if free < LITTLE_SPACE:
        yield Finding("dysk", Health.WARNING, f"Wolne jest tylko {free // 2**20} MB.", "Zwolnij miejsce na dysku.")
    else:
        yield Finding("dysk", Health.GOOD, f"Wolne jest {free // 2**30} GB.")
    file = settings.data / "ledger.sqlite"
    for path, mode in ((settings.data, 700), *(((file, 600),) if file.exists() else ())):
        if private.is_open(path):
            yield Finding(
                "prawa folderu danych",
                Health.WARNING,
                f"{path} czytają także inni użytkownicy.",
                f"chmod {mode} {path}",
            )


def _current(settings: Settings, company: Company) -> Iterator[Finding]:
    """Whether the ledger is the one that last worked here, not an older copy of it."""
    try:
        with closing(open_ledger(settings.data, settings.ledger)) as ledger:
            with ledger.begin() as transaction:
                owner = company_id(transaction, company.nip, settings.environment.value)
            said = behind(Post(ledger, owner, company.nip, settings.environment.value, company.outbox))
    except BridgeError:
        return  # the ledger cannot be asked: said above
    if said:
        yield Finding("księga", Health.BAD, said, "ksef-bridge rebuild")


def _consent(settings: Settings) -> Iterator[Finding]:
    if settings.environment is not Environment.PRODUCTION:
        yield Finding("środowisko", Health.GOOD, f"Środowisko {settings.environment}: faktury nie mają mocy prawnej.")
    elif consented(settings):
        yield Finding("środowisko", Health.GOOD, "Produkcja jest potwierdzona: każda wysłana faktura jest prawdziwa.")
    else:
        yield Finding(
            "środowisko", Health.BAD, "Produkcja nie jest potwierdzona.", "ksef-bridge doctor --confirm-production"
        )


def _folders(company: Company) -> Iterator[Finding]:
    for folder in (company.inbox, company.outbox):
        if not folder.is_dir():
            yield Finding("folder", Health.BAD, f"Nie ma folderu {folder}.", "Utwórz go albo podłącz dysk.")
        elif not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            yield Finding("folder", Health.BAD, f"Program nie może pisać w {folder}.", "Nadaj prawo zapisu.")
        else:
            yield Finding("folder", Health.GOOD, f"{folder}")
    if company.inbox.is_dir() and not (company.inbox / SENTINEL).is_file():
        yield Finding(
            "folder",
            Health.BAD,
            f"W {company.inbox} nie ma pliku {SENTINEL}.",
            "Utwórz pusty plik o tej nazwie, jeśli to właściwy folder.",
        )


def take_over(settings: Settings, company: Company, now: datetime) -> None:
    """The inbox belongs to this ledger from now on."""
    with _company_of(settings, company) as (ledger, owner):
        ownership.take_over(ledger, owner, Folders(company.inbox, company.outbox), now)


def _owner(settings: Settings, company: Company, now: datetime) -> Iterator[Finding]:
    """Whether another ledger takes files from the inbox."""
    try:
        with _company_of(settings, company) as (ledger, owner):
            found = ownership.others(ledger, owner, Folders(company.inbox, company.outbox), now)
    except (BridgeError, OSError):
        return  # said of the ledger or the folder itself
    if found:
        yield Finding(
            "właściciel inbox", Health.BAD, found, "Jeśli tamten mostek nie działa: ksef-bridge doctor --take-over"
        )


@contextmanager
def _company_of(settings: Settings, company: Company) -> Iterator[tuple[Ledger, int]]:
    ledger = open_ledger(settings.data, settings.ledger)
    try:
        with ledger.begin() as transaction:
            owner = company_id(transaction, company.nip, settings.environment.value)
        yield ledger, owner
    finally:
        ledger.close()


def _mappings(company: Company, environment: Environment) -> Iterator[Finding]:
    """Each mapping as this company would use it; „dobrze” counts those that can issue its invoices."""
    good, examples, asleep = 0, False, 0
    paths = [path for folder in company.mappings for path in sorted(folder.glob("*.yaml"))]
    for path in paths:
        mapping, problems = load(path, company.mappings)
        if mapping is not None and not awake([mapping], environment):
            asleep += 1
            continue
        if mapping is not None:
            problems += unusable(mapping, company.nip, environment, own_templates=company.own_templates)
            examples = examples or bool(example(mapping))
        wrong = errors(problems)
        good += not wrong
        if wrong:
            yield Finding(
                "mapowanie",
                Health.BAD,
                f"{path.name}: {wrong[0].message} (błędów: {len(wrong)})",
                f"ksef-bridge mapping explain {path}",
            )
    if not paths:
        yield Finding(
            "mapowanie", Health.BAD, "Nie ma żadnego mapowania.", "Skopiuj jedno z przykładów do folderu mapowań."
        )
    elif good:
        told = f"Mapowań, które działają dla tej firmy: {good} z {len(paths) - asleep}."
        yield Finding("mapowania", Health.GOOD, told + (f" Nieprzyjętych przykładów: {asleep}." if asleep else ""))
    elif asleep == len(paths):
        yield Finding(
            "mapowania",
            Health.BAD,
            "Są tylko przykłady, których nikt jeszcze nie przyjął; poza piaskownicą nie czytają żadnych plików.",
            "Przyjmij jeden z nich: ksef-bridge mapping adopt NAZWA, albo napisz własne mapowanie: ksef-bridge mapping new.",
        )
    else:
        yield Finding(
            "mapowania",
            Health.BAD,
            f"Żadne z {len(paths) - asleep} mapowań nie działa dla tej firmy.",
            "Popraw jedno z nich.",
        )
    if examples and environment is Environment.SANDBOX:
        yield Finding(
            "sprzedawca",
            Health.WARNING,
            "Na fakturach stoi nazwa albo adres przykładowej firmy; poza piaskownicą mostek takich faktur nie wystawi.",
            "Wpisz swoje dane w mappings/wspolne/firma_testowa.yaml.",
        )


def _credential(settings: Settings, company: Company, now: datetime) -> Iterator[Finding]:
    try:
        credentials.load_for(settings.environment, company.credential, now)
    except FixSetup as error:
        yield Finding("logowanie", Health.BAD, str(error))
        return
    if isinstance(company.credential, Token):
        left = (TOKENS_END - now.date()).days
        yield Finding(
            "token",
            Health.WARNING,
            f"Tokeny KSeF działają do {TOKENS_END} (jeszcze {left} dni).",
            "Przejdź na certyfikat KSeF.",
        )
    elif isinstance(company.credential, Certificate):
        facts = credentials.inspect(company.credential)
        ends = facts.valid_to
        told = f"Certyfikat {facts.subject} działa do {ends:%Y-%m-%d}."
        if due := ending_told("Certyfikat do logowania", ends, now):
            yield Finding("certyfikat", Health.WARNING, told, due)
        else:
            yield Finding("certyfikat", Health.GOOD, told)
        if facts.kind is CertificateKind.SEAL and facts.nip and facts.nip != company.nip:
            yield Finding(
                "certyfikat",
                Health.WARNING,
                f"To pieczęć NIP {facts.nip}, a firma ma NIP {company.nip}.",
                "Firma musi nadać uprawnienia temu NIP-owi w KSeF.",
            )


def _offline(company: Company, now: datetime) -> Iterator[Finding]:
    """The Offline certificate: without it no picture of an offline invoice may be given out."""
    if company.offline.certificate is None:
        advice = "Wystaw w KSeF certyfikat „Offline” i wskaż go w `offline = { certificate = … }`."
        yield Finding("offline", Health.WARNING, "Nie ma certyfikatu Offline: w awarii nie powstaną kody II.", advice)
        return
    try:
        ends = facts_of(credentials.load_offline(company.offline.certificate, now).certificate).valid_to
    except FixSetup as error:
        yield Finding("offline", Health.BAD, str(error))
        return
    due = ending_told("Certyfikat Offline", ends, now)
    health = Health.WARNING if due else Health.GOOD
    yield Finding("offline", health, f"Certyfikat Offline działa do {ends:%Y-%m-%d}.", due)


def _ksef(settings: Settings, company: Company, now: Callable[[], datetime]) -> Iterator[Finding]:
    """Reach KSeF and sign in; nothing is sent."""
    try:
        credential = credentials.load_for(settings.environment, company.credential, now())
        with Ksef(addresses(settings).api, company.nip, lambda: credential, Unpaced(), now=now) as ksef:
            ksef.rate_limits()
            skew = ksef.skew
    except FixSetup as error:
        yield Finding("KSeF", Health.BAD, f"Logowanie się nie udało: {error}")
        return
    except BridgeError as error:
        yield Finding("sieć", Health.BAD, f"KSeF nie odpowiada: {error}", "Sprawdź połączenie z internetem i zaporę.")
        return
    yield Finding("KSeF", Health.GOOD, f"Zalogowano do {addresses(settings).api} jako {company.nip}.")
    if skew is not None and abs(skew) > SKEW:
        yield Finding(
            "zegar",
            Health.WARNING,
            f"Zegar tego komputera różni się od zegara KSeF o {skew.total_seconds():.0f} s.",
            "Włącz synchronizację czasu (NTP).",
        )
    else:
        yield Finding("zegar", Health.GOOD, "Zegar zgadza się z zegarem KSeF.")
