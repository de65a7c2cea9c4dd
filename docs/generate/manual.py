"""The chapters of docs/generate/mapowanie/ and the vocabulary → docs/mapowanie.md."""

from __future__ import annotations

from pathlib import Path

from bridge.mapping.vocabulary import PARTS, SECTIONS, WORDS
from docs.generate.markdown import table

CHAPTERS = Path(__file__).with_name("mapowanie")


def page() -> str:
    """The whole page: the chapters by name, then every word of every section."""
    chapters = [path.read_text("utf-8").rstrip() + "\n" for path in sorted(CHAPTERS.glob("*.md"))]
    return "\n".join([*chapters, "## Wszystkie słowa\n", *map(_section, SECTIONS)])


def _section(section: str) -> str:
    part = PARTS[section]
    rows = [(f"`{each.name}`", each.meaning, each.element) for each in WORDS if each.section == section]
    often = f"; najwyżej {part.most}" if part.most > 1 else ""
    return f"### {section}\n\n{part.meaning}{often}\n\n{table(('klucz', 'co to jest', 'element FA(3)'), rows)}"
