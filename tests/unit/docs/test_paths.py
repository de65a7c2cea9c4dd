"""Every path, module and function that a page for developers names is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGES = [*(ROOT / "docs").glob("*.md"), *(ROOT / "docs/design").glob("*.md"), *ROOT.glob("*.md")]
LEFT_OUT = {
    "CHANGELOG.md",
    "bledy.md",
    "mapowanie.md",
    "polecenia.md",
}  # what was, and what a company's own folder holds
PATH = re.compile(
    r"(?<![\w/.{<-])((?:bridge|tests|docs|templates|mappings)/[\w/.-]*|\.(?:ci|github)/[\w/.-]*)(?:::(\w+(?:\.\w+)*))?(?![\w/<{*])"
)
# In docs/ksef.md and docs/sandbox.md a test is named below tests/.
BELOW_TESTS = re.compile(r"`((?:unit|e2e|chaos|bench|errors)/[\w/.-]+)")


@cache
def names(module: Path) -> frozenset[str]:
    """Functions, classes, methods and constants of a module: `tick`, `Ksef.send`, `CODES`."""
    found: set[str] = set()
    for node in ast.parse(module.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found.add(node.name)
            found |= {f"{node.name}.{each.name}" for each in node.body if isinstance(each, ast.FunctionDef)}
        elif isinstance(node, ast.Assign):
            found |= {each.id for each in node.targets if isinstance(each, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return frozenset(found)


def complaints(text: str) -> list[str]:
    told = []
    for written, name in PATH.findall(text):
        path = ROOT / written.rstrip(".")
        if not path.exists():
            told.append(f"{written} is not there")
        elif name and name not in names(path):
            told.append(f"{written} has no {name}")
    return told + [f"{each} is not there" for each in BELOW_TESTS.findall(text) if not (ROOT / "tests" / each).exists()]


@pytest.mark.parametrize("page", sorted(PAGES), ids=lambda page: page.name)
def test_what_a_page_names_is_there(page: Path) -> None:
    if page.name not in LEFT_OUT:
        assert complaints(page.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "`bridge/nowhere.py`",
        "in bridge/nowhere/ there",
        "`bridge/work/step.py::nothing`",
        "`bridge/ksef/client.py::Ksef.nothing`",
        "(templates/nothing.j2).",
        "| `unit/work/test_nothing.py::test_it` |",
    ],
)
def test_what_is_not_there_is_noticed(text: str) -> None:
    assert complaints(text) != []


@pytest.mark.parametrize(
    "text", ["`bridge/work/step.py::tick`.", "`bridge/ksef/client.py::Ksef.send`", "tests/errors/<CODE>/"]
)
def test_what_is_there_is_let_be(text: str) -> None:
    assert complaints(text) == []
