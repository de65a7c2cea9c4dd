"""The command line: parse, ask `bridge.app`, print, exit code."""

from __future__ import annotations

from typing import Annotated

import typer

from bridge import __version__
from bridge.cli import (
    cancelling,
    certs,
    checking,
    demo,
    looking,
    mappings,
    pictures,
    rebuilding,
    running,
    starting,
    tables,
)

app = typer.Typer(
    name="ksef-bridge",
    help="Pliki z programu ERP → faktury w KSeF → pliki wyników.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
COMMANDS = (
    checking.check,
    checking.convert,
    tables.table,
    demo.demo,
    starting.init,
    starting.doctor,
    looking.status,
    looking.results,
    looking.retry,
    looking.release,
    looking.withdraw,
    cancelling.storno,
    pictures.picture,
    rebuilding.rebuild,
    running.run,
    running.tick,
    running.sandbox,
)
for command in COMMANDS:
    app.command()(command)
app.add_typer(mappings.app, name="mapping")
app.add_typer(certs.app, name="cert")
for group in (app, mappings.app, certs.app):
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
