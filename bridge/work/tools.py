"""What a step works with, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bridge.files.folders import Folders
from bridge.files.watch import FileSnapshot
from bridge.ksef.client import Ksef
from bridge.ksef.latarnia import Announced
from bridge.ksef.sessions import InvoiceStatus
from bridge.ledger.store import Ledger
from bridge.mapping.language.parts import MappingFile
from bridge.model.item import Batch, Finished, Made
from bridge.model.job import Job
from bridge.model.offline import Beacon
from bridge.model.settings import Company, Settings
from bridge.work.guard import Stopped

WARSAW = ZoneInfo("Europe/Warsaw")


@dataclass(frozen=True, slots=True)
class Tick:
    """The answer of a step: when it wants to be called again, how much waits for KSeF or a disk, and what is in the way."""

    next_at: datetime
    waits: int
    troubles: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()  # those of them for which this program itself is to blame


@dataclass(frozen=True, slots=True)
class DrawingProgress:
    """How far drawing has come: the ledger's last event then, how many pictures were left, and what went wrong."""

    last: int = -1
    left: int = 0
    alarms: tuple[str, ...] = ()


@dataclass(slots=True)
class Tools:
    """A company and everything its steps touch. Kept from step to step: it remembers what the last look saw."""

    settings: Settings
    company: Company
    company_id: int
    ledger: Ledger
    make_job: Callable[[Settings, Company, Mapping[str, Path], datetime], Job]
    ksef: Ksef
    read: Callable[[Job], Iterator[Batch | Finished]]
    finish: Callable[[dict[str, Any], Mapping[str, str], Job], Made]
    now: Callable[[], datetime]
    clock: Callable[[], float]  # monotonic seconds
    latarnia: Callable[[], Announced] = lambda: Announced(Beacon.UNKNOWN)
    apart: Callable[..., Any] = lambda _files, function, *args: function(*args)  # in a process with limits
    current: bool = False  # whether the copies in the outbox are all of invoices that the ledger knows
    worked: bool = False  # whether this step did anything that a restored backup would not know
    marked: int = -1  # the ledger's last event when the mark in the outbox was written
    seen: dict[str, FileSnapshot] = field(default_factory=dict)
    listed: dict[str, dict[str, InvoiceStatus]] = field(
        default_factory=dict
    )  # accepted invoices of sessions, a step long
    pages: dict[tuple[str, bool], str] = field(
        default_factory=dict
    )  # (session, refused only) → the next page of its list
    upo_links: dict[str, str] = field(default_factory=dict)  # hash → where its UPO lies; told anew after a restart
    upo_later: dict[int, tuple[datetime, int]] = field(default_factory=dict)  # document → not before, failures
    found: dict[str, str] = field(default_factory=dict)  # name of a drop → as it lies in the inbox
    stopped: list[Stopped] = field(default_factory=list)  # what of this step could not be done, and why
    resting: dict[int, tuple[float, Stopped]] = field(default_factory=dict)  # drop → until when it is passed over
    unexplained: set[int] = field(default_factory=set)  # drops whose workbook of errors is still to be written
    logged: set[tuple[str, str]] = field(default_factory=set)  # mistakes of ours that stand in the log
    told: str = ""  # hash of the last stan.json
    mappings: tuple[object, Sequence[MappingFile]] = ((), ())  # as last loaded, and how their files looked then
    alarms: list[str] = field(default_factory=list)  # what a person should know, of this step
    answers: int = 0  # of KSeF, when they were last looked at
    drawn: DrawingProgress = DrawingProgress()
    failing_since: datetime | None = None  # since when sessions meet no proper answer, though KSeF may be there
    probed: datetime | None = None  # when KSeF was last asked whether it is there

    def job(self, files: Mapping[str, Path]) -> Job:
        """What a reading of these files, dropped into the inbox, needs to know."""
        return replace(self.make_job(self.settings, self.company, files, self.now()), dropped=True)

    @property
    def folders(self) -> Folders:
        """The company's tree."""
        return Folders(self.company.inbox, self.company.outbox)
