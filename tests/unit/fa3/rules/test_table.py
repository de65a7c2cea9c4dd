"""Every rule has a smallest example that fires it, and is silent about a plain invoice and a plain correction."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bridge.fa3.rules.rule import Context
from bridge.fa3.rules.table import BY_ID, RULES, check, check_bytes
from bridge.fa3.xml.read import read
from bridge.mapping.language.vocabulary import BY_KEY
from bridge.model.invoice import (
    Account,
    Address,
    AdvanceInvoice,
    Annotations,
    AttachedTable,
    Authorised,
    Band,
    Block,
    Buyer,
    Cells,
    Charge,
    Contact,
    Control,
    Correction,
    Heading,
    Invoice,
    Kind,
    Line,
    NewTransport,
    Order,
    OrderLine,
    PartAdvance,
    PartPayment,
    Payment,
    Reference,
    Register,
    Settlement,
    Term,
    Terms,
    ThirdParty,
    Totals,
    Transport,
    Vehicle,
)
from bridge.model.item import KnownDocument
from bridge.model.outcome import DocumentState
from bridge.model.problem import Problem, Severity
from tests.support import samples
from tests.support.reference import OFFICIAL
from tests.support.samples import CONTEXT, HOME, NOW, ORIGINAL, PLAIN, TODAY, correction, invoice, line

WANTED = "A01-A15, B01-B37, C01-C14, D01-D22, E01-E15, F01-F43, G01-G28, H01-H22, I01-I07"
ROOT = Path(__file__).resolve().parents[4]
D = Decimal
BUYER = samples.PLAIN.buyer
NOBODY = replace(BUYER, name="Jan Kowalski", nip=None, none_given=True)
GERMAN = Buyer(
    name="Muster GmbH", eu_code="DE", eu_vat="123456789", address=Address("DE", "Hauptstr. 1", "10115 Berlin")
)


def counted(made: Invoice, *bands: Band, due: str) -> Invoice:
    return replace(made, totals=Totals(bands, D(due)))


def paid(**changes: Any) -> Payment:
    assert PLAIN.payment
    return replace(PLAIN.payment, **changes)


def third(**changes: Any) -> Invoice:
    """With one third party: a recipient, changed."""
    party = ThirdParty(name="Magazyn", nip="5555555555", role="2", address=HOME)
    return invoice(third_parties=(replace(party, **changes),))


def final(**changes: Any) -> Invoice:
    """A final invoice of 1,000.00 net after an advance of 615.00, changed."""
    values = {
        "kind": Kind.ROZ,
        "lines": (line(quantity=D(1), net_price=D(1000)),),
        "advances": (AdvanceInvoice(ksef_number=ADVANCE),),
        "stated": Totals((Band("1", D("500.00"), D("115.00")),), D("615.00")),
    }
    return invoice(**{**values, **changes})


def remainder_corrected(before: str = "615.00", net: str = "-100.00", vat: str = "-23.00") -> Invoice:
    """A final invoice whose supply became cheaper by 100.00 net."""
    return invoice(
        kind=Kind.KOR_ROZ,
        correction=Correction((ORIGINAL,), "rabat", "2", due_before=D(before)),
        advances=(AdvanceInvoice(ksef_number=ADVANCE),),
        lines=(
            line(before=True, quantity=D(1), net_price=D(1000)),
            line(quantity=D(1), net_price=D(900)),
        ),
        stated=Totals((Band("1", D(net), D(vat)),), D(net) + D(vat)),
    )


def simple(**changes: Any) -> Invoice:
    """A simplified invoice, changed."""
    return invoice(**{"kind": Kind.UPR, **changes})


def transport(**changes: Any) -> Terms:
    return Terms(transports=(replace(Transport(kind="3", cargo="13"), **changes),))


def table(*rows: tuple[str, ...]) -> tuple[Block, ...]:
    columns = (Heading("Dzień", "date"), Heading("Zużycie", "dec"))
    return (Block(tables=(AttachedTable(columns=columns, rows=tuple(map(Cells, rows))),)),)


ADVANCE = "1111111111-20260302-010020A0B1C2-ED"
MARGIN = Annotations(margin="3_1")
USED = Line(name="Rower używany", number=1, unit="szt.", quantity=D(1), gross_price=D("500.00"), row=2)
FIRES: dict[str, Callable[[], Invoice]] = {
    "B18": lambda: invoice(buyer=replace(BUYER, jst=True)),
    "B19": lambda: invoice(buyer=replace(BUYER, gv=True)),
    "B20": lambda: third(role="8"),
    "B25": lambda: third(nip="5555555556"),
    "B26": lambda: third(nip=None, internal_id="1111111111-00014"),
    "B27": lambda: third(role=None),
    "B28": lambda: third(share=D(50)),
    "B29": lambda: replace(third(role="5"), annotations=Annotations(self_billing=True)),
    "B30": lambda: third(role="1"),
    "B31": lambda: invoice(authorised=Authorised("5555555556", "Komornik", "2", HOME)),
    "B32": lambda: invoice(registers=(Register(regon="123456789"),)),
    "D11": lambda: invoice(currency="EUR", lines=(line(exchange_rate=D("4.2501")),)),
    "D12": lambda: invoice(currency="EUR", exchange_rate=D("4.25"), lines=(line(exchange_rate=D("4.25")),)),
    "E09": lambda: invoice(annotations=Annotations(triangulation=True)),
    "E10": lambda: invoice(annotations=MARGIN),
    "E11": lambda: invoice(lines=(replace(USED, net=D("400.00")),), annotations=MARGIN),
    "E12": lambda: invoice(annotations=Annotations(new_transport=NewTransport((Vehicle(TODAY, 7),)))),
    "F09": correction,
    "F12": lambda: correction(buyer=replace(BUYER, nip="5555555555")),
    "F14": lambda: correction(correction=Correction((ORIGINAL,), "x", "1", due_before=D("100.00"))),
    "F21": lambda: samples.advance(order=None, stated=Totals((Band("1", D("500.00"), D("115.00")),), D("615.00"))),
    "F22": lambda: samples.advance(part_advances=(PartAdvance(TODAY, D("600.00")),)),
    "F23": lambda: samples.advance(paid="1230.01"),
    "F24": lambda: samples.advance(order=Order(D("2000.00"), (OrderLine("Maszyna", 1, net=D(1000), rate="23"),))),
    "F25": lambda: samples.advance(OrderLine("Maszyna", 1, net=D(1000), rate="0 WDT")),
    "F26": lambda: final(advances=()),
    "F27": lambda: final(stated=Totals((Band("1", D("400.00"), D("92.00")),), D("492.00"))),
    "F28": lambda: final(stated=Totals((Band("1", D("1000.00"), D("230.00")),), D("1230.00"))),
    "F29": lambda: final(advances=(AdvanceInvoice(ksef_number="1111111111-20260302-010020A0B1C2-00"),)),
    "F30": lambda: simple(lines=(line(quantity=D(100)),)),
    "F31": lambda: simple(buyer=GERMAN),
    "F32": lambda: simple(lines=(replace(line(), rate=None),), stated=Totals((), D("103.94"))),
    "F34": lambda: invoice(order=Order(D("123.00"), (OrderLine("Maszyna", 1, net=D(100), rate="23"),))),
    "G09": lambda: invoice(lines=(line(rate=None, foreign_rate=D(19)),)),
    "G14": lambda: invoice(lines=(line(gtu="GTU_14"),)),
    "G15": lambda: invoice(lines=(line(procedure="I_42"),)),
    "H09": lambda: invoice(settlement=Settlement((Charge(D("10.00"), "kaucja"),), charges_total=D("11.00"))),
    "H10": lambda: invoice(settlement=Settlement((Charge(D("10.00"), "kaucja"),), to_pay=D("103.94"))),
    "H11": lambda: invoice(payment=paid(ksef_id="12ABCDEFGHIJK")),
    "H13": lambda: invoice(terms=Terms(agreed_rate=D("4.25"))),
    "H14": lambda: invoice(terms=transport(starts=NOW, ends=NOW - timedelta(hours=1))),
    "H16": lambda: invoice(attachment=table(("2026-05-01", "12.5", "kWh"))),
    "H17": lambda: invoice(attachment=(Block(paragraphs=("Zapraszamy!",)),)),
    "A10": lambda: invoice(number="FV/1\u00a0/2026"),
    "B02": lambda: invoice(seller=replace(PLAIN.seller, nip="1111111112")),
    "B03": lambda: invoice(seller=replace(PLAIN.seller, nip="5555555555")),
    "B04": lambda: invoice(buyer=GERMAN, lines=(line(rate="0 WDT"),)),
    "B05": lambda: invoice(buyer=replace(BUYER, nip=None)),
    "B06": lambda: invoice(buyer=replace(BUYER, nip="2222222223")),
    "B07": lambda: invoice(buyer=replace(BUYER, nip=None, other_id="2222222222")),
    "B08": lambda: invoice(buyer=replace(GERMAN, eu_code="PL")),
    "B09": lambda: invoice(buyer=replace(GERMAN, eu_vat="DE123456789")),
    "B10": lambda: invoice(buyer=replace(GERMAN, eu_vat="12345")),
    "B11": lambda: invoice(buyer=replace(GERMAN, eu_code="GR")),
    "B12": lambda: invoice(buyer=replace(BUYER, nip=None, other_id="X1")),
    "B13": lambda: invoice(buyer=replace(BUYER, nip=None, none_given=True), lines=(line(rate="oo"),)),
    "B14": lambda: invoice(buyer=replace(BUYER, nip=None, none_given=True, name="Rura sp. z o.o.")),
    "B15": lambda: invoice(buyer=replace(BUYER, name=None)),
    "B16": lambda: invoice(buyer=replace(BUYER, address=None)),
    "B17": lambda: invoice(buyer=replace(BUYER, nip="1111111111")),
    "B21": lambda: invoice(buyer=replace(BUYER, jst=True, gv=True)),
    "B22": lambda: invoice(buyer=replace(BUYER, address=Address("PL", "00-001 Warszawa"))),
    "B23": lambda: invoice(buyer=replace(BUYER, contacts=(Contact("a@b, c@d", None),))),
    "B24": lambda: invoice(buyer=replace(BUYER, address=replace(HOME, gln="5901234123458"))),
    "C01": lambda: invoice(issued=TODAY + timedelta(days=8)),
    "C02": lambda: invoice(issued=TODAY - timedelta(days=1)),
    "C03": lambda: invoice(issued=date(2026, 1, 31)),
    "C05": lambda: invoice(sold=date(2026, 5, 9), lines=(line(sale_date=date(2026, 5, 9)),)),
    "C06": lambda: invoice(sold=date(2026, 5, 9), period=(date(2026, 4, 1), date(2026, 4, 30))),
    "C07": lambda: invoice(lines=(line(sale_date=TODAY), line(name="Nakrętka", sale_date=TODAY))),
    "C08": lambda: invoice(period=(date(2026, 5, 2), date(2026, 5, 1))),
    "C09": lambda: invoice(sold=TODAY + timedelta(days=61)),
    "C10": lambda: invoice(sold=date(2026, 3, 31)),
    "C11": lambda: samples.advance(sold=TODAY + timedelta(days=1)),
    "C12": lambda: invoice(lines=(line(exchange_rate=D("4.25")),)),
    "C13": lambda: invoice(sold=date(2026, 11, 5)),
    "D01": lambda: invoice(lines=(line(), line(name="Nakrętka", rate="23%"))),
    "D02": lambda: counted(invoice(), Band("2", D("84.50"), D("6.76")), due="91.26"),
    "D03": lambda: counted(invoice(), Band("1", D("90.00"), D("19.44")), due="109.44"),
    "D04": lambda: counted(invoice(), Band("1", D("84.50"), D("20.00")), due="104.50"),
    "D05": lambda: counted(invoice(), Band("1", D("84.50"), D("19.44")), due="203.94"),
    "D06": lambda: counted(invoice(), Band("1", D("84.50")), due="84.50"),
    "D07": lambda: counted(invoice(), Band("1", D("84.50"), D("19.44"), D("19.44")), due="103.94"),
    "D08": lambda: invoice(currency="EUR"),
    "D09": lambda: counted(
        invoice(currency="EUR", lines=(line(exchange_rate=D(4)),)),
        Band("1", D("84.50"), D("19.44"), D("70.00")),
        due="103.94",
    ),
    "D10": lambda: invoice(currency="EUR", lines=(line(exchange_rate=D(0)),)),
    "D13": lambda: invoice(lines=(line(name="Rabat", quantity=D(-1)),)),
    "D14": lambda: counted(invoice(), Band("1", D("84.50"), D("-19.44")), due="65.06"),
    "D16": lambda: invoice(lines=(line(quantity=D(1_000_000)),)),
    "E02": lambda: invoice(lines=(line(rate="zw"),)),
    "E03": lambda: invoice(
        lines=(line(rate="zw"),), annotations=Annotations(exempt_act="art. 43", exempt_other="art. 113")
    ),
    "E04": lambda: invoice(lines=(line(rate="oo"),)),
    "E05": lambda: invoice(lines=(line(quantity=D(10_000), annex15=True),)),
    "E06": lambda: invoice(annotations=Annotations(split_payment=True), payment=paid(form="1")),
    "F01": lambda: invoice(kind=Kind.KOR),
    "F02": lambda: correction(
        correction=Correction((replace(ORIGINAL, ksef_number="1111111111-20260302-010020A0B1C2-00"),), "x", "1")
    ),
    "F03": lambda: correction(
        correction=Correction((replace(ORIGINAL, ksef_number="1234563218-20260302-010020A0B1C2-D4"),), "x", "1")
    ),
    "F04": lambda: correction(correction=Correction((replace(ORIGINAL, outside_ksef=True),), "x", "1")),
    "F05": lambda: correction(
        correction=Correction((replace(ORIGINAL, ksef_number=None, outside_ksef=True),), "x", "1")
    ),
    "F06": lambda: correction(
        correction=Correction(
            (replace(ORIGINAL, issued=date(2026, 4, 2), ksef_number=None, outside_ksef=True),), "x", "1"
        )
    ),
    "F07": lambda: correction(correction=Correction((replace(ORIGINAL, issued=TODAY + timedelta(days=1)),), "x", "1")),
    "F08": lambda: correction(number=ORIGINAL.number, issued=ORIGINAL.issued),
    "F10": lambda: correction(correction=Correction((ORIGINAL, ORIGINAL), "x", "1")),
    "F13": lambda: correction(
        buyer=replace(BUYER, key="2"),
        correction=Correction((ORIGINAL,), "x", "1", buyers_before=(replace(BUYER, key="1"),)),
    ),
    "F15": lambda: invoice(lines=(line(before=True), line(quantity=D(20)))),
    "F16": lambda: invoice(lines=(line(number=1), line(name="Nakrętka", number=1))),
    "F18": lambda: replace(correction(), lines=(), totals=Totals((), D(0))),
    "F19": lambda: correction(correction=Correction((ORIGINAL,))),
    "F20": lambda: replace(
        correction(correction=Correction((ORIGINAL, replace(ORIGINAL, number="X")), "x", "1")), lines=()
    ),
    "F33": lambda: invoice(lines=()),
    "F35": correction,
    "G01": lambda: invoice(lines=(line(name=None),)),
    "G02": lambda: invoice(lines=(line(unit=None),)),
    "G03": lambda: invoice(lines=(line(gross_price=D("10.39")),)),
    "G04": lambda: invoice(lines=(line(net=D("85.00")),)),
    "G05": lambda: invoice(prices="brutto", lines=(line(net=None, net_price=None, gross_price=D(10), gross=D("101")),)),
    "G06": lambda: invoice(vat_method="z_pozycji", lines=(line(vat=D("19.50")),)),
    "G07": lambda: invoice(lines=(line(discount=D(-1), net=D("85.50")),)),
    "G08": lambda: replace(invoice(), lines=(replace(line(), rate=None),)),
    "G10": lambda: invoice(buyer=GERMAN, lines=(line(rate="oo"),)),
    "G11": lambda: invoice(lines=(line(rate="0 WDT"),)),
    "G12": lambda: invoice(lines=(line(rate="0 EX"),)),
    "G13": lambda: invoice(lines=(line(rate="np II"),)),
    "G16": lambda: invoice(lines=(line(cn="12"),)),
    "G17": lambda: invoice(lines=(line(uid="a"), line(name="Nakrętka", uid="a"))),
    "G18": lambda: replace(invoice(), lines=(line(),) * 10_001),
    "G19": lambda: invoice(lines=(line(), line())),
    "H01": lambda: invoice(payment=paid(paid_on=TODAY + timedelta(days=1))),
    "H02": lambda: invoice(payment=paid(parts_marker="2", parts=(PartPayment(D(1), TODAY),))),
    "H03": lambda: invoice(payment=paid(terms=(Term(date(2026, 5, 1)),))),
    "H04": lambda: invoice(payment=paid(accounts=())),
    "H05": lambda: invoice(payment=paid(accounts=(Account("61109010140000071219812875"),))),
    "H06": lambda: invoice(payment=paid(accounts=(Account("12345"),))),
    "H07": lambda: invoice(payment=paid(accounts=(Account("1234567890123"),))),
    "H08": lambda: invoice(payment=paid(accounts=(Account("DE89370400440532013000"),))),
    "H12": lambda: invoice(payment=paid(form="1"), lines=(line(quantity=D(10_000)),)),
}
# The same rules where they weigh otherwise than their row of the table says first.
OTHERWISE: dict[str, Callable[[], Invoice]] = {
    "B07": lambda: correction(buyer=replace(BUYER, nip=None, other_id="2222222222")),
    "B08": lambda: correction(buyer=replace(GERMAN, eu_code="PL")),
    "B09": lambda: correction(buyer=replace(GERMAN, eu_vat="DE123456789")),
    "B13": lambda: correction(buyer=NOBODY, annotations=Annotations(split_payment=True)),
    "B15": lambda: correction(buyer=replace(BUYER, name=None)),
    "B16": lambda: invoice(buyer=replace(NOBODY, address=None)),
    "B28": lambda: third(role="4", share=D(100)),
    "B31": lambda: invoice(authorised=Authorised("5555555555", "Biuro Rachunkowe Liczydło", "2", HOME)),
    "C01": lambda: invoice(issued=TODAY + timedelta(days=7)),
    "C12": lambda: invoice(currency="HRK", lines=(line(rate="np I", exchange_rate=D("0.5")),)),
    "D04": lambda: replace(
        correction(line(before=True), line()), totals=Totals((Band("1", D("0.00"), D("-1.00")),), D("-1.00"))
    ),
    "D05": lambda: counted(invoice(), Band("1", D("84.50"), D("19.44")), due="104.00"),
    "D13": lambda: invoice(lines=(line(), line(name="Nakrętka", number=2, quantity=D(-1)))),
    "E02": lambda: invoice(lines=(line(name="Odsetki od pożyczki", rate="zw"),)),
    "E03": lambda: invoice(lines=(line(rate="zw"),), annotations=Annotations(exempt_act="zw")),
    "E04": lambda: invoice(buyer=GERMAN, lines=(line(rate="np II"),)),
    "E05": lambda: invoice(buyer=GERMAN, lines=(line(quantity=D(10_000), annex15=True),)),
    "E10": lambda: replace(correction(), totals=Totals((Band("11", D("-5.00")),), D("-5.00"))),
    "F07": lambda: correction(correction=Correction((replace(ORIGINAL, issued=date(2026, 3, 3)),), "x", "1")),
    "F08": lambda: correction(number=ORIGINAL.number),
    "F12": lambda: correction(
        buyer=replace(BUYER, nip="5555555555"), third_parties=(ThirdParty(name="Dawna firma", nip=BUYER.nip, role="3"),)
    ),
    "F13": lambda: correction(correction=Correction((ORIGINAL,), "x", "1", buyers_before=(replace(BUYER, key="1"),))),
    "F14": lambda: replace(final(), kind=Kind.KOR_ROZ, correction=Correction((ORIGINAL,), "x", "1")),
    "F21": lambda: samples.advance(lines=(line(),)),
    "F27": lambda: final(stated=Totals((Band("1", D("600.00"), D("138.00")),), D("738.00"))),
    "F28": lambda: final(stated=Totals((Band("1", D("1000.00"), D("230.00")),), D("1230.00"))),
    "G01": lambda: invoice(lines=(line(name="Towar"),)),
    "G04": lambda: invoice(lines=(line(quantity=D("0.33"), net_price=D(300), net=D("100.00")),)),
    "G05": lambda: invoice(
        prices="brutto",
        lines=(line(net=None, net_price=None, quantity=D("0.33"), gross_price=D(300), gross=D("100.00")),),
    ),
    "G08": lambda: replace(invoice(lines=(line(rate="np I"),)), lines=(replace(line(), rate=None),)),
    "G14": lambda: invoice(lines=(line(gtu="GTU_12", cn="84713000"),)),
    "H05": lambda: invoice(payment=paid(accounts=(Account("61 1090 1014 0000 0712 1981 2874"),))),
    "H11": lambda: invoice(payment=paid(ksef_id="123ABCDEFGHIJ", link="https://p.pl/?IPKSeF=123ABCDEFGHIK")),
    "H14": lambda: invoice(terms=transport(cargo=None)),
    "H16": lambda: invoice(attachment=table(("2026-05-01", "12,5"))),
    "D17": lambda: final(stated=Totals((Band("1", D("500.00"), D("100.00")),), D("600.00"))),
    "D18": lambda: replace(remainder_corrected(), totals=Totals((Band("2", D("-100.00"), D("-8.00")),), D("-108.00"))),
    "D19": lambda: correction(line(before=True, rate="22"), line(rate="22", quantity=D(9))),
}
FIRES |= {
    "B33": lambda: replace(third(role="10", nip=BUYER.nip), buyer=replace(BUYER, gv=True)),
    "B34": lambda: invoice(buyer=replace(BUYER, nip=None, other_id="1111111111-00014", other_country="PL")),
    "B35": lambda: invoice(buyer=replace(GERMAN, address=Address("DE", "ul. Długa 1", "00-001 Warszawa"))),
    "B36": lambda: replace(third(), third_parties=third().third_parties * 2),
    "B37": lambda: third(name=None),
    "C14": lambda: invoice(lines=(line(sale_date=date(2016, 5, 9)),)),
    "D17": lambda: samples.advance(stated=Totals((Band("1", D("500.00"), D("100.00")),), D("600.00"))),
    "D18": lambda: final(stated=Totals((Band("2", D("500.00"), D("40.00")),), D("540.00"))),
    "D19": lambda: invoice(lines=(line(rate="22"),)),
    "D20": lambda: invoice(currency="EUR", lines=(line(exchange_rate=D("42.512")),)),
    "D21": lambda: samples.advance(
        currency="EUR",
        exchange_rate=D("4.25"),
        stated=Totals((Band("1", D("500.00"), D("115.00"), D("115.00")),), D("615.00")),
    ),
    "D22": lambda: counted(invoice(), Band("1", D("84.50"), D("19.44")), due="103.95"),
    "E13": lambda: invoice(annotations=Annotations(reverse_charge=True)),
    "E14": lambda: invoice(annotations=Annotations(self_billing=True), buyer=replace(BUYER, nip=None, none_given=True)),
    "E15": lambda: invoice(
        annotations=Annotations(new_transport=NewTransport((Vehicle(TODAY + timedelta(days=1), 1, "X", vin="Y"),)))
    ),
    "F36": lambda: final(stated=Totals((Band("1", D("2000.00"), D("460.00")),), D("2460.00"))),
    "F37": lambda: remainder_corrected(before="-1.00"),
    "F38": lambda: remainder_corrected(net="100.00", vat="23.00"),
    "F39": lambda: simple(
        lines=(line(),), stated=Totals((Band("2", D("84.50"), D("6.76")),), D("91.26")), amounts_given=True
    ),
    "F40": lambda: final(lines=()),
    "F41": lambda: correction(correction=Correction((replace(ORIGINAL, issued=date(2016, 3, 2)),), "x", "1")),
    "F42": lambda: correction(correction=Correction((ORIGINAL,), "x", "1", buyers_before=(BUYER,))),
    "F43": lambda: replace(remainder_corrected(), advances=()),
    "G21": lambda: samples.advance(OrderLine("Maszyna", 1, quantity=D(2), net_price=D(1000), net=D(1000), rate="23")),
    "G22": lambda: samples.advance(OrderLine(None, 1, quantity=D(1), net_price=D(1000), rate="23")),
    "G23": lambda: invoice(lines=(line(quantity=D(-2), net_price=D(-50)),)),
    "G24": lambda: invoice(buyer=GERMAN, lines=(line(rate="0 WDT", unit="usł."),)),
    "G25": lambda: invoice(lines=(line(rate=None, foreign_rate=D(19), procedure="WSTO_EE"),)),
    "G26": lambda: replace(invoice(), lines=(replace(line(), net=None),)),
    "G27": lambda: invoice(lines=(line(name="12345"),)),
    "G28": lambda: invoice(lines=(line(excise=D(-1)),)),
    "H18": lambda: invoice(payment=paid(paid_on=date(2020, 5, 11))),
    "H19": lambda: invoice(payment=paid(accounts=PLAIN.payment.accounts * 2 if PLAIN.payment else ())),
    "H20": lambda: replace(invoice(), settlement=Settlement((Charge(D("10.00"), "kaucja"),))),
    "H21": lambda: invoice(attachment=table(("2026-05-01", "12.5")) * 2),
    "H22": lambda: invoice(terms=Terms(contracts=(Reference(TODAY + timedelta(days=1), "U/1"),))),
}
SPECIAL = {
    "D11": replace(CONTEXT, bank_rate=lambda _currency, _day: D("4.2500")),
    "F09": replace(CONTEXT, accepted=lambda _number: correction()),
    "F12": replace(CONTEXT, accepted=lambda _number: samples.invoice()),
    "F27": replace(CONTEXT, accepted=lambda _number: samples.advance()),
    "F28": replace(CONTEXT, accepted=lambda _number: samples.advance()),
    "B01": replace(CONTEXT, now=CONTEXT.now.replace(tzinfo=None)),
    "E07": replace(CONTEXT, cash_method=True),
    "F05": replace(
        CONTEXT,
        named=lambda _seller, number: (KnownDocument(number, "ZAL", date(2025, 1, 2), DocumentState.SENDING, ""),),
    ),
    "F35": replace(CONTEXT, number_of=lambda _number, _issued: "1111111111-20260302-AAAAAAAAAAAA-00"),
}


WEIGHTS = {Severity.ERROR: "błąd", Severity.WARNING: "ostrzeżenie"}
OTHER_LEDGER: dict[str, Callable[[str], Invoice | None]] = {
    "F28": lambda _number: None,  # an advance that another program sent
}
OUTSIDE_VOCABULARY = {
    "zrodlo.format_daty",
    "zrodlo.kodowanie",
    "bank_rates",
}  # keys of a file's description and of bridge.toml


def ids() -> list[str]:
    listed = []
    for part in WANTED.split(", "):
        first, _, last = part.partition("-")
        listed += [f"{first[0]}{number:02d}" for number in range(int(first[1:]), int((last or first)[1:]) + 1)]
    return listed


def codes(made: Invoice, context: Context = CONTEXT) -> set[str]:
    return {each.code for each in check(made, context)}


def test_all_ids_are_there() -> None:
    assert set(ids()) == set(BY_ID)
    assert len(RULES) == 167 + 36  # of fa3.md, and of docs/adr/0031


@pytest.mark.parametrize("rule", [each for each in RULES if each.look], ids=lambda rule: rule.id)
def test_a_rule_fires_on_its_example_and_not_on_a_plain_invoice(rule: Any) -> None:
    made = FIRES.get(rule.id, samples.invoice)()
    assert rule.code in codes(made, SPECIAL.get(rule.id, CONTEXT))
    assert rule.code not in codes(samples.invoice()) | codes(correction())


def severities(made: Invoice, rule: Any, context: Context) -> set[Severity]:
    return {each.severity for each in check(made, context) if each.code == rule.code}


@pytest.mark.parametrize("rule", [each for each in RULES if each.look], ids=lambda rule: rule.id)
def test_the_table_tells_every_severity_that_a_rule_gives(rule: Any) -> None:
    context = SPECIAL.get(rule.id, CONTEXT)
    assert severities(FIRES.get(rule.id, samples.invoice)(), rule, context) == {rule.severity}
    assert bool(rule.otherwise) == (rule.id in OTHERWISE)
    if rule.otherwise:
        other = severities(
            OTHERWISE[rule.id](), rule, replace(context, accepted=OTHER_LEDGER.get(rule.id, context.accepted))
        )
        assert len(other) == 1
        assert other != {rule.severity}
        assert rule.otherwise.startswith(WEIGHTS[min(other)])
    assert rule.otherwise or {each.severity for each in everything_found() if each.code == rule.code} <= {rule.severity}


@cache
def everything_found() -> tuple[Problem, ...]:
    """What all examples raise, of whatever rule."""
    examples = [*FIRES.items(), *OTHERWISE.items(), *((id_, samples.invoice) for id_ in SPECIAL)]
    return tuple(each for id_, make in examples for each in check(make(), SPECIAL.get(id_, CONTEXT)))


def advices(path: Path) -> Iterator[str]:
    """Every text of a module that may be an advice: keys stand in backquotes."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.keyword) and node.arg in ("advice", "otherwise"):
            yield from (each.value for each in ast.walk(node.value) if isinstance(each, ast.Constant))
        elif (
            isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        ):
            yield node.value.value


