"""How much memory and time a process may take for a file, and what its end says when it took more.

Memory and CPU time are held by the system (POSIX); where it cannot (Windows), the patience of the process that waits is
what is left.
"""

from __future__ import annotations

import mmap
import signal
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if sys.platform != "win32":
    import resource

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MEMORY = 512 * 1024**2  # bytes beyond what the process has when it begins
MEMORY_OF_A_BYTE = 40  # more for each byte of the file: a packed cell takes two bytes there and eighty here
SECONDS = 30
SECONDS_OF_A_MEGABYTE = 90  # ten times what the reading and all that follows take on a slow machine
PATIENCE = 10  # times the CPU time: a machine may have other work


class Allowance(NamedTuple):
    """What one task may take."""

    memory: int  # bytes
    seconds: int  # of CPU time
    patience: int  # seconds without a word


class Broke(Exception):  # noqa: N818 - what the process did
    """A process ended, or met a limit; `said` is which one, a Polish half-sentence, "" when it only ended."""

    def __init__(self, said: str = "") -> None:
        super().__init__(said)
        self.said = said


def allowance(files: Iterable[Path]) -> Allowance:
    """What the reading of these files may take."""
    size = sum(path.stat().st_size for path in files)
    seconds = SECONDS + SECONDS_OF_A_MEGABYTE * size // 1024**2
    return Allowance(MEMORY + MEMORY_OF_A_BYTE * size, seconds, PATIENCE * seconds)


@contextmanager
def bounded(limits: Allowance) -> Iterator[None]:
    """Hold this process to its limits while a task runs."""
    if sys.platform == "win32":
        yield
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _set(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + limits.seconds)
    if (begun := _virtual_memory()) is not None:
        _set(resource.RLIMIT_AS, begun + limits.memory)
    try:
        yield
    finally:
        _set(resource.RLIMIT_CPU, None)
        _set(resource.RLIMIT_AS, None)


def core_files_off() -> None:
    """A process that is ended by its limit writes no image of its memory, which holds invoices."""
    if sys.platform != "win32":
        _set(resource.RLIMIT_CORE, 0)


def how_it_ended(code: int | None, limits: Allowance) -> str:
    """Which limit ended a process, by its exit code; "" when it was none."""
    if code is not None and code == -getattr(signal, "SIGXCPU", 0):
        return f"trwało dłużej niż {limits.seconds} s pracy procesora"
    return ""


def _set(which: int, soft: int | None) -> None:
    """A soft limit, never above the hard one; None takes it away."""
    if sys.platform == "win32":
        return
    with suppress(ValueError, OSError):
        hard = resource.getrlimit(which)[1]
        unbounded = hard == resource.RLIM_INFINITY
        wanted = hard if soft is None else soft if unbounded else min(soft, hard)
        resource.setrlimit(which, (wanted, hard))


def _virtual_memory() -> int | None:
    """Bytes of address space; None where the system does not say."""
    with suppress(OSError, ValueError, IndexError):  # Windows and macOS have no such file
        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * mmap.PAGESIZE
    return None
