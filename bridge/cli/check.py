"""`check`: files → what the inbox would make of them, printed; nothing is filed and nothing is sent."""

from __future__ import annotations

import typer

from bridge.cli import common
from bridge.cli.checked_files import Files, checked_files, code_of, jsonable, print_checked, read_by


def check(
    files: Files,
    config: common.Config = common.CONFIG,
    mapping: common.MappingName = "",
    company: common.Nip = "",
    as_json: common.Json = False,
) -> None:
    """Sprawdź pliki: odczytaj, zmapuj, policz; niczego nie zapisuj i nie wysyłaj."""
    from bridge.cli import show

    where = read_by(files, config, mapping, company)
    checked = checked_files(where, files)
    if as_json:
        show.as_json({"files": [jsonable(each) for each in checked]})
    else:
        for each in checked:
            print_checked(show.console(), each)
    raise typer.Exit(common.exit_code(code_of(each) for each in checked))
