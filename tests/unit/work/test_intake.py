"""Taking and reading with a real folder and a real ledger; the reading itself is the test's own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bridge.app.wiring import job
from bridge.ledger import drops
from bridge.ledger.store import open_ledger
from bridge.model.item import Batch, Finished
from bridge.model.job import Job
from bridge.model.settings import Company, Environment, Settings
from bridge.work import intake, reporting
from bridge.work.tools import Tools

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[Tools]:
    folders = [tmp_path / name for name in ("inbox", "outbox", "mappings")]
    for folder in folders:
        folder.mkdir()
    (folders[0] / ".ksef-bridge").touch()
    company = Company("1111111111", "Firma", folders[0], folders[1], (folders[2],), None, quiet=timedelta())
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
        never,
        never,
        lambda: NOW,
        lambda: 0.0,
    )
    ledger.close()


def test_a_file_that_changes_while_it_is_read_is_read_again_as_it_is_now(tools: Tools) -> None:
    """A writer may hold a file that was renamed under it; what it appends must not be lost, nor stop the inbox."""
    read: list[bytes] = []

    def reading(job: Job) -> Iterator[Batch | Finished]:
        path = job.files["faktury.csv"]
        read.append(path.read_bytes())
        if len(read) == 1:
            with path.open("ab") as late:
                late.write(b"2;druga\n")
        yield Finished()

    tools.read = reading
    (tools.company.inbox / "faktury.csv").write_bytes(b"nr;nazwa\n1;pierwsza\n")
    for _ in range(2):
        intake.take_settled(tools)
    assert intake.read_next(tools)
    assert intake.read_next(tools)
    assert not intake.read_next(tools)
    assert read[-1] == b"nr;nazwa\n1;pierwsza\n2;druga\n"
    with tools.ledger.begin() as transaction:
        (drop,) = drops.drops(transaction, tools.company_id)
    assert (drop.state, drop.sha256) == ("READ", hashlib.sha256(read[-1]).hexdigest())


def test_a_drop_whose_results_say_everything_is_looked_at_no_more(tools: Tools) -> None:
    """The bridge runs for years: a step costs what is open, not what ever was."""
    tools.read = lambda _job: iter([Finished()])
    (tools.company.inbox / "faktury.csv").write_bytes(b"nr\n")
    for _ in range(2):
        intake.take_settled(tools)
    intake.read_next(tools)
    reporting.write_results(tools)
    intake.archive_read(tools)
    reporting.write_results(tools)
    with tools.ledger.begin() as transaction:
        assert drops.drops(transaction, tools.company_id) == []
        assert drops.drop(transaction, 1).archived
    assert (tools.folders.results / "faktury.csv.wynik.csv").is_file()
