"""One simulator for all tests of this folder, emptied before each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from bridge.ksef.client import Ksef
from bridge.ksef.credentials import Signer
from bridge.ksef.limits import Unpaced
from bridge.sandbox import Running
from bridge.sandbox.identity import seal

NIP = "1111111111"


@pytest.fixture(scope="session")
def one_simulator() -> Iterator[Running]:
    with Running() as running:
        yield running


@pytest.fixture
def simulator(one_simulator: Running) -> Running:
    one_simulator.reset()
    return one_simulator


@pytest.fixture
def http(simulator: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{simulator.url}/v2", timeout=20) as client:
        yield client


@pytest.fixture
def ksef(simulator: Running) -> Iterator[Ksef]:
    now = datetime.now(UTC)
    key, certificate = seal(NIP, "Firma Testowa", now)
    with Ksef(
        f"{simulator.url}/v2", NIP, lambda: Signer(certificate, key), Unpaced(), now=lambda: datetime.now(UTC)
    ) as client:
        yield client


@pytest.fixture
def access(ksef: Ksef) -> dict[str, str]:
    """The header of a signed-in caller."""
    ksef.rate_limits()
    return {"Authorization": f"Bearer {ksef._tokens._access.token}"}
