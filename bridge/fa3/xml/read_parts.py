"""Rozliczenie, Platnosc, WarunkiTransakcji, Zamowienie and Zalacznik → their nouns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.fa3.xml.read_parties import address, carrier
from bridge.model.invoice import (
    Account,
    AttachedTable,
    Block,
    Cells,
    Charge,
    EarlyDiscount,
    Heading,
    Order,
    OrderLine,
    Pair,
    PartPayment,
    Payment,
    Reference,
    Settlement,
    Term,
    TermRule,
    Terms,
    Transport,
)

if TYPE_CHECKING:
    from bridge.fa3.xml.tree import Tree


def _charge(tree: Tree) -> Charge:
    return Charge(tree.needed_amount("Kwota"), tree.need("Powod"))


def settlement(tree: Tree) -> Settlement:
    """Rozliczenie."""
    return Settlement(
        charges=tree.each("Obciazenia", _charge),
        charges_total=tree.amount("SumaObciazen"),
        deductions=tree.each("Odliczenia", _charge),
        deductions_total=tree.amount("SumaOdliczen"),
        to_pay=tree.amount("DoZaplaty"),
        to_settle=tree.amount("DoRozliczenia"),
    )


def payment(tree: Tree) -> Payment:
    """Platnosc."""
    return Payment(
        paid_on=tree.day("DataZaplaty"),
        parts_marker=tree.text("ZnacznikZaplatyCzesciowej"),
        parts=tree.each("ZaplataCzesciowa", _part_payment),
        terms=tree.each("TerminPlatnosci", _term),
        form=tree.text("FormaPlatnosci"),
        other_form=tree.text("OpisPlatnosci"),
        accounts=tree.each("RachunekBankowy", _account),
        factor_accounts=tree.each("RachunekBankowyFaktora", _account),
        early_discount=tree.one(
            "Skonto", lambda each: EarlyDiscount(each.need("WarunkiSkonta"), each.need("WysokoscSkonta"))
        ),
        link=tree.text("LinkDoPlatnosci"),
        ksef_id=tree.text("IPKSeF"),
    )


def _part_payment(tree: Tree) -> PartPayment:
    return PartPayment(
        tree.needed_amount("KwotaZaplatyCzesciowej"),
        tree.needed_day("DataZaplatyCzesciowej"),
        tree.text("FormaPlatnosci"),
        tree.text("OpisPlatnosci"),
    )


def _term(tree: Tree) -> Term:
    return Term(
        tree.day("Termin"),
        tree.one(
            "TerminOpis",
            lambda each: TermRule(int(each.need("Ilosc")), each.need("Jednostka"), each.need("ZdarzeniePoczatkowe")),
        ),
    )


def _account(tree: Tree) -> Account:
    return Account(
        tree.need("NrRB"),
        tree.text("SWIFT"),
        tree.text("RachunekWlasnyBanku"),
        tree.text("NazwaBanku"),
        tree.text("OpisRachunku"),
    )


def terms(tree: Tree) -> Terms:
    """WarunkiTransakcji."""
    return Terms(
        contracts=tree.each("Umowy", lambda each: Reference(each.day("DataUmowy"), each.text("NrUmowy"))),
        orders=tree.each("Zamowienia", lambda each: Reference(each.day("DataZamowienia"), each.text("NrZamowienia"))),
        batches=tree.each("NrPartiiTowaru", lambda each: each.content),
        delivery=tree.text("WarunkiDostawy"),
        agreed_rate=tree.amount("KursUmowny"),
        agreed_currency=tree.text("WalutaUmowna"),
        transports=tree.each("Transport", _transport),
        intermediary=tree.flag("PodmiotPosredniczacy"),
    )


def _transport(tree: Tree) -> Transport:
    return Transport(
        kind=tree.text("RodzajTransportu"),
        other_kind=tree.text("OpisInnegoTransportu"),
        carrier=tree.one("Przewoznik", carrier),
        order_number=tree.text("NrZleceniaTransportu"),
        cargo=tree.text("OpisLadunku"),
        other_cargo=tree.text("OpisInnegoLadunku"),
        packing=tree.text("JednostkaOpakowania"),
        starts=tree.moment("DataGodzRozpTransportu"),
        ends=tree.moment("DataGodzZakTransportu"),
        sent_from=tree.one("WysylkaZ", address),
        sent_via=tree.each("WysylkaPrzez", address),
        sent_to=tree.one("WysylkaDo", address),
    )


def order(tree: Tree) -> Order:
    """Zamowienie."""
    return Order(tree.needed_amount("WartoscZamowienia"), tree.each("ZamowienieWiersz", _order_line))


def _order_line(tree: Tree) -> OrderLine:
    return OrderLine(
        name=tree.text("P_7Z"),
        number=int(tree.need("NrWierszaZam")),
        before=tree.flag("StanPrzedZ"),
        uid=tree.text("UU_IDZ"),
        code=tree.text("IndeksZ"),
        gtin=tree.text("GTINZ"),
        pkwiu=tree.text("PKWiUZ"),
        cn=tree.text("CNZ"),
        pkob=tree.text("PKOBZ"),
        unit=tree.text("P_8AZ"),
        quantity=tree.amount("P_8BZ"),
        net_price=tree.amount("P_9AZ"),
        net=tree.amount("P_11NettoZ"),
        vat=tree.amount("P_11VatZ"),
        rate=tree.text("P_12Z"),
        foreign_rate=tree.amount("P_12Z_XII"),
        annex15=tree.flag("P_12Z_Zal_15"),
        gtu=tree.text("GTUZ"),
        procedure=tree.text("ProceduraZ"),
        excise=tree.amount("KwotaAkcyzyZ"),
    )


def block(tree: Tree) -> Block:
    """BlokDanych."""
    return Block(
        heading=tree.text("ZNaglowek"),
        metadata=tree.each("MetaDane", lambda each: Pair(each.need("ZKlucz"), each.need("ZWartosc"))),
        paragraphs=tree.one("Tekst", lambda text: text.each("Akapit", lambda each: each.content)) or (),
        tables=tree.each("Tabela", _table),
    )


def _table(tree: Tree) -> AttachedTable:
    columns = tree.the("TNaglowek", lambda heading: heading.each("Kol", _column))
    return AttachedTable(
        metadata=tree.each("TMetaDane", lambda each: Pair(each.need("TKlucz"), each.need("TWartosc"))),
        description=tree.text("Opis"),
        columns=columns,
        rows=tree.each("Wiersz", lambda row: _cells(row, "WKom", len(columns))),
        totals=tree.one("Suma", lambda row: _cells(row, "SKom", len(columns))),
    )


def _cells(tree: Tree, name: str, columns: int) -> Cells:
    cells = tree.each(name, lambda each: each.content)
    return Cells(cells, None if len(cells) == columns else len(cells))


def _column(tree: Tree) -> Heading:
    return Heading(tree.text("NKom") or "", tree.attribute("Typ"))
