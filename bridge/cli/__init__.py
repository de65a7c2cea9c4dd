"""The command line: parse, ask `bridge.app`, print, exit code."""

from __future__ import annotations

import typer

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
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(checking.check)
app.command()(checking.convert)
app.command()(tables.table)
app.command()(demo.demo)
app.command()(starting.init)
app.command()(starting.doctor)
app.command()(looking.status)
app.command()(looking.results)
app.command()(looking.retry)
app.command()(looking.release)
app.command()(looking.withdraw)
app.command()(cancelling.storno)
app.command()(pictures.picture)
app.command()(rebuilding.rebuild)
app.command()(running.run)
app.command()(running.tick)
app.command()(running.sandbox)
app.add_typer(mappings.app, name="mapping")
app.add_typer(certs.app, name="cert")
