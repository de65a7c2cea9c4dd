"""`mapping …`: what a mapping says, field by field."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from bridge.cli import common

app = typer.Typer(help="Mapowania: co znaczą i skąd biorą wartości.", no_args_is_help=True)


@app.callback()
def _mapping() -> None:
    """Mapowania: co znaczą i skąd biorą wartości."""


@app.command()
def explain(
    mapping: Annotated[Path, typer.Argument(help="Plik mapowania.")],
    as_json: common.Json = False,
) -> None:
    """Pokaż dla każdego pola, która kolumna, stała, słownik albo reguła je daje, z plikiem i wierszem."""
    from bridge.cli import show
    from bridge.mapping.explain import explain as explained
    from bridge.mapping.load import load

    loaded, problems = load(mapping, [mapping.resolve().parent])
    if loaded is None:
        show.problems(show.console(), problems)
        raise typer.Exit(common.INVOICES)
    fields = explained(loaded)
    if as_json:
        show.as_json({"mapping": loaded.name, "fields": [asdict(each) for each in fields]})
        return
    rows = [(each.key, each.source, f"{each.file}:{each.line}", each.element) for each in fields]
    show.console().print(show.table(loaded.name, ("pole", "skąd", "gdzie w mapowaniu", "element FA(3)"), rows))
