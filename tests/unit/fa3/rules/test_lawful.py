"""No lawful invoice is stopped: as a model under the rules, and as XML that is dropped."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.conversion.drop import batches, renderer
from bridge.fa3.rules.table import check
from bridge.model.invoice import Invoice
from bridge.model.item import Batch
from bridge.model.job import Job
from bridge.model.outcome import Verdict
from bridge.model.problem import errors
from bridge.model.settings import Environment
from tests.support.lawful import LAWFUL
from tests.support.samples import CONTEXT, NOW


def issuer(made: Invoice) -> str:
    nip = made.buyer.nip if made.annotations.self_billing else made.seller.nip
    assert nip
    return nip


def test_there_are_enough_of_them() -> None:
    assert len(LAWFUL) >= 150


@pytest.mark.parametrize("name", LAWFUL)
def test_no_rule_stops_it(name: str) -> None:
    made = LAWFUL[name]()
    found = errors(check(made, replace(CONTEXT, own_nip=issuer(made))))
    assert [(each.code, each.message) for each in found] == []


@pytest.mark.parametrize("name", LAWFUL)
def test_its_xml_is_good(name: str, tmp_path: Path) -> None:
    made = LAWFUL[name]()
    path = tmp_path / "gotowa.xml"
    path.write_bytes(renderer("").render(made, NOW - timedelta(hours=1)))
    batch = next(iter(batches(Job({path.name: path}, issuer(made), Environment.SANDBOX, NOW))))
    assert isinstance(batch, Batch)
    item = batch.items[0]
    assert [(each.code, each.message) for each in errors(item.problems)] == []
    assert item.verdict is Verdict.GOOD
