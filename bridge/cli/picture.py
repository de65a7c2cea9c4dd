"""`picture`: XML files → PDFs for people, with what the ledger knows of these very bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli import common
from bridge.model.errors import WrongRequest

if TYPE_CHECKING:
    from bridge.fa3.picture.picture import Stamp
    from bridge.model.settings import Company, Settings


def picture(
    files: Annotated[list[Path], typer.Argument(help="Pliki XML faktur FA(3).")],
    out: Annotated[Path | None, typer.Option("--out", help="Folder na pliki PDF; domyślnie obok XML.")] = None,
    config: common.Config = common.CONFIG,
    company: common.Nip = "",
) -> None:
    """Zrób PDF z faktury XML; numer KSeF i kody QR dostaje faktura, którą zna rejestr mostka."""
    from lxml import etree

    from bridge.cli import show
    from bridge.fa3.picture.picture import picture as drawn
    from bridge.fa3.xml.facts import facts
    from bridge.files.writing import put

    settings = common.settings_of(config) if config.exists() else None
    codes = []
    for file in files:
        if not file.is_file():
            raise WrongRequest(f"nie ma pliku {file}.")
        xml = file.read_bytes()
        try:
            facts(xml)
        except (ValueError, etree.XMLSyntaxError) as error:
            show.console().print(f"{file}: to nie jest faktura FA(3) ({error})", style="red")
            codes.append(common.INVOICES)
            continue
        stamp = _stamp(settings, company, file, xml)
        target = (out or file.parent) / f"{file.stem}.pdf"
        put(target, drawn(xml, stamp))
        show.console().print(f"{target}: {_codes_on(stamp)}")
    raise typer.Exit(common.exit_code(codes))


def _codes_on(stamp: Stamp) -> str:
    if stamp.ksef_number:
        return f"numer KSeF {stamp.ksef_number}"
    return "wystawiona offline, z oboma kodami" if stamp.certificate_link else "bez kodów: rejestr nie zna tej faktury"


def _stamp(settings: Settings | None, nip: str, file: Path, xml: bytes) -> Stamp:
    """By the SHA-256 of the bytes; nothing is guessed for an invoice that the ledger does not know."""
    from bridge.fa3.picture.picture import Stamp
    from bridge.ledger import documents
    from bridge.work import pictures

    if settings is None:
        return Stamp()
    sha256 = hashlib.sha256(xml).hexdigest()
    for company in _companies(settings, nip, file):
        with common.asked(settings, company) as (transaction, owner):
            found = documents.by_payload(transaction, owner, sha256)
        if found is not None and (found.ksef_number or found.offline):
            key = pictures.offline_key(company, common.clock_of(settings.environment)())
            if pictures.issued_offline(found) and key is None:
                raise WrongRequest(pictures.NO_KEY)
            return pictures.stamp_of(settings, company, found, key)
    return Stamp()


def _companies(settings: Settings, nip: str, file: Path) -> list[Company]:
    return [common.company_of(settings, nip, file)] if nip else list(settings.companies)
