"""A discount in percent comes to the amount that the law asks for, and never against the file's own value."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.fa3.rules.lines import RULES
from bridge.fa3.totals.totals import totalled
from bridge.model.invoice import Invoice, Line
from bridge.model.problem import Problem
from bridge.model.vat import grosze
from tests.support.samples import PLAIN

D = Decimal
G04 = next(rule for rule in RULES if rule.id == "G04")
WAYS = st.sampled_from(["od_ceny", "od_wartosci", None])
PRICES = st.decimals(D("0.01"), D(10_000), places=2)
COUNTS = st.decimals(D("0.001"), D(500), places=3)
PERCENTS = st.decimals(D(0), D(100), places=2)


def told(way: str | None, **changes: object) -> tuple[Invoice, list[Problem]]:
    line = Line(name="Herbata", number=1, rate="23", row=2)
    return totalled(replace(PLAIN, lines=(replace(line, **changes),), discount_from=way))  # type: ignore[arg-type]


@given(st.tuples(COUNTS, PRICES, PERCENTS), WAYS, st.booleans(), st.booleans())
def test_amount_percentage_and_value_agree(
    amounts: tuple[D, D, D], way: str | None, by_price: bool, gross: bool
) -> None:
    """Whether the ERP rounds the value or the price after the discount, its value stands and P_10 explains it."""
    count, price, percent = amounts
    after = price * (100 - percent) / 100
    value = grosze(count * grosze(after)) if by_price else grosze(count * after)
    names = ("gross_price", "gross") if gross else ("net_price", "net")
    for given_value in (value, None):
        changes = {names[0]: price, names[1]: given_value, "quantity": count, "discount_percent": percent}
        made, found = told(way, **changes)
        assert not [each for each in found if each.severity == "error"]
        (line,) = made.lines
        stands = getattr(line, names[1])
        assert stands == value if given_value is not None else abs(stands - count * after) <= D("0.02")
        assert line.discount_percent is None
        assert (line.discount is None) == (percent == 0)
        assert line.discount is None or -line.discount.as_tuple().exponent <= 8  # type: ignore[operator]
        assert G04.look
        assert not list(G04.look(made, None))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"net": D("84.50"), "net_price": D("8.45"), "quantity": D(10)}, "D07"),  # the price is already after it
        ({"net": D("84.50")}, "D01"),
        ({"net_price": D("8.45")}, "D01"),
        ({"net_price": D("8.45"), "quantity": D(10), "discount": D("1.00")}, "D07"),
    ],
)
def test_a_percentage_that_the_amounts_deny_is_refused(changes: dict[str, Decimal], code: str) -> None:
    _, found = told(None, discount_percent=D(10), **changes)
    assert [(each.code, each.field) for each in found] == [(code, "pozycja.rabat_procent")]


def test_the_example_of_the_manual() -> None:
    made, _ = told(None, quantity=D(10), net_price=D("8.45"), net=D("76.05"), discount_percent=D(10))
    assert made.lines[0].discount == D("8.45")
