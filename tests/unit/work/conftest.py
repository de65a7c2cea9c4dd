"""A simulator for all tests of this folder, and a company at work against it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from bridge.app.wiring import job
from bridge.ksef.client import Ksef
from bridge.ksef.credentials import Signer
from bridge.ledger import drops
from bridge.ledger.store import open_ledger
from bridge.model.settings import Company, Environment, SendingSettings, Settings
from bridge.sandbox import Running
from bridge.sandbox.identity import seal
from bridge.work.pace import LedgerPace
from bridge.work.tools import Tools
from tests.support.world import NIP, WARSAW, World


@pytest.fixture(scope="session")
def one_simulator() -> Iterator[Running]:
    with Running(limits=False) as running:
        yield running


@pytest.fixture(scope="session")
def signer() -> Signer:
    key, certificate = seal(NIP, "Firma Testowa", datetime.now(UTC))
    return Signer(certificate, key)


@pytest.fixture
def world(tmp_path: Path, one_simulator: Running, signer: Signer) -> Iterator[World]:
    """It is noon of today in Warsaw; KSeF is quick and counts no calls."""
    one_simulator.reset()
    one_simulator.store.settings["limits"] = False
    folders = [tmp_path / name for name in ("inbox", "outbox", "mappings")]
    for folder in folders:
        folder.mkdir()
    (folders[0] / ".ksef-bridge").touch()
    company = Company(NIP, "Firma", folders[0], folders[1], (folders[2],), None, sending=SendingSettings())
    settings = Settings(Environment.SANDBOX, tmp_path / "data", (company,), api_url=one_simulator.url)
    ledger = open_ledger(settings.data)
    with ledger.begin() as transaction:
        owner = drops.company_id(transaction, NIP, "sandbox")
    made = World(one_simulator, cast("Tools", None), cast("LedgerPace", None), datetime.now(UTC))
    made.pace = LedgerPace(ledger, owner, company.sending.reserve, made.now)
    # Tokens of the simulator live in real time, whatever its business clock says (protocol.md, 12.0).
    ksef = Ksef(
        f"{one_simulator.url}/v2", NIP, lambda: signer, made.pace, now=lambda: datetime.now(UTC), sleep=lambda _: None
    )
    made.tools = Tools(
        settings,
        company,
        owner,
        ledger,
        job,
        ksef,
        cast("Any", None),
        cast("Any", None),
        made.now,
        lambda: 0.0,
    )
    made.to(datetime.now(UTC).astimezone(WARSAW).replace(hour=12, minute=0, second=0, microsecond=0))
    yield made
    ksef.close()
    ledger.close()
