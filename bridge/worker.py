"""A Job → batches of items, read in a process of its own when the file is big; what it raises comes back as it was.

Small files are read in the calling thread, as starting a process costs more than reading them. The processes are
started by `spawn` and end when their pipe closes, so that they never outlive a killed bridge (design.md, 3.12).
"""

from __future__ import annotations

import gc
import multiprocessing
from contextlib import contextmanager
from queue import SimpleQueue
from typing import TYPE_CHECKING

from bridge.errors import BridgeError, TryLater
from bridge.model.item import Batch, Finished
from bridge.reader import batches

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from bridge.model.job import Job

BIG = 1_000_000  # bytes; about 4,000 rows, half a second of work


class Readers:
    """Up to `count` reading processes, started when first needed."""

    def __init__(self, count: int = 2) -> None:
        self._idle: SimpleQueue[_Process | None] = SimpleQueue()
        self._all: list[_Process] = []
        for _ in range(count):
            self._idle.put(None)

    def read(self, job: Job) -> Iterator[Batch | Finished]:
        """The batches of a drop; raises FixSetup or TryLater as the reading did, TryLater when the process died."""
        if sum(path.stat().st_size for path in job.files.values()) < BIG:
            return batches(job)
        return self._elsewhere(job)

    def close(self) -> None:
        """End the processes; one that is reading is stopped, as its drop will be read again from nothing."""
        for each in self._all:
            each.stop()

    def _elsewhere(self, job: Job) -> Iterator[Batch | Finished]:
        with self._one() as process:
            yield from process.run(job)

    @contextmanager
    def _one(self) -> Iterator[_Process]:
        process = self._idle.get()
        if process is None or not process.alive:
            process = _Process()
            self._all.append(process)
        try:
            yield process
        except BaseException:
            process.stop()  # in the middle of a job: what it still sends belongs to nobody
            raise
        finally:
            self._idle.put(process)


class _Process:
    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    def run(self, job: Job) -> Iterator[Batch | Finished]:
        try:
            self._pipe.send(job)
            while True:
                answer = self._pipe.recv()
                if isinstance(answer, BaseException):
                    raise answer
                yield answer
                if isinstance(answer, Finished):
                    return
        except (EOFError, OSError) as error:
            message = "proces czytający plik został przerwany; plik zostanie przeczytany od początku"
            raise TryLater(message) from error

    def stop(self) -> None:
        self._pipe.close()
        self._process.terminate()
        self._process.join(5)


def rest_collector() -> None:
    """Let the collector of cycles look rarely: values have no cycles, and looking at them costs a twentieth of the work."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def _serve(pipe: Connection) -> None:
    """The other process: one job after another until the pipe closes."""
    rest_collector()
    while True:
        try:
            job = pipe.recv()
        except EOFError:
            return
        try:
            for batch in batches(job):
                pipe.send(batch)
        except BridgeError as error:
            pipe.send(error)
