"""A mapping and small files → exactly this XML, for each kind and for every part that repeats; valid by the schema.

`vat_czesci` has every part by dashes, `zal` parts from tables; the amounts were worked out by hand.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.conversion.drop import batches
from bridge.model.item import Batch, Finished, Item
from bridge.model.job import Job
from bridge.model.problem import errors
from bridge.model.settings import Environment

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(path.parent for path in GOLDEN.glob("*/mapowanie.yaml"))
NOW = datetime(2026, 5, 11, 10, tzinfo=UTC)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mapping_gives_exactly_this_xml(case: Path) -> None:
    files = {path.name: path for path in sorted(case.glob("*.csv"))}
    job = Job(files, "", Environment.SANDBOX, NOW, mappings=(GOLDEN,), mapping=str(case / "mapowanie.yaml"))
    items: list[Item] = []
    for told in batches(job):
        if isinstance(told, Batch):
            items += told.items
        if isinstance(told, Finished):
            assert errors(told.problems) == []
    (item,) = items
    assert errors(item.problems) == []
    assert item.made
    assert item.made.xml == (case / "faktura.xml").read_bytes()
