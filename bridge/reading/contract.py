"""What a reader is: a format's name, the files it knows by their first bytes, and one function.

A reader is one file with one `READER`; `open.READERS` lists them, and `model.table.FORMATS` has the word that a mapping
writes (docs/czytniki.md adds one step by step).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bridge.model.problem import Problem
from bridge.model.table import Layout, Source
from bridge.reading.content import Content

# The taken file, the name the person gave it, how to read it → a source of tables, or everything that is wrong with it.
Read = Callable[[Path, str, Layout], tuple[Source | None, list[Problem]]]


@dataclass(frozen=True, slots=True)
class Reader:
    """One format.

    `knows` says of a file's content and its first bytes whether this reader can read it. `asked` readers are taken only
    when the mapping names their format; of the others the first in the list that knows the file.
    """

    format: str
    knows: Callable[[Content, bytes], bool]
    read: Read
    asked: bool = False


def holding(*contents: Content) -> Callable[[Content, bytes], bool]:
    """`knows` of a reader for which the kind of content is enough."""
    return lambda held, _head: held in contents
