"""Every trap of KSeF stands in docs/ksef.md with a test that exists."""

from __future__ import annotations

import re
from pathlib import Path

ROW = re.compile(r"^\| (\d+) \|.*\| `([^`]+)::(test_\w+)` \|$", re.MULTILINE)
SHORT = {"traps": "unit/work/test_traps.py"}


def test_all_54_traps_are_listed_once_and_each_test_exists(root: Path) -> None:
    rows = ROW.findall((root / "docs" / "ksef.md").read_text("utf-8"))
    assert [int(number) for number, _, _ in rows] == list(range(1, 55))
    missing = [
        f"{number}: {file}::{name}"
        for number, file, name in rows
        if f"def {name}(" not in (root / "tests" / SHORT.get(file, file)).read_text("utf-8")
    ]
    assert missing == []
