"""Counted lines and totals against what the ERP says of them (`kontrola`) → what disagrees, and which method would agree.

The most valuable check of all (rule G20): an invoice whose totals differ from the ERP's by a grosz is refused.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from bridge.fa3.totals.values import ZERO, by_gross, vat_of
from bridge.model.problem import Problem, problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.model.invoice import Invoice, Line, Totals

CENT = Decimal("0.01")


def of_line(line: Line, invoice: Invoice) -> list[Problem]:
    """VAT and gross of a line against the ERP's, within 0.01, as sums may be rounded."""
    if line.erp_vat is None and line.erp_gross is None:
        return []
    vat = vat_of(line, invoice) or ZERO
    gross = (line.gross or ZERO) if by_gross(line, invoice) else (line.net or ZERO) + vat
    if line.erp_vat == vat and line.erp_gross == gross:
        return []
    compared = (
        ("VAT", "kontrola.pozycja_vat", line.erp_vat, vat),
        ("brutto", "kontrola.pozycja_brutto", line.erp_gross, gross),
    )
    return [
        problem(
            "D07",
            f"Pozycja „{line.called}”: {what} w pliku to {_pl(said)}, a z wartości i stawki {line.rate} wychodzi {_pl(counted)}.",
            field=field,
            rows=(line.row,) if line.row else (),
            value=str(said),
        )
        for what, field, said, counted in compared
        if said is not None and abs(said - counted) > CENT
    ]


def of_invoice(
    invoice: Invoice, totals: Totals, by_other_method: Callable[[], Totals | Problem], other: str
) -> list[Problem]:
    """The ERP's totals of the invoice against ours, to the grosz; says whether the `other` method of VAT would agree."""
    differ = _differences(invoice, totals)
    if not differ:
        return []
    others = by_other_method()
    agrees = not isinstance(others, Problem) and not _differences(invoice, others)
    advice = (
        f"Kwoty zgadzają się przy `metoda_vat: {other}`: ustaw ją w mapowaniu w sekcji `faktura`."
        if agrees
        else "Sprawdź w programie ERP, czy wszystkie pozycje tej faktury są w eksporcie."
    )
    return [
        Problem(
            "RG20",
            f"Faktura {invoice.number}: {what} według programu ERP to {_pl(told)}, a z pozycji wychodzi {_pl(counted)}.",
            advice,
            field=field,
            element=element,
            rows=invoice.rows,
            value=str(told),
        )
        for what, field, element, told, counted in differ
    ]


def _differences(invoice: Invoice, totals: Totals) -> list[tuple[str, str, str, Decimal, Decimal]]:
    said = invoice.control
    if said.net is None and said.vat is None and said.gross is None:
        return []
    compared = (
        ("suma netto", "kontrola.faktura_netto", "Fa/P_13_1", said.net, totals.net),
        ("suma VAT", "kontrola.faktura_vat", "Fa/P_14_1", said.vat, totals.vat),
        ("suma brutto", "kontrola.faktura_brutto", "Fa/P_15", said.gross, totals.due),
    )
    return [
        (what, field, element, told, counted)
        for what, field, element, told, counted in compared
        if told is not None and told != counted
    ]


def _pl(amount: Decimal) -> str:
    """1234.5 → 1 234,50."""
    return f"{amount:,.2f}".replace(",", " ").replace(".", ",")
