"""What the manual shows works as it says, and nothing that a person can write is missing from it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bridge.mapping.language import compile as compiled
from bridge.mapping.language import dictionaries, load, source
from bridge.mapping.language.vocabulary import PARTS, WORDS
from bridge.model.outcome import Verdict
from bridge.model.problem import errors
from docs.generate.commands import commands
from docs.generate.examples import Example, examples, told

EXAMPLES = examples()
GRAMMAR = {
    *load.TOP,
    *source.KEYS,
    *source.TABLE_KEYS,
    *compiled.FIELD_KEYS,
    *compiled.RULE_KEYS,
    *compiled.VERBS,
    *dictionaries.FILE_KEYS,
    "z_tabeli",
    "raz_na",
    "przepisz",
}


@pytest.fixture(scope="module")
def manual(root: Path) -> str:
    return (root / "docs" / "mapowanie.md").read_text("utf-8")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.name)
def test_an_example_is_a_mapping_or_the_mistake_it_shows(example: Example, tmp_path: Path) -> None:
    found = example.load(tmp_path)
    assert told(found) == example.told if example.wrong else found == []


@pytest.mark.parametrize("example", [each for each in EXAMPLES if each.export], ids=lambda each: each.name)
def test_an_example_reads_its_export(example: Example, tmp_path: Path) -> None:
    items, problems = example.read(tmp_path)
    assert errors(problems) == []
    assert {each.verdict for each in items} <= {Verdict.GOOD, Verdict.SKIPPED}
    assert [each for each in items if each.verdict is Verdict.GOOD]


def test_every_word_of_the_language_is_in_the_manual(manual: str) -> None:
    assert [word for word in sorted(GRAMMAR) if not re.search(rf"\b{word}\b", manual)] == []
    assert [word.key for word in WORDS if f"`{word.name}`" not in manual] == []
    assert [part for part in PARTS if f"### {part}\n" not in manual] == []


def test_every_command_and_option_says_what_it_does(root: Path) -> None:
    readme, page = ((root / name).read_text("utf-8") for name in ("README.md", "docs/polecenia.md"))
    for name, command in commands():
        assert command.help, name
        assert f"## {name}\n" in page
        assert re.search(rf"\b{name.split()[0]}\b", readme), f"{name} is not in README.md"
        assert not [each.name for each in command.params if not getattr(each, "help", "")], name
