"""What the end-to-end tests do with a company's folder: drop files, run the real program, read the results."""

from __future__ import annotations

import csv
import multiprocessing
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bridge.cli import demo_data

Program = Callable[..., int]
NIP, PASSWORD = "1111111111", "haslo"
SAMPLES = Path(__file__).resolve().parents[2] / "mappings" / "probki" / "przyklady"
SALES = demo_data.SALES
NUMBERS = [f"FS/{place}/02/2026" for place in range(1, 5)]  # of the list of sales


def started(folder: str, arguments: tuple[str, ...], environment: dict[str, str]) -> None:
    """In a forked server's child: the real command line, without the cost of starting Python."""
    os.chdir(folder)
    os.environ.update(environment)
    sys.argv = ["ksef-bridge", *arguments]
    sys.stdout = sys.stderr = open("program.log", "a", encoding="utf-8")  # noqa: PTH123, SIM115
    from bridge.__main__ import main  # noqa: PLC0415 - in the child, where the command line belongs

    main()


def forkserver() -> multiprocessing.context.ForkServerContext:
    """A process that has imported the bridge already; its children start at once."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        [
            "bridge.__main__",
            "bridge.app.wiring",
            "bridge.cli.run",
            "bridge.cli.status",
            "bridge.app.service",
            "bridge.work",
            "bridge.conversion.processes",
            "bridge.conversion.drop",
            "bridge.conversion.rows_as_dropped",
            "bridge.ksef.client",
            "httpcore",  # what others import at their first use
            "typer._adapters",
            "watchdog.observers",
        ]
    )
    return context


def today() -> datetime:
    return datetime.fromisoformat(os.environ["KSEF_BRIDGE_CLOCK"])


def noon() -> datetime:
    """Today in Warsaw at an hour when invoices may be sent, whenever the tests run."""
    return datetime.now(UTC).astimezone(ZoneInfo("Europe/Warsaw")).replace(hour=12, minute=0)


def five_minutes_later() -> str:
    return (today() + timedelta(minutes=5)).isoformat()


def drop(office: Path, name: str, content: bytes) -> None:
    (office / "inbox" / name).write_bytes(content)


def rows(office: Path, stem: str, suffix: str = "wynik") -> list[dict[str, str]]:
    with (office / "outbox" / "wyniki" / f"{stem}.{suffix}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def statuses(office: Path, stem: str) -> set[str]:
    return {row["status"] for row in rows(office, stem)}


def run(program: Program, office: Path, wait: int = 30, **environment: str) -> int:
    """`ksef-bridge run --once --wait …`; its exit code."""
    return program(office, wait, **environment)


def sales(days: int = 0) -> bytes:
    """The list of sales, its invoices of today or so many days later."""
    return demo_data.sales(SAMPLES / SALES, (today() + timedelta(days=days)).date())


def set_up(office: Path, *lines: str) -> None:
    """More settings of the company."""
    config = office / "bridge.toml"
    config.write_text(config.read_text("utf-8") + "".join(f"{line}\n" for line in lines), "utf-8")


def travel(office: Path, mode: str) -> None:
    """`sending.mode` of the company."""
    set_up(office, f'sending = {{ mode = "{mode}" }}')
