"""The ledger is gone; KSeF and the copies in the outbox make it again, and nothing is sent twice."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.cli import demo_data
from bridge.sandbox import Running
from tests.support.offices import Program, drop, five_minutes_later, rows, run, sales

Command = Callable[..., int]


@pytest.fixture
def sent(program: Program, office: Path) -> Path:
    """Four accepted invoices, and no ledger any more."""
    drop(office, demo_data.SALES, sales())
    assert run(program, office) == 0
    shutil.rmtree(office / ".ksef-bridge")
    return office


@pytest.mark.parametrize("copies", ["with copies", "without copies"])
def test_rebuilt_and_the_same_files_dropped_nothing_is_sent_twice(
    copies: str, sent: Path, command: Command, program: Program, simulator: Running
) -> None:
    before = {row["numer"]: row["numer_ksef"] for row in rows(sent, demo_data.SALES)}
    if copies == "without copies":
        shutil.rmtree(sent / "outbox" / "faktury")
    assert command(sent, "rebuild") == 0
    received = len(simulator.store.kept.invoices)
    drop(sent, "01_comarch_jeszcze_raz.csv", sales())
    assert run(program, sent) == 0
    told = rows(sent, "01_comarch_jeszcze_raz.csv")
    assert {row["numer"]: row["numer_ksef"] for row in told} == before
    assert {(row["status"], row["opis"]) for row in told} == {("przyjeta", "przyjęta już wcześniej")}
    assert len(simulator.store.kept.invoices) == received
    assert len(simulator.accepted()) == 4


def test_without_rebuilding_nothing_is_taken(sent: Path, program: Program, simulator: Running) -> None:
    drop(sent, "01_comarch_jeszcze_raz.csv", sales())
    assert program(sent, 5) == 2
    assert (sent / "inbox" / "01_comarch_jeszcze_raz.csv").exists()
    assert len(simulator.store.kept.invoices) == 4


def test_a_second_rebuilding_adds_nothing(sent: Path, command: Command, program: Program) -> None:
    assert command(sent, "rebuild") == 0
    assert command(sent, "rebuild", "--since", "2025-09-01") == 0
    drop(sent, "01_comarch_jeszcze_raz.csv", sales())
    assert run(program, sent) == 0
    assert len(rows(sent, "01_comarch_jeszcze_raz.csv")) == 4


def test_what_ksef_still_works_on_is_waited_for(
    office: Path, command: Command, program: Program, simulator: Running
) -> None:
    simulator.store.settings["batch_processing"] = 120.0
    drop(office, demo_data.SALES, sales())
    assert program(office, 3) == 4
    shutil.rmtree(office / ".ksef-bridge")
    assert command(office, "rebuild") == 4  # the session of those four is not at its end
    simulator.store.clock.shift += timedelta(minutes=5)
    assert command(office, "rebuild", KSEF_BRIDGE_CLOCK=five_minutes_later()) == 0
    drop(office, "01_comarch_jeszcze_raz.csv", sales())
    assert program(office, KSEF_BRIDGE_CLOCK=five_minutes_later()) == 0
    assert {row["status"] for row in rows(office, "01_comarch_jeszcze_raz.csv")} == {"przyjeta"}
    assert len(simulator.accepted()) == 4


def test_a_restored_backup_does_nothing_before_ksef_was_asked(
    office: Path, command: Command, program: Program, simulator: Running
) -> None:
    drop(office, "01_comarch_dawny.csv", b"")
    (office / "inbox" / "01_comarch_dawny.csv").unlink()
    assert program(office, 5) in (0, 4)
    ledger, copy = office / ".ksef-bridge" / "ledger.sqlite", office / "kopia.sqlite"
    with closing(sqlite3.connect(ledger)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    drop(office, demo_data.SALES, sales())
    assert run(program, office) == 0
    told = (office / "outbox" / "wyniki" / f"{demo_data.SALES}.wynik.csv").read_bytes()
    before = {row["numer"]: row["numer_ksef"] for row in rows(office, demo_data.SALES)}
    for each in (office / ".ksef-bridge").glob("ledger.sqlite*"):
        each.unlink()
    (office / "kopia.sqlite").rename(office / ".ksef-bridge" / "ledger.sqlite")
    received = len(simulator.store.kept.invoices)
    drop(office, demo_data.SALES, sales())
    assert program(office, 5) == 2
    assert command(office, "status") == 2
    assert command(office, "doctor") == 2
    assert len(simulator.store.kept.invoices) == received
    assert command(office, "rebuild") == 0
    assert command(office, "status") == 0
    assert run(program, office) == 0
    assert len(simulator.store.kept.invoices) == received
    assert (office / "outbox" / "wyniki" / f"{demo_data.SALES}.wynik.csv").read_bytes() == told
    (again,) = (office / "outbox" / "wyniki").glob(f"{demo_data.SALES}~*.wynik.csv")
    assert {row["numer"]: row["numer_ksef"] for row in rows(office, again.name.removesuffix(".wynik.csv"))} == before
