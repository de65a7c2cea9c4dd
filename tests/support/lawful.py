"""Lawful invoices that look strange: none of them may be stopped. Each says by what sentence it is lawful where that is not plain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from bridge.fa3.totals.totals import totalled
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
    Correction,
    Description,
    Heading,
    Invoice,
    Kind,
    Line,
    NewTransport,
    Order,
    OrderLine,
    Original,
    Pair,
    PartAdvance,
    PartPayment,
    Payment,
    Seller,
    Settlement,
    Term,
    TermRule,
    Terms,
    ThirdParty,
    Totals,
    Transport,
    Vehicle,
)
from tests.support import samples
from tests.support.samples import CONTEXT, HOME, ORIGINAL, PLAIN, TODAY, correction, invoice, line

D = Decimal
FIRM = samples.PLAIN.buyer
CONSUMER = Buyer(name="Jan Kowalski", none_given=True, address=HOME)
BERLIN = Address("DE", "Hauptstr. 1", "10115 Berlin")
GERMAN = Buyer(name="Muster GmbH", eu_code="DE", eu_vat="123456789", address=BERLIN)
BRITISH = Buyer(
    name="Sample Ltd", other_country="GB", other_id="GB123456789", address=Address("GB", "1 High St", "London")
)
AMERICAN = Buyer(name="John Smith", none_given=True, address=Address("US", "1 Main St", "Springfield"))
TO_UNION = replace(PLAIN.seller, eu_prefix="PL")
ACCOUNT = "61109010140000071219812874"
ADVANCE = "1111111111-20260302-010020A0B1C2-ED"
PREDECESSOR = "5555555555"
OF_PREDECESSOR = "5555555555-20250302-010020A0B1C2-AA"  # of KSeF 1.0: its last two digits are no check
REVERSED = Annotations(reverse_charge=True)
USED = Line(name="Rower używany", number=1, unit="szt.", quantity=D(1), gross_price=D("500.00"), row=2)


def given(*lines: Line, bands: tuple[Band, ...], due: str, **changes: Any) -> Invoice:
    """With amounts as the file has them (`kwoty: podane`): nothing is counted."""
    made = {"lines": lines, "stated": Totals(bands, D(due)), "amounts_given": True, **changes}
    counted, problems = totalled(replace(PLAIN, **made))
    assert not problems, problems
    return counted


def corrected(*lines: Line, bands: tuple[Band, ...] = (), due: str = "0.00", **changes: Any) -> Invoice:
    """A correction whose totals are given, with the lines that are given, or with none."""
    made = {"kind": Kind.KOR, "correction": Correction((ORIGINAL,), "pomyłka", "1"), "payment": None, **changes}
    return given(*lines, bands=bands, due=due, **made)


def exempt(basis: str = "art. 43 ust. 1 pkt 26 ustawy", **more: Any) -> Annotations:
    return Annotations(exempt_act=basis, **more)


def final(**changes: Any) -> Invoice:
    """A final invoice of 1,000.00 net after an advance of 615.00."""
    values = {
        "kind": Kind.ROZ,
        "lines": (line(quantity=D(1), net_price=D(1000)),),
        "advances": (AdvanceInvoice(ksef_number=ADVANCE),),
        "stated": Totals((Band("1", D("500.00"), D("115.00")),), D("615.00")),
    }
    return invoice(**{**values, **changes})


def priced(quantity: str, price: str, net: str) -> Invoice:
    return invoice(lines=(line(quantity=D(quantity), net_price=D(price), net=D(net)),))


def gross(quantity: str, price: str, value: str, rate: str = "23") -> Invoice:
    sold = line(quantity=D(quantity), net_price=None, gross_price=D(price), net=None, gross=D(value), rate=rate)
    return invoice(prices="brutto", lines=(sold,))


def taxed(rate: str, **changes: Any) -> Invoice:
    return invoice(**{"lines": (line(rate=rate),), **changes})


def party(role: str | None, **changes: Any) -> ThirdParty:
    return replace(ThirdParty(name="Ktoś trzeci", nip=PREDECESSOR, role=role, address=HOME), **changes)


def paying(**changes: Any) -> Invoice:
    assert PLAIN.payment
    return invoice(payment=replace(PLAIN.payment, **changes))


def vehicle(**changes: Any) -> Annotations:
    made = Vehicle(date(2026, 5, 4), 1, make="Auto", mileage="100 km", vin="X1")
    return Annotations(new_transport=NewTransport((made,)), **changes)


def annexed(**changes: Any) -> Line:
    return line(name="Pręty stalowe", quantity=D(1000), net_price=D(20), annex15=True, **changes)


def attached(*rows: tuple[str, ...]) -> Invoice:
    columns = (Heading("Dzień", "date"), Heading("Zużycie", "dec"), Heading("Odczyt", "int"))
    tables = (AttachedTable(columns=columns, rows=tuple(map(Cells, rows))),)
    return invoice(attachment=(Block(metadata=(Pair("Licznik", "7"),), tables=tables, heading="Odczyty"),))


def lines_of(*rates: str) -> tuple[Line, ...]:
    return tuple(line(name=f"Towar {rate}", number=place, rate=rate) for place, rate in enumerate(rates, 1))


def before_and_after(before: dict[str, Any], after: dict[str, Any]) -> tuple[Line, Line]:
    return line(before=True, **before), line(**after)


LINES: dict[str, Callable[[], Invoice]] = {
    "price rounded to grosze": lambda: priced("1000", "0.33", "333.33"),
    "price rounded to grosze, without its nought": lambda: priced("1000", "1.6", "1604.00"),
    "price rounded to złote": lambda: priced("100", "12", "1200.40"),
    "price of eight decimals": lambda: priced("3", "33.33333333", "100.00"),
    "gross price rounded": lambda: gross("120", "1.99", "239.20"),
    "quantity rounded": lambda: priced("0.33", "300", "100.00"),
    "quantity of a weighing machine": lambda: priced("0.347", "28.90", "10.02"),
    "kilowatt hours of four decimals": lambda: priced("2187", "0.6212", "1358.66"),
    "discount of a part, unit price rounded": lambda: invoice(
        lines=(line(quantity=D(7), net_price=D("14.29"), discount=D("5.00"), net=D("95.00")),),
        discount_from="od_wartosci",
    ),
    "discount per unit": lambda: invoice(
        lines=(line(quantity=D(20), net_price=D(1000), discount=D(100), net=D("18000.00")),), discount_from="od_ceny"
    ),
    "scope of a service, no quantity": lambda: invoice(
        lines=(line(name="Obsługa prawna, maj 2026", unit=None, quantity=None, net_price=None, net=D("500.00")),)
    ),
    "free line at another rate, its sum left out": lambda: given(
        line(),
        line(name="Próbka", number=2, quantity=D(1), net_price=D(0), net=D(0), rate="8"),
        bands=(Band("1", D("84.50"), D("19.44")),),
        due="103.94",
    ),
    "every sum is printed, also noughts": lambda: given(
        line(),
        bands=(
            Band("1", D("84.50"), D("19.44")),
            Band("2", D("0.00"), D("0.00")),
            Band("3", D("0.00"), D("0.00")),
            Band("6_1", D("0.00")),
            Band("7", D("0.00")),
            Band("10", D("0.00")),
            Band("11", D("0.00")),
        ),
        due="103.94",
    ),
    "discount of a whole invoice as a line": lambda: invoice(
        lines=(line(), line(name="Rabat 10%", number=2, quantity=D(1), net_price=D("-8.45")))
    ),
    "packages returned at another rate": lambda: invoice(
        lines=(line(rate="5"), line(name="Palety oddane", number=2, quantity=D(-1), net_price=D(20)))
    ),
    "discount of 100 per cent": lambda: invoice(
        lines=(line(discount=D("84.50"), net=D("0.00")),), discount_from="od_wartosci"
    ),
    "general name": lambda: invoice(lines=(line(name="Towar"),)),
    "test strips": lambda: invoice(lines=(line(name="Test"),)),
    "one letter": lambda: invoice(lines=(line(name="X"),)),
    "chleb nan": lambda: invoice(lines=(line(name="Chleb nan z czosnkiem"),)),
    "null and void": lambda: invoice(lines=(line(name="Kabel null modem 2 m"),)),
    "question mark of a link": lambda: invoice(lines=(line(name="Wpis www.katalog.pl/firma?id=7"),)),
    "the same goods twice": lambda: invoice(lines=(line(), line(number=2))),
    "net and gross value on each line, summed by gross": lambda: given(
        *(line(number=n, quantity=D(1), net_price=D("1.62"), net=D("1.62"), gross=D("1.99")) for n in (1, 2, 3)),
        bands=(Band("1", D("4.85"), D("1.12")),),
        due="5.97",
        prices="brutto",
    ),
    "net and gross value on each line, summed by net": lambda: given(
        *(line(number=n, quantity=D(1), net_price=D("1.62"), net=D("1.62"), gross=D("1.99")) for n in (1, 2, 3)),
        bands=(Band("1", D("4.86"), D("1.12")),),
        due="5.98",
        prices="brutto",
    ),
    "all rates on one invoice": lambda: invoice(
        lines=lines_of("23", "8", "5", "0 KR", "zw", "np I"), annotations=exempt()
    ),
    "VAT of lines, fifty of them": lambda: invoice(
        vat_method="z_pozycji", lines=tuple(line(number=n, quantity=D(1), net_price=D("0.11")) for n in range(1, 51))
    ),
    "rounded to full złote": lambda: given(line(), bands=(Band("1", D("84.50"), D("19.44")),), due="104"),
    "bread and its deposit": lambda: invoice(
        lines=(line(), line(name="Kaucja za butelki", number=2, rate="np I")),
    ),
}
PARTIES: dict[str, Callable[[], Invoice]] = {
    "consumer without address": lambda: invoice(buyer=replace(CONSUMER, address=None)),
    "consumer with PESEL": lambda: invoice(buyer=Buyer(name="Jan Kowalski", other_id="90010112345", address=HOME)),
    "consumer with PESEL and no address": lambda: invoice(
        buyer=Buyer(name="Jan Kowalski", other_country="PL", other_id="90010112345")
    ),
    "consumer abroad": lambda: taxed("23", buyer=AMERICAN),
    "British company": lambda: taxed("np I", buyer=BRITISH, annotations=REVERSED),
    "company in Northern Ireland": lambda: taxed(
        "0 WDT",
        seller=TO_UNION,
        buyer=replace(BRITISH, other_country=None, other_id=None, eu_code="XI", eu_vat="123456789"),
    ),
    "Greek company": lambda: taxed(
        "0 WDT",
        seller=TO_UNION,
        buyer=Buyer(name="AE", eu_code="EL", eu_vat="123456789", address=Address("GR", "Odos 1", "Atina")),
    ),
    "firm None": lambda: invoice(buyer=replace(FIRM, name="None Studio sp. z o.o.")),
    "unit of local government by its own number": lambda: invoice(
        buyer=replace(FIRM, name="Gmina", jst=True),
        third_parties=(party("8", nip=None, internal_id="1111111111-00013"),),
    ),
    "unit of local government by NIP": lambda: invoice(
        buyer=replace(FIRM, name="Gmina", jst=True), third_parties=(party("8"),)
    ),
    "member of a VAT group": lambda: invoice(buyer=replace(FIRM, name="Grupa", gv=True), third_parties=(party("10"),)),
    "additional buyers with shares": lambda: invoice(
        third_parties=(party("4", share=D(30)), party("4", name="Ktoś czwarty", nip="1234563218", share=D("33.3333")))
    ),
    "additional buyers without shares": lambda: invoice(third_parties=(party("4", nip=None, none_given=True),)),
    "spouses buy all": lambda: invoice(
        buyer=CONSUMER, third_parties=(party("4", name="Anna Kowalska", nip=None, none_given=True, share=D(50)),)
    ),
    "recipient without any number": lambda: invoice(
        third_parties=(party("2", nip=None, none_given=True, address=None),)
    ),
    "payer abroad": lambda: invoice(third_parties=(party("6", nip=None, eu_code="DE", eu_vat="123456789"),)),
    "employee": lambda: invoice(third_parties=(party("11", nip=None, none_given=True),)),
    "another role": lambda: invoice(third_parties=(party(None, other_role="gwarant"),)),
    "self-billing": lambda: invoice(annotations=Annotations(self_billing=True)),
    "bailiff": lambda: invoice(authorised=Authorised("2222222222", "Komornik Sądowy", "2", HOME), buyer=CONSUMER),
    "tax representative": lambda: invoice(authorised=Authorised(PREDECESSOR, "Przedstawiciel", "3", HOME)),
    "related parties": lambda: invoice(related=True),
}
RATES_AND_NOTES: dict[str, Callable[[], Invoice]] = {
    "domestic reverse charge": lambda: taxed("oo", annotations=REVERSED),
    "service in the Union": lambda: taxed("np II", seller=TO_UNION, buyer=GERMAN, annotations=REVERSED),
    "service outside the Union": lambda: taxed("np I", buyer=BRITISH),
    "supply in the Union": lambda: taxed("0 WDT", seller=TO_UNION, buyer=GERMAN),
    "new car to a consumer of the Union": lambda: taxed(
        "0 WDT", seller=TO_UNION, buyer=Buyer(name="Max", none_given=True, address=BERLIN), annotations=vehicle()
    ),
    "new car to a person known by a passport": lambda: taxed(
        "0 WDT",
        seller=TO_UNION,
        buyer=Buyer(name="Max", other_country="DE", other_id="C01X00T47", address=BERLIN),
        annotations=vehicle(),
    ),
    "new car to a company of the Union": lambda: taxed("0 WDT", seller=TO_UNION, buyer=GERMAN, annotations=vehicle()),
    "triangular transaction": lambda: invoice(
        seller=TO_UNION,
        buyer=GERMAN,
        lines=(line(rate="np I", procedure="TT_D"),),
        annotations=Annotations(reverse_charge=True, triangulation=True),
    ),
    "after import, procedure 42": lambda: invoice(
        seller=TO_UNION, buyer=GERMAN, lines=(line(rate="0 WDT", procedure="I_42"),)
    ),
    "export": lambda: taxed("0 EX", buyer=BRITISH),
    "export to a traveller": lambda: taxed("0 EX", buyer=AMERICAN),
    "export that a German buys": lambda: taxed(
        "0 EX", buyer=GERMAN, terms=Terms(transports=(Transport(kind="1", cargo="7", sent_to=Address("US", "Port 1")),))
    ),
    "exempt by the act": lambda: taxed("zw", annotations=exempt()),
    "exempt taxpayer": lambda: taxed("zw", annotations=exempt("art. 113 ust. 1 i 9 ustawy o VAT")),
    "exempt by the directive": lambda: taxed("zw", annotations=Annotations(exempt_directive="art. 132 ust. 1 lit. a")),
    "exempt by a regulation": lambda: taxed(
        "zw", annotations=Annotations(exempt_other="§ 3 ust. 1 pkt 1 rozporządzenia")
    ),
    "two bases in one text": lambda: taxed("zw", annotations=exempt("art. 43 ust. 1 pkt 2 i pkt 26 ustawy")),
    "interest of a bank, without basis": lambda: invoice(lines=(line(name="Odsetki od pożyczki", rate="zw"),)),
    "insurance, without basis": lambda: invoice(lines=(line(name="Ubezpieczenie OC", rate="zw"),)),
    "commission by its PKWiU, without basis": lambda: invoice(
        lines=(line(name="Usługa", pkwiu="66.19.99.0", rate="zw"),)
    ),
    "used goods": lambda: invoice(lines=(USED,), annotations=Annotations(margin="3_1")),
    "works of art": lambda: invoice(lines=(USED,), annotations=Annotations(margin="3_2")),
    "antiques to a consumer": lambda: invoice(buyer=CONSUMER, lines=(USED,), annotations=Annotations(margin="3_3")),
    "travel agency": lambda: invoice(lines=(USED,), annotations=Annotations(margin="2")),
    "margin beside a line at 23": lambda: invoice(lines=(USED, line(number=2)), annotations=Annotations(margin="3_1")),
    "OSS, two rates": lambda: invoice(
        buyer=Buyer(name="Max", none_given=True, address=BERLIN),
        lines=(
            line(rate=None, foreign_rate=D(19), procedure="WSTO_EE"),
            line(number=2, name="Książka", rate=None, foreign_rate=D(7), procedure="WSTO_EE"),
        ),
    ),
    "OSS in euro": lambda: invoice(
        currency="EUR",
        buyer=Buyer(name="Max", none_given=True, address=BERLIN),
        lines=(line(rate=None, foreign_rate=D(19), procedure="IED"),),
    ),
    "taxi": lambda: taxed("4"),
    "cash method": lambda: invoice(annotations=Annotations(cash_method=True)),
    "split payment": lambda: invoice(lines=(annexed(),), annotations=Annotations(split_payment=True)),
    "annex 15 to a consumer": lambda: invoice(buyer=CONSUMER, lines=(annexed(),)),
    "annex 15 exported": lambda: invoice(buyer=BRITISH, lines=(annexed(rate="0 EX"),)),
    "annex 15 supplied in the Union": lambda: invoice(seller=TO_UNION, buyer=GERMAN, lines=(annexed(rate="0 WDT"),)),
    "annex 15 under reverse charge": lambda: invoice(lines=(annexed(rate="oo"),), annotations=REVERSED),
    "annex 15 to a German, taxed here": lambda: invoice(buyer=GERMAN, lines=(annexed(),)),
    "annex 15 below the limit": lambda: invoice(lines=(line(annex15=True),)),
    "voucher": lambda: invoice(lines=(line(procedure="B_SPV"),)),
    "commission on a voucher": lambda: invoice(lines=(line(procedure="B_MPV_PROWIZJA"),)),
    "farmer's excise": lambda: invoice(excise_refund=True),
    "lines without rate, reverse charge (art. 106e(4)(3))": lambda: given(
        line(rate=None), bands=(Band("10", D("84.50")),), due="84.50", annotations=REVERSED
    ),
    "intermediary of a chain": lambda: taxed("0 WDT", seller=TO_UNION, buyer=GERMAN, terms=Terms(intermediary=True)),
}
DATES_AND_CURRENCIES: dict[str, Callable[[], Invoice]] = {
    "rent of a quarter, after its end": lambda: invoice(period=(date(2026, 1, 1), date(2026, 3, 31))),
    "subscription of a year ahead": lambda: invoice(period=(date(2026, 6, 1), date(2027, 5, 31))),
    "consumer asks after two months": lambda: invoice(buyer=CONSUMER, sold=date(2026, 3, 2)),
    "to a receipt of last month": lambda: invoice(to_receipt=True, sold=date(2026, 4, 2)),
    "days of lines differ": lambda: invoice(
        lines=(line(sale_date=date(2026, 5, 4)), line(name="Nakrętka", number=2, sale_date=date(2026, 5, 7)))
    ),
    "before the supply": lambda: invoice(sold=date(2026, 6, 15)),
    "euro": lambda: invoice(currency="EUR", lines=(line(exchange_rate=D("4.2501")),)),
    "euro, VAT in PLN and no rate": lambda: given(
        line(), bands=(Band("1", D("84.50"), D("19.44"), D("82.62")),), due="103.94", currency="EUR"
    ),
    "euro without VAT and without rate": lambda: taxed("0 WDT", currency="EUR", seller=TO_UNION, buyer=GERMAN),
    "euro with a free line": lambda: invoice(
        currency="EUR",
        lines=(line(exchange_rate=D("4.2501")), line(name="Próbka", number=2, quantity=D(1), net_price=D(0))),
    ),
    "cash of 20,000 crowns": lambda: invoice(
        currency="CZK",
        lines=(line(quantity=D(1), net_price=D(20_000), exchange_rate=D("0.1712")),),
        payment=Payment(form="1"),
    ),
    "złote at an agreed rate": lambda: invoice(terms=Terms(agreed_rate=D("4.30"), agreed_currency="EUR")),
}
ADVANCES: dict[str, Callable[[], Invoice]] = {
    "advance on the day of payment": lambda: samples.advance(sold=None),
    "advance before the payment": lambda: samples.advance(sold=date(2026, 5, 20)),
    "advance of several payments": lambda: samples.advance(
        sold=None, part_advances=(PartAdvance(date(2026, 5, 4), D("600.00")), PartAdvance(TODAY, D("15.00")))
    ),
    "advance at two rates": lambda: samples.advance(
        OrderLine("Maszyna", 1, quantity=D(1), net_price=D(1000), rate="23"),
        OrderLine("Książka", 2, quantity=D(10), net_price=D(10), rate="5"),
    ),
    "advance of an exempt service": lambda: samples.advance(
        OrderLine("Kurs", 1, quantity=D(1), net_price=D(1000), rate="zw"), annotations=exempt()
    ),
    "advance under reverse charge": lambda: samples.advance(
        OrderLine("Gaz", 1, quantity=D(1), net_price=D(1000), rate="oo"), annotations=REVERSED
    ),
    "advance of a consumer": lambda: samples.advance(buyer=replace(CONSUMER, address=None)),
    "advance of a journey (margin)": lambda: samples.advance(
        stated=Totals((Band("11", D("615.00")),), D("615.00")),
        order=Order(D("1230.00"), (OrderLine("Wycieczka", 1, net=D(1230)),)),
        annotations=Annotations(margin="2"),
    ),
    "advance with lines beside its order": lambda: samples.advance(
        lines=(line(quantity=D(1), net_price=D(1000)),),
        stated=Totals((Band("1", D("500.00"), D("115.00")),), D("615.00")),
    ),
    "advance in euro": lambda: samples.advance(currency="EUR", exchange_rate=D("4.25")),
    "the whole price in advance": lambda: samples.advance(paid="1230.00"),
    "last advance lists the earlier": lambda: samples.advance(advances=(AdvanceInvoice(ksef_number=ADVANCE),)),
    "order without VAT of its lines": lambda: samples.advance(
        order=Order(D("1230.00"), (OrderLine("Maszyna", 1, net=D(1000), rate="23"),)),
        stated=Totals((Band("1", D("500.00"), D("115.00")),), D("615.00")),
        amounts_given=True,
    ),
    "final": final,
    "final, nothing left": lambda: final(stated=Totals((Band("1", D("0.00"), D("0.00")),), D("0.00"))),
    "final, nothing left and no sums": lambda: final(stated=Totals((), D("0.00"))),
    "final of a journey, nothing left (margin)": lambda: final(
        lines=(USED,), annotations=Annotations(margin="2"), stated=Totals((), D("0.00"))
    ),
    "final, advance outside KSeF": lambda: final(advances=(AdvanceInvoice(number="ZAL/1", outside_ksef=True),)),
    "final, advances of both sorts": lambda: final(
        advances=(AdvanceInvoice(ksef_number=ADVANCE), AdvanceInvoice(number="ZAL/1", outside_ksef=True))
    ),
    "final of payments without an advance invoice (art. 106b(1a))": lambda: final(
        advances=(),
        part_advances=(PartAdvance(date(2026, 5, 4), D("615.00")),),
        stated=Totals((Band("1", D("1000.00"), D("230.00")),), D("1230.00")),
    ),
    "final, exempt and nothing left": lambda: final(
        lines=(line(quantity=D(1), net_price=D(1000), rate="zw"),), annotations=exempt(), stated=Totals((), D("0.00"))
    ),
    "final, advance of a predecessor": lambda: final(
        advances=(AdvanceInvoice(ksef_number=OF_PREDECESSOR),), third_parties=(party("3"),)
    ),
    "final by transfer, nothing to pay": lambda: final(stated=Totals((), D("0.00")), payment=Payment(form="6")),
}
SIMPLIFIED: dict[str, Callable[[], Invoice]] = {
    "with sums, the name only": lambda: given(
        Line(name="Obiad", number=1),
        bands=(Band("2", D("100.00"), D("8.00")),),
        due="108.00",
        kind=Kind.UPR,
        buyer=Buyer(nip=FIRM.nip),
    ),
    "with rates only": lambda: given(
        line(quantity=None, unit=None, net_price=None, net=None),
        bands=(),
        due="103.94",
        kind=Kind.UPR,
        buyer=Buyer(nip=FIRM.nip),
    ),
    "in euro": lambda: given(
        line(quantity=None, unit=None, net_price=None, net=None),
        bands=(),
        due="99.00",
        currency="EUR",
        kind=Kind.UPR,
        buyer=Buyer(nip=FIRM.nip),
    ),
}
CORRECTIONS: dict[str, Callable[[], Invoice]] = {
    "quantity": correction,
    "price by a row of difference": lambda: correction(line(net_price=D("-0.45"))),
    "value of the difference beside the new price": lambda: correction(line(net_price=D("8.00"), net=D("-4.50"))),
    "storno and the right row": lambda: correction(line(quantity=D(-10)), line(number=2, quantity=D(9))),
    "rows numbered through": lambda: correction(line(before=True), line(number=2, quantity=D(9))),
    "all returned": lambda: correction(line(before=True), line(quantity=D(0), net=D("0.00"))),
    "words of a line": lambda: correction(line(before=True, name="Śruba M6"), line()),
    "rate from 8 to 23": lambda: correction(line(before=True, rate="8"), line()),
    "the tax alone": lambda: corrected(
        *before_and_after({}, {}), bands=(Band("1", D("0.00"), D("-1.00")),), due="-1.00"
    ),
    "from exempt to taxed, basis gone": lambda: correction(line(before=True, rate="zw"), line()),
    "from exempt to taxed by storno": lambda: correction(line(quantity=D(-10), rate="zw"), line(number=2)),
    "from taxed to exempt": lambda: correction(line(before=True), line(rate="zw"), annotations=exempt()),
    "one line of an invoice that has exempt ones too": lambda: correction(annotations=exempt()),
    "one line of an invoice that has margin too": lambda: correction(annotations=Annotations(margin="3_1")),
    "one line of an invoice that has a new car too": lambda: correction(annotations=vehicle()),
    "one line of an invoice under split payment": lambda: correction(annotations=Annotations(split_payment=True)),
    "from supply in the Union to 23, buyer without number": lambda: correction(
        line(before=True, rate="0 WDT"), line(), buyer=replace(CONSUMER, address=BERLIN)
    ),
    "from reverse charge to 23, annotation gone": lambda: correction(
        line(before=True, rate="oo"), line(), buyer=CONSUMER
    ),
    "from margin to 23": lambda: corrected(
        line(),
        bands=(Band("1", D("84.50"), D("19.44")), Band("11", D("-103.94"))),
        due="0.00",
        correction=Correction((ORIGINAL,), "pomyłka w procedurze marży", "1", period="05.2026"),
    ),
    "exempt goods come back": lambda: correction(line(quantity=D(-1), rate="zw"), annotations=exempt()),
    "words of the buyer": lambda: corrected(
        buyer=replace(FIRM, key="N1"),
        correction=Correction((ORIGINAL,), "nazwa", "1", buyers_before=(replace(FIRM, name="Dawna", key="N1"),)),
    ),
    "words of the buyer, no key": lambda: corrected(
        correction=Correction((ORIGINAL,), "nazwa", "1", buyers_before=(replace(FIRM, name="Dawna"),))
    ),
    "words of the buyer, a key on one side": lambda: corrected(
        correction=Correction((ORIGINAL,), "nazwa", "1", buyers_before=(replace(FIRM, name="Dawna", key="N1"),))
    ),
    "words of the buyer of used goods": lambda: corrected(
        annotations=Annotations(margin="3_1"),
        correction=Correction((ORIGINAL,), "nazwa", "1", buyers_before=(replace(FIRM, name="Dawna"),)),
    ),
    "words of the buyer of a new car": lambda: corrected(
        buyer=GERMAN,
        annotations=vehicle(),
        correction=Correction((ORIGINAL,), "nazwa", "1", buyers_before=(replace(GERMAN, name="Alt GmbH"),)),
    ),
    "words of the buyer of what is exempt": lambda: corrected(
        annotations=exempt(),
        correction=Correction((ORIGINAL,), "nazwa", "1", buyers_before=(replace(FIRM, name="Dawna"),)),
    ),
    "words of the buyer in a triangular transaction": lambda: corrected(
        seller=TO_UNION,
        buyer=GERMAN,
        annotations=Annotations(reverse_charge=True, triangulation=True),
        correction=Correction((ORIGINAL,), "nazwa", "1", buyers_before=(replace(GERMAN, name="Alt GmbH"),)),
    ),
    "words of an additional buyer": lambda: corrected(
        buyer=replace(FIRM, key="N1"),
        third_parties=(party("4", key="N2"),),
        correction=Correction(
            (ORIGINAL,),
            "nazwy obu",
            "1",
            buyers_before=(
                replace(FIRM, name="Dawna", key="N1"),
                Buyer(name="Dawny", nip=PREDECESSOR, address=HOME, key="N2"),
            ),
        ),
    ),
    "words of the seller": lambda: corrected(
        correction=Correction((ORIGINAL,), "adres", "1", seller_before=replace(PLAIN.seller, name="Dawna nazwa"))
    ),
    "number": lambda: corrected(correction=Correction((ORIGINAL,), "numer", "1", right_number="FV/7A/03/2026")),
    "day of sale, rows the same": lambda: corrected(*before_and_after({}, {}), sold=date(2026, 3, 1)),
    "to nought, NIP stood in another field": lambda: correction(
        line(before=True),
        line(quantity=D(0), net=D("0.00")),
        buyer=Buyer(name="Hurtownia", other_id="2222222222", address=HOME),
    ),
    "to nought, prefix was PL": lambda: correction(
        line(before=True),
        line(quantity=D(0), net=D("0.00")),
        buyer=Buyer(name="Hurtownia", eu_code="PL", eu_vat="2222222222", address=HOME),
    ),
    "to nought, prefix stood twice": lambda: correction(
        line(before=True), line(quantity=D(0), net=D("0.00")), buyer=replace(GERMAN, eu_vat="DE123456789")
    ),
    "of a simplified invoice: the buyer has a NIP only": lambda: correction(buyer=Buyer(nip=FIRM.nip)),
    "for a consumer without address": lambda: correction(buyer=replace(CONSUMER, address=None)),
    "discount of a period, no lines": lambda: corrected(
        bands=(Band("1", D("-100.00"), D("-23.00")),),
        due="-123.00",
        correction=Correction(
            (ORIGINAL, Original("FV/8/03/2026", date(2026, 3, 9), outside_ksef=True)), "bonus", "2", period="03.2026"
        ),
    ),
    "discount of a period, what it is for without values": lambda: corrected(
        Line(name="Śruby", number=1),
        Line(name=None, number=2),
        bands=(Band("1", D("-100.00"), D("-23.00")),),
        due="-123.00",
        correction=Correction((ORIGINAL,), "bonus", "2", period="03.2026"),
    ),
    "of twenty invoices at once, their VAT rounded one by one": lambda: corrected(
        line(quantity=D(1), net_price=D("-100.00"), net=D("-100.00")),
        bands=(Band("1", D("-100.00"), D("-23.10")),),
        due="-123.10",
        correction=Correction(
            tuple(Original(f"FV/{n}/03/2025", date(2025, 3, 2), outside_ksef=True) for n in range(1, 21)), "bonus", "2"
        ),
    ),
    "a row that only names what is corrected": lambda: corrected(
        Line(name="Śruby", number=1), bands=(Band("1", D("-10.00"), D("-2.30")),), due="-12.30"
    ),
    "in euro": lambda: correction(
        line(before=True, exchange_rate=D("4.25")), line(quantity=D(9), exchange_rate=D("4.25")), currency="EUR"
    ),
    "by the successor of the seller": lambda: correction(
        correction=Correction(
            (Original("FV/7", date(2025, 3, 2), OF_PREDECESSOR),),
            "zwrot",
            "2",
            seller_before=Seller(PREDECESSOR, "Firma przejęta", HOME),
        )
    ),
    "by the successor, who names him as a third party": lambda: correction(
        third_parties=(party("3"),),
        correction=Correction((Original("FV/7", date(2025, 3, 2), OF_PREDECESSOR),), "zwrot", "2"),
    ),
    "its own series has the same number": lambda: correction(number=ORIGINAL.number),
    "two originals of one number and day, of two kinds": lambda: correction(
        correction=Correction(
            (ORIGINAL, replace(ORIGINAL, ksef_number="1111111111-20260302-010020A0B1C3-EA")), "x", "2"
        )
    ),
    "repeats the old term of payment": lambda: correction(payment=Payment(terms=(Term(date(2026, 3, 16)),), form="6")),
    "of an advance: money given back": lambda: samples.advance(
        kind=Kind.KOR_ZAL,
        correction=Correction((ORIGINAL,), "zwrot", "2", due_before=D("615.00")),
        stated=Totals((Band("1", D("-500.00"), D("-115.00")),), D("-615.00")),
        order=Order(
            D("1230.00"),
            tuple(
                OrderLine("Maszyna", 1, quantity=D(1), net_price=D(1000), net=D(1000), vat=D(230), rate="23", before=b)
                for b in (True, False)
            ),
        ),
    ),
    "of a final invoice": lambda: final(
        kind=Kind.KOR_ROZ,
        correction=Correction((ORIGINAL,), "zwrot", "2", due_before=D("615.00")),
        lines=(line(before=True, quantity=D(1), net_price=D(1000)), line(quantity=D(1), net_price=D(900))),
        stated=Totals((Band("1", D("-100.00"), D("-23.00")),), D("-123.00")),
    ),
}
PAYMENTS: dict[str, Callable[[], Invoice]] = {
    "cash": lambda: paying(form="1", accounts=(), paid_on=TODAY),
    "compensation": lambda: paying(form=None, other_form="kompensata", accounts=()),
    "paid in parts, all of it": lambda: paying(
        parts_marker="2", parts=(PartPayment(D("100.00"), TODAY, "6"), PartPayment(D("3.94"), TODAY, "1")), accounts=()
    ),
    "paid in part": lambda: paying(parts_marker="1", parts=(PartPayment(D("100.00"), TODAY),)),
    "term in words": lambda: paying(terms=(Term(rule=TermRule(14, "dni", "otrzymanie faktury")),)),
    "account of a factor": lambda: invoice(
        third_parties=(party("1"),),
        payment=Payment(form="6", terms=(Term(TODAY),), factor_accounts=(Account(ACCOUNT),)),
    ),
    "account with spaces": lambda: paying(accounts=(Account("61 1090 1014 0000 0712 1981 2874"),)),
    "account in America": lambda: paying(accounts=(Account("12345678901", swift="CHASUS33"),)),
    "two accounts": lambda: paying(accounts=(Account(ACCOUNT), Account("DE89370400440532013000", swift="COBADEFF"))),
    "account of the bank's own": lambda: paying(accounts=(Account(ACCOUNT, own_bank="1"),)),
    "deposit added": lambda: invoice(settlement=Settlement((Charge(D("10.00"), "kaucja"),))),
    "all deducted, nought to settle": lambda: invoice(
        settlement=Settlement(deductions=(Charge(D("103.94"), "przedpłata"),), to_settle=D("0.00"))
    ),
    "more deducted than due": lambda: invoice(
        settlement=Settlement(deductions=(Charge(D("110.00"), "nadpłata"),), to_settle=D("6.06"))
    ),
    "no payment at all": lambda: invoice(payment=None),
}
OTHERS: dict[str, Callable[[], Invoice]] = {
    "attachment with dashes and commas": lambda: attached(("2026-05-01", "12,5", "-"), ("01.05.2026", "—", "1 200")),
    "attachment with a heading in its rows": lambda: attached(("Taryfa dzienna",), ("2026-05-01", "12.5", "7")),
    "description of a line": lambda: invoice(
        descriptions=(Description("Seria", "A1", 1), Description("Uwagi", "brak"))
    ),
    "transport without carrier": lambda: invoice(terms=Terms(transports=(Transport(other_kind="rower", cargo="13"),))),
}
LAWFUL: dict[str, Callable[[], Invoice]] = {
    f"{section}: {name}": make
    for section, cases in {
        "lines": LINES,
        "parties": PARTIES,
        "rates": RATES_AND_NOTES,
        "dates": DATES_AND_CURRENCIES,
        "advances": ADVANCES,
        "simplified": SIMPLIFIED,
        "correction": CORRECTIONS,
        "payment": PAYMENTS,
        "other": OTHERS,
    }.items()
    for name, make in cases.items()
}
__all__ = ["CONTEXT", "LAWFUL"]
