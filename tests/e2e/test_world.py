"""A broken world around the bridge: KSeF, disks, readers, a second bridge, half a file. Nothing is lost, and it is told."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.sandbox import Running
from tests.support.offices import (
    NUMBERS,
    SALES,
    Program,
    drop,
    five_minutes_later,
    rows,
    run,
    sales,
    set_up,
    statuses,
    travel,
)

Bridge = Callable[..., subprocess.CompletedProcess[str]]


def numbers(simulator: Running) -> list[str]:
    return sorted(each["number"] for each in simulator.accepted())


def seen(bridge: Bridge, office: Path) -> dict[str, list[str]]:
    """What `status` and `stan.json` say is in the way."""
    (told,) = json.loads(bridge("status", "--json", cwd=office).stdout)["companies"]
    page = json.loads((office / "outbox" / "stan.json").read_text("utf-8"))
    return {"status": told["troubles"], "stan.json": page["troubles"]}


def stopped(program: Program, office: Path) -> int:
    """Run until something is in the way, as far as it takes on a slow machine; the last exit code."""
    code = -1
    for _ in range(20):
        code = run(program, office, wait=1)
        if json.loads((office / "outbox" / "stan.json").read_text("utf-8"))["troubles"]:
            break
    return code


def after_five_minutes(program: Program, office: Path, simulator: Running) -> int:
    simulator.store.clock.shift += timedelta(minutes=5)
    return run(program, office, KSEF_BRIDGE_CLOCK=five_minutes_later())


KSEF = {
    "KSeF is down": {"do": "status", "code": 503, "html": True, "count": 1000},
    "KSeF fails inside": {"do": "status", "code": 500, "count": 1000},
    "KSeF says wait": {"path": r"/sessions/.*", "do": "status", "code": 429, "retry_after": 120, "count": 1000},
}


@pytest.mark.parametrize("fault", KSEF)
def test_what_ksef_does_not_take_waits_and_goes_later(
    fault: str, bridge: Bridge, program: Program, office: Path, simulator: Running
) -> None:
    simulator.fault(**KSEF[fault])
    drop(office, SALES, sales())
    assert stopped(program, office) == 3
    assert numbers(simulator) == []
    assert {row["status"] for row in rows(office, SALES, "w-toku")} == {"oczekuje"}
    for place, said in seen(bridge, office).items():
        assert said, place
        assert "KSeF" in said[0]
    simulator.store.faults.clear()
    assert after_five_minutes(program, office, simulator) == 0
    assert statuses(office, SALES) == {"przyjeta"}
    assert numbers(simulator) == NUMBERS
    assert seen(bridge, office) == {"status": [], "stan.json": []}


def test_a_token_that_expires_in_the_middle_is_refreshed(program: Program, office: Path, simulator: Running) -> None:
    travel(office, "online")
    simulator.store.settings |= {"token_seconds": 1, "processing": 2.5}  # over before KSeF has looked at the invoices
    drop(office, SALES, sales())
    assert run(program, office) == 0
    assert numbers(simulator) == NUMBERS
    assert statuses(office, SALES) == {"przyjeta"}


def limited(folder: Path, largest: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The program on a disk that takes no file above that size: a write fails in the middle."""

    def narrow() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    return subprocess.run(
        [sys.executable, "-m", "bridge", *arguments],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
        | {"PYTHONDONTWRITEBYTECODE": "1"},  # no room for either
        preexec_fn=narrow,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.mark.parametrize("room", [1_000, 300_000, 450_000])
def test_a_full_disk_loses_nothing(room: int, program: Program, office: Path, simulator: Running) -> None:
    """Full for the ledger at once, in the middle, or for nothing but the bigger files."""
    drop(office, SALES, sales())
    told = limited(office, room, "run", "--once", "--wait", "2")
    assert told.returncode in {0, 2, 3, 4}
    assert "Traceback" not in told.stderr, told.stderr
    if told.returncode in {2, 3}:
        assert "miejsce" in told.stdout + told.stderr
    assert after_five_minutes(program, office, simulator) == 0
    assert numbers(simulator) == NUMBERS
    assert statuses(office, SALES) == {"przyjeta"}


def test_results_that_cannot_be_written_appear_later(
    bridge: Bridge, program: Program, office: Path, simulator: Running
) -> None:
    in_the_way = office / "outbox" / "wyniki"
    shutil.rmtree(in_the_way, ignore_errors=True)
    in_the_way.write_text("a file where the folder of results should be", "utf-8")
    drop(office, SALES, sales())
    assert stopped(program, office) == 2, "a person must take it away"
    for place, said in seen(bridge, office).items():
        assert any("wyniki" in each for each in said), place
    in_the_way.unlink()
    assert run(program, office) == 0
    assert statuses(office, SALES) == {"przyjeta"}
    assert numbers(simulator) == NUMBERS
    assert seen(bridge, office) == {"status": [], "stan.json": []}


@pytest.mark.shared
@pytest.mark.parametrize(("broken", "code"), [("b01_uciety_w_polowie.csv", {"P03", "P09"}), ("b05_pusty.csv", {"P07"})])
def test_a_file_that_is_not_whole_is_waited_for_and_then_refused(
    broken: str, code: set[str], program: Program, office: Path, shared: Path
) -> None:
    set_up(office, 'wait_for_whole = "3 s"')
    content = (shared / "exports" / "broken" / broken).read_bytes()
    name = f"01_comarch_{broken}"  # claimed by the mapping of set 01
    drop(office, name, content)
    assert run(program, office, wait=0) == 4
    assert (office / "inbox" / name).read_bytes() == content, "taken though it may still be written"
    assert run(program, office) == 1
    (row,) = rows(office, name)
    assert (row["status"], row["numer"]) == ("bledna", "")
    assert row["kod"] in code
    (kept,) = (path for path in (office / "outbox" / "archiwum").rglob(f"*{name}"))
    assert kept.read_bytes() == content
    assert (office / "outbox" / "bledy" / f"{name}.bledy.xlsx").is_file()


def test_a_second_bridge_on_the_same_data_is_refused(office: Path, bridge: Bridge) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "bridge", "run"], cwd=office, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as first:
        try:
            lock = office / ".ksef-bridge" / "ledger.sqlite"
            while not lock.exists():
                assert first.poll() is None
            second = bridge("run", "--once", cwd=office)
            beside = bridge("status", cwd=office)
        finally:
            first.terminate()
            first.wait(60)
    assert second.returncode == 2
    assert "Inny uruchomiony ksef-bridge" in second.stderr
    assert beside.returncode in {0, 4}
    assert first.returncode == 0
