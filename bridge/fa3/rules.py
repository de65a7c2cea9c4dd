"""All rules, the 167 of fa3.md section 5 and those found since → one table, and `check`, which asks them of an invoice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.fa3 import (
    rules_advances,
    rules_codes,
    rules_currency,
    rules_dates,
    rules_days,
    rules_file,
    rules_kinds,
    rules_lines,
    rules_notes,
    rules_orders,
    rules_originals,
    rules_parties,
    rules_payment,
    rules_seen,
    rules_sending,
    rules_stated,
    rules_terms,
    rules_third,
    rules_totals,
)
from bridge.fa3.rule import Context, Rule, judged
from bridge.fa3.rules_file import check_bytes, parsed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.model.invoice import Invoice
    from bridge.model.problem import Problem

SECTIONS = (
    rules_file,
    rules_parties,
    rules_third,
    rules_dates,
    rules_days,
    rules_totals,
    rules_notes,
    rules_orders,
    rules_kinds,
    rules_originals,
    rules_advances,
    rules_lines,
    rules_codes,
    rules_currency,
    rules_payment,
    rules_seen,
    rules_terms,
    rules_sending,
    rules_stated,
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


__all__ = ["BY_ID", "RULES", "Context", "Rule", "check", "check_all", "check_bytes", "parsed"]
