from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.fa3.rules.table import RULES
from bridge.fa3.rules.totals import net_of_lines, vat_of_bands
from bridge.fa3.totals.totals import totalled
from bridge.fa3.xml.read import read
from bridge.model.invoice import (
    AdvanceInvoice,
    Annotations,
    Band,
    Charge,
    Control,
    Invoice,
    Kind,
    Line,
    OrderLine,
    PartAdvance,
    Settlement,
    Totals,
)
from bridge.model.vat import RATES, grosze
from tests.support.samples import CONTEXT, PLAIN, advance, correction, invoice, line

D = Decimal
MINIMAL = sorted((Path(__file__).resolve().parents[3] / "data" / "fa3" / "minimal").glob("*.xml"))
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


@pytest.mark.parametrize("path", MINIMAL, ids=lambda path: path.stem)
def test_the_totals_of_every_kind_and_scheme_are_counted_as_they_stand_there(path: Path) -> None:
    """From lines where lines tell them, from the payment and the order of an advance; stated where nothing can tell."""
    held = read(path.read_bytes())
    assert held.totals is not None
    told_by_lines = held.kind in (Kind.VAT, Kind.KOR) and held.lines
    if held.kind in (Kind.ZAL, Kind.KOR_ZAL):
        stated: Totals | None = Totals((), held.totals.due)
    else:
        stated = None if told_by_lines else held.totals
    prices = "brutto" if any(each.gross is not None and each.rate for each in held.lines) else "netto"
    made, found = totalled(replace(held, totals=None, stated=stated, prices=prices))
    assert not [each for each in found if each.severity == "error"]
    assert made.totals == held.totals


def test_an_advance_on_several_rates_is_split_by_the_gross_of_the_order() -> None:
    order = (
        OrderLine("Sprzęt", 1, net=D("100.00"), rate="23"),
        OrderLine("Montaż", 2, net=D("100.00"), rate="8"),
        OrderLine("Szkolenie", 3, net=D("69.00"), rate="zw"),
    )
    made = advance(*order, paid="100.00")
    assert made.order is not None
    assert made.order.value == D("300.00")
    assert made.totals == Totals(
        (Band("1", D("33.33"), D("7.67")), Band("2", D("33.33"), D("2.67")), Band("7", D("23.00"))), D("100.00")
    )


@given(st.lists(st.tuples(MONEY, st.sampled_from(sorted(RATES))), min_size=1, max_size=5), MONEY)
def test_the_bands_of_an_advance_are_the_payment_to_the_grosz(order: list[tuple[Decimal, str]], paid: Decimal) -> None:
    lines = tuple(OrderLine("Towar", n, net=net, rate=rate) for n, (net, rate) in enumerate(order, start=1))
    totals = advance(*lines, paid=str(paid)).totals
    assert totals is not None
    assert totals.net + totals.vat == totals.due == paid


def test_an_advance_in_foreign_currency_has_its_vat_in_pln_by_the_rates_of_its_payments() -> None:
    parts = tuple(
        PartAdvance(PLAIN.issued, D(amount), D(rate)) for amount, rate in (("123.00", "4.20"), ("246.00", "4.50"))
    )
    by_parts = advance(currency="EUR", part_advances=parts, stated=None)
    by_one = advance(currency="EUR", paid="369.00", exchange_rate=D("4.40"))
    for made in (by_parts, by_one):
        assert made.totals == Totals((Band("1", D("300.00"), D("69.00"), D("303.60")),), D("369.00"))


@pytest.mark.parametrize("kind", [Kind.ZAL, Kind.KOR_ZAL, Kind.ROZ])
def test_what_no_line_can_tell_must_be_stated(kind: Kind) -> None:
    _, found = totalled(replace(PLAIN, kind=kind))
    assert [(each.code, each.field) for each in found] == [("D01", "sumy.do_zaplaty")]


def test_a_margin_line_is_worth_its_gross_beside_lines_with_a_rate() -> None:
    margin = Line(name="Rower używany", number=2, quantity=D(1), gross_price=D("500.00"))
    made = invoice(lines=(line(), margin), annotations=Annotations(margin="3_1"))
    assert made.totals == Totals((Band("1", D("84.50"), D("19.44")), Band("11", D("500.00"))), D("603.94"))


def test_foreign_rates_of_oss_make_one_band_without_pln() -> None:
    lines = tuple(
        line(rate=None, foreign_rate=D(rate), net=D("100.00"), exchange_rate=D("4.25")) for rate in ("19", "20.5")
    )
    made = invoice(lines=lines, currency="EUR")
    assert made.totals == Totals((Band("5", D("200.00"), D("39.50")),), D("239.50"))


