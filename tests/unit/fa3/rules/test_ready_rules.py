"""Ready XML meets every rule that an export meets: each rule's own example, written as XML and dropped, is told of."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bridge.conversion.drop import batches, renderer
from bridge.fa3.rules.table import BY_ID
from bridge.model.item import Batch, Item
from bridge.model.job import Job
from bridge.model.outcome import Verdict
from bridge.model.problem import Severity
from bridge.model.settings import Environment
from tests.support.samples import NOW
from tests.unit.fa3.rules.test_table import FIRES, PLAIN_OF_EVERY_SHAPE, SPECIAL

MODEL_ONLY = {"C06", "E03", "F04"}  # the schema lets only one of the two stand, so no XML can say both


def dropped(xml: bytes, folder: Path) -> Item:
    path = folder / "gotowa.xml"
    path.write_bytes(xml)
    job = Job({path.name: path}, "1111111111", Environment.SANDBOX, NOW)
    batch = next(iter(batches(job)))
    assert isinstance(batch, Batch)
    return batch.items[0]


ASKED = sorted(id_ for id_ in FIRES if id_ not in SPECIAL and id_ not in MODEL_ONLY)


@pytest.mark.parametrize("rule", ASKED)
def test_each_rule_is_asked_of_ready_xml(rule: str, tmp_path: Path) -> None:
    xml = renderer("").render(FIRES[rule](), NOW - timedelta(hours=1))
    item = dropped(xml, tmp_path)
    told = {each.code for each in item.problems}
    if "RA06" in told or rule == "B03":
        assert item.verdict is Verdict.BAD  # the schema, or P24, says it first
        return
    assert f"R{rule}" in told
    if BY_ID[rule].severity is Severity.ERROR and any(
        each.severity is Severity.ERROR for each in item.problems if each.code == f"R{rule}"
    ):
        assert item.verdict is Verdict.BAD
    assert item.totals is not None
    assert not [each for each in item.problems if "mapowani" in each.advice or each.field]


@pytest.mark.parametrize("shape", sorted(set(PLAIN_OF_EVERY_SHAPE) - {"attachment"}))  # its example is no whole one
def test_a_plain_invoice_of_each_shape_is_good(shape: str, tmp_path: Path) -> None:
    made = PLAIN_OF_EVERY_SHAPE[shape]()
    item = dropped(renderer("").render(made, NOW - timedelta(hours=1)), tmp_path)
    assert (item.verdict, item.problems) == (Verdict.GOOD, ())
    assert item.totals == made.totals
