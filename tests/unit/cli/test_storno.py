"""The table that `storno` shows: what stood before and what stands after, both with their values."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bridge.cli.storno import _show
from bridge.fa3.storno import to_zero
from bridge.model.invoice import Address, Band, Buyer, Correction, Invoice, Kind, Line, Seller, Totals

HOME = Address("PL", "ul. Próbna 1", "00-001 Warszawa")


@pytest.mark.parametrize("value", [{"net": Decimal("84.50")}, {"gross": Decimal("84.50")}], ids=["net", "gross"])
def test_nothing_left_is_said_and_not_left_empty(value: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    line = Line(number=1, name="Śruba", quantity=Decimal(10), rate="23", **value)
    totals = Totals((Band("1", Decimal("84.50"), Decimal("19.44")),), Decimal("103.94"))
    made = Invoice(
        Kind.VAT, "FV/1", date(2026, 5, 11), "PLN", Seller("1111111111", "A", HOME), Buyer("B"), (line,), totals=totals
    )
    original = SimpleNamespace(number="FV/1", ksef_number="1111111111-20260302-010020A0B1C2-ED")
    _show(to_zero(made, "KOR/1", date(2026, 5, 12), Correction()), cast("Any", original))
    rows = [each for each in capsys.readouterr().out.splitlines() if "Śruba" in each]
    assert ["84,50" in each for each in rows] == [True, False]
    assert "0,00" in rows[1]
