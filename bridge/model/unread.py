"""UNREAD: what stands in an invoice in place of a value that could not be read, is missing or is told in two ways.

So the rules can be asked about the rest of an invoice that has errors already. Nothing is invented: whoever looks at
UNREAD gets `Unasked`, and what he was about to say is not said. Only `is` answers: `is None` says that there is something.
"""

from __future__ import annotations

from typing import Any, NoReturn


class Unasked(Exception):  # noqa: N818 - it is no error, only a question that nobody can answer
    """Somebody looked at a value that nobody knows."""


class _Unread:
    __slots__ = ()

    def __repr__(self) -> str:
        return "UNREAD"

    def __getattr__(self, name: str) -> NoReturn:
        raise Unasked(name)

    @property  # type: ignore[misc]  # isinstance() asks too
    def __class__(self) -> NoReturn:  # type: ignore[override]
        raise Unasked


def _unasked(*_: object) -> NoReturn:
    raise Unasked


for _name in [
    "bool",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "hash",
    "str",
    "format",
    "len",
    "iter",
    "contains",
    "getitem",
    "call",
    "int",
    "float",
    "index",
    "round",
    "abs",
    "neg",
    "pos",
    "add",
    "radd",
    "sub",
    "rsub",
    "mul",
    "rmul",
    "truediv",
    "rtruediv",
    "floordiv",
    "rfloordiv",
    "mod",
    "rmod",
    "divmod",
    "rdivmod",
    "pow",
    "rpow",
]:
    setattr(_Unread, f"__{_name}__", _unasked)

UNREAD: Any = _Unread()


def about_unread(error: Exception) -> bool:
    """Whether an exception only says that somebody looked at UNREAD: C code names its type in a TypeError."""
    return isinstance(error, Unasked) or (isinstance(error, TypeError) and _Unread.__name__ in str(error))
