"""A correction to zero leaves not a grosz, passes every rule and the schema, and is made of originals only."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from bridge.conversion.drop import renderer, schema
from bridge.conversion.pipeline import Press, judged
from bridge.fa3.rules.rule import Context
from bridge.fa3.storno import KIND, to_zero
from bridge.fa3.xml.read import read
from bridge.model.errors import FixSetup
from bridge.model.invoice import Correction, Invoice, Kind, Original
from bridge.model.problem import errors
from bridge.sandbox.numbers import ksef_number

MINIMAL = Path(__file__).resolve().parents[2] / "data" / "fa3" / "minimal"
INVOICES = sorted(path for path in MINIMAL.glob("*.xml") if read(path.read_bytes()).kind in KIND)
DAY = date(2026, 5, 12)
NOW = datetime(2026, 5, 12, 10, tzinfo=UTC)


KSEF = ksef_number("1234563218", DAY, Random(1))


def corrects(original: Invoice) -> Correction:
    return Correction((Original(original.number, original.issued, KSEF),), "pomyłka", "1")


@pytest.mark.parametrize("path", INVOICES, ids=lambda path: path.stem)
def test_a_plain_invoice_comes_to_nothing(path: Path) -> None:
    original = read(path.read_bytes())
    made = to_zero(original, "FK/1", DAY, corrects(original))
    issuer = original.buyer.nip if original.annotations.self_billing else original.seller.nip
    found, problems = judged(made, Press(renderer(""), schema(None), NOW), Context(DAY, NOW, issuer or ""))
    assert [each.code for each in errors(problems)] == []
    assert found is not None
    assert found.xml is not None
    back = read(found.xml)
    assert back.totals is not None
    assert original.totals is not None
    assert back.totals.due + original.totals.due == 0
    left = {band.band: (band.net, band.vat, band.vat_pln) for band in back.totals.bands}
    for band in original.totals.bands:
        assert [
            (one or Decimal(0)) + (two or Decimal(0))
            for one, two in zip(left[band.band], (band.net, band.vat, band.vat_pln), strict=True)
        ] == [0, 0, 0]
    assert [(each.number, each.ksef_number) for each in back.correction.originals] == [(original.number, KSEF)]  # type: ignore[union-attr]
    assert [line for line in back.lines if line.before] == [line for line in made.lines if line.before]
    assert all(not (line.net or line.gross or line.vat) for line in back.lines if not line.before)


def test_an_advance_says_what_was_paid_and_leaves_its_order() -> None:
    original = read((MINIMAL / "03a-zal.xml").read_bytes())
    made = to_zero(original, "FK/1", DAY, corrects(original))
    assert made.kind is Kind.KOR_ZAL
    assert made.correction is not None
    assert made.order is not None
    assert original.order is not None
    assert (made.totals.due, made.correction.due_before) == (Decimal("-1000.00"), Decimal("1000.00"))  # type: ignore[union-attr]
    assert [line.before for line in made.order.lines] == [True, False] * len(original.order.lines)
    assert made.order.value == original.order.value


@pytest.mark.parametrize("name", ["05a-upr-sumy", "02a-kor-roznica", "06-kor_zal"])
def test_what_only_a_person_can_decide_is_refused(name: str) -> None:
    with pytest.raises(FixSetup, match="w programie ERP"):
        to_zero(read((MINIMAL / f"{name}.xml").read_bytes()), "FK/1", DAY, Correction())
