"""An invoice as the file tells it → the same with counted lines and totals, and what stops the counting.

Totals are computed, never copied (design.md, decision 9; formulas: fa3.md, section 4; VAT Act art. 106e). What no line
can tell is stated by the file (`sumy`): the remainder of a final invoice, the payment of an advance, a correction without
lines, a simplified invoice; the rules of sections D and F then judge it.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from bridge.fa3.totals.advance import advance_totals, in_pln, with_order_counted
from bridge.fa3.totals.control import of_invoice, of_line
from bridge.fa3.totals.discounts import with_discounts
from bridge.fa3.totals.values import MARGIN, OSS, ZERO, by_gross, rate_of, tax, value_of, valued, vat_of
from bridge.model.invoice import Band, Kind, Totals
from bridge.model.problem import Problem, Severity, problem
from bridge.model.vat import BANDS, grosze

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bridge.model.invoice import Invoice, Line, Settlement
    from bridge.model.vat import Rate

METHODS = ("od_sumy", "z_pozycji")
ADVANCES = frozenset({Kind.ZAL, Kind.KOR_ZAL})
UNTAXED_IN_PLN = frozenset({OSS, MARGIN})


def totalled(invoice: Invoice) -> tuple[Invoice, list[Problem]]:
    """Lines valued, totals by band, P_15; errors where the ERP's control totals differ by a grosz."""
    invoice, wrong = with_discounts(invoice)
    if wrong:
        return invoice, wrong
    if invoice.amounts_given:
        return _as_given(invoice)
    invoice = _with_due_compared(invoice)
    lines, computed = _valued(invoice)
    invoice = with_order_counted(replace(invoice, lines=lines) if computed else invoice)
    found = _computed(invoice, computed)
    if invoice.stated is None:
        unknown = [line for line in lines if value_of(line, invoice) is None]
        if unknown:
            return invoice, [*found, *(_without_value(line, invoice) for line in unknown)]
    found += [each for line in lines for each in of_line(line, invoice)]
    totals = totals_of(invoice, invoice.vat_method)
    if isinstance(totals, Problem):
        return invoice, [*found, totals]
    other = METHODS[1 - METHODS.index(invoice.vat_method)]
    found += of_invoice(invoice, totals, lambda: totals_of(invoice, other), other)
    if invoice.vat_method == "z_pozycji":
        lines = tuple(replace(line, vat=vat_of(line, invoice)) for line in lines)
    settlement = invoice.settlement and _settled(invoice.settlement, totals.due)
    return replace(invoice, lines=lines, totals=totals, settlement=settlement), found


def _with_due_compared(invoice: Invoice) -> Invoice:
    """The due amount alone, said of an invoice that its lines tell (an export with advances says it of all), is a control."""
    stated = invoice.stated
    if stated is None or stated.bands or invoice.kind is not Kind.VAT or not invoice.lines:
        return invoice
    control = invoice.control if invoice.control.gross is not None else replace(invoice.control, gross=stated.due)
    return replace(invoice, stated=None, control=control)


def _as_given(invoice: Invoice) -> tuple[Invoice, list[Problem]]:
    """Amounts as they are (`kwoty: podane`): nothing is counted or filled, so that the rules judge all of it."""
    if invoice.stated is None:
        message = f"Faktura {invoice.number} ma mieć kwoty takie jak w pliku, a plik nie podaje kwoty należności."
        return invoice, [problem("D01", message, field="sumy.do_zaplaty", element="Fa/P_15", rows=invoice.rows)]
    method = METHODS[1 - METHODS.index(invoice.vat_method)]
    found = [each for line in invoice.lines for each in of_line(line, invoice)]
    found += of_invoice(invoice, invoice.stated, lambda: totals_of(invoice, method), method)
    return replace(invoice, totals=invoice.stated), found


def totals_of(invoice: Invoice, method: str) -> Totals | Problem:
    """Totals of valued lines by a method of VAT; a Problem when the kind needs totals that nobody states."""
    if invoice.stated is not None and (invoice.stated.bands or invoice.kind not in ADVANCES):
        return _in_both_currencies(invoice.stated, invoice)
    if invoice.kind in ADVANCES:
        return advance_totals(invoice)
    if invoice.kind is Kind.ROZ and not _at_once(invoice):
        message = f"Faktura rozliczeniowa {invoice.number} nie podaje kwot, które zostały po zaliczkach."
        return problem("D01", message, field="sumy.do_zaplaty", element="Fa/P_15", rows=invoice.rows)
    return of_lines(invoice, method)


def _at_once(invoice: Invoice) -> bool:
    """A payment and the delivery in one month on one invoice: it is worth all of its lines (art. 106b(1a))."""
    return bool(invoice.part_advances) and not invoice.advances


def _in_both_currencies(stated: Totals, invoice: Invoice) -> Totals:
    """Stated totals with VAT in PLN where the file leaves it to the rate of exchange."""
    if invoice.currency == "PLN":
        return stated
    bands = tuple(
        replace(band, vat_pln=in_pln(band.vat, invoice))
        if band.vat is not None and band.vat_pln is None and band.band not in UNTAXED_IN_PLN
        else band
        for band in stated.bands
    )
    return replace(stated, bands=bands)


