"""One simulator for all tests of this folder, emptied before each; and parties that sign in to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from bridge.ksef.client import Ksef
from bridge.ksef.credentials import Signer
from bridge.ksef.limits import Unpaced
from bridge.sandbox import Running
from tests.support.party import NIP, Contract, Party, authenticated, good, signer


@pytest.fixture(scope="session")
def one_simulator() -> Iterator[Running]:
    with Running() as running:
        yield running


@pytest.fixture
def simulator(one_simulator: Running) -> Running:
    one_simulator.reset()
    return one_simulator


@pytest.fixture(scope="session")
def contract(shared: Path) -> Contract | None:
    """The official OpenAPI where the reference material is; each answer to `http` and to parties is held against it."""
    return Contract(shared) if (shared / "ksef" / "openapi-2.9.0.json").exists() else None


@pytest.fixture
def http(simulator: Running, contract: Contract | None) -> Iterator[httpx.Client]:
    broken: list[str] = []

    def held(response: httpx.Response) -> None:
        response.read()
        if contract is not None:
            broken.extend(contract.problems(response))

    with httpx.Client(base_url=f"{simulator.url}/v2", timeout=20, event_hooks={"response": [held]}) as client:
        yield client
    assert broken == []


@pytest.fixture
def loose(simulator: Running) -> Iterator[httpx.Client]:
    """Not held against the contract: for faults, and for what no client should say."""
    with httpx.Client(base_url=f"{simulator.url}/v2", timeout=20) as client:
        yield client


@pytest.fixture
def party(simulator: Running, http: httpx.Client) -> Callable[..., Party]:
    """`party(context, who)`: somebody signed in for a context, its owner unless said otherwise."""

    def made(context: str = NIP, who: str | Signer = "") -> Party:
        person = who if isinstance(who, Signer) else signer(who or context)
        done = authenticated(http, context, person)
        assert done["status"]["code"] == 200, done
        tokens = good(http.post("/auth/token/redeem", headers=done["bearer"])).json()
        return Party(simulator, http, context, tokens)

    return made


@pytest.fixture
def owner(party: Callable[..., Party]) -> Party:
    return party()


@pytest.fixture
def ksef(simulator: Running) -> Iterator[Ksef]:
    person = signer(NIP)
    with Ksef(f"{simulator.url}/v2", NIP, lambda: person, Unpaced(), now=lambda: datetime.now(UTC)) as client:
        yield client


@pytest.fixture
def access(ksef: Ksef) -> dict[str, str]:
    """The header of a signed-in caller."""
    ksef.rate_limits()
    return {"Authorization": f"Bearer {ksef._tokens._access.token}"}
