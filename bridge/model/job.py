"""What a reading needs to know: which files, by which mapping, for whom and when; plain enough to cross processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bridge.model.settings import Environment


@dataclass(frozen=True, slots=True)
class Job:
    """A drop to be read.

    `files`: what the person called each file → where it lies on disk; of a set the file of headers first. `ledger` is where history is asked (SQLAlchemy URL), "" for none; `originals` are given beside it.
    """

    files: Mapping[str, Path]
    nip: str  # the company's; "" takes the mapping's seller
    environment: Environment
    now: datetime  # UTC: creation time and today
    mappings: tuple[Path, ...] = ()  # folders, searched together
    mapping: str = ""  # a file or a name instead of the choice by file name
    ledger: str = ""
    originals: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (number, RRRR-MM-DD) → KSeF number
    severities: Mapping[str, str] = field(default_factory=dict)  # of the company, in the words of `zasady`
    schema_dir: Path | None = None
    without_schema: bool = False  # ready XML of a form without a schema goes as it is
    bank_rates: tuple[Path, ...] = ()  # archives of NBP's table A
    own_templates: bool = True  # a person at the command line may always
    proof_required: bool = False  # P20 is an error
    trigger: bool = False  # something else than the files proved that the drop is complete
    dropped: bool = False  # into the inbox, where a trigger file that the mapping names must be there too

    @property
    def name(self) -> str:
        """What the person called the drop: its only file, or that of the headers."""
        return next(iter(self.files))
