"""One plain invoice and ways to change it: the base of every example of a rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from bridge.fa3.rules.rule import Context
from bridge.fa3.totals.totals import totalled
from bridge.model.invoice import (
    Account,
    Address,
    Buyer,
    Correction,
    Invoice,
    Kind,
    Line,
    Order,
    OrderLine,
    Original,
    Payment,
    Seller,
    Term,
    Totals,
)

TODAY = date(2026, 5, 11)
NOW = datetime(2026, 5, 11, 10, tzinfo=UTC)
CONTEXT = Context(today=TODAY, now=NOW, own_nip="1111111111")
HOME = Address("PL", "ul. Próbna 1", "00-001 Warszawa")
LINE = Line(
    number=1,
    name="Śruba M8",
    unit="szt.",
    quantity=Decimal(10),
    net_price=Decimal("8.45"),
    net=Decimal("84.50"),
    rate="23",
    row=2,
)
PLAIN = Invoice(
    kind=Kind.VAT,
    number="FV/1/05/2026",
    issued=TODAY,
    currency="PLN",
    seller=Seller("1111111111", "Firma Testowa", HOME),
    buyer=Buyer(name="Hurtownia Łożysk", nip="2222222222", address=HOME),
    lines=(LINE,),
    payment=Payment(terms=(Term(date(2026, 5, 25)),), form="6", accounts=(Account("61109010140000071219812874"),)),
    rows=(2,),
)
ORIGINAL = Original("FV/7/03/2026", date(2026, 3, 2), "1111111111-20260302-010020A0B1C2-ED")


def invoice(**changes: Any) -> Invoice:
    """The plain invoice, changed and counted."""
    counted, problems = totalled(replace(PLAIN, **changes))
    assert not [each for each in problems if each.severity == "error"], problems
    return counted


def line(**changes: Any) -> Line:
    """The plain line, changed; its value follows quantity and price unless given."""
    made = replace(LINE, **changes)
    return (
        made if "net" in changes or made.net_price is None else replace(made, net=(made.quantity or 0) * made.net_price)
    )


def advance(*lines: OrderLine, paid: str = "615.00", **changes: Any) -> Invoice:
    """An advance of that amount on an order of 1,230.00 gross, or on these lines."""
    order = Order(lines=lines or (OrderLine("Maszyna", 1, quantity=Decimal(1), net_price=Decimal(1000), rate="23"),))
    values = {"kind": Kind.ZAL, "lines": (), "order": order, "sold": TODAY, "stated": Totals((), Decimal(paid))}
    return invoice(**{**values, **changes})


def correction(*lines: Line, **changes: Any) -> Invoice:
    """A correction by before and after."""
    block = changes.pop("correction", Correction((ORIGINAL,), "zwrot", "2"))
    return invoice(
        kind=Kind.KOR, correction=block, lines=lines or (line(before=True), line(quantity=Decimal(9))), **changes
    )