@pytest.mark.parametrize("path", sorted((ROOT / "bridge" / "fa3" / "rules").glob("*.py")), ids=lambda path: path.stem)
def test_every_key_that_an_advice_of_a_rule_names_is_in_the_vocabulary(path: Path) -> None:
    sections = {each.rpartition(".")[0] for each in BY_KEY}
    named = {key.partition(":")[0] for text in advices(path) for key in re.findall(r"`([^`]+)`", text)}
    bare = {each.rpartition(".")[2] for each in BY_KEY}  # `rola` beside `podmioty_trzecie`
    assert named - set(BY_KEY) - sections - bare - OUTSIDE_VOCABULARY == set()


def test_every_field_of_a_rule_is_in_the_vocabulary() -> None:
    fields = {each.field for each in RULES} | {each.field for each in everything_found()}
    assert fields - set(BY_KEY) == {""}


@pytest.mark.parametrize("rule", [each for each in RULES if each.look], ids=lambda rule: rule.id)
def test_a_rule_has_nothing_to_say_of_an_invoice_that_it_is_not_about(rule: Any) -> None:
    made = [example() for example in (samples.invoice, correction, *FIRES.values())]
    unasked = [each for each in made if not rule.about(each)]
    assert [found for each in unasked for found in rule.look(each, SPECIAL.get(rule.id, CONTEXT))] == []


