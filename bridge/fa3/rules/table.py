"""All rules, the 167 of fa3.md section 5 and those found since → one table, and `check`, which asks them of an invoice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.fa3.rules import (
    advances,
    codes,
    currency,
    dates,
    days,
    file,
    kinds,
    lines,
    notes,
    orders,
    originals,
    parties,
    payment,
    seen,
    sending,
    stated,
    terms,
    third,
    totals,
)
from bridge.fa3.rules.file import check_bytes, parsed
from bridge.fa3.rules.rule import Context, Rule, judged, judged_as_far

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.model.invoice import Invoice
    from bridge.model.problem import Problem

SECTIONS = (
    file,
    parties,
    third,
    dates,
    days,
    totals,
    notes,
    orders,
    kinds,
    originals,
    advances,
    lines,
    codes,
    currency,
    payment,
    seen,
    terms,
    sending,
    stated,
)
RULES: tuple[Rule, ...] = tuple(
    sorted((each for section in SECTIONS for each in section.RULES), key=lambda each: each.id)
)
BY_ID: dict[str, Rule] = {each.id: each for each in RULES}
_ASKED = tuple(each for each in RULES if each.look is not None)


def check(invoice: Invoice, context: Context) -> list[Problem]:
    """Everything that the rules have against a totalled invoice, in the order of their ids."""
    return check_all([invoice], context)[0]


def check_all(invoices: Sequence[Invoice], context: Context) -> list[list[Problem]]:
    """The same for some invoices at once."""
    return judged(_ASKED, invoices, context)


def check_as_far(invoice: Invoice, context: Context) -> list[Problem]:
    """The same of an invoice with UNREAD values, as far as they can be asked."""
    return judged_as_far(_ASKED, invoice, context)


__all__ = ["BY_ID", "RULES", "Context", "Rule", "check", "check_all", "check_as_far", "check_bytes", "parsed"]
