"""A drop whose mapping changed: its samples must agree, and a person where the company asks for one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bridge.app.wiring import job
from bridge.conversion.drop import batches
from bridge.ledger import drops
from bridge.ledger import mappings as ledger
from bridge.ledger.store import open_ledger
from bridge.model.settings import Company, Environment, Settings
from bridge.work import drops_of_inbox, intake
from bridge.work.tools import Tools

NOW = datetime(2026, 2, 10, 12, tzinfo=UTC)
SHIPPED = Path(__file__).resolve().parents[3] / "mappings"
SAMPLE = "01_comarch_pozycje_cp1250"


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[Tools]:
    inbox, outbox, mappings = tmp_path / "inbox", tmp_path / "outbox", tmp_path / "mappings"
    for folder in (inbox, outbox, mappings / "probki"):
        folder.mkdir(parents=True)
    (inbox / ".ksef-bridge").touch()
    shutil.copytree(SHIPPED / "wspolne", mappings / "wspolne")
    shutil.copyfile(SHIPPED / "01_comarch.yaml", mappings / "moje.yaml")
    for name in (f"{SAMPLE}.csv", f"{SAMPLE}.oczekiwane.csv"):
        shutil.copyfile(SHIPPED / "probki" / "przyklady" / name, mappings / "probki" / name)
    company = Company("1111111111", "Firma", inbox, outbox, (mappings,), None, quiet=timedelta())
    settings = Settings(Environment.SANDBOX, tmp_path / "data", (company,))
    opened = open_ledger(settings.data)
    with opened.begin() as transaction:
        owner = drops.company_id(transaction, company.nip, "sandbox")
    never = cast("Any", None)
    yield Tools(
        settings,
        company,
        owner,
        opened,
        job,
        never,
        batches,
        never,
        lambda: NOW,
        lambda: 0.0,
    )
    opened.close()


def dropped(tools: Tools) -> list[str]:
    """Codes of the errors of the file, dropped once more."""
    (tools.company.inbox / f"{SAMPLE}.csv").write_bytes(
        (SHIPPED / "probki" / "przyklady" / f"{SAMPLE}.csv").read_bytes()
    )
    for _ in range(2):
        intake.take_settled(tools)
    while intake.read_next(tools):
        pass
    intake.archive_read(tools)
    with tools.ledger.begin() as transaction:
        *_, last = drops.drops(transaction, tools.company_id)
    return [each.code for each in last.problems if each.severity == "error"]


def spoilt(tools: Tools) -> None:
    path = tools.company.mappings[0] / "moje.yaml"
    path.write_text(path.read_text("utf-8").replace("ilosc:             [Ilość]", "ilosc: 1"), "utf-8")


def test_a_change_that_changes_results_stops_the_file(tools: Tools) -> None:
    assert dropped(tools) == []
    spoilt(tools)
    assert dropped(tools) == ["M24"]


def test_a_change_that_changes_nothing_does_not(tools: Tools) -> None:
    path = tools.company.mappings[0] / "moje.yaml"
    path.write_text(path.read_text("utf-8") + "# uwaga\n", "utf-8")
    assert dropped(tools) == []


def test_where_the_company_asks_a_person_confirms_each_change(tools: Tools) -> None:
    tools.company = replace(tools.company, confirm_after_change=True)
    assert dropped(tools) == ["M25"]
    (mapping,) = drops_of_inbox.mappings(tools)
    with tools.ledger.begin() as transaction:
        ledger.confirm(transaction, tools.company_id, mapping.sha256, NOW)
        ledger.confirm(transaction, tools.company_id, mapping.sha256, NOW)
    assert dropped(tools) == []
    spoilt(tools)
    assert dropped(tools) == ["M25"]
