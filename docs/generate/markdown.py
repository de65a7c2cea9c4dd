"""Texts and rows → blocks and tables of Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def block(text: str, kind: str = "") -> str:
    """A text as it is, between fences."""
    return f"```{kind}\n{text.rstrip()}\n```\n\n"


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows under a heading."""
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n\n"
