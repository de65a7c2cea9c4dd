"""Nouns that are made quickly are as frozen, equal, copied and kept as any other."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from decimal import Decimal
from typing import Any

import pytest

from bridge.model.fast_init import quickly_made
from bridge.model.invoice import Band, Invoice, Line
from bridge.model.item import Item, Made

LINE = Line(name="Śruba", number=2, quantity=Decimal("1.50"), row=7)


@pytest.mark.parametrize("noun", [Band, Invoice, Item, Line, Made])
def test_every_field_is_where_it_was_given(noun: Any) -> None:
    values = {each.name: object() for each in fields(noun)}
    by_name, by_place = noun(**values), noun(*values.values())
    assert type(by_name) is type(by_place) is noun
    assert {name: getattr(by_name, name) for name in values} == values
    assert {name: getattr(by_place, name) for name in values} == values


def test_what_is_not_given_is_as_declared() -> None:
    assert {each.name: getattr(Line(), each.name) for each in fields(Line)} == {
        each.name: each.default for each in fields(Line)
    }


def test_what_has_no_default_must_be_given() -> None:
    with pytest.raises(TypeError, match="net"):
        Band("1")  # type: ignore[call-arg]


def test_it_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        LINE.name = "Nakrętka"  # type: ignore[misc]
    assert LINE.name == "Śruba"


def test_copies_are_equal_and_frozen() -> None:
    for made in (replace(LINE), copy.deepcopy(LINE), pickle.loads(pickle.dumps(LINE))):
        assert (made, hash(made), type(made)) == (LINE, hash(LINE), Line)
    assert replace(LINE, number=3) != LINE


def test_defaults_that_are_made_anew_are_refused() -> None:
    @dataclass(frozen=True, slots=True)
    class Listed:
        names: list[str] = field(default_factory=list)

    with pytest.raises(AssertionError):
        quickly_made(Listed)