PLAIN_OF_EVERY_SHAPE: dict[str, Callable[[], Invoice]] = {
    "invoice": samples.invoice,
    "correction": correction,
    "advance": samples.advance,
    "final": final,
    "final corrected": remainder_corrected,
    "simplified": simple,
    "third party": third,
    "margin": lambda: invoice(lines=(USED,), annotations=MARGIN),
    "attachment": lambda: invoice(attachment=table(("2026-05-01", "12.5"))),
    "transport": lambda: invoice(terms=transport()),
}


@pytest.mark.parametrize("shape", PLAIN_OF_EVERY_SHAPE)
def test_a_plain_invoice_of_each_shape_raises_nothing(shape: str) -> None:
    assert codes(PLAIN_OF_EVERY_SHAPE[shape](), SPECIAL["F27"] if shape == "final" else CONTEXT) == set()


EXAMPLES = [
    *sorted((ROOT / "tests" / "data" / "fa3" / "minimal").glob("*.xml")),
    *(pytest.param(path, marks=pytest.mark.shared) for path in OFFICIAL),
]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_no_false_alarm_on_a_right_invoice(path: Path) -> None:
    held = read(path.read_bytes())
    issuer = held.buyer.nip if held.annotations.self_billing else held.seller.nip
    known = Context(today=held.issued, now=NOW, own_nip=issuer or "")
    found = check(held, known) + check_bytes(path.read_bytes())
    assert [(each.code, each.message) for each in found if each.severity is Severity.ERROR] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_row_of_the_table_says_what_it_must(rule: Any) -> None:
    assert re.fullmatch(r"[A-I]\d\d", rule.id)
    assert rule.condition.endswith(".")
    assert rule.source
    assert bool(rule.look) != bool(rule.held_by)
    if rule.law:
        assert rule.severity is Severity.WARNING


