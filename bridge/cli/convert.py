"""`convert`: files → the XML of every good invoice in a folder; nothing is filed and nothing is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bridge.cli import common
from bridge.cli.checked_files import Files, checked_files, code_of, jsonable, print_checked, read_by
from bridge.model.errors import WrongRequest


def convert(
    files: Files,
    out: Annotated[Path, typer.Option("--out", help="Folder na pliki XML; musi być pusty albo nie istnieć.")],
    config: common.Config = common.CONFIG,
    mapping: common.MappingName = "",
    company: common.Nip = "",
    originals: Annotated[
        Path | None, typer.Option("--originals", help="CSV: numer;data;numer_ksef faktur korygowanych.")
    ] = None,
    as_json: common.Json = False,
) -> None:
    """Zamień pliki na FA(3): to samo co check, a XML każdej dobrej faktury trafia do folderu."""
    from bridge.cli import show
    from bridge.files.names import safe_name

    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
        message = f"folder {out} nie jest pusty, a mostek niczego nie nadpisuje."
        raise WrongRequest(message)
    where = read_by(files, config, mapping, company, originals)
    checked = checked_files(where, files)
    written = 0
    for each in checked:
        for item in each.items:
            if item.made and item.made.xml:
                written += 1
                (out / f"{written:05d}-{safe_name(item.number)}.xml").write_bytes(item.made.xml)
    if as_json:
        show.as_json({"files": [jsonable(each) for each in checked], "written": written, "out": str(out)})
    else:
        for each in checked:
            print_checked(show.console(), each)
        show.console().print(f"Zapisano {written} plików XML w {out}")
    raise typer.Exit(common.exit_code(code_of(each) for each in checked))
