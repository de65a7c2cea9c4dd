"""Entries of a mapping → its text, so written that it is read back as it was meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

COLUMN = 40  # where remarks begin, at the least
_PLAIN_NAME = re.compile(r"[^\s\[\]{},:#'\"%@!&*>|?=`-][^\[\]{},:#'\"]*")
_PLAIN_TEXT = re.compile(r"[^\s\[\]{},:#'\"%@!&*>|?=`-][^:#'\"\\]*")


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with a text, a section, a list of sections, or a list of values; with a remark behind it."""

    key: str
    value: str = ""
    note: str = ""
    entries: tuple[Entry, ...] = ()
    items: tuple[tuple[Entry, ...], ...] = ()
    values: tuple[str, ...] = ()


def written(head: Sequence[str], entries: Iterable[Entry]) -> str:
    """The whole text: remarks on top, then the entries."""
    lines = [*(f"# {line}" for line in head), *(line for entry in entries for line in _lines(entry, ""))]
    return "\n".join(lines) + "\n"


def scalar(text: str) -> str:
    """A literal; in quotes where YAML or the mapping language would read it otherwise."""
    return text if _PLAIN_TEXT.fullmatch(text) and text == text.strip() else _quoted(text)


def bracketed(*names: str) -> str:
    """Names of columns in brackets."""
    return f"[{', '.join(name if _PLAIN_NAME.fullmatch(name) else _quoted(name) for name in names)}]"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def _lines(entry: Entry, indent: str) -> Iterator[str]:
    first = f"{indent}{entry.key}:" + (f" {entry.value}" if entry.value else "")
    yield f"{first.ljust(COLUMN)} # {entry.note}" if entry.note else first
    for each in entry.entries:
        yield from _lines(each, f"{indent}  ")
    for item in entry.items:
        yield from _item((line for each in item for line in _lines(each, f"{indent}    ")), indent)
    yield from (f"{indent}  - {value}" for value in entry.values)


def _item(lines: Iterator[str], indent: str) -> Iterator[str]:
    """The first line of a list's item carries the dash."""
    first = next(lines)
    yield f"{indent}  - {first.removeprefix(f'{indent}    ')}"
    yield from lines
