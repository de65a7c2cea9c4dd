"""`init`: a folder → everything a firm needs to begin."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def init(
    folder: Annotated[Path, typer.Argument(help="Folder firmy; powstanie, jeśli go nie ma.")],
    nip: Annotated[str, typer.Option("--nip", help="NIP firmy.")] = "1111111111",
    name: Annotated[str, typer.Option("--name", help="Nazwa firmy.")] = "Firma",
) -> None:
    """Załóż folder firmy: ustawienia, mapowania, szablony, inbox i outbox. Niczego nie nadpisuje."""
    from bridge.cli import show
    from bridge.starter import start

    out = show.console()
    for path in start(folder, nip=nip, name=name):
        out.print(str(path))
    out.print(f"Dalej: wpisz certyfikat w {folder / 'bridge.toml'} i sprawdź: ksef-bridge check PLIK")
