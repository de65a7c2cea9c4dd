"""`status`, `results`, `retry`, `release`, `withdraw`: the ledger → answers and decisions of a person, beside a running bridge."""

from __future__ import annotations

import glob
import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli import common
from bridge.model.errors import WrongRequest

if TYPE_CHECKING:
    from datetime import datetime

    from bridge.ledger.overview import Overview
    from bridge.ledger.store import Transaction

Number = Annotated[str, typer.Argument(help="Numer faktury.")]


def status(config: common.Config = common.CONFIG, company: common.Nip = "", as_json: common.Json = False) -> None:
    """Pokaż, co czeka i dlaczego, i ile faktur jest w każdym stanie."""
    from bridge.cli import show
    from bridge.ledger.overview import overview
    from bridge.ledger.store import open_ledger
    from bridge.work.behind import Post, behind
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


def results(
    again: Annotated[str, typer.Option("--again", help="Nazwa pliku, którego wyniki mają powstać jeszcze raz.")],
    config: common.Config = common.CONFIG,
    company: common.Nip = "",
) -> None:
    """Zapisz wyniki pliku jeszcze raz, z księgi: przy najbliższym kroku."""
    from bridge.cli import show
    from bridge.ledger.overview import forget_results

    settings = common.settings_of(config)
    with common.asked(settings, common.company_of(settings, company)) as (transaction, owner):
        found = forget_results(transaction, owner, again)
    if not found:
        raise WrongRequest(f"księga nie zna pliku {again}.")
    show.console().print(f"Wyniki pliku {again} powstaną jeszcze raz przy najbliższym kroku (ksef-bridge run).")


def retry(
    file: Annotated[str, typer.Argument(help="Nazwa pliku z archiwum.")] = "",
    refused: Annotated[bool, typer.Option("--refused", help="Wszystkie odrzucone pliki.")] = False,
    another: Annotated[
        list[str] | None,
        typer.Option(
            "--other-invoice",
            "--inna-faktura",
            help="Numer korekty albo rozliczenia odrzuconego kodem RF05 lub RF29. Potwierdzam: faktura poza KSeF, którą "
            "wskazuje, to inna, starsza faktura o tym samym numerze. Decyzja zostaje w księdze.",
        ),
    ] = None,
    config: common.Config = common.CONFIG,
    company: common.Nip = "",
) -> None:
    """Wrzuć plik z archiwum jeszcze raz, do odczytania dzisiejszym mapowaniem; wysłane będzie tylko to, czego nie przyjęto."""
    from bridge.cli import show
    from bridge.ledger.overview import archived, refused_names

    settings = common.settings_of(config)
    chosen = common.company_of(settings, company)
    with common.asked(settings, chosen) as (transaction, owner):
        for number in another or ():
            for decided in _another(transaction, owner, file, number, common.clock_of(settings.environment)()):
                show.console().print(f"{number}: wskazuje inną, starszą fakturę {decided}, wystawioną poza KSeF.")
        names = refused_names(transaction, owner) if refused else [file]
        copies = {name: archived(transaction, owner, name) for name in names}
    for name, places in copies.items():
        if not places:
            raise WrongRequest(f"w archiwum nie ma pliku {name}.")
        for member, copy in _members(chosen.outbox / places[0], name).items():
            _dropped_again(copy, chosen.inbox / member)
        show.console().print(f"{name}: wrócił do {chosen.inbox}")


def _another(transaction: Transaction, owner: int, file: str, number: str, now: datetime) -> list[str]:
    """Keep a person's decision on each invoice “outside KSeF” that rule F05 or F29 refused; those invoices."""
    from bridge.ledger import decisions, drops
    from bridge.ledger.overview import items_named
    from bridge.model.text import xml_collapsed

    found = drops.problems_from(kept for row in items_named(transaction, owner, file, number) for kept in row.problems)
    originals = sorted({each.value for each in found if each.code in ("RF05", "RF29") and each.value})
    if not originals:
        raise WrongRequest(f"w pliku {file} nie ma dokumentu {number} odrzuconego kodem RF05 albo RF29.")
    for each in originals:
        decisions.decide(transaction, owner, xml_collapsed(number), each, now)
    return originals


def _members(copy: Path, name: str) -> dict[str, Path]:
    """The archived files of a drop, by the names that they had: one, or all of a set."""
    prefix = copy.name.removesuffix(name)
    found = {path.name.removeprefix(prefix): path for path in copy.parent.glob(f"{glob.escape(prefix)}*")}
    return {member: path for member, path in sorted(found.items()) if not member.endswith(".mapowanie.yaml")}


def _dropped_again(source: Path, target: Path) -> None:
    """A copy that appears whole; never over a file that is there."""
    if target.exists():
        raise WrongRequest(f"w {target.parent} leży już plik {target.name}.")
    temporary = target.with_name(f".{target.name}.tmp")
    shutil.copyfile(source, temporary)
    temporary.replace(target)


def release(number: Number, config: common.Config = common.CONFIG, company: common.Nip = "") -> None:
    """Zwolnij wstrzymaną fakturę: pójdzie do KSeF taka, jaka jest."""
    _decided(number, config, company, "release")


def withdraw(
    number: Number,
    config: common.Config = common.CONFIG,
    company: common.Nip = "",
    unissued: Annotated[
        bool,
        typer.Option(
            "--not-handed-over",
            "--nie-wydana",
            help="Potwierdzam: nabywca nie dostał obrazu faktury wystawionej offline.",
        ),
    ] = False,
) -> None:
    """Wycofaj fakturę, która nie jest jeszcze wysyłana."""
    _decided(number, config, company, "withdraw", unissued=unissued)


ISSUED = (
    "faktura {number} jest wystawiona offline i nabywca mógł już dostać jej obraz: musi trafić do KSeF do {until}. "
    "Jeśli na pewno jej nie wydano, powtórz z --not-handed-over."
)
OFFLINE = (
    "Pójdzie do KSeF z oznaczeniem offline, te same bajty; termin wysłania: {until}. Obraz z oboma kodami: {folder}."
)


def _decided(number: str, config: Path, nip: str, what: str, *, unissued: bool = True) -> None:
    from bridge.cli import show
    from bridge.ledger import documents
    from bridge.work.offline import moment_of
    from bridge.work.planning import past
    from bridge.work.tools import WARSAW

    settings = common.settings_of(config)
    now = common.clock_of(settings.environment)()
    chosen = common.company_of(settings, nip)
    with common.asked(settings, chosen) as (transaction, owner):
        found = documents.by_number(transaction, owner, number)
        issued = [each for each in found if each.offline and not each.state.final]
        if issued and not unissued:
            raise WrongRequest(ISSUED.format(number=number, until=moment_of(issued[0].until)))
        done = [
            documents.release(transaction, each.id, now, by_person=True)
            if what == "release"
            else documents.withdraw(transaction, each.id, "wycofana przez człowieka", now)
            for each in found
        ]
    if not any(done):
        states = ", ".join(each.state for each in found) or "nie ma takiej"
        raise WrongRequest(
            f"faktury {number} nie da się teraz {'zwolnić' if what == 'release' else 'wycofać'} ({states})."
        )
    show.console().print(f"Faktura {number}: {'zwolniona' if what == 'release' else 'wycofana'}.")
    for each in found if what == "release" else ():
        if each.offline:
            show.console().print(OFFLINE.format(until=moment_of(each.until), folder=chosen.outbox / "faktury"))
        elif each.issued < now.astimezone(WARSAW).date():
            show.console().print(f"Zwolniona po terminie: {past(each.issued)}.")
