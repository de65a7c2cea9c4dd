"""XML → Invoice → XML, compared by content as acceptance does."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.fa3.xml.business import business_facts
from bridge.fa3.xml.read import lost, read
from tests.support.reference import OFFICIAL_OR_NONE
from tests.support.samples import NOW
from tests.unit.fa3.xml.test_render import RENDERER, SCHEMA

ROOT = Path(__file__).resolve().parents[4]
MINIMAL = sorted((ROOT / "tests" / "data" / "fa3" / "minimal").glob("*.xml"))


def _comes_back(path: Path) -> None:
    xml = path.read_bytes()
    invoice = read(xml)
    rendered = RENDERER.render(invoice, NOW)
    assert business_facts(rendered) == business_facts(xml)
    assert lost(xml, invoice, RENDERER, NOW) == []
    assert SCHEMA.validate(rendered) == []


@pytest.mark.parametrize("path", MINIMAL, ids=lambda path: path.stem)
def test_every_kind_comes_back_as_it_was(path: Path) -> None:
    _comes_back(path)


@pytest.mark.shared
@pytest.mark.parametrize("path", OFFICIAL_OR_NONE, ids=lambda path: path.stem)
def test_every_official_example_comes_back_as_it_was(path: Path) -> None:
    _comes_back(path)
