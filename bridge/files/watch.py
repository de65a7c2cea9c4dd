"""What two looks at an inbox saw → which files are whole enough to be taken; arithmetic, but for `scan`.

The scan is the truth, events are hints (design.md, decision 4). Waiting is measured by a monotonic clock; a file's
times are only compared for being equal, as clocks of other machines tell nothing.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bridge.system.causes import cause_and_advice

LONGER = 10  # times the quiet time, for a text whose last line has no end (ledger.md)
IGNORED = re.compile(
    r"\..*|~.*|.*\.(tmp|part|partial|filepart|crdownload|writing|incomplete|swp|lock)|thumbs\.db|desktop\.ini|readme\.md",
    re.IGNORECASE | re.DOTALL,
)
SAVING = re.compile(r"[0-9a-f]{8}", re.IGNORECASE)  # Excel's name while it saves; or a day, as 20261127


@dataclass(frozen=True, slots=True)
class FileSnapshot:
    """A file as a look saw it, and since when it has looked so (monotonic seconds)."""

    size: int
    mtime_ns: int
    since: float


@dataclass(frozen=True, slots=True)
class Scan:
    """What lies in an inbox: files that may be drops as (size, mtime), and what is never taken, with its kind."""

    files: Mapping[str, tuple[int, int]]
    aside: Mapping[str, str]


def scan(inbox: Path) -> dict[str, tuple[int, int]]:
    """Name → (size, mtime) of every file that may be a drop; links and folders are not followed."""
    return dict(scanned(inbox).files)


def scanned(inbox: Path) -> Scan:
    """One look. What cannot even be looked at is set aside as well, and stops no other file."""
    files: dict[str, tuple[int, int]] = {}
    aside: dict[str, str] = {}
    with os.scandir(inbox) as entries:
        for entry in entries:
            if IGNORED.fullmatch(entry.name):
                continue
            try:
                state = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue  # it went between listing and looking: Excel saves so; the next scan tells
            except OSError as error:
                aside[entry.name] = cause_and_advice(error)
                continue
            if stat.S_ISREG(state.st_mode):
                files[entry.name] = (state.st_size, state.st_mtime_ns)
            else:
                aside[entry.name] = _kind(state.st_mode)
    return Scan(files, aside)


def _kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "dowiązanie"
    return "folder" if stat.S_ISDIR(mode) else "to nie jest zwykły plik"


def looked(
    before: Mapping[str, FileSnapshot], now: Mapping[str, tuple[int, int]], clock: float
) -> dict[str, FileSnapshot]:
    """What is known after another look: unchanged files keep their `since`."""
    known = {}
    for name, (size, mtime) in now.items():
        old = before.get(name)
        same = old is not None and (old.size, old.mtime_ns) == (size, mtime)
        known[name] = old if same and old else FileSnapshot(size, mtime, clock)
    return known


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a file must hold still, and how long a broken one is waited for (seconds)."""

    quiet: float
    whole: float


def settled(
    known: Mapping[str, FileSnapshot], clock: float, patience: Patience, whole: Callable[[str], tuple[bool, bool]]
) -> Iterator[str]:
    """Names to take now, those that were quiet longest first.

    `whole` says of a quiet file whether its structure is whole and whether its end is sure. What is not whole is waited
    for (`wait_for_whole`) and then taken all the same, so that the reader says what is wrong with it.
    """
    for name, seen in sorted(known.items(), key=lambda each: (each[1].since, each[0])):
        still = clock - seen.since
        if still < patience.quiet:
            continue
        is_whole, sure = whole(name)
        needed = patience.quiet if sure else patience.quiet * LONGER
        if still >= (needed if is_whole else patience.whole):
            yield name
