"""`cert …`: KSeF's certificates listed, a new one asked for, the configured one renewed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli import common
from bridge.model.errors import WrongRequest

if TYPE_CHECKING:
    from bridge.admin.certificates import Issued
    from bridge.ksef.client import Ksef
    from bridge.ksef.enrolment import CertificateType
    from bridge.model.settings import Certificate, Company, Settings

app = typer.Typer(help="Certyfikaty KSeF: lista, wydanie, odnowienie.", no_args_is_help=True)
Kind = Annotated[str, typer.Option("--type", help="Authentication (do logowania) albo Offline (do kodów QR).")]
Name = Annotated[str, typer.Option("--name", help="Nazwa certyfikatu w KSeF, 5-100 znaków.")]


@app.callback()
def _certificates() -> None:
    """Certyfikaty KSeF: lista, wydanie, odnowienie."""


@app.command("list")
def listed(config: common.Config = common.CONFIG, company: common.Nip = "", as_json: common.Json = False) -> None:
    """Pokaż certyfikaty, które KSeF wydał, i do kiedy są ważne."""
    from bridge.cli import show
    from bridge.ksef.certificates import ending_told

    settings = common.settings_of(config)
    now = common.clock_of(settings.environment)()
    with _signed_in(settings, common.company_of(settings, company)) as ksef:
        found = ksef.certificates()
    if as_json:
        show.as_json(
            {
                "certificates": [
                    {
                        **asdict(each),
                        "valid_from": f"{each.valid_from:%Y-%m-%d}",
                        "valid_to": f"{each.valid_to:%Y-%m-%d}",
                    }
                    for each in found
                ]
            }
        )
        return
    rows = [
        (each.serial, each.name, each.type, each.status, f"{each.valid_from:%Y-%m-%d}", f"{each.valid_to:%Y-%m-%d}")
        for each in found
    ]
    out = show.console()
    out.print(show.table("Certyfikaty KSeF", ("numer", "nazwa", "rodzaj", "stan", "od", "do"), rows))
    for each in found:
        if each.status == "Active" and (told := ending_told(f"Certyfikat {each.name}", each.valid_to, now)):
            out.print(told, style="yellow")


@app.command()
def enrol(
    kind: Kind = "Authentication",
    name: Name = "ksef-bridge",
    out: Annotated[Path, typer.Option("--out", help="Folder na certyfikat i klucz, tylko dla właściciela.")] = Path(
        "owner-only"
    ),
    config: common.Config = common.CONFIG,
    company: common.Nip = "",
) -> None:
    """Wystaw nowy certyfikat KSeF; klucz powstaje na tym komputerze i nigdy go nie opuszcza."""
    from bridge.admin.certificates import CertificateOrder, password_of
    from bridge.admin.certificates import enrol as begin
    from bridge.cli import show

    settings = common.settings_of(config)
    chosen = common.company_of(settings, company)
    order = CertificateOrder(
        _kind(kind), name, settings.config.parent / out, password_of(_certificate(chosen.credential))
    )
    with _signed_in(settings, chosen) as ksef:
        issued = begin(ksef, order, common.clock_of(settings.environment)(), time.sleep)
    told = show.console()
    _print_issued(issued)
    told.print("Wpisz w bridge.toml, w [[company]]:")
    told.print(_setting(order.kind.value == "Offline", issued, _certificate(chosen.credential)), soft_wrap=True)


@app.command()
def renew(
    kind: Kind = "Authentication",
    name: Name = "ksef-bridge",
    config: common.Config = common.CONFIG,
    company: common.Nip = "",
) -> None:
    """Odnów certyfikat z ustawień: nowy staje na jego miejscu, stary zostaje obok."""
    from bridge.admin.certificates import CertificateOrder, password_of
    from bridge.admin.certificates import renew as begin

    settings = common.settings_of(config)
    chosen = common.company_of(settings, company)
    wanted = _kind(kind)
    current = _certificate(chosen.credential if wanted == "Authentication" else chosen.offline.certificate)
    if current is None:
        raise WrongRequest(f"w ustawieniach nie ma certyfikatu {kind}, który można odnowić.")
    order = CertificateOrder(wanted, name, current.file.parent, password_of(current))
    with _signed_in(settings, chosen) as ksef:
        issued = begin(ksef, current, order, common.clock_of(settings.environment)(), time.sleep)
    _print_issued(issued)


def _print_issued(issued: Issued) -> None:
    from bridge.cli import show

    out = show.console()
    out.print(f"Certyfikat {issued.serial}, ważny do {issued.valid_to:%Y-%m-%d}: {issued.certificate}")
    if issued.before:
        out.print(f"Poprzedni: {issued.before}")


def _setting(offline: bool, issued: Issued, before: Certificate | None) -> str:
    """A line of TOML that names the new certificate, its key and where its password is kept."""
    secret = before.password if before else None
    parts = [f"file = {_text(issued.certificate)}", f"key = {_text(issued.key)}"]
    parts += [f"password = {_text(f'{secret.source}:{secret.name}')}"] if secret else []
    table = f"{{ {', '.join(parts)} }}"
    return f"offline = {{ certificate = {table} }}" if offline else f"certificate = {table}"


def _text(value: object) -> str:
    """As TOML writes a string; JSON writes it the same way."""
    return json.dumps(str(value), ensure_ascii=False)


def _kind(text: str) -> CertificateType:
    from bridge.ksef.enrolment import CertificateType

    known = {each.value.lower(): each for each in CertificateType}
    if text.lower() not in known:
        raise WrongRequest(f"rodzaj certyfikatu to {' albo '.join(CertificateType)}.")
    return known[text.lower()]


def _certificate(credential: object) -> Certificate | None:
    from bridge.model.settings import Certificate

    return credential if isinstance(credential, Certificate) else None


@contextmanager
def _signed_in(settings: Settings, company: Company) -> Iterator[Ksef]:
    from bridge.app import wiring
    from bridge.ksef.limits import Unpaced

    wiring.must_consent(settings)
    with wiring.ksef(settings, company, Unpaced(), common.clock_of(settings.environment)) as ksef:
        yield ksef
