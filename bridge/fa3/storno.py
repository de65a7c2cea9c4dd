"""An accepted invoice → the correction that brings it to zero (fa3.md, 2.3, "full reversal").

Every line stands twice: as it was, and with nothing left of it; the totals are those of the original, negated, so that
not a grosz remains whichever way they were counted. An advance gives its payment back and leaves the order as it was
(identical rows confirm it, fa3.md 2.5). A simplified invoice lacks what its correction must name: a person makes it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from bridge.model.errors import FixSetup
from bridge.model.invoice import Band, Correction, Invoice, Kind, Line, Order, Totals

NOUGHT = Decimal("0.00")
KIND = {Kind.VAT: Kind.KOR, Kind.ZAL: Kind.KOR_ZAL, Kind.ROZ: Kind.KOR_ROZ}


def to_zero(original: Invoice, number: str, issued: date, correction: Correction) -> Invoice:
    """The correction with its own number and day; raises FixSetup for a kind that a person must decide on."""
    if original.kind not in KIND or original.totals is None:
        raise FixSetup(
            f"faktury {original.number} ({original.kind}) mostek nie koryguje do zera: przygotuj korektę w programie ERP."
        )
    kind = KIND[original.kind]
    if kind is not Kind.KOR:
        correction = replace(correction, due_before=original.totals.due, exchange_rate_before=original.exchange_rate)
    return replace(
        original,
        kind=kind,
        number=number,
        issued=issued,
        lines=_lines(original.lines),
        order=original.order and _confirmed(original.order),
        part_advances=(),
        totals=_negated(original.totals),
        correction=correction,
        warehouse_notes=(),
        payment=None,
        settlement=None,
        terms=None,
        descriptions=(),
        attachment=(),
        to_receipt=False,
    )


def _lines(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    return tuple(each for line in lines for each in (replace(line, before=True), _nothing_left(line)))


def _confirmed(order: Order) -> Order:
    """The order as it was and as it stays: a payment given back changes no order."""
    return replace(order, lines=tuple(each for line in order.lines for each in (replace(line, before=True), line)))


def _nothing_left(line: Line) -> Line:
    """Price and rate stay: they say what there is none of."""
    return replace(
        line,
        quantity=None if line.quantity is None else Decimal(0),
        discount=None,
        net=_nought(line.net),
        gross=_nought(line.gross),
        vat=_nought(line.vat),
        excise=None,
    )


def _nought(value: Decimal | None) -> Decimal | None:
    return None if value is None else NOUGHT


def _negated(totals: Totals) -> Totals:
    bands = tuple(Band(each.band, -each.net, _minus(each.vat), _minus(each.vat_pln)) for each in totals.bands)
    return Totals(bands, -totals.due)


def _minus(value: Decimal | None) -> Decimal | None:
    return None if value is None else -value
