"""A line as the file tells it → its value, its VAT and the band it counts in (fa3.md, sections 3.1 and 4).

A line of the margin scheme carries no rate and is worth its gross; a line of OSS carries a foreign rate instead of P_12.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from bridge.model.vat import RATES, Rate, grosze

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge.model.invoice import Invoice, Line

ZERO = Decimal("0.00")
HUNDRED = Decimal(100)
OSS, MARGIN = "5", "11"
UNDER_MARGIN = Rate(MARGIN, None)


def rate_of(line: Line, invoice: Invoice) -> Rate | None:
    """The band and percentage of a line; None when it names neither a rate nor a scheme (rule G08)."""
    if line.rate is not None:
        return RATES.get(line.rate)
    if line.foreign_rate is not None:
        return Rate(OSS, line.foreign_rate)
    return UNDER_MARGIN if invoice.annotations.margin else None


def by_gross(line: Line, invoice: Invoice) -> bool:
    """Whether a line is worth its gross: always under the margin scheme; else by what it has, and by `ceny` when it has both.

    One invoice may sell some lines by net and some by gross prices (art. 106e(1), (7)).
    """
    if line.rate is None and rate_of(line, invoice) is UNDER_MARGIN:
        return True
    net = line.net is not None or line.net_price is not None
    gross = line.gross is not None or line.gross_price is not None
    return gross if net != gross else invoice.prices == "brutto"


def value_of(line: Line, invoice: Invoice) -> Decimal | None:
    """P_11, or P_11A when the line is worth its gross."""
    if line.rate is not None and line.gross is None and line.gross_price is None:
        return line.net  # most lines: nothing in them is gross
    return line.gross if by_gross(line, invoice) else line.net


def standing(invoice: Invoice) -> Iterator[Line]:
    """Lines that say what is sold: of a correction neither what was before nor what it takes away."""
    for line in invoice.lines:
        value = line.net if line.net is not None else line.gross
        if not invoice.kind.corrects or not (line.before or value is None or value <= 0):
            yield line


def in_pln(invoice: Invoice) -> Decimal:
    """Gross in PLN; in a foreign currency by the first rate that a line, the invoice or a payment tells."""
    assert invoice.totals is not None
    if invoice.currency == "PLN":
        return invoice.totals.due
    parts = (part.exchange_rate for part in invoice.part_advances)
    told = (*(line.exchange_rate for line in invoice.lines), invoice.exchange_rate, *parts)
    return invoice.totals.due * next((rate for rate in told if rate), Decimal(1))


def valued(line: Line, invoice: Invoice) -> Line:
    """The line with its value, counted as quantity × price where the file gives none; as it was when that is unknown."""
    gross = by_gross(line, invoice)
    if (line.gross if gross else line.net) is not None:
        return line
    value = product(line, gross=gross, discount_from=invoice.discount_from)
    if value is None:
        return line
    return replace(line, gross=value) if gross else replace(line, net=value)


def product(line: Line, *, gross: bool, discount_from: str | None) -> Decimal | None:
    """Quantity × price less the discount, half up; None when the file lacks one of them (P_10: fa3.md, section 4)."""
    price = line.gross_price if gross else line.net_price
    if line.quantity is None or price is None:
        return None
    discount = line.discount or ZERO
    if discount_from == "od_ceny":
        return grosze(line.quantity * (price - discount))
    return grosze(line.quantity * price - discount)


def vat_of(line: Line, invoice: Invoice) -> Decimal | None:
    """VAT of one line: from the file, else value × rate, or gross × r/(100+r); None where no VAT is shown."""
    rate = rate_of(line, invoice)
    if rate is None or rate.percent is None:
        return None
    if line.vat is not None:
        return line.vat
    value = value_of(line, invoice) or ZERO
    return tax(value, rate.percent, gross=by_gross(line, invoice))


def tax(base: Decimal, percent: Decimal, *, gross: bool = False) -> Decimal:
    """VAT of a base: on top of a net one, within a gross one (VAT Act art. 106e(1), (7))."""
    return grosze(base * percent / (HUNDRED + percent if gross else HUNDRED))