def test_problems_say_the_value_and_what_to_do() -> None:
    for name, make in FIRES.items():
        found = [each for each in check(make(), SPECIAL.get(name, CONTEXT)) if each.code == f"R{name}"]
        assert all(each.message.strip() and each.advice for each in found), name


def test_a_rule_can_be_turned_off_or_raised_but_not_one_that_keeps_its_severity() -> None:
    late = invoice(issued=TODAY - timedelta(days=1))
    assert "RC02" not in codes(late, replace(CONTEXT, severities={"C02": "wylaczona"}))
    raised = check(late, replace(CONTEXT, severities={"C02": "blad"}))
    assert [each.severity for each in raised if each.code == "RC02"] == [Severity.ERROR]
    wrong = invoice(buyer=replace(BUYER, nip="2222222223"))
    assert "RB06" in codes(wrong, replace(CONTEXT, severities={"B06": "wylaczona"}))


def test_a_correction_of_nothing_by_nothing_is_told() -> None:
    empty = correction(line(quantity=D(0), net_price=D(0)))
    assert "RF18" in codes(empty)
    described = correction(line(before=True), line(name="Śruba M8 ocynkowana"))
    assert "RF18" not in codes(described)


BYTES = {
    "RA01": b"\xef\xbb\xbf<Faktura/>",
    "RA02": b"<!DOCTYPE x><Faktura/>",
    "RA03": b'<?xml version="1.0"?><?xml-stylesheet href="x"?><Faktura/>',
    "RA05": b"<Faktura/>",
    "RA07": b"<Faktura>" + b"x" * 1_000_001 + b"</Faktura>",
    "RA11": b"<Faktura><Stopka/></Faktura>",
}


