"""An invoice with UNREAD values, or whose amounts do not agree → counted as far as that goes, UNREAD where it does not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.fa3.totals.totals import totalled
from bridge.model.problem import errors
from bridge.model.unread import UNREAD, Unasked, about_unread

if TYPE_CHECKING:
    from bridge.model.invoice import Invoice, Line
    from bridge.model.problem import Problem


def totalled_as_far(invoice: Invoice) -> tuple[Invoice, list[Problem]]:
    """Lines valued and totals as `totalled` makes them; what depends on an UNREAD value is UNREAD."""
    try:
        counted, found = totalled(invoice)
    except (Unasked, TypeError) as error:
        if not about_unread(error):
            raise
        lines = invoice.lines if invoice.lines is UNREAD else tuple(map(_unvalued, invoice.lines))
        return _uncounted(invoice, lines), []
    return (doubted(counted) if errors(found) else counted), found


def doubted(invoice: Invoice) -> Invoice:
    """An invoice whose amounts do not agree: nobody knows which of them, or which rate, is wrong."""
    return _uncounted(invoice, UNREAD)


def _uncounted(invoice: Invoice, lines: tuple[Line, ...]) -> Invoice:
    return replace(
        invoice,
        lines=lines,
        totals=UNREAD,
        stated=None if invoice.stated is None else UNREAD,
        order=None if invoice.order is None else UNREAD,
        settlement=None if invoice.settlement is None else UNREAD,
    )


def _unvalued(line: Line) -> Line:
    """A line whose amounts would have been counted."""
    counted = ("net", "gross", "vat", "discount", "discount_percent")
    return replace(line, **{name: UNREAD for name in counted if getattr(line, name) is None})
