"""A discount told in percent → P_10, which the law has in money (art. 106e(1)(10); fa3.md, section 4), or what does not agree.

The file's own value of the line decides to the grosz, and the percentage is held against it; without a value both follow from
quantity, price and percentage. `faktura.rabat` says whether P_10 is of the price or of the value; the value is the same.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from bridge.fa3.totals.values import HUNDRED, by_gross, value_of
from bridge.model.problem import Problem, problem
from bridge.model.vat import grosze

if TYPE_CHECKING:
    from bridge.model.invoice import Invoice, Line

PRICE = Decimal("0.00000001")  # decimals of P_10
CENT = Decimal("0.01")
HALF = Decimal("0.005")  # by which a price after the discount was rounded
FIELD = "pozycja.rabat_procent"


def with_discounts(invoice: Invoice) -> tuple[Invoice, list[Problem]]:
    """The invoice with P_10 of every line whose discount is told in percent; errors where the amounts say otherwise."""
    if not any(line.discount_percent is not None for line in invoice.lines):
        return invoice, []
    made = [_with_amount(line, invoice) for line in invoice.lines]
    lines = tuple(line for line, _ in made)
    return replace(invoice, lines=lines), [each for _, found in made for each in found]


def _with_amount(line: Line, invoice: Invoice) -> tuple[Line, list[Problem]]:
    percent, bare = line.discount_percent, replace(line, discount_percent=None)
    if not percent:
        return bare, []
    price = line.gross_price if by_gross(line, invoice) else line.net_price
    if price is None or line.quantity is None:
        said = f"Pozycja „{line.called}” ma rabat {percent}%, a bez ilości i ceny przed rabatem nie wiadomo, ile to złotych."
        return bare, [_problem("D01", said, line, "")]
    whole = line.quantity * price
    value = value_of(line, invoice)
    after = whole * (HUNDRED - percent) / HUNDRED
    if value is not None and abs(value - after) > CENT + HALF * abs(line.quantity):
        said = f"Pozycja „{line.called}”: {line.quantity} × {price} z rabatem {percent}% to {grosze(after)}, a w pliku jest {value}."
        advice = "Jeśli cena w pliku jest już po rabacie, usuń z mapowania `rabat_procent`; jeśli nie, sprawdź tę pozycję w ERP."
        return bare, [_problem("D07", said, line, advice)]
    off = whole - value if value is not None else grosze(whole) - grosze(after)
    amount = (off / line.quantity).quantize(PRICE) if invoice.discount_from == "od_ceny" and line.quantity else off
    if line.discount is not None and abs(line.discount - amount) > CENT:
        said = f"Pozycja „{line.called}”: rabat {percent}% to {amount}, a kwota rabatu w pliku to {line.discount}."
        return bare, [_problem("D07", said, line, "")]
    return replace(bare, discount=line.discount if line.discount is not None else _short(amount)), []


def _short(amount: Decimal) -> Decimal:
    """Without needless zeros, and never in exponents."""
    return Decimal(format(amount.normalize(), "f"))


def _problem(code: str, said: str, line: Line, advice: str) -> Problem:
    where = {"field": FIELD, "rows": (line.row,) if line.row else ()}
    return problem(code, said, **where, advice=advice) if advice else problem(code, said, **where)
