"""The real program as a process: what a user would type, and what comes back; and the simulator it works against."""

from __future__ import annotations

import importlib
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.admin.init import start
from bridge.cli.demo import write_seal
from bridge.sandbox import Running
from tests.support.offices import NIP, PASSWORD, Program, forkserver, noon, started

Bridge = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def bridge(tmp_path: Path) -> Bridge:
    """Run `ksef-bridge ARGUMENTS…` in a folder of its own; answers with exit code, output and errors."""

    def call(*arguments: str | Path, cwd: Path = tmp_path, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bridge", *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, **environment},
            text=True,
            encoding="utf-8",
            capture_output=True,
            timeout=100,
            check=False,
        )

    return call


@pytest.fixture(scope="session")
def simulator() -> Iterator[Running]:
    with Running(limits=False) as running:
        yield running


@pytest.fixture(scope="session")
def command() -> Callable[..., int]:
    """`ksef-bridge ARGUMENTS…` in a forked process that has the bridge in memory already; its exit code."""
    context = forkserver()

    def call(office: Path, *arguments: str, **environment: str) -> int:
        own = {key: value for key, value in os.environ.items() if key.startswith("KSEF_")} | environment
        child = context.Process(target=started, args=(str(office), arguments, own))
        child.start()
        child.join(100)
        assert child.exitcode is not None
        return child.exitcode

    return call


@pytest.fixture(scope="session")
def program(command: Callable[..., int]) -> Program:
    """`ksef-bridge run --once --wait …`; its exit code."""

    def call(office: Path, wait: int = 30, **environment: str) -> int:
        return command(office, "run", "--once", "--wait", str(wait), **environment)

    return call


@pytest.fixture
def new_office(tmp_path: Path, simulator: Running, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Companies' folders as `init` makes them, with a seal, on a simulator that remembers nothing, at noon."""
    simulator.reset()
    simulator.store.settings["limits"] = False
    simulator.store.clock.shift = noon() - datetime.now(UTC)
    monkeypatch.setenv("KSEF_BRIDGE_SANDBOX_URL", simulator.url)
    monkeypatch.setenv("KSEF_P12_PASSWORD", PASSWORD)
    monkeypatch.setenv("KSEF_BRIDGE_CLOCK", noon().isoformat())

    def made(name: str) -> Path:
        folder = tmp_path / name
        start(folder, nip=NIP, name="Firma Testowa")
        write_seal(folder / "owner-only" / "ksef.p12", NIP, "Firma Testowa", PASSWORD)
        config = folder / "bridge.toml"
        config.write_text(config.read_text("utf-8").replace("quiet_seconds = 3 ", "quiet_seconds = 0.2"), "utf-8")
        return folder

    return made


@pytest.fixture
def office(new_office: Callable[[str], Path]) -> Path:
    """One company's folder."""
    return new_office("firma")


@pytest.fixture(scope="module")
def judge(shared: Path) -> Callable[[str, Path], tuple[int, str]]:
    """`compare_expected.py` of the reference material: its exit code and what it prints."""
    sys.path.insert(0, str(shared / "acceptance"))
    script = importlib.import_module("compare_expected")

    def call(name: str, made: Path) -> tuple[int, str]:
        told = io.StringIO()
        with redirect_stdout(told):
            code = script.main(str(shared / "exports" / f"{name}.expected.json"), str(made))
        return code, told.getvalue()

    return call
