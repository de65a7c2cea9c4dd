"""An example mapping → the firm's own: its line `przyklad` goes, every other byte stays."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bridge.model.errors import WrongRequest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LINE = re.compile(rb"^przyklad[ \t]*:.*(\r?\n|\Z)", re.MULTILINE)


def adopted(name: str, folders: Sequence[Path]) -> Path:
    """The mapping of that name in one of the folders, adopted; raises WrongRequest when there is nothing to adopt."""
    names = {name, f"{name}.yaml"}
    path = next((each for folder in folders for each in sorted(folder.glob("*.yaml")) if names & {each.name}), None)
    if path is None:
        raise WrongRequest(f"nie ma mapowania {name} w folderze {', '.join(map(str, folders))}.")
    before = path.read_bytes()
    after = LINE.sub(b"", before)
    if after == before:
        raise WrongRequest(
            f"{path.name} nie jest przykładem albo ktoś już go przyjął: nie ma w nim wiersza `przyklad`."
        )
    path.write_bytes(after)
    return path
