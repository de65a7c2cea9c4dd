"""An invoice with errors → the same with UNREAD where they are, so that the rules can be asked about all the rest of it.

Whatever an error speaks of is UNREAD: its field, the whole section of a part that repeats, all lines when one of them may
be too much or too few. Of what cannot be blamed on a field nothing more is asked; nor without a kind, which decides all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.mapping.evaluate.build import stated
from bridge.mapping.language.vocabulary import BY_KEY, LINE_KEYS, PARTS, REPEATED
from bridge.model.problem import errors
from bridge.model.unread import UNREAD, Unasked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.mapping.evaluate.build import Plan
    from bridge.model.invoice import Invoice, Line
    from bridge.model.problem import Problem

OF_LINES = frozenset({"D07", "D09"})  # problems that say, without a field, that lines are too many or too few
KIND, ISSUED, SOLD = "faktura.rodzaj", "faktura.data_wystawienia", "faktura.data_sprzedazy"
ORDER_LINES = "pozycja_zamowienia"


def doubtful(
    plan: Plan, values: dict[str, Any], lines: Sequence[Line], rows: tuple[int, ...], found: Sequence[Problem]
) -> Invoice | None:
    """The tree of an invoice that has these errors; None where nothing more can be asked of it."""
    wrong = errors(found)
    if any(not each.field and each.code not in OF_LINES for each in wrong):
        return None
    values = values | {_poisoned(each.field): UNREAD for each in wrong if each.field and each.field not in LINE_KEYS}
    if values.get(KIND) is UNREAD or KIND not in values:
        return None
    whole = any(not each.field or (each.code == "D03" and each.field in LINE_KEYS) for each in wrong)
    _doubt_sale(values)
    more = {"lines": UNREAD if whole else tuple(lines), "rows": rows}
    try:
        made: Invoice | None = plan.made(values, None, more | {"stated": stated(values)})
    except Unasked:  # a table of an attachment that is UNREAD in part cannot be made square
        return None
    return made


def _poisoned(field: str) -> str:
    """The key or the outermost section of parts that a problem spoils."""
    section = BY_KEY[field].section if field in BY_KEY else field
    while section in REPEATED and PARTS[section].around in REPEATED:
        section = PARTS[section].around
    return section if section in REPEATED else field


def _doubt_sale(values: dict[str, Any]) -> None:
    """P_6 is not printed when it equals P_1 (rule C07): nobody knows whether it is when one of them is UNREAD."""
    sold, issued = values.get(SOLD), values.get(ISSUED)
    if sold is not None and (sold is UNREAD or issued is UNREAD or issued is None):
        values[SOLD] = UNREAD