@pytest.mark.parametrize(("discount_from", "value"), [("od_ceny", "90.00"), ("od_wartosci", "99.00")])
def test_a_discount_is_taken_off_the_price_or_the_value(discount_from: str, value: str) -> None:
    with_discount = line(net=None, net_price=D(10), quantity=D(10), discount=D(1))
    assert invoice(lines=(with_discount,), discount_from=discount_from).lines[0].net == D(value)


@pytest.mark.parametrize(("deducted", "to_pay", "to_settle"), [("3.94", "110.00", None), ("120.00", None, "6.06")])
def test_a_settlement_says_what_is_left(deducted: str, to_pay: str | None, to_settle: str | None) -> None:
    parts = Settlement(charges=(Charge(D("10.00"), "kaucja"),), deductions=(Charge(D(deducted), "nadpłata"),))
    made = invoice(settlement=parts).settlement
    assert made is not None
    assert (made.charges_total, made.deductions_total) == (D("10.00"), D(deducted))
    assert (made.to_pay, made.to_settle) == (to_pay and D(to_pay), to_settle and D(to_settle))


@given(
    st.lists(
        st.tuples(st.sampled_from(["netto", "brutto"]), MONEY, st.sampled_from(["23", "8", "5", "zw"])),
        min_size=1,
        max_size=6,
    )
)
def test_net_and_gross_lines_stand_on_one_invoice(priced: list[tuple[str, Decimal, str]]) -> None:
    """Art. 106e(1), (7): VAT is counted on top of what is priced net, and within what is priced gross."""
    lines = tuple(
        Line(
            name=f"Towar {place}",
            number=place,
            quantity=D(1),
            rate=rate,
            net_price=amount if way == "netto" else None,
            gross_price=amount if way == "brutto" else None,
        )
        for place, (way, amount, rate) in enumerate(priced, 1)
    )
    made = invoice(lines=lines, annotations=replace(PLAIN.annotations, exempt_act="art. 43 ust. 1 pkt 37"))
    assert made.totals is not None
    due = D(0)
    for rate in {rate for *_, rate in priced}:
        percent = RATES[rate].percent or D(0)
        net = sum((amount for way, amount, own in priced if (way, own) == ("netto", rate)), D(0))
        gross = sum((amount for way, amount, own in priced if (way, own) == ("brutto", rate)), D(0))
        due += net + grosze(net * percent / 100) + gross
    assert made.totals.due == due
    for rule in (net_of_lines, vat_of_bands):
        assert rule.look
        assert not list(rule.look(made, None))  # type: ignore[arg-type]


def test_payment_and_delivery_at_once_is_worth_its_lines() -> None:
    """Art. 106b(1a): no advance invoice was issued, so nothing is taken off; with one, the file must say what is left."""
    paid = (PartAdvance(PLAIN.issued, D("300.00")), PartAdvance(PLAIN.issued, D("200.00")))
    made = invoice(kind=Kind.ROZ, part_advances=paid, lines=(line(net=D("1000.00"), net_price=D(1000), quantity=D(1)),))
    assert made.totals is not None
    assert made.totals.due == D("1230.00")
    for more in ({"part_advances": ()}, {"part_advances": paid, "advances": (AdvanceInvoice(ksef_number="x"),)}):
        _, found = totalled(replace(PLAIN, kind=Kind.ROZ, **more))  # type: ignore[arg-type]
        assert [each.field for each in found if each.code == "D01"] == ["sumy.do_zaplaty"]


def test_no_message_of_a_program_calls_a_line_by_what_it_lacks() -> None:
    """„Pozycja „None””: a line without a name is called by its number, in every rule and count."""
    source = Path(__file__).resolve().parents[4] / "bridge" / "fa3"
    named = [path.name for path in source.rglob("*.py") if "„{line.name}”" in path.read_text("utf-8")]
    assert named == []
    nameless = Line(number=3, quantity=D(2), net_price=D(10), net=D(77), rate="23", erp_vat=D(1), exchange_rate=D(2))
    made, found = totalled(replace(PLAIN, lines=(nameless,)))
    told = [each.message for each in found]
    told += [each.message for rule in RULES if rule.look for each in rule.look(made, CONTEXT) or ()]
    assert any("nr 3" in each for each in told)
    assert not any("None" in each for each in told)
