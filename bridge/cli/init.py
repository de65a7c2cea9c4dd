"""`init`: a folder → everything a firm needs to begin."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import Annotated

import typer


def init(
    folder: Annotated[Path, typer.Argument(help="Folder firmy; powstanie, jeśli go nie ma.")],
    nip: Annotated[str, typer.Option("--nip", help="NIP firmy.")] = "",
    name: Annotated[str, typer.Option("--name", help="Nazwa firmy, jak ma stać na fakturze.")] = "",
    address: Annotated[str, typer.Option("--address", help="Adres firmy: „ul. Prosta 5, 00-001 Warszawa”.")] = "",
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Zrób też pieczęć dla symulatora: sandbox, doctor i run działają od razu.")
    ] = False,
) -> None:
    """Załóż folder firmy: ustawienia, mapowania, szablony, inbox i outbox. Niczego nie nadpisuje."""
    from bridge.admin.init import EXAMPLE_NIP, SELLER, start
    from bridge.cli import show

    nip = nip or _asked("NIP firmy (Enter: przykładowy)") or EXAMPLE_NIP
    name = name or _asked("Nazwa firmy (Enter: przykładowa)")
    address = address or _asked("Adres, np. ul. Prosta 5, 00-001 Warszawa (Enter: przykładowy)")
    password = PASSWORD if sandbox else "env:KSEF_P12_PASSWORD"
    made = start(folder, nip=nip, name=name, address=address, reference=password)
    if sandbox:
        _seal(folder, nip, name or "Firma")
    out = show.console()
    out.print(f"Folder firmy: {folder.resolve()} (nowych plików: {len(made)})")
    out.print("  bridge.toml            ustawienia")
    out.print("  mappings/              mapowania: skąd wziąć każde pole faktury; przykłady i próbki")
    out.print(f"  {SELLER}  nazwa i adres sprzedawcy na fakturach")
    out.print("  inbox/ i outbox/       tu trafiają eksporty, tu powstają wyniki")
    out.print("Dalej, w tym folderze:")
    if sandbox:
        out.print("  ksef-bridge sandbox    symulator KSeF; niech działa w drugim oknie")
    else:
        out.print("  wpisz certyfikat w bridge.toml (skąd go wziąć: docs/certyfikat.md)")
    out.print("  ksef-bridge doctor     czy wszystko jest gotowe")
    out.print("  ksef-bridge check PLIK, a potem ksef-bridge run")


PASSWORD = "file:owner-only/haslo.txt"  # noqa: S105 - where it stands, not what it is


def _asked(question: str) -> str:
    """An answer of a person at a terminal; "" where nobody sits."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return ""
    return str(typer.prompt(question, default="", show_default=False)).strip()


def _seal(folder: Path, nip: str, name: str) -> None:
    """A seal that the simulator takes, and its password, both for the owner only; what is there stays."""
    from bridge.cli.demo import write_seal

    secret = folder / "owner-only" / "haslo.txt"
    if not secret.exists():
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(16), "utf-8")
    write_seal(folder / "owner-only" / "ksef.p12", nip, name, secret.read_text("utf-8"))