@pytest.mark.parametrize("code", BYTES)
def test_a_rule_of_the_bytes(code: str) -> None:
    assert code in {each.code for each in check_bytes(BYTES[code])}


@pytest.mark.parametrize("empty", ["<a/>", "<a></a>", "<a />", "<a b='1/2'></a>", "<a b='1>2'></a>", "<b>x</b><a></a>"])
def test_no_empty_element_escapes(empty: str) -> None:
    assert [each.element for each in check_bytes(f"<Faktura>{empty}</Faktura>".encode()) if each.code == "RA11"] == [
        "a"
    ]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("RA04", "Śruba\x81"),
        *(
            ("RA08", text)
            for text in ("None", "nan", "NaN", "NaT", "null", "undefined", "#N/A", "#REF!", "#N/D!", "#ADR!")
        ),
        ("RA08", "{{ uwagi }}"),
        *(("RA09", text) for text in ("Łoż\ufffdsko", "Å‚oÅ¼ysko", "Ä…", "Ĺ‚oĹĽysko", "Ã³semka", "Å\x82oż", "ł?ko")),
    ],
)
def test_a_text_that_is_no_data_is_found_with_its_element(code: str, text: str) -> None:
    xml = f"<Faktura><Podmiot2><Nazwa>{text}</Nazwa></Podmiot2></Faktura>".encode()
    assert [(each.element, each.value) for each in check_bytes(xml) if each.code == code] == [("Podmiot2/Nazwa", text)]
    assert code not in {each.code for each in check_bytes(b"<Faktura><Nazwa>Nano Niczego sp. z o.o.</Nazwa></Faktura>")}
    assert code not in {each.code for each in check_bytes(xml, {code[1:]: "wylaczona"})}


def test_a_control_seller_of_another_file_is_refused() -> None:
    assert "RB03" in codes(invoice(control=Control(seller_nip="5555555555")))
