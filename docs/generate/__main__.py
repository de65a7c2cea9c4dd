"""`python -m docs.generate`: write the pages; `check`: say which are stale; `golden`: write down what people are told."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.mapping.language import schema
from bridge.mapping.universal.sheets import mapping_text
from docs.generate import commands, errors, manual, rules, sandbox
from docs.generate.cases import MESSAGE, cases

if TYPE_CHECKING:
    from collections.abc import Callable

DOCS = Path(__file__).resolve().parents[1]
PAGES: dict[str, Callable[[], str]] = {
    "bledy.md": errors.page,
    "mapowanie.md": manual.page,
    "polecenia.md": commands.page,
    "reguly.md": rules.page,
    "sandbox.md": sandbox.page,
    "../mappings/uniwersalne.yaml": mapping_text,
    "../mappings/mapowanie.schema.json": schema.text,
}


def stale() -> list[str]:
    """Pages that are not what their sources say."""
    return [
        name for name, page in PAGES.items() if not (DOCS / name).exists() or (DOCS / name).read_text("utf-8") != page()
    ]


def main(order: str = "") -> int:
    """Do it; 1 when a page is stale."""
    if order == "check":
        print(*(f"docs/{name} is stale: make docs" for name in stale()), sep="\n")  # noqa: T201 - a command
        return bool(stale())
    if order == "golden":
        for case in cases():
            (case.folder / MESSAGE).write_text(case.told(), "utf-8", newline="\n")
        return 0
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), "utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
