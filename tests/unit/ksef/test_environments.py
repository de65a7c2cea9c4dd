from __future__ import annotations

from pathlib import Path

import pytest

from bridge.ksef.environments import addresses
from bridge.model.errors import FixSetup
from bridge.model.settings import Environment, Settings


def settings(environment: Environment, url: str = "") -> Settings:
    return Settings(environment, Path("data"), (), api_url=url)


def test_the_ministrys_addresses_are_built_in_and_an_address_in_the_settings_changes_none() -> None:
    found = {
        addresses(settings(each, "http://localhost:1")).api for each in Environment if each is not Environment.SANDBOX
    }
    assert found == {f"https://{host}.ksef.mf.gov.pl/v2" for host in ("api-test", "api-demo", "api")}


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://127.0.0.1:8080/", "http://127.0.0.1:8080/v2"])
def test_the_simulator_listens_where_the_settings_say(url: str) -> None:
    assert addresses(settings(Environment.SANDBOX, url)).api == "http://127.0.0.1:8080/v2"


def test_a_simulator_without_an_address() -> None:
    with pytest.raises(FixSetup, match="ksef-bridge sandbox"):
        addresses(settings(Environment.SANDBOX))
