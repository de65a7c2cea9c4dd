"""Rule A15: two invoices of the same content under different numbers within days → most often one sale exported twice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bridge.fa3.rules.rule import CHANGED
from bridge.model.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.model.item import Alike

SAME_SALE = timedelta(days=14)  # a subscription repeats after a month, a mistaken export within days


def same_sale(own: Alike, other: Alike, severities: Mapping[str, str], rows: tuple[int, ...] = ()) -> Problem | None:
    """RA15 of an invoice that has the content of another one; None when it is the same, an old one, or not asked for."""
    severity = CHANGED.get(severities.get("A15", "ostrzezenie"))
    if severity is None or other.number_key == own.number_key or abs(other.issued - own.issued) > SAME_SALE:
        return None
    said = f"Tę samą treść ma faktura {other.number} z {other.issued}."
    advice = "Sprawdź, czy program ERP nie wyeksportował tej sprzedaży drugi raz pod nowym numerem."
    return Problem("RA15", said, advice, severity, rows=rows, field="faktura.numer")
