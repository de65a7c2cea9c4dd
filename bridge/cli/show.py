"""Values → what a person sees in the terminal, and what a machine reads with --json."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bridge.model.problem import Problem, Severity
from bridge.model.table import rows_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from decimal import Decimal

COLOUR = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
STATUS_COLOUR = {
    "przyjeta": "green",
    "odrzucona": "bold red",
    "sprzeczna": "bold red",
    "bledna": "red",
    "pominieta": "dim",
    "wstrzymana": "yellow",
    "oczekuje": "cyan",
    "wycofana": "dim",
    "dobra": "green",
    "czeka": "yellow",
    "dobrze": "green",
    "uwaga": "yellow",
    "źle": "bold red",
}


def console(*, stderr: bool = False) -> Console:
    """Standard output or error; colours and widths as the terminal has them, wide enough for a pipe."""
    terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(stderr=stderr, width=None if terminal else 160, highlight=False)


def place(problem: Problem) -> str:
    """File, sheet, row and column as a person finds them: `faktury.csv:4 H „Stawka VAT”`."""
    where = problem.file
    if problem.sheet:
        where += f" [{problem.sheet}]"
    if problem.rows:
        where += ":" + rows_text(problem.rows)
    return " ".join(filter(None, (where, problem.letter, problem.column and f"„{problem.column}”")))


def problems(out: Console, found: Iterable[Problem]) -> None:
    """Each problem as: place [code] what is wrong, the line with an arrow, what to do (style.md, section 3)."""
    for each in found:
        line = Text(f"{place(each)}  " if place(each) else "", style="bold")
        line.append(f"[{each.code}] ", style=COLOUR[each.severity])
        line.append(each.message, style=COLOUR[each.severity] if each.severity is Severity.ERROR else "")
        out.print(line, soft_wrap=True)
        if each.excerpt:
            out.print(Text(each.excerpt, style="dim"), soft_wrap=True)
        if each.advice:
            out.print(Text(f"      {each.advice}"), soft_wrap=True)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[str] = ()) -> Table:
    """A table for people; a cell that is a status word gets its colour."""
    made = Table(title=title or None, title_justify="left", header_style="bold")
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*(Text(cell, style=STATUS_COLOUR.get(cell, "")) for cell in row))
    return made


def local(moment: datetime | None) -> str:
    """Warsaw time, to the minute; "" for none."""
    return f"{moment.astimezone(ZoneInfo('Europe/Warsaw')):%Y-%m-%d %H:%M}" if moment else ""


def amount(value: Decimal | None) -> str:
    """1234.5 → "1 234,50", as a Polish accountant writes it."""
    return "" if value is None else f"{value:,.2f}".replace(",", "\u00a0").replace(".", ",")


def problem_plain(problem: Problem) -> dict[str, Any]:
    """A problem as `check --json` prints it (design.md, section 5)."""
    return {
        "code": problem.code,
        "name": problem.name,
        "severity": problem.severity.value,
        "file": problem.file,
        "sheet": problem.sheet,
        "row": problem.rows[0] if problem.rows else None,
        "rows": list(problem.rows),
        "column": problem.column,
        "letter": problem.letter,
        "field": problem.field,
        "element": problem.element,
        "value": problem.value,
        "message": problem.message,
        "advice": problem.advice,
    }


def as_json(value: object) -> None:
    """One JSON object on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")
