"""Whatever a message tells a person to write exists: every key named in a sentence, an advice or a field is a word of ours."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import bridge
from bridge.fa3.rules.table import RULES
from bridge.mapping.language.compile import ACTIONS, FIELD_KEYS, MEANT, RULE_KEYS, VERBS
from bridge.mapping.language.dictionaries import FILE_KEYS
from bridge.mapping.language.load import TOP
from bridge.mapping.language.source import KEYS, TABLE_KEYS
from bridge.mapping.language.vocabulary import BY_KEY, PARTS, WORDS
from bridge.model.codes import CODES

SOURCE = Path(bridge.__file__).parent
OWN = {
    *TOP,
    *KEYS,
    *(f"zrodlo.{key}" for key in KEYS),
    *TABLE_KEYS,
    *FIELD_KEYS,
    *FILE_KEYS,
    *RULE_KEYS,
    *ACTIONS,
    *VERBS,
    *(MEANT, "z_tabeli", "raz_na", "kolumna", "kodowanie", "separator", "przepisz"),
    *PARTS,
    *(section.rpartition(".")[2] for section in PARTS),
    *(word.key for word in WORDS),
    *(word.name for word in WORDS),
}
# What `…` says beside keys of a mapping: settings of bridge.toml, commands, values, file names.
SETTINGS = set(re.findall(r'"([a-z_]+)"', (SOURCE / "app" / "settings.py").read_text("utf-8")))
OTHER = re.compile(
    r"ksef-bridge .*|--[a-z-]+.*|https?:.*|[A-Z0-9ÓŁŻŹĆĄŚĘŃ_ ().;-]+|.*\.(yaml|toml|md|csv|xlsx|xml|j2|txt|env|p12|crt|pem|key)|env:.*|file:.*|<.*>|\[.*"
)
QUOTED = re.compile(r"`([^`]+)`")
WRITTEN_OUT = re.compile(
    r"\b(zrodlo|faktura|nabywca|sprzedawca|pozycja|platnosc|korekta|kontrola|sumy|plik|zasady)\.([a-z_0-9]+)"
)


def dead(text: str) -> list[str]:
    """The keys of a text that nobody could write."""
    found = []
    for quoted in QUOTED.findall(text):
        key = re.split(r"[:=]", quoted)[0].strip().removeprefix("- ")
        if not (key in OWN or key in SETTINGS or OTHER.fullmatch(quoted) or key == "zasady"):
            found.append(quoted)
    for section, name in WRITTEN_OUT.findall(text):
        if section in PARTS or section == "zrodlo":
            key = f"{section}.{name}"
            found += [key] if key not in OWN and key not in PARTS else []
    return found


@pytest.mark.parametrize("code", [code for code in CODES if not code.startswith("K")])
def test_a_code_names_only_keys_that_exist(code: str) -> None:
    assert dead(f"{CODES[code].sentence} {CODES[code].advice}") == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_names_only_keys_that_exist(rule: object) -> None:
    field, advice, condition = (getattr(rule, name) for name in ("field", "advice", "condition"))
    assert dead(f"{condition} {advice}") == []
    assert not field or field in BY_KEY or field in PARTS


def texts() -> list[tuple[str, str]]:
    """Every literal of the program in which a person is told a key, with its place."""
    found = []
    for path in sorted(
        [
            *(SOURCE / "mapping").rglob("*.py"),
            *(SOURCE / "fa3").rglob("*.py"),
            *(SOURCE / "conversion").glob("*.py"),
            *(SOURCE / "reading").rglob("*.py"),
        ]
    ):
        tree = ast.parse(path.read_text("utf-8"))
        documented = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        inside = {id(each) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for each in node.values}
        for node in ast.walk(tree):
            if id(node) in documented or id(node) in inside:
                continue
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
            elif isinstance(node, ast.JoinedStr):
                text = "".join(str(each.value) if isinstance(each, ast.Constant) else "NN" for each in node.values)
            else:
                continue
            if "`" in text and "\n" not in text:
                found.append((f"{path.name}:{node.lineno}", text))
    return found


@pytest.mark.parametrize(("place", "text"), texts(), ids=lambda each: each if ":" in each and " " not in each else "")
def test_a_sentence_of_the_program_names_only_keys_that_exist(place: str, text: str) -> None:
    assert [key for key in dead(text) if "NN" not in key] == [], place


def test_a_field_that_a_problem_names_is_a_word_or_a_part() -> None:
    """`field="…"` anywhere in the program, and `X = "section.key"` beside it."""
    wrong = []
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "field" and isinstance(node.value, ast.Constant):
                value = node.value.value
                if isinstance(value, str) and value and value not in BY_KEY and value not in PARTS:
                    wrong.append((path.name, node.value.lineno, value))
    assert wrong == []
