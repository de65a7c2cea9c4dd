"""Documents of other forms travel in sessions of their own, each by the way that KSeF takes for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge.conversion.ready_xml import made_of
from bridge.ledger import facts, overview
from tests.support.world import NIP, World

if TYPE_CHECKING:
    from datetime import date

RR = """<?xml version="1.0" encoding="UTF-8"?>
<Faktura xmlns="http://crd.gov.pl/wzor/2026/03/06/14189/">
  <Naglowek><KodFormularza kodSystemowy="FA_RR (1)" wersjaSchemy="1-1E">FA_RR</KodFormularza></Naglowek>
  <Podmiot1><DaneIdentyfikacyjne><NIP>{nip}</NIP></DaneIdentyfikacyjne></Podmiot1>
  <Podmiot2><DaneIdentyfikacyjne><NIP>{nip}</NIP></DaneIdentyfikacyjne></Podmiot2>
  <FakturaRR><P_4B>{day}</P_4B><P_4C>{number}</P_4C><RodzajFaktury>VAT_RR</RodzajFaktury></FakturaRR>
</Faktura>
"""
PEF = """<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2">
  <cbc:ID>{number}</cbc:ID><cbc:IssueDate>{day}</cbc:IssueDate>
  <cac:AccountingSupplierParty><cac:Party><cac:PartyTaxScheme>
    <cbc:CompanyID>PL{nip}</cbc:CompanyID>
  </cac:PartyTaxScheme></cac:Party></cac:AccountingSupplierParty>
</Invoice>
"""


def changes(text: str, number: str, day: date) -> dict[str, object]:
    made = made_of(text.format(nip=NIP, number=number, day=day).encode())
    assert made is not None
    names = ("seller_nip", "kind", "number", "number_key", "issued", "xml", "business_hash", "form_code")
    return {name: getattr(made, name) for name in names}


@pytest.mark.parametrize(("text", "form", "way"), [(RR, "FA_RR (1)", "batch"), (PEF, "PEF (3)", "interactive")])
def test_each_form_has_its_own_session_and_way(text: str, form: str, way: str, world: World) -> None:
    for place in range(3):
        world.ready(1, **changes(text, f"X/{place}", world.today))
    world.ready(3)
    world.step()
    found = {(each.form_code, each.mode): each.offline for each in world.sessions()}
    assert found == {(form, way): False, ("FA (3)", "batch"): False}
    asked = {each.form[0] for each in world.simulator.store.kept.sessions.values()}
    assert asked == {form, "FA (3)"}


def test_a_batch_holds_no_more_than_ksef_allows_this_company(world: World) -> None:
    numbers = world.ready(5)
    with world.ledger.begin() as transaction:
        limits = {"invoices": 2, "size": 1_000_000, "size_with_attachment": 3_000_000}
        facts.learn(transaction, world.tools.company_id, facts.CONTEXT, limits, world.moment)
    world.work()
    assert world.accepted() == sorted(numbers)
    assert [each.mode for each in world.sessions()] == ["batch", "batch", "interactive"]


def test_budgets_stand_in_the_overview(world: World) -> None:
    world.set(mode="online")
    world.ready(2)
    world.work()
    with world.ledger.begin() as transaction:
        seen = overview.overview(transaction, world.tools.company_id, NIP, "Firma", world.moment)
    budgets = {each.group: (each.made, each.allowed, each.frozen_until) for each in seen.budgets}
    assert budgets["invoiceSend"] == (2, 180, None)
    assert budgets["onlineSession"] == (1, 120, None)
