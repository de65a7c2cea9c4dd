"""The command line: parse, ask `bridge.app`, print, exit code."""

from __future__ import annotations

from typing import Annotated

import typer

from bridge import __version__
from bridge.cli import (
    cert,
    check,
    convert,
    demo,
    doctor,
    init,
    mapping,
    picture,
    rebuild,
    release,
    results,
    retry,
    run,
    sandbox,
    status,
    storno,
    table,
    tick,
    withdraw,
)

app = typer.Typer(
    name="ksef-bridge",
    help="Pliki z programu ERP → faktury w KSeF → pliki wyników.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
COMMANDS = (
    check.check,
    convert.convert,
    table.table,
    demo.demo,
    init.init,
    doctor.doctor,
    status.status,
    results.results,
    retry.retry,
    release.release,
    withdraw.withdraw,
    storno.storno,
    picture.picture,
    rebuild.rebuild,
    run.run,
    tick.tick,
    sandbox.sandbox,
)
for command in COMMANDS:
    app.command()(command)
app.add_typer(mapping.app, name="mapping")
app.add_typer(cert.app, name="cert")
for group in (app, mapping.app, cert.app):
    for each in group.registered_commands:
        each.short_help = each.callback.__doc__  # the list of commands would cut a longer help short


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ksef-bridge {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    _version_wanted: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Pokaż wersję.")
    ] = False,
) -> None:
    """Pliki z programu ERP → faktury w KSeF → pliki wyników."""
