"""A frozen dataclass ↔ plain JSON values, so that a draft can lie in the ledger (ledger.md, `payload` kind draft)."""

from __future__ import annotations

import dataclasses
import types
import typing
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """Dataclasses → dicts without default values, Decimal and dates → texts, tuples → lists."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: to_plain(inner)
            for field in dataclasses.fields(value)
            if (inner := getattr(value, field.name)) != field.default
        }
    if isinstance(value, tuple):
        return [to_plain(each) for each in value]
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Decimal | date) else value


def from_plain(kind: type[T], plain: Any) -> T:
    """The value again, by the annotations of its class; raises ValueError or KeyError for what does not fit."""
    return typing.cast("T", _build(kind, plain))


def _build(kind: Any, plain: Any) -> Any:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        (inner,) = (argument for argument in arguments if argument is not type(None))
        return None if plain is None else _build(inner, plain)
    if origin is tuple:
        inner = arguments if Ellipsis not in arguments else [arguments[0]] * len(plain)
        return tuple(_build(each, value) for each, value in zip(inner, plain, strict=True))
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        return kind(**{name: _build(hints[name], value) for name, value in plain.items()})
    if kind in (date, datetime):
        return kind.fromisoformat(plain)
    return kind(plain) if kind is Decimal or (isinstance(kind, type) and issubclass(kind, Enum)) else plain


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)
