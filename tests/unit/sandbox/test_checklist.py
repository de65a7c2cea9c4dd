"""Every box, fault and switch of docs/sandbox.md is shown by a test that exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bridge.sandbox.switches import SWITCHES
from docs.generate.sandbox import BOXES, STATES

HERE = Path(__file__).parent
NAMES = [*(test for _, tests in BOXES for test in tests), *(test for _, test in STATES)]


@pytest.mark.parametrize("name", sorted(set(NAMES)))
def test_the_named_test_exists(name: str, root: Path) -> None:
    file, _, test = name.rpartition("::")
    files = [root / file] if file else sorted(HERE.glob("test_*.py"))
    assert any(re.search(rf"^def {test}\(", each.read_text("utf-8"), re.MULTILINE) for each in files)


@pytest.mark.parametrize("name", [each.name for each in SWITCHES])
def test_a_switch_is_read_by_the_simulator_and_shown_by_a_test(name: str, root: Path) -> None:
    sources = "".join(
        each.read_text("utf-8") for each in (root / "bridge" / "sandbox").glob("*.py") if each.stem != "switches"
    )
    tests = "".join(each.read_text("utf-8") for each in (root / "tests").rglob("test_*.py"))
    assert re.search(rf"[\"']{name}[\"']", sources)
    assert re.search(rf"\b{name}\b", tests)


def test_no_box_of_the_checklist_is_left_out(root: Path) -> None:
    checklist = (root / "docs/design/protocol.md").read_text("utf-8").partition("## 12. Simulator checklist")[2]
    assert len(BOXES) == checklist.count("- [ ]")
