"""Every request of the bridge and every answer of the simulator, held against the official OpenAPI by a proxy between them."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from bridge.admin.init import start
from bridge.cli import demo_data
from bridge.sandbox import Running

WARSAW = ZoneInfo("Europe/Warsaw")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest.mark.shared
def test_the_main_job_keeps_the_contract(
    tmp_path: Path, shared: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge, spec = shared / "acceptance" / "contract_proxy.py", shared / "ksef" / "openapi-2.9.0.json"
    port, log = free_port(), tmp_path / "calls.jsonl"
    with Running() as simulator:
        upstream = simulator.url.rpartition(":")[2]
        arguments = ["--spec", spec, "--upstream", upstream, "--port", str(port), "--log", log]
        proxy = subprocess.Popen([sys.executable, judge, "serve", *map(str, arguments)])
        try:
            wait_for(port)
            noon = datetime.now(UTC).astimezone(WARSAW).replace(hour=12, minute=0)
            simulator.store.clock.shift = noon - datetime.now(UTC)
            monkeypatch.setenv("KSEF_BRIDGE_CLOCK", noon.isoformat())
            run_demo_files(tmp_path / "firma", f"http://127.0.0.1:{port}", root, monkeypatch)
            accepted = len(simulator.accepted())
        finally:
            proxy.terminate()
            proxy.wait(10)
    told = subprocess.run(
        [sys.executable, judge, "report", "--spec", spec, "--log", log], capture_output=True, text=True, check=False
    )
    calls = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert accepted == 7
    assert told.returncode == 0, told.stdout
    assert [each for each in calls if each["request"]] == [], told.stdout
    assert len({each["op"] for each in calls}) >= 9, told.stdout


def wait_for(port: int) -> None:
    for _ in range(100):
        try:
            httpx.get(f"http://127.0.0.1:{port}/_sim/state")
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the proxy does not answer")


def run_demo_files(folder: Path, url: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set 01 with one invoice twice over, set 05 and a faulty file, by the real program."""
    from bridge.cli.demo import NAME, NIP, PASSWORD, write_seal  # noqa: PLC0415 - after the proxy is up

    start(folder, nip=NIP, name=NAME)
    write_seal(folder / "owner-only" / "ksef.p12", NIP, NAME, PASSWORD)
    monkeypatch.setenv("KSEF_BRIDGE_SANDBOX_URL", url)
    monkeypatch.setenv("KSEF_P12_PASSWORD", PASSWORD)
    samples = root / "mappings" / "probki" / "przyklady"
    today = datetime.now(UTC).astimezone(WARSAW).date()
    (folder / "inbox" / demo_data.SALES).write_bytes(demo_data.sales(samples / demo_data.SALES, today))
    (folder / "inbox" / demo_data.WORKBOOK).write_bytes(demo_data.workbook(samples / demo_data.WORKBOOK, today))
    (folder / "inbox" / demo_data.FAULTY).write_bytes(demo_data.faulty(samples / demo_data.SALES, today))
    ran = subprocess.run(
        [sys.executable, "-m", "bridge", "run", "--once", "--wait", "40"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr  # the faulty file has invoices to mend
