"""What all tests share: the reference material beside the checkout, and an honest count of what it was needed for."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.support.reference import ROOT, SHARED

# The program is started hundreds of times: compiled modules spare each start two seconds.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if (SHARED / "design.md").exists():
        return
    if os.environ.get("CI") and os.environ.get("KSEF_BRIDGE_WITHOUT_SHARED") != "1":
        pytest.exit(f"CI must have the reference material, and {SHARED} is not there", returncode=2)
    without = pytest.mark.skip(reason=f"needs the reference material at {SHARED}, which is not there")
    left_out = [item for item in items if item.get_closest_marker("shared")]
    for item in left_out:
        item.add_marker(without)
    config.stash[LEFT_OUT] = len(left_out)


LEFT_OUT = pytest.StashKey[int]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    count = config.stash.get(LEFT_OUT, 0)
    if count:
        terminalreporter.write_line(f"{count} tests were left out: they need the reference material at {SHARED}")


@pytest.fixture(scope="session")
def shared() -> Path:
    return SHARED


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT
