from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import get_type_hints

from hypothesis import given
from hypothesis import strategies as st

from bridge.model import invoice as nouns
from bridge.model.invoice import Address, Buyer, Correction, Invoice, Kind, Line, Original, Payment, Seller, Term
from bridge.model.jsonable import from_plain, to_plain

TEXT = st.text(min_size=1, max_size=20)
AMOUNT = st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9)
DAY = st.dates(min_value=date(2006, 1, 1), max_value=date(2049, 12, 31))
ADDRESS = st.builds(Address, TEXT, TEXT, st.none() | TEXT)
INVOICES = st.builds(
    Invoice,
    kind=st.sampled_from(Kind),
    number=TEXT,
    issued=DAY,
    currency=st.just("PLN"),
    seller=st.builds(Seller, TEXT, TEXT, ADDRESS),
    buyer=st.builds(Buyer, name=TEXT, nip=st.none() | TEXT, none_given=st.booleans(), address=st.none() | ADDRESS),
    lines=st.lists(st.builds(Line, name=TEXT, net=st.none() | AMOUNT, before=st.booleans()), max_size=3).map(tuple),
    period=st.none() | st.tuples(DAY, DAY),
    correction=st.none()
    | st.builds(Correction, originals=st.lists(st.builds(Original, TEXT, DAY), max_size=2).map(tuple)),
    payment=st.none() | st.builds(Payment, terms=st.lists(st.builds(Term, DAY), max_size=2).map(tuple)),
)


@given(INVOICES)
def test_a_draft_comes_back_as_it_went(invoice: Invoice) -> None:
    assert from_plain(Invoice, json.loads(json.dumps(to_plain(invoice)))) == invoice


def test_no_noun_of_an_invoice_holds_a_float() -> None:
    for noun in vars(nouns).values():
        if is_dataclass(noun) and isinstance(noun, type):
            hints = get_type_hints(noun)
            assert all("float" not in str(hints[field.name]) for field in fields(noun)), noun


def test_amounts_keep_their_decimals() -> None:
    line = from_plain(Line, to_plain(Line(net=Decimal("10.50"), net_price=Decimal("0.00000012"))))
    assert (str(line.net), line.net_price) == ("10.50", Decimal("1.2E-7"))
