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
MODULE = re.compile(r"(?<![\w*<{/-])([\w/-]*\w\.py)\b")
DOTTED = re.compile(r"(?<![\w/.@\"'])bridge((?:\.[a-z]\w*)+)")
NO_MODULE = {"toml", "log", "env"}  # bridge.toml and its like
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
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {each.asname or each.name for each in node.names}
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


@cache
def modules() -> tuple[str, ...]:
    return tuple(
        f"/{path.relative_to(ROOT).as_posix()}"
        for top in ("bridge", "docs", "tests")
        for path in (ROOT / top).rglob("*.py")
    )


def stands(dotted: str) -> bool:
    """Whether `bridge.a.b.c` is a module, or a name that stands in one."""
    place = ROOT / "bridge"
    for step in dotted.strip(".").split("."):
        if not place.is_dir():
            return step in names(place)
        below = place / step
        place = (
            below
            if below.is_dir()
            else below.with_suffix(".py")
            if below.with_suffix(".py").exists()
            else place / "__init__.py"
        )
        if place.name == "__init__.py" and step not in names(place):
            return False
    return True


def strange_modules(text: str) -> list[str]:
    told = [each for each in MODULE.findall(text) if not any(known.endswith(f"/{each}") for known in modules())]
    dotted = [each for each in DOTTED.findall(text) if each.split(".")[1] not in NO_MODULE]
    return told + [f"bridge{each}" for each in dotted if not stands(each)]


def test_every_module_that_is_named_is_there() -> None:
    pages = [*PAGES, *(ROOT / "docs/adr").glob("*.md"), *(ROOT / "bridge").rglob("*.py")]
    told = {
        str(path.relative_to(ROOT)): strange_modules(path.read_text("utf-8"))
        for path in pages
        if path.name not in LEFT_OUT
    }
    assert {name: found for name, found in told.items() if found} == {}


@pytest.mark.parametrize("text", ["`nowhere.py`", "mapping/nowhere.py", "bridge.nowhere", "(bridge.work.tick.nothing)"])
def test_a_module_that_is_not_there_is_noticed(text: str) -> None:
    assert strange_modules(text) != []


@pytest.mark.parametrize("page", sorted(PAGES), ids=lambda page: page.name)
def test_what_a_page_names_is_there(page: Path) -> None:
    if page.name not in LEFT_OUT:
        assert complaints(page.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "`bridge/nowhere.py`",
        "in bridge/nowhere/ there",
        "`bridge/work/tick.py::nothing`",
        "`bridge/ksef/client.py::Ksef.nothing`",
        "(templates/nothing.j2).",
        "| `unit/work/test_nothing.py::test_it` |",
    ],
)
def test_what_is_not_there_is_noticed(text: str) -> None:
    assert complaints(text) != []


@pytest.mark.parametrize(
    "text", ["`bridge/work/tick.py::tick`.", "`bridge/ksef/client.py::Ksef.send`", "tests/errors/<CODE>/"]
)
def test_what_is_there_is_let_be(text: str) -> None:
    assert complaints(text) == []
