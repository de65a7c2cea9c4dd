from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from samples import PLAIN, correction, invoice, line

from bridge.fa3.totals import totalled
from bridge.model.invoice import Control, Invoice, Line
from bridge.model.vat import RATES, grosze

D = Decimal
MONEY = st.decimals(min_value=D("0.01"), max_value=D(10**6), places=2)
LINES = st.lists(
    st.builds(
        lambda net, rate: line(net=net, net_price=net, quantity=D(1), rate=rate), MONEY, st.sampled_from(sorted(RATES))
    ),
    min_size=1,
    max_size=8,
)


def test_vat_by_the_sum_and_by_lines_differ_as_they_should() -> None:
    lines = tuple(line(name=f"Wkręt {n}", quantity=D(3), net_price=D("0.11"), net=D("0.33")) for n in range(3))
    assert invoice(lines=lines).totals.vat == D("0.23")  # type: ignore[union-attr]
    assert invoice(lines=lines, vat_method="z_pozycji").totals.vat == D("0.24")  # type: ignore[union-attr]


def test_a_difference_of_a_grosz_is_refused_and_says_which_method_would_agree() -> None:
    lines = tuple(line(name=f"Wkręt {n}", quantity=D(3), net_price=D("0.11"), net=D("0.33")) for n in range(3))
    _, found = totalled(replace(PLAIN, lines=lines, control=Control(net=D("0.99"), vat=D("0.24"), gross=D("1.23"))))
    assert {each.code for each in found} == {"RG20"}
    assert "z_pozycji" in found[0].advice


def test_gross_prices() -> None:
    made = invoice(
        prices="brutto",
        lines=(line(net=None, net_price=None, quantity=D(2), gross_price=D("39.90"), gross=D("79.80")),),
    )
    assert made.totals is not None
    (band,) = made.totals.bands
    assert (band.net, band.vat, made.totals.due) == (D("64.88"), D("14.92"), D("79.80"))


def test_a_missing_value_is_quantity_times_price_and_is_told() -> None:
    made, found = totalled(
        replace(PLAIN, lines=(Line(name="Herbata", quantity=D("0.5"), net_price=D("199.99"), rate="23", row=7),))
    )
    assert made.lines[0].net == D("100.00")
    assert [(each.code, each.rows) for each in found] == [("D19", (7,))]


def test_before_is_subtracted_from_after() -> None:
    made = correction()
    assert made.totals is not None
    assert (made.totals.net, made.totals.due) == (D("-8.45"), D("-10.39"))


def test_foreign_currency_has_its_vat_in_pln_rounded_once() -> None:
    made = invoice(currency="EUR", lines=(line(net=D("13560.00"), exchange_rate=D("4.5005")),))
    assert made.totals is not None
    assert made.totals.bands[0].vat_pln == D("14036.16")


def test_a_line_whose_vat_disagrees_is_named() -> None:
    _, found = totalled(replace(PLAIN, lines=(line(erp_vat=D("19.47")),)))
    assert [(each.code, each.rows) for each in found] == [("D07", (2,))]


@given(LINES, st.sampled_from(["od_sumy", "z_pozycji"]))
def test_totals_are_those_of_the_lines(lines: list[Line], method: str) -> None:
    made, _ = totalled(replace(PLAIN, lines=tuple(lines), vat_method=method))
    assert made.totals is not None
    assert made.totals.net == sum((each.net or D(0) for each in lines), D(0))
    assert made.totals.due == made.totals.net + made.totals.vat
    for band in made.totals.bands:
        own = [each for each in lines if RATES[each.rate or ""].band == band.band]
        exact = sum(((each.net or D(0)) * (RATES[each.rate or ""].percent or 0) / 100 for each in own), D(0))
        assert abs((band.vat or D(0)) - exact) <= D("0.005") * max(len(own), 2)


@given(st.lists(MONEY, min_size=1, max_size=6))
def test_gross_totals_are_the_sum_of_gross_lines(values: list[Decimal]) -> None:
    lines = tuple(line(net=None, net_price=None, gross_price=value, gross=value, quantity=D(1)) for value in values)
    made: Invoice = invoice(prices="brutto", lines=lines)
    assert made.totals is not None
    assert made.totals.due == sum(values)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_rounding_is_half_up_and_symmetric(amount: Decimal) -> None:
    assert grosze(-amount) == -grosze(amount)
    assert abs(grosze(amount) - amount) <= D("0.005")
