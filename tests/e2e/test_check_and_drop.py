"""`check` and the inbox say the same of every file: one composition root, one history, one set of rules."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from bridge.app import wiring
from bridge.app.checking import checked
from bridge.conversion.drop import mappings_of
from bridge.conversion.processes import Readers
from bridge.ledger import documents, drops
from bridge.ledger.store import open_ledger
from bridge.mapping.language.choose import choose
from bridge.mapping.language.parts import MappingFile
from bridge.mapping.language.sets import gather
from bridge.model.outcome import DocumentState, Verdict
from bridge.model.problem import errors
from bridge.model.settings import Company, Environment, Settings
from bridge.work import intake
from bridge.work.tools import Tools

SHIPPED = Path(__file__).resolve().parents[2] / "mappings"
SAMPLES = sorted(
    path
    for path in (SHIPPED / "probki" / "przyklady").iterdir()
    if path.is_file() and not path.name.endswith(".oczekiwane.csv")
)
NOW = datetime(2026, 2, 10, 11, tzinfo=UTC)

Answer = tuple[str, str, tuple[str, ...]]  # number, verdict, codes


@cache
def known() -> list[MappingFile]:
    whole = replace(wiring.job_without_settings({}, NOW), mappings=(SHIPPED,))
    return mappings_of(whole)[0]


@contextmanager
def company_of(tmp_path: Path, sample: Path) -> Iterator[tuple[Tools, tuple[str, ...]]]:
    """A company with the one mapping that claims this sample, and the files of its drop."""
    inbox, outbox, mappings = (tmp_path / name for name in ("inbox", "outbox", "mappings"))
    for folder in (inbox, outbox, mappings):
        folder.mkdir()
    (inbox / ".ksef-bridge").touch()
    names = next(drop.names for drop in gather([each.name for each in SAMPLES], known()) if sample.name in drop.names)
    chosen, _ = choose(names[0], known())
    assert chosen is not None
    shutil.copyfile(chosen.files[-1], mappings / chosen.files[-1].name)
    for part in ("wspolne", "probki"):
        shutil.copytree(SHIPPED / part, mappings / part)
    company = Company("1111111111", "Firma", inbox, outbox, (mappings,), None, quiet=timedelta())
    settings = Settings(Environment.SANDBOX, tmp_path / "data", (company,), api_url="http://127.0.0.1:9")
    ledger, readers = open_ledger(settings.data), Readers()
    made, _ = wiring.tools(settings, company, ledger, readers, lambda: NOW)
    yield made, names
    made.ksef.close()
    readers.close()
    ledger.close()


def by_check(tools: Tools, names: tuple[str, ...]) -> tuple[list[Answer], list[str]]:
    files = {name: SHIPPED / "probki" / "przyklady" / name for name in names}
    reading = replace(wiring.job(tools.settings, tools.company, files, NOW), dropped=True)
    found = checked(reading, tools.company, lambda _: None)
    said = [(each.number, each.verdict.value, tuple(sorted(p.code for p in each.problems))) for each in found.items]
    return said if not errors(found.end.problems) else [], sorted(each.code for each in found.end.problems)


def by_drop(tools: Tools, names: tuple[str, ...]) -> tuple[list[Answer], list[str]]:
    for name in names:
        shutil.copyfile(SHIPPED / "probki" / "przyklady" / name, tools.company.inbox / name)
    for _ in range(4):
        intake.take_settled(tools)
        intake.read_next(tools)
    assert not tools.seen
    with tools.ledger.begin() as transaction:
        drop = drops.drops(transaction, tools.company_id)[-1]
        rows = documents.items_of(transaction, drop.id)
    said = [
        (
            row.number,
            Verdict.BAD.value if row.verdict == Verdict.GOOD and row.document is None else row.verdict,
            tuple(sorted(each["code"] for each in row.problems)),
        )
        for row in rows
    ]
    return said, sorted(each.code for each in drop.problems)


def as_accepted(tools: Tools, content: str = "") -> None:
    """The ledger as if KSeF had accepted all that it holds; with `content`: other bytes under the same numbers."""
    other = (Path(__file__).resolve().parents[1] / "data" / "fa3" / "minimal" / "01-vat.xml").read_bytes()
    with tools.ledger.begin() as transaction:
        sha256 = drops.store(transaction, "xml", other)
        values = {"payload": sha256, "business_hash": "0" * 64} if content else {}
        for each in documents.documents(transaction, tools.company_id, *DocumentState):
            transaction.update(
                documents.document, each.id, state=DocumentState.ACCEPTED, ksef_number=f"KSEF-{each.id}", **values
            )


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_check_says_what_the_inbox_says(tmp_path: Path, sample: Path) -> None:
    """New, dropped before, accepted before, and accepted with other content."""
    with company_of(tmp_path, sample) as (tools, names):
        for state in ("new", "on its way", "accepted", "taken by other content"):
            if state == "accepted":
                as_accepted(tools)
            if state == "taken by other content":
                as_accepted(tools, "other")
            asked = by_check(tools, names)
            assert by_check(tools, names) == asked, "checking changed something"
            assert asked == by_drop(tools, names), state
        assert not any(verdict == "good" for _, verdict, _ in asked[0])
