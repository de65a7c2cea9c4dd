"""A Job → batches of items, read in a process of its own where reading may go wrong; what it raises comes back as it was.

Every workbook is read there, every big file, and what a user's own template renders: damage, endless loops and hostile
sizes end that process and never the service. It has limits of memory and of CPU time that grow with the file; a file
that meets one is refused by name at once, one that ends the process otherwise is read a second time alone, and then
refused. Small texts are read in the calling thread, as handing them over costs more than reading them. The processes
are started by `spawn` and end when their pipe closes, so that they never outlive a killed bridge (design.md, 3.12).
"""

from __future__ import annotations

import gc
import multiprocessing
import pickle
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from queue import LifoQueue
from threading import Lock
from typing import TYPE_CHECKING, Any

from bridge.conversion.drop import batches
from bridge.model.errors import TryLater
from bridge.model.item import Batch, Finished
from bridge.model.problem import problem
from bridge.reading.content import content
from bridge.reading.excel.books import ENGINES
from bridge.system.limits import Allowance, Broke, allowance, bounded, core_files_off, how_it_ended

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from bridge.model.job import Job

BIG = 1_000_000  # bytes; about 4,000 rows, half a second of work
DEATHS = 2  # of a process by one file, until the file is refused
MEND = (
    "Otwórz go w Excelu, usuń puste arkusze, wiersze i kolumny oraz scalenia całych kolumn, zapisz jako „Skoroszyt programu "
    "Excel (*.xlsx)” i wrzuć jeszcze raz; duży eksport podziel na mniejsze pliki."
)
DEADLY = "Plik {name} {times} razy przerwał pracę programu, który go czytał: jest uszkodzony."
INTERRUPTED = "proces czytający plik {name} został przerwany; plik zostanie przeczytany od początku"


STOPPED = "mostek kończy pracę; plik zostanie przeczytany od początku"


class Readers:
    """Up to `count` reading processes, started when first needed."""

    def __init__(self, count: int = 2) -> None:
        self._count = count
        self._idle: LifoQueue[_Process | None] = LifoQueue()  # the one that works already comes first
        self._all: list[_Process] = []
        self._deaths: Counter[tuple[str, ...]] = Counter()
        self._alone = Lock()
        for _ in range(count):
            self._idle.put(None)

    def read(self, job: Job) -> Iterator[Batch | Finished]:
        """The batches of a drop; raises as the reading did, TryLater when the process died for the first time."""
        if not read_apart(job):
            return batches(job)
        return self._elsewhere(job)

    def call(self, files: Iterable[Path], function: Callable[..., Any], *args: Any) -> Any:
        """What a function makes of files, in a process with the same limits; raises Broke when it met one or died."""
        with self._one() as process:
            (made,) = process.run(_called, (function, *args), allowance(files))
            return made

    def close(self) -> None:
        """End the processes; one that is reading is stopped, as its drop will be read again from nothing."""
        for each in self._all:
            each.stop()

    def _elsewhere(self, job: Job) -> Iterator[Batch | Finished]:
        key = tuple(sorted(str(path) for path in job.files.values()))
        try:
            with self._lonely() if self._deaths[key] else self._one() as process:
                yield from process.run(batches, (job,), allowance(job.files.values()))
            self._deaths.pop(key, None)
        except Broke as broke:
            self._deaths[key] += 1
            if not broke.said and self._deaths[key] < DEATHS:
                raise Interrupted(INTERRUPTED.format(name=job.name)) from broke
            del self._deaths[key]
            yield Finished(problems=(_refusal(job, broke),))

    @contextmanager
    def _one(self) -> Iterator[_Process]:
        process = self._idle.get()
        try:
            if process is None or not process.alive:
                process = _Process()
                self._all = [*(each for each in self._all if each.alive), process]
            yield process
        except BaseException:
            if process is not None and not process.at_rest:
                process.stop()  # in the middle of a job: what it still sends belongs to nobody
            raise
        finally:
            self._idle.put(process)

    @contextmanager
    def _lonely(self) -> Iterator[_Process]:
        """A process while no other one works, so that a second death is by this file alone."""
        with self._alone:
            others = [self._idle.get() for _ in range(self._count - 1)]
            try:
                with self._one() as process:
                    yield process
            finally:
                for each in others:
                    self._idle.put(each)


