"""The command line → docs/polecenia.md: each command as it helps itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from bridge.cli import app
from docs.generate.markdown import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    import click

INTRO = """\
# Polecenia

Każde polecenie zaczyna się od `ksef-bridge`; `--help` po nim mówi to samo co ta strona.

Kody wyjścia: 0 wszystko dobrze · 1 są faktury z błędami · 2 trzeba poprawić ustawienia · 3 KSeF albo sieć nie odpowiada ·
4 nic złego, coś jeszcze czeka.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([INTRO, *(_section(name, each) for name, each in commands())])


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command with its whole name: "mapping explain"."""
    yield from _below("", typer.main.get_command(app))


def _below(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    inner: dict[str, click.Command] = getattr(command, "commands", {})
    for each, found in inner.items():
        whole = f"{name} {each}".strip()
        yield from _below(whole, found) if getattr(found, "commands", None) else [(whole, found)]


def _section(name: str, command: click.Command) -> str:
    rows = [(_written(each), getattr(each, "help", "") or "") for each in command.params]
    options = table(("argument lub opcja", "co robi"), rows) if rows else ""
    return f"## {name}\n\n{(command.help or '').strip()}\n\n{options}"


def _written(parameter: click.Parameter) -> str:
    if parameter.param_type_name == "argument":
        return f"`{(parameter.metavar or parameter.name or '').upper()}`"
    return ", ".join(f"`{each}`" for each in parameter.opts)
