"""Starts the real program, kills it at random and at named points, and starts it again, until all is told."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from typing import Protocol

from bridge.ledger.store import POINTS, TRANSITIONS
from tests.chaos import judge, person
from tests.chaos.office import Office, environment

ROOT = Path(__file__).resolve().parents[2]
# What happens on no road of this harness: a person, a refused file or a correction is needed. Other tests kill there.
ELSEWHERE = {
    "drop.refused",
    "document.finished",
    "document.rejected",
    "document.clash",
    "document.withdrawn",
    "sending.refused",
}
REACHED = [
    f"{name}:{moment}" for name in (*POINTS, *TRANSITIONS) if name not in ELSEWHERE for moment in ("before", "after")
]


class Child(Protocol):
    """The program at work."""

    @property
    def pid(self) -> int: ...
    def kill(self) -> None: ...
    def wait(self, seconds: float) -> bool: ...
    def stop(self) -> None: ...


@dataclass(slots=True)
class Program:
    """`ksef-bridge run` as a process of its own, in its own group, so that a kill takes its helpers too."""

    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    @classmethod
    def start(cls, office: Office, variables: dict[str, str], *, broken: bool) -> Program:
        module = ["-m", "tests.chaos.broken"] if broken else ["-m", "bridge"]
        variables = variables | {"PYTHONPATH": str(ROOT)}
        log = (office.folder / "program.log").open("ab")
        command = [sys.executable, *module, "run"]
        return cls(
            subprocess.Popen(command, cwd=office.folder, env=variables, stdout=log, stderr=log, start_new_session=True)
        )

    def kill(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)

    def wait(self, seconds: float) -> bool:
        """Whether it ended by itself, as at a named point."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


def _forked(folder: str, variables: dict[str, str], broken: bool) -> None:
    """In a forked server's child: the real command line, without the cost of starting Python."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    sys.argv = ["ksef-bridge", "run"]
    sys.stdout = sys.stderr = open("program.log", "a", encoding="utf-8")  # noqa: PTH123, SIM115
    from bridge.__main__ import main  # noqa: PLC0415 - in the child, where the command line belongs
    from tests.chaos.broken import break_it  # noqa: PLC0415

    if broken:
        break_it()
    main()


@dataclass(slots=True)
class Forked:
    """The same program from a server that has imported it already: for the short run."""

    process: BaseProcess

    @property
    def pid(self) -> int:
        return self.process.pid or 0

    @classmethod
    def start(cls, office: Office, variables: dict[str, str], *, broken: bool) -> Forked:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(
            [
                "bridge.app.wiring",
                "bridge.cli.run",
                "bridge.work",
                "bridge.conversion.processes",
                "bridge.conversion.drop",
                "bridge.conversion.rows_as_dropped",
            ]
        )
        process = context.Process(target=_forked, args=(str(office.folder), variables, broken))
        process.start()
        return cls(process)

    def kill(self) -> None:
        self.process.kill()
        self.process.join(20)

    def wait(self, seconds: float) -> bool:
        self.process.join(seconds)
        return not self.process.is_alive()

    def stop(self) -> None:
        self.process.terminate()
        self.process.join(60)


Start = Callable[..., Child]
Act = Callable[["Run"], None]


@dataclass(slots=True)
class Run:
    """One office under fire, and what was counted."""

    office: Office
    start: Start
    chance: Random
    points: Sequence[str]  # name:moment
    longest: float = 3.0  # seconds until a random kill
    patience: float = 8.0  # seconds for a named point to be reached
    broken: bool = False
    between: Mapping[int, Sequence[Act]] = field(default_factory=dict)  # round → what befalls it before the start
    beside: Mapping[int, Sequence[Act]] = field(default_factory=dict)  # round → what befalls it at work
    tell: Callable[[Run], None] = lambda _: None
    forgotten: int = 0  # sessions
    kills: int = 0
    released: int = 0  # invoices that a person had to decide on
    named: set[str] = field(default_factory=set)
    restarts: list[float] = field(default_factory=list)  # seconds until the ledger was written again
    effort: list[float] = field(default_factory=list)  # the same in seconds of a processor, whatever else runs

    def fire(self, kills: int) -> None:
        """So many kills, two of three at named points while any is left; files come in between."""
        left = list(self.points)
        self.chance.shuffle(left)
        for round_ in range(kills):
            for act in self.between.get(round_, ()):
                act(self)
            self._drop(kills - round_)
            beside = self.beside.get(round_, ())
            point = left.pop(0) if left and round_ % 3 and not beside else ""
            child = self._started(point)
            for act in beside:
                act(self)
            ended = child.wait(self.patience if point else self.chance.uniform(0.05, self.longest))
            if ended and point:
                self.named.add(point)
            elif ended:
                raise AssertionError(f"the program ended by itself: see {self.office.folder / 'program.log'}")
            elif point:
                left.append(point)  # not reached this time: killed at random instead, and tried again later
            child.kill()
            self.kills += 1
            self.tell(self)

    def settle(self, seconds: float) -> bool:
        """Let it work in peace until everything is told; whether it was in time."""
        self._drop(1)
        child = self._started("")
        end = time.monotonic() + seconds
        while time.monotonic() < end and not judge.finished(self.office):
            self._decide()
            if child.wait(0.5):
                raise AssertionError(f"the program ended by itself: see {self.office.folder / 'program.log'}")
        in_time = judge.finished(self.office)
        child.wait(1.0)  # the last step writes state and closes sessions
        child.stop()
        return in_time

    def _decide(self) -> None:
        """What the program holds for a person is released, as a person would."""
        if waiting := person.held(self.office.folder):
            self.released += len(waiting)
            command = [sys.executable, "-m", "tests.chaos.person"]
            variables = environment(self.office) | {"PYTHONPATH": str(ROOT)}
            subprocess.run(command, cwd=self.office.folder, env=variables, check=True)

    def _started(self, point: str) -> Child:
        more = {"KSEF_BRIDGE_KILL": point} if point else {}
        before, began = _mark(self.office.wal), time.monotonic()
        child = self.start(self.office, environment(self.office, **more), broken=self.broken)
        while _mark(self.office.wal) == before and time.monotonic() - began < 20 and not child.wait(0.01):
            pass
        self.restarts.append(time.monotonic() - began)
        self.effort.append(_processor(child.pid))
        return child

    def _drop(self, rounds: int) -> None:
        """An even share of the files that still wait, by chance; all of them in the last round."""
        for firm in self.office.firms:
            share = len(firm.waiting) / rounds
            for _ in range(int(share) + (self.chance.random() < share % 1)):
                firm.drop(self.office.day)


def _processor(pid: int) -> float:
    """Seconds of a processor that a process has used; 0 when it is gone or the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _mark(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return 0, 0
    return stat.st_size, stat.st_mtime_ns
