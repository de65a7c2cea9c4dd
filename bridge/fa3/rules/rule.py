"""One rule of fa3.md section 5 → a value: id, severity, element, condition, source and the function that looks.

A rule's function yields what it finds; severity, code ("R" + id), element and vocabulary key come from its table row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal, localcontext
from typing import Any, NamedTuple

from bridge.fa3.rules.subjects import every_invoice
from bridge.model.invoice import Invoice
from bridge.model.item import KnownDocument
from bridge.model.problem import Problem, Severity
from bridge.model.unread import UNREAD, Unasked, about_unread

E, W, I = Severity.ERROR, Severity.WARNING, Severity.INFO  # noqa: E741 - the digest's own letters
PRECISION = 80  # digits: a product of the longest quantity and the longest price is exact, and can be rounded
ALWAYS = date(2006, 1, 1)  # nothing of FA(3) is older


class Found(NamedTuple):
    """What a rule has against an invoice."""

    message: str  # Polish, with the value
    value: str = ""
    rows: tuple[int, ...] = ()  # of the source; () = those of the invoice
    severity: Severity | None = None  # when it differs from the rule's own
    field: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What rules may know beside the invoice."""

    today: date  # in Warsaw
    now: datetime  # UTC
    own_nip: str
    production: bool = False
    severities: Mapping[str, str] = field(default_factory=dict)  # id → ostrzezenie · blad · wylaczona
    number_of: Callable[[str, date], str | None] = lambda _number, _issued: (
        None
    )  # the ledger's KSeF number of an original
    named: Callable[[str, str], Sequence[KnownDocument]] = lambda _seller, _number: ()  # all that is known of a number
    is_another: Callable[[str, str], bool] = lambda _number, _original: False  # so a person decided (rule F05)
    accepted: Callable[[str], Invoice | None] = lambda _ksef_number: None  # an own invoice, by its KSeF number
    bank_rate: Callable[[str, date], Decimal | None] = lambda _currency, _tax_point: (
        None
    )  # NBP table A of the working day before that day
    largest: int = 1_000_000  # D16: an amount above it is doubted
    old_days: int = 30  # C03
    cash_method: bool | None = None  # E07: the seller's status, None when nobody said


Look = Callable[[Invoice, Context], Iterable[Found]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table."""

    id: str
    severity: Severity
    element: str
    condition: str  # one Polish sentence: what must hold
    source: str  # as the digest names it
    field: str = ""
    advice: str = ""
    keeps: bool = False  # its severity may not be changed
    law: bool = False  # LAW*: a warning until an accountant has signed it
    held_by: str = ""  # where it is held when no function of ours can hold it
    otherwise: str = ""  # Polish: when it is of another severity than its own, and which
    since: date = ALWAYS
    about: Callable[[Invoice], object] = every_invoice  # what it speaks of; without that it is not asked
    look: Look | None = None

    @property
    def code(self) -> str:
        """As results name it."""
        return f"R{self.id}"


def rule(
    id_: str, severity: Severity, element: str, condition: str, source: str, **more: object
) -> Callable[[Look], Rule]:
    """Make a function the looking part of a rule."""

    def made(look: Look) -> Rule:
        return Rule(id_, severity, element, condition, source, look=look, **more)  # type: ignore[arg-type]

    return made


def held(  # noqa: PLR0913, PLR0917 - a row of the table
    id_: str, severity: Severity, element: str, condition: str, source: str, held_by: str, otherwise: str = ""
) -> Rule:
    """A rule that another place holds by its nature."""
    return Rule(id_, severity, element, condition, source, held_by=held_by, otherwise=otherwise)


_AMOUNT = re.compile(r"„[^”]*”|(?<![\w.])(-?\d+)\.(\d+)(?!\w|\.\d)")
CHANGED = {"ostrzezenie": W, "blad": E}


def judged(rules: Sequence[Rule], invoices: Sequence[Invoice], context: Context) -> list[list[Problem]]:
    """What these rules have against each invoice, with the severities of the company and the mapping.

    Rule by rule and not invoice by invoice: the processor keeps a rule's code, which halves the time. A rule is asked
    only of the invoices that have what it is about.
    """
    with localcontext(prec=PRECISION):
        return _judged(rules, invoices, context)


def _judged(rules: Sequence[Rule], invoices: Sequence[Invoice], context: Context) -> list[list[Problem]]:
    problems: list[list[Problem]] = [[] for _ in invoices]
    pairs = list(zip(invoices, problems, strict=True))
    having = {about: [pair for pair in pairs if about(pair[0])] for about in {each.about for each in rules}}
    for each in rules:
        assert each.look is not None
        wanted = "" if each.keeps else context.severities.get(each.id, "")
        if wanted == "wylaczona":
            continue
        for invoice, own in having[each.about]:
            for found in each.look(invoice, context):
                own.append(_problem(each, found, invoice, CHANGED.get(wanted)))
    return problems


def judged_as_far(rules: Sequence[Rule], invoice: Invoice, context: Context) -> list[Problem]:
    """What these rules have against an invoice with UNREAD values; a rule that looks at one says nothing from there on."""
    problems: list[Problem] = []
    context = replace(
        context,
        number_of=_not_of_unread(context.number_of),
        named=_not_of_unread(context.named),
        is_another=_not_of_unread(context.is_another),
        accepted=_not_of_unread(context.accepted),
        bank_rate=_not_of_unread(context.bank_rate),
    )
    with localcontext(prec=PRECISION):
        for each in rules:
            assert each.look is not None
            wanted = "" if each.keeps else context.severities.get(each.id, "")
            if wanted == "wylaczona":
                continue
            try:
                if each.about(invoice):
                    problems += (
                        _problem(each, found, invoice, CHANGED.get(wanted)) for found in each.look(invoice, context)
                    )
            except (Unasked, TypeError) as error:
                if not about_unread(error):
                    raise
    return problems


def _not_of_unread(question: Callable[..., Any]) -> Callable[..., Any]:
    """The same question, asked of known values only."""

    def asked(*given: object) -> Any:
        if any(each is UNREAD for each in given):
            raise Unasked
        return question(*given)

    return asked


def _problem(each: Rule, found: Found, invoice: Invoice, wanted: Severity | None) -> Problem:
    return Problem(
        each.code,
        with_commas(found.message),
        found.advice or each.advice,
        wanted or found.severity or each.severity,
        rows=found.rows or invoice.rows,
        field=found.field or each.field,
        element=each.element,
        value=found.value,
    )


def with_commas(message: str) -> str:
    """Amounts as a Polish accountant writes them, 84,50; what is quoted stays as the file has it."""
    return _AMOUNT.sub(lambda found: f"{found[1]},{found[2]}" if found[1] else found[0], message)
