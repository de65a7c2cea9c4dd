"""The JSON Schema for editors: draft 7, Polish descriptions, and no quarrel with what is shipped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from bridge.mapping.language import schema
from bridge.mapping.language.vocabulary import WORDS

MAPPINGS = Path(__file__).resolve().parents[4] / "mappings"
SHIPPED = sorted([*MAPPINGS.glob("*.yaml"), *MAPPINGS.glob("wspolne/*.yaml")])
VALIDATOR = Draft7Validator(schema.schema())


def mistakes(text: str) -> list[str]:
    return [each.message for each in VALIDATOR.iter_errors(yaml.load(text, yaml.BaseLoader))]


def test_it_is_draft_7() -> None:
    Draft7Validator.check_schema(schema.schema())
    assert "$defs" not in schema.text()
    assert "prefixItems" not in schema.text()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_shipped_mappings_fit(path: Path) -> None:
    text = path.read_text("utf-8")
    if "mapowanie:" not in text:
        text = f"mapowanie: 1\n{text}"  # a layer
    assert mistakes(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "mapowanie: 2",
        "mapowanie: 1\nfakturra:\n  numer: [Nr]",
        "mapowanie: 1\nfaktura:\n  numerek: [Nr]",
        "mapowanie: 1\nfaktura:\n  numer:\n    slownik: x",
        "mapowanie: 1\nzrodlo:\n  separator: ';'",
        "mapowanie: 1\nreguly:\n  - gdy: []",
        "mapowanie: 1\nreguly:\n  - opis: x\n    ustaw:\n      faktura.numerek: 1",
    ],
)
def test_what_is_no_mapping_does_not_fit(text: str) -> None:
    assert mistakes(text)


def described(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from ([node["description"]] if isinstance(node.get("description"), str) else [])
        for each in node.values():
            yield from described(each)


def test_every_word_is_there_with_its_meaning() -> None:
    told = "\n".join(described(schema.schema()))
    assert all(each.meaning in told for each in WORDS if each.takes)
