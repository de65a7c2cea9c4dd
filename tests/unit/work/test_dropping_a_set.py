"""Sets of files in the inbox: taken whole, waited for, and taken to the end after a crash."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bridge.app.wiring import job
from bridge.conversion.drop import batches
from bridge.ledger import documents, drops
from bridge.ledger.store import open_ledger
from bridge.model.outcome import DropState, Verdict
from bridge.model.settings import Company, Environment, Settings
from bridge.work import intake
from bridge.work.decisions import members
from bridge.work.tools import Tools

NOW = datetime(2026, 2, 4, 12, tzinfo=UTC)
SAMPLES = Path(__file__).resolve().parents[3] / "mappings" / "probki" / "przyklady"
HEADINGS, LINES, MARKER = "04_naglowki.csv", "04_pozycje.csv", "04_zestaw.ok"


class Clock:
    """A monotonic clock that the test moves."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tools(tmp_path: Path, clock: Clock) -> Iterator[Tools]:
    inbox, outbox = tmp_path / "inbox", tmp_path / "outbox"
    for folder in (inbox, outbox):
        folder.mkdir()
    (inbox / ".ksef-bridge").touch()
    mappings = (SAMPLES.parents[1],)
    company = Company("1111111111", "Firma", inbox, outbox, mappings, None, quiet=timedelta(seconds=3))
    settings = Settings(Environment.SANDBOX, tmp_path / "data", (company,))
    ledger = open_ledger(settings.data)
    with ledger.begin() as transaction:
        owner = drops.company_id(transaction, company.nip, "sandbox")
    never = cast("Any", None)
    yield Tools(
        settings,
        company,
        owner,
        ledger,
        job,
        never,
        batches,
        never,
        lambda: NOW,
        clock,
    )
    ledger.close()


def put(tools: Tools, *names: str) -> None:
    for name in names:
        (tools.company.inbox / name).write_bytes((SAMPLES / name).read_bytes())


def looked(tools: Tools, clock: Clock, seconds: float) -> list[str]:
    """Look, wait, look again; the names of the drops there are then."""
    intake.take_settled(tools)
    clock.seconds += seconds
    intake.take_settled(tools)
    with tools.ledger.begin() as transaction:
        return [each.name for each in drops.drops(transaction, tools.company_id)]


def refusals(tools: Tools) -> tuple[DropState, list[str]]:
    while intake.read_next(tools):
        pass
    with tools.ledger.begin() as transaction:
        (drop,) = drops.drops(transaction, tools.company_id)
    return drop.state, [each.message for each in drop.problems if each.code == "P12"]


def test_a_set_waits_for_its_trigger_and_is_one_drop(tools: Tools, clock: Clock) -> None:
    put(tools, LINES, HEADINGS)
    assert looked(tools, clock, 60) == []
    put(tools, MARKER)
    assert looked(tools, clock, 4) == [HEADINGS]
    assert [path.name for path in tools.company.inbox.glob("*.*") if path.is_file()] == [".ksef-bridge"]
    assert refusals(tools)[1] == []
    intake.archive_read(tools)
    archived = [path.name.split("-", 3)[3] for path in tools.folders.outbox.rglob("archiwum/*/*") if path.is_file()]
    assert sorted(archived) == sorted([HEADINGS, LINES, MARKER, f"{HEADINGS}.mapowanie.yaml"])


def test_a_set_that_stays_incomplete_is_refused_when_the_time_is_over(tools: Tools, clock: Clock) -> None:
    put(tools, HEADINGS, MARKER)
    assert looked(tools, clock, 599) == []
    assert looked(tools, clock, 2) == [HEADINGS]
    state, missing = refusals(tools)
    assert state is DropState.REFUSED
    assert missing == ["Zestaw jest niepełny: nie ma pliku 04_pozycje.csv."]


def test_a_trigger_that_never_comes_and_one_that_comes_alone(tools: Tools, clock: Clock) -> None:
    put(tools, HEADINGS, LINES)
    assert looked(tools, clock, 601) == [HEADINGS]
    assert refusals(tools) == (DropState.REFUSED, ["Zestaw jest niepełny: nie ma pliku 04_zestaw.ok."])
    put(tools, MARKER)
    assert looked(tools, clock, 599) == [HEADINGS]
    assert looked(tools, clock, 2) == [HEADINGS, MARKER]
    while intake.read_next(tools):
        pass
    with tools.ledger.begin() as transaction:
        _, alone = drops.drops(transaction, tools.company_id)
    assert [each.message for each in alone.problems] == [
        "Zestaw jest niepełny: nie ma pliku 04_naglowki.csv.",
        "Zestaw jest niepełny: nie ma pliku 04_pozycje.csv.",
    ]


def test_two_sets_do_not_mix(tools: Tools, clock: Clock) -> None:
    put(tools, HEADINGS, LINES, MARKER)
    for name in (HEADINGS, LINES):
        (tools.company.inbox / name.replace("04_", "05X_").upper()).write_bytes((SAMPLES / name).read_bytes())
    assert looked(tools, clock, 4) == [HEADINGS]
    left = {path.name for path in tools.company.inbox.iterdir() if path.is_file()}
    assert left == {".ksef-bridge", "05X_NAGLOWKI.CSV", "05X_POZYCJE.CSV"}


@pytest.mark.parametrize("first", [HEADINGS, LINES, MARKER])
def test_a_set_whose_taking_was_cut_is_taken_to_its_end(tools: Tools, clock: Clock, first: str) -> None:
    put(tools, HEADINGS, LINES, MARKER)
    tools.folders.make()
    (tools.company.inbox / first).rename(tools.folders.in_progress / f"20260204120000abcdef-{first}")
    assert looked(tools, clock, 0) == [HEADINGS]
    assert refusals(tools)[1] == []


def test_a_set_comes_back_from_the_archive_as_a_set(tools: Tools, clock: Clock) -> None:
    put(tools, HEADINGS, LINES, MARKER)
    looked(tools, clock, 4)
    refusals(tools)
    intake.archive_read(tools)
    with tools.ledger.begin() as transaction:
        (drop,) = drops.drops(transaction, tools.company_id)
    found = members(tools.company.outbox / drop.archived, drop.name)
    assert sorted(found) == sorted([HEADINGS, LINES, MARKER])
    assert all(path.read_bytes() == (SAMPLES / name).read_bytes() for name, path in found.items())


def test_a_line_without_its_invoice_stops_nothing_else(tools: Tools, clock: Clock) -> None:
    """Set 04 brings a line of an invoice that the headers do not hold: it is told, and the good invoices go."""
    put(tools, HEADINGS, LINES, MARKER)
    looked(tools, clock, 4)
    state, _ = refusals(tools)
    with tools.ledger.begin() as transaction:
        (drop,) = drops.drops(transaction, tools.company_id)
        items = documents.items_of(transaction, drop.id)
    assert state is DropState.READ
    orphan = items[-1]
    assert (orphan.number, orphan.verdict, orphan.problems[0]["code"]) == ("", Verdict.BAD, "D10")
    assert {each.verdict for each in items[:-1]} == {Verdict.GOOD, Verdict.BAD}  # one heading has no lines (D09)
