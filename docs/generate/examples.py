"""The chapters of the manual → their examples, ready to be run.

A ```yaml block is a mapping, or a piece of one on top of the basic mapping of tests/errors; a ```csv block before it is
the export that it reads. ```yaml źle is a mistake on purpose, and the ```text block behind it is what a person is told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from rich.console import Console

from bridge.cli import show
from bridge.conversion.drop import batches
from bridge.mapping.language.load import load
from bridge.model.item import Finished, Item
from bridge.model.job import Job
from bridge.model.settings import Environment
from docs.generate.cases import BASIS, NOW
from docs.generate.manual import CHAPTERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from bridge.model.problem import Problem

_BLOCK = re.compile(r"^```(\w+)( źle)?\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Example:
    """One mapping of the manual."""

    name: str  # chapter and place in it
    mapping: str
    export: str = ""
    wrong: bool = False
    told: str = ""

    def load(self, folder: Path) -> list[Problem]:
        """Every mistake of the mapping."""
        return load(self._written(folder), self._roots(folder))[1]

    def read(self, folder: Path) -> tuple[list[Item], list[Problem]]:
        """The invoices of the export, and everything said of it."""
        export = folder / "przyklad.csv"
        export.write_text(self.export, "utf-8")
        job = Job(
            {export.name: export},
            "1111111111",
            Environment.SANDBOX,
            NOW,
            mappings=self._roots(folder),
            mapping=str(self._written(folder)),
            trigger=True,
        )
        items: list[Item] = []
        for batch in batches(job):
            if isinstance(batch, Finished):
                return items, [*batch.problems, *(each for item in items for each in item.problems)]
            items += batch.items
        raise AssertionError("a reading ends with Finished")

    def _written(self, folder: Path) -> Path:
        path = folder / "mapowanie.yaml"
        whole = "mapowanie:" in self.mapping or "dolacz:" in self.mapping
        head = "mapowanie: 1\n" if "dolacz:" in self.mapping else "mapowanie: 1\ndolacz: podstawa.yaml\n"
        path.write_text(self.mapping if whole and "mapowanie:" in self.mapping else head + self.mapping, "utf-8")
        return path

    @staticmethod
    def _roots(folder: Path) -> tuple[Path, ...]:
        return folder, BASIS, CHAPTERS


def examples() -> list[Example]:
    """All of them, in their order."""
    return [
        each
        for path in sorted(CHAPTERS.glob("*.md"))
        for each in _of(path.stem, list(_BLOCK.finditer(path.read_text("utf-8"))))
    ]


def _of(chapter: str, blocks: list[re.Match[str]]) -> Iterator[Example]:
    export = ""
    for place, block in enumerate(blocks):
        kind, wrong, text = block.groups()
        if kind == "csv":
            export = text
        elif kind == "yaml":
            told = blocks[place + 1][3] if wrong else ""
            yield Example(f"{chapter}-{place + 1}", text, export, bool(wrong), told)
            export = ""


def told(problems: Iterable[Problem]) -> str:
    """As the terminal shows them."""
    out = StringIO()
    show.problems(Console(file=out, width=1000, color_system=None, highlight=False), problems)
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())