def of_lines(invoice: Invoice, method: str) -> Totals:
    """What valued lines come to, by band in the order of the schema: after minus before (section 4)."""
    by_band: dict[str, list[tuple[Line, Rate]]] = {}
    for line in invoice.lines:
        rate = rate_of(line, invoice)
        if rate is not None:
            by_band.setdefault(rate.band, []).append((line, rate))
    bands = tuple(_band(band, by_band[band], invoice, method) for band in BANDS if band in by_band)
    due = sum((band.net + (band.vat or ZERO) for band in bands), ZERO)
    return Totals(bands, due)


def _band(band: str, rated: Sequence[tuple[Line, Rate]], invoice: Invoice, method: str) -> Band:
    value = _signed_sum((line, value_of(line, invoice)) for line, _ in rated)
    if rated[0][1].percent is None:
        return Band(band, value)
    within = _vat([each for each in rated if by_gross(each[0], invoice)], invoice, method)
    vat = within + _vat([each for each in rated if not by_gross(each[0], invoice)], invoice, method)
    in_zloty = None if invoice.currency == "PLN" or band == OSS else _in_pln(rated, vat, invoice)
    return Band(band, value - within, vat, in_zloty)


def _vat(rated: Sequence[tuple[Line, Rate]], invoice: Invoice, method: str) -> Decimal:
    """Of lines that are all worth their net, or all their gross: by the sum of each rate, or as the sum of the lines' VAT.

    Art. 106e(1), (7) and (10) of the VAT Act.
    """
    if method == "z_pozycji":
        return _signed_sum((line, vat_of(line, invoice)) for line, _ in rated)
    bases: dict[Decimal, Decimal] = {}  # a band may hold two rates: 23 and 22
    for line, rate in rated:
        value = value_of(line, invoice) or ZERO
        percent = rate.percent or ZERO
        bases[percent] = bases.get(percent, ZERO) + (-value if line.before else value)
    gross = bool(rated) and by_gross(rated[0][0], invoice)
    return sum((tax(base, percent, gross=gross) for percent, base in bases.items()), ZERO)


def _in_pln(rated: Sequence[tuple[Line, Rate]], vat: Decimal, invoice: Invoice) -> Decimal | None:
    """VAT of the band in PLN: by one rate of exchange from the band's VAT, by several from the lines, rounded once."""
    rated = [(line, rate) for line, rate in rated if value_of(line, invoice)] or rated  # a free line needs no rate
    rates = {line.exchange_rate for line, _ in rated}
    if None in rates:
        return None
    if len(rates) == 1:
        return grosze(vat * (rated[0][0].exchange_rate or ZERO))
    parts = ((line, (vat_of(line, invoice) or ZERO) * (line.exchange_rate or ZERO)) for line, _ in rated)
    return grosze(_signed_sum(parts))


def _signed_sum(values: Iterable[tuple[Line, Decimal | None]]) -> Decimal:
    total = ZERO
    for line, value in values:
        if value is not None:
            total += -value if line.before else value
    return total


def _settled(settlement: Settlement, due: Decimal) -> Settlement:
    """Rozliczenie with its sums, and what is left to pay or to settle, where the file does not give them."""
    charges = sum((each.amount for each in settlement.charges), ZERO)
    deductions = sum((each.amount for each in settlement.deductions), ZERO)
    settlement = replace(
        settlement,
        charges_total=settlement.charges_total or (charges if settlement.charges else None),
        deductions_total=settlement.deductions_total or (deductions if settlement.deductions else None),
    )
    if settlement.to_pay is not None or settlement.to_settle is not None:
        return settlement
    left = due + charges - deductions
    return replace(settlement, to_settle=-left) if left < 0 else replace(settlement, to_pay=left)


def _valued(invoice: Invoice) -> tuple[tuple[Line, ...], list[Line]]:
    """Lines with their values; which of them were computed."""
    computed: list[Line] = []
    lines: list[Line] = []
    for line in invoice.lines:
        made = valued(line, invoice)
        lines.append(made)
        if made is not line:
            computed.append(made)
    return tuple(lines), computed


# --- what is said of it --------------------------------------------------------------------------------------------


def _computed(invoice: Invoice, lines: Sequence[Line]) -> list[Problem]:
    if not lines:
        return []
    message = f"Faktura {invoice.number}: wartość policzono jako ilość × cena, bo plik jej nie podaje (pozycji: {len(lines)})."
    rows = tuple(line.row for line in lines if line.row)
    return [problem("D19", message, severity=Severity.INFO, field="pozycja.wartosc_netto", rows=rows)]


def _without_value(line: Line, invoice: Invoice) -> Problem:
    field = "pozycja.wartosc_brutto" if by_gross(line, invoice) else "pozycja.wartosc_netto"
    message = f"Pozycja „{line.called}” nie ma wartości, a bez ilości i ceny nie da się jej policzyć."
    return problem("D01", message, field=field, rows=(line.row,) if line.row else ())