class Interrupted(TryLater):
    """A reading process died; the file is read again from its beginning."""


def read_apart(job: Job) -> bool:
    """Whether a drop is read in a process of its own: workbooks, big files, and where own templates render."""
    paths = job.files.values()
    if job.own_templates and _renders_own(job):
        return True
    if sum(path.stat().st_size for path in paths) >= BIG:
        return True
    return any(content(path)[0] in ENGINES for path in paths)


def _renders_own(job: Job) -> bool:
    """Whether a mapping that may be chosen names a template of the user's."""
    named = Path(job.mapping)
    folders = (path for folder in job.mappings for path in folder.glob("*.yaml"))
    paths = (named,) if job.mapping and named.is_file() else folders
    return any(b"szablon" in path.read_bytes() for path in paths)


def _refusal(job: Job, broke: Broke) -> Any:
    if broke.said:
        said = f"Czytanie pliku {job.name} przerwano: {broke.said}."
        return problem("P22", said, advice=MEND, file=job.name)
    return problem("P08", DEADLY.format(name=job.name, times=DEATHS), advice=MEND, file=job.name)


class _Process:
    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self.at_rest = True

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    def run(self, function: Callable[..., Iterator[Any]], args: tuple[Any, ...], limits: Allowance) -> Iterator[Any]:
        """What the function yields there; raises what it raised, or Broke when the process ended or met a limit."""
        self.at_rest = False
        self._told(lambda: self._pipe.send((function, args, limits)), limits)
        while True:
            if not self._told(lambda: self._pipe.poll(limits.patience), limits):
                raise Broke(f"trwało dłużej niż {limits.patience} s")
            kind, answer = self._told(self._pipe.recv, limits)
            if kind == "item":
                yield answer
                continue
            self.at_rest = not isinstance(answer, Broke)
            if kind == "error":
                raise answer
            return

    def _told(self, asked: Callable[[], Any], limits: Allowance) -> Any:
        """An answer of the process; Broke when it has ended, TryLater when we ended it ourselves."""
        try:
            return asked()
        except (EOFError, OSError) as error:
            if self._pipe.closed:
                raise TryLater(STOPPED) from error
            self._process.join(5)
            raise Broke(how_it_ended(self._process.exitcode, limits)) from error

    def stop(self) -> None:
        self._pipe.close()
        self._process.kill()
        self._process.join(5)


def rest_collector() -> None:
    """Let the collector of cycles look rarely: values have no cycles, and looking at them costs a twentieth of the work."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def _called(function: Callable[..., Any], *args: Any) -> Iterator[Any]:
    yield function(*args)


def _serve(pipe: Connection) -> None:
    """The other process: one task after another until the pipe closes."""
    rest_collector()
    core_files_off()
    while True:
        try:
            function, args, limits = pipe.recv()
        except EOFError:
            return
        pipe.send(_done(pipe, function, args, limits))


def _done(
    pipe: Connection, function: Callable[..., Iterator[Any]], args: tuple[Any, ...], limits: Allowance
) -> tuple[str, Any]:
    """Send what a function yields; how it ended."""
    try:
        with bounded(limits):
            for made in function(*args):
                pipe.send(("item", made))
    except MemoryError:
        return "error", Broke(f"potrzebowało więcej pamięci niż {limits.memory // 1024**2} MB")
    except Exception as error:  # noqa: BLE001 - it is raised again where the task came from
        return "error", _portable(error)
    return "end", None


def _portable(error: Exception) -> Exception:
    """The error itself where it survives the way between processes, else what it says."""
    try:
        again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception:  # noqa: BLE001 - exceptions of libraries do as they like
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error if type(again) is type(error) else RuntimeError(f"{type(error).__name__}: {error}")


def safely(job: Job) -> Iterator[Batch | Finished]:
    """The batches of a drop for a command that reads one: with the same limits, and no process where none is needed."""
    if not read_apart(job):
        yield from batches(job)
        return
    readers = Readers(1)
    try:
        yield from _again(readers, job)
    finally:
        readers.close()


def _again(readers: Readers, job: Job) -> Iterator[Batch | Finished]:
    """A drop read a second time where its process died before it told anything."""
    told = False
    while True:
        try:
            for each in readers.read(job):
                told = True
                yield each
        except Interrupted:
            if told:
                raise
        else:
            return
