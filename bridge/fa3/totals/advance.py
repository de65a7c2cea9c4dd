"""A payment before supply → the totals of an advance invoice: its tax part by rate (VAT Act art. 106f(1)(3); fa3.md 2.4).

The payment is split in the proportion of the order's gross by rate, the last rate takes what rounding leaves.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from bridge.fa3.totals.values import OSS, ZERO, tax
from bridge.model.invoice import Band, Totals
from bridge.model.problem import Problem, problem
from bridge.model.vat import BANDS, RATES, Rate, grosze

if TYPE_CHECKING:
    from bridge.model.invoice import Invoice, Order, OrderLine


def with_order_counted(invoice: Invoice) -> Invoice:
    """Values and VAT of the order's lines, and WartoscZamowienia, where the file does not give them."""
    if invoice.order is None:
        return invoice
    lines = tuple(_counted(line) for line in invoice.order.lines)
    order = replace(invoice.order, lines=lines)
    return replace(invoice, order=order if order.value is not None else replace(order, value=_gross(order)))


def _counted(line: OrderLine) -> OrderLine:
    if line.net is None and line.quantity is not None and line.net_price is not None:
        line = replace(line, net=grosze(line.quantity * line.net_price))
    rate = _rate(line)
    if line.vat is None and line.net is not None and rate is not None and rate.percent is not None:
        line = replace(line, vat=tax(line.net, rate.percent))
    return line


def _gross(order: Order) -> Decimal:
    """The order as it is, after a correction if it is one."""
    return sum((_worth(line) for line in order.lines if not line.before), ZERO)


def _worth(line: OrderLine) -> Decimal:
    return (line.net or ZERO) + (line.vat or ZERO)


def _rate(line: OrderLine) -> Rate | None:
    if line.rate is not None:
        return RATES.get(line.rate)
    return Rate(OSS, line.foreign_rate) if line.foreign_rate is not None else None


def payment_of(invoice: Invoice) -> Decimal | None:
    """P_15 of an advance: what was paid, or by how much a correction changes that; None when the file does not say."""
    if invoice.stated is not None:
        return invoice.stated.due
    if invoice.part_advances:
        return sum((each.amount for each in invoice.part_advances), ZERO)
    return None


def advance_totals(invoice: Invoice) -> Totals | Problem:
    """Bands of the payment; a Problem when the payment or the rates of the order are not known."""
    due = payment_of(invoice)
    if due is None:
        message = f"Faktura zaliczkowa {invoice.number} nie mówi, jaką kwotę zapłacono."
        return problem("D01", message, field="sumy.do_zaplaty", element="Fa/P_15", rows=invoice.rows)
    weights = _weights(invoice)
    whole = sum(weights.values(), ZERO)
    if not whole:
        message = f"Z zamówienia faktury zaliczkowej {invoice.number} nie wynika, według jakich stawek liczyć VAT."
        return problem("D01", message, field="zamowienie", element="Fa/Zamowienie", rows=invoice.rows)
    bands: dict[str, Band] = {}
    left = due
    for place, (rate, weight) in enumerate(weights.items(), start=1):
        share = left if place == len(weights) else grosze(due * weight / whole)
        left -= share
        bands[rate.band] = _joined(bands.get(rate.band), _band(rate, share, invoice))
    return Totals(tuple(bands[name] for name in BANDS if name in bands), due)


def _weights(invoice: Invoice) -> dict[Rate, Decimal]:
    """The order's gross by rate, in the order of its lines."""
    weights: dict[Rate, Decimal] = {}
    for line in invoice.order.lines if invoice.order else ():
        rate = _rate(line)
        if rate is not None and not line.before:
            weights[rate] = weights.get(rate, ZERO) + _worth(line)
    return weights


def _band(rate: Rate, share: Decimal, invoice: Invoice) -> Band:
    if rate.percent is None:
        return Band(rate.band, share)
    vat = tax(share, rate.percent, gross=True)
    return Band(rate.band, share - vat, vat, None if rate.band == OSS else in_pln(vat, invoice))


def _joined(held: Band | None, more: Band) -> Band:
    """A band may hold two rates: 23 and 22."""
    if held is None:
        return more
    return Band(more.band, held.net + more.net, _sum(held.vat, more.vat), _sum(held.vat_pln, more.vat_pln))


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other


def in_pln(vat: Decimal, invoice: Invoice) -> Decimal | None:
    """VAT of an advance in PLN by KursWalutyZ, or by the rates of its payments in their proportion; None without them."""
    if invoice.currency == "PLN":
        return None
    if invoice.exchange_rate is not None:
        return grosze(vat * invoice.exchange_rate)
    paid = [(each.amount, each.exchange_rate) for each in invoice.part_advances if each.exchange_rate is not None]
    whole = sum((amount for amount, _ in paid), ZERO)
    if not whole or len(paid) != len(invoice.part_advances):
        return None
    return grosze(vat * sum((amount * rate for amount, rate in paid), ZERO) / whole)
