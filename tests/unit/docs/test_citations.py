"""Every page that code, tests and docs name exists, and every section they cite of it is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TEXTS = ("*.py", "*.md", "*.yaml", "*.j2", "*.typ", "*.toml")
FOLDERS = ("bridge", "tests", "docs", "templates", "mappings", ".github")
# Where a page may stand: nearest to the citing file, then for everybody.
SHELVES = ("docs", "docs/design", "docs/adr", "docs/generate/mapowanie", ".")

PAGE = re.compile(r"(?<![\w.*<>{}-])(?P<page>[A-Za-z0-9][\w.-]*\.md\b)(?P<rest>.{0,140})")
NUMBERS = r"\d+(?:\.\d+)*(?:(?:, | and |-)(?:sections? )?\d+(?:\.\d+)*)*"
CITED = re.compile(
    rf"[`)]*(?:\([^)]*\))?[,:]? (?:(?P<kind>decision|laws?|traps?|rule|sections?|step|krok) )?(?P<numbers>{NUMBERS}|[A-Z]\d\d)?"
    rf'(?P<quoted>(?:,? ?"[A-Za-z][^"]+"(?: {NUMBERS})?)*)'
)
QUOTED = re.compile(rf'"(?P<heading>[^"]+)"(?: (?P<items>{NUMBERS}))?')
HEADING = re.compile(r"(?m)^(#{1,4}) (?:(\d+(?:\.\d+)*)\.? )?(.*)$")
ITEM = re.compile(r"(?m)^(\d+)\. ")
# Items that have a name of their own: kind → the section whose numbered list holds them.
LISTS = {"decision": "3", "law": "Laws", "laws": "Laws", "trap": "11", "traps": "11"}


@cache
def shelves() -> dict[str, Path]:
    return {page.name: page for shelf in reversed(SHELVES) for page in (ROOT / shelf).glob("*.md")}


def sections(text: str) -> dict[str, str]:
    """Number and title of each heading (folded) → what stands below it, up to the next heading of its depth."""
    found: dict[str, str] = {}
    heads = list(HEADING.finditer(text))
    for place, head in enumerate(heads):
        end = next((later.start() for later in heads[place + 1 :] if len(later[1]) <= len(head[1])), len(text))
        for name in filter(None, (head[2], head[3].lower())):
            found.setdefault(name, text[head.end() : end])
    return found


def section(text: str, name: str) -> str | None:
    """By number, or by the beginning of its title."""
    known = sections(text)
    if name in known:
        return known[name]
    return next((below for title, below in known.items() if title.startswith(name.lower())), None)


def items(below: str) -> set[str]:
    return set(ITEM.findall(below))


def numbers(written: str) -> list[str]:
    return re.findall(r"\d+(?:\.\d+)*", written)


def dangling(text: str, citation: re.Match[str]) -> Iterator[str]:
    """What a citation names that the page does not have."""
    kind, written = citation["kind"] or "", citation["numbers"] or ""
    if kind in LISTS:
        below = section(text, LISTS[kind])
        yield from (f"{kind} {each}" for each in numbers(written) if below is None or each not in items(below))
    elif kind in {"rule", "step", "krok"}:
        if kind != "rule" or f"| {written} |" not in text:
            yield f"{kind} {written}"
    else:
        yield from (f"section {each}" for each in numbers(written) if not stands(text, each))
    for quoted in QUOTED.finditer(citation["quoted"]):
        below = section(text, quoted["heading"])
        if below is None and not (written and quoted["heading"].lower() in text.lower()):
            yield f'"{quoted["heading"]}"'
        for each in numbers(quoted["items"] or ""):
            if below is None or each not in items(below):
                yield f'"{quoted["heading"]}" {each}'


def stands(text: str, number: str) -> bool:
    """Whether a number is a heading, or an item of the list in the section before its last dot."""
    if section(text, number) is not None and number in sections(text):
        return True
    around, _, last = number.rpartition(".")
    return bool(around) and around in sections(text) and last in items(sections(text)[around])


def citing() -> list[Path]:
    files = [path for name in FOLDERS for text in TEXTS for path in (ROOT / name).rglob(text)]
    files += [path for text in TEXTS for path in ROOT.glob(text)]
    left_out = {ROOT / "tests/errors", ROOT / "tests/data"}
    return sorted(path for path in files if not left_out & set(path.parents) and path != Path(__file__))


def citations(text: str) -> Iterator[tuple[int, str, str]]:
    """Line, page and what follows it; a citation may go on in the next line of a comment or docstring."""
    for found in PAGE.finditer(re.sub(r"[ \t]*\n[ \t]*(?:# )?(?=\S)", lambda m: " " + "\0" * (len(m[0]) - 1), text)):
        yield text.count("\n", 0, found.start()) + 1, found["page"], found["rest"].replace("\0", "")


def complaints(text: str, name: str) -> list[str]:
    told = []
    for line, page, rest in citations(text):
        path = shelves().get(page)
        if path is None:
            told.append(f"{name}:{line}: there is no page {page}")
            continue
        cited = CITED.match(rest)
        if cited:
            wrong = dangling(path.read_text("utf-8"), cited)
            told += [f"{name}:{line}: {page} has no {each}" for each in wrong]
    return told


def test_every_page_and_section_that_is_named_exists() -> None:
    told = [each for path in citing() for each in complaints(path.read_text("utf-8"), str(path.relative_to(ROOT)))]
    assert told == []


@pytest.mark.parametrize(
    "text",
    [
        "as it is (there.md).",
        "(design.md, section 99)",
        "(design.md, decision 99)",
        "(design.md, 3.99)",
        "(mapping.md, law 99)",
        "(mapping.md, laws 1-99)",
        "(protocol.md, 4.2-4.99)",
        "(protocol.md, 4.2, 99.1)",
        "(protocol.md, trap 99)",
        "(fa3.md, rule Z99)",
        "(fa3.md, rule H99)",
        "(fa3.md, sections 1.1 and 1.99)",
        '(ledger.md, "Exactly twice")',
        '(ledger.md, "Exactly once" 99)',
        '(mapping.md, "Columns", "Rows of nothing")',
        "# (ledger.md,\n    # section 99)",
    ],
)
def test_a_citation_that_dangles_is_noticed(text: str) -> None:
    assert complaints(text, "here") != []


@pytest.mark.parametrize(
    "text",
    [
        "(design.md, decision 4)",
        "(design.md, 3.12).",
        "(fa3.md 1.1-1.13).",
        "fa3.md section 5 says",
        "(mapping.md, laws 1-2).",
        '(ledger.md, "exactly once" 5-7)',
        "(protocol.md, 0, 12.3)",
        "(protocol.md,\n    11, that",
        "(protocol.md, trap 32)",
        "(fa3.md, rule H05)",
        '(fa3.md, 2.3, "full reversal").',
    ],
)
def test_a_citation_that_holds_is_let_be(text: str) -> None:
    assert complaints(text, "here") == []
