"""Rules asked about an invoice of which something is UNREAD: what they say holds whatever it will turn out to be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bridge.fa3.rules.rule import Context
from bridge.fa3.rules.table import check, check_as_far
from bridge.fa3.totals.as_far import totalled_as_far
from bridge.fa3.totals.totals import totalled
from bridge.fa3.xml.read import read
from bridge.model.invoice import Invoice, Kind
from bridge.model.problem import Problem, errors
from bridge.model.unread import UNREAD, about_unread
from tests.support.samples import CONTEXT, LINE, PLAIN

MINIMAL = sorted((Path(__file__).resolve().parents[3] / "data" / "fa3" / "minimal").glob("*.xml"))


@pytest.mark.parametrize(
    "asked",
    [
        lambda it: it == 1,
        lambda it: it != 1,
        lambda it: it in {1, 2},
        lambda it: it in (1, 2),
        lambda it: it in "text",
        lambda it: "text" in it,
        lambda it: f"{it}",
        lambda it: " ".join(2 * [it]),
        lambda it: re.match("a", it),
        lambda it: Decimal(it).sqrt(),
        lambda it: Decimal(1) + it,
        lambda it: date(2026, 1, 1) - it,
        lambda it: max(date(2026, 1, 1), it),
        lambda it: isinstance(it, str),
        lambda it: it.strip(),
        lambda it: it or 1,
        lambda it: [*it],
        lambda it: sum([it]),
        lambda it: (1, it) == (1, 2),
        lambda it: {it: 1},
    ],
)
def test_nothing_can_be_known_of_it(asked: Callable[[Any], object]) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - which of two is the question
        asked(UNREAD)
    assert about_unread(caught.value)
    assert UNREAD is not None


def doubted(noun: Any) -> Iterator[Any]:
    """The noun with each of its leaves, and each of its nouns, UNREAD in turn."""
    for each in fields(noun):
        value = getattr(noun, each.name)
        if value is None or value == () or each.name in ("kind", "rows", "row"):
            continue
        yield replace(noun, **{each.name: UNREAD})
        if is_dataclass(value):
            yield from (replace(noun, **{each.name: inner}) for inner in doubted(value))
        if isinstance(value, tuple) and is_dataclass(value[0]):
            yield from (
                replace(noun, **{each.name: (*value[:place], inner, *value[place + 1 :])})
                for place, one in enumerate(value)
                for inner in doubted(one)
            )


def said(problems: list[Problem]) -> set[tuple[str, str]]:
    return {(each.code, each.message) for each in problems}


@pytest.mark.parametrize("path", MINIMAL, ids=lambda path: path.name)
def test_a_right_invoice_is_not_blamed_for_what_is_unread(path: Path) -> None:
    invoice = read(path.read_bytes())
    context = Context(
        today=invoice.issued,
        now=datetime.combine(invoice.issued, time(12), tzinfo=UTC),
        own_nip=str(invoice.seller.nip),
    )
    told = said(check(invoice, context))
    for each in doubted(invoice):
        assert said(check_as_far(each, context)) <= told


# Each wrong in a way of its own: what is told of it beside something UNREAD is told when that has been mended too.
WRONG: dict[str, Invoice] = {
    "buyer": replace(PLAIN, buyer=replace(PLAIN.buyer, nip="1234567890")),
    "line": replace(PLAIN, lines=(replace(LINE, unit=None), LINE)),
    "rate": replace(PLAIN, lines=(replace(LINE, rate="22"), replace(LINE, number=2, rate="zw"))),
    "kind": replace(PLAIN, kind=Kind.KOR),
    "date": replace(PLAIN, sold=date(2031, 1, 1)),
    "currency": replace(PLAIN, currency="HRK"),
    "advance": replace(PLAIN, kind=Kind.ROZ),
    "control": replace(PLAIN, control=replace(PLAIN.control, gross=Decimal(1))),
}


def judged(invoice: Invoice) -> list[Problem]:
    counted, found = totalled(invoice)
    return found if errors(found) else [*found, *check(counted, CONTEXT)]


@pytest.mark.parametrize("name", WRONG)
def test_what_is_told_beside_it_is_told_again(name: str) -> None:
    wrong = WRONG[name]
    told = said(judged(wrong)) or pytest.fail("the example is right")
    for each in doubted(wrong):
        counted, found = totalled_as_far(each)
        assert said([*errors(found), *check_as_far(counted, CONTEXT)]) <= told | said(
            check_as_far(totalled_as_far(wrong)[0], CONTEXT)
        )


def test_much_is_told_beside_it() -> None:
    counted, _ = totalled_as_far(replace(WRONG["buyer"], sold=date(2031, 1, 1), issued=UNREAD))
    assert errors(check_as_far(counted, CONTEXT))
