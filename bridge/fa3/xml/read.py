"""FA(3) XML → the Invoice that renders to it again.

Texts are collapsed as XML Schema says, numbers keep their decimals. What the model has no place for, such as an empty
container or `01` for 1, is not kept; `lost` says what of a document that is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from bridge.fa3.xml.business import business_facts
from bridge.fa3.xml.read_parties import authorised, buyer, seller, third_party
from bridge.fa3.xml.read_parts import block, order, payment, settlement, terms
from bridge.fa3.xml.tree import Tree
from bridge.model.invoice import (
    AdvanceInvoice,
    Annotations,
    Band,
    Correction,
    Description,
    Invoice,
    Kind,
    Line,
    NewTransport,
    Original,
    PartAdvance,
    Register,
    Totals,
    Vehicle,
)
from bridge.model.vat import BANDS

if TYPE_CHECKING:
    from datetime import datetime

    from bridge.fa3.xml.render import Renderer

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
CORRECTING = (
    *("DaneFaKorygowanej", "PrzyczynaKorekty", "TypKorekty", "OkresFaKorygowanej", "NrFaKorygowany"),
    *("Podmiot1K", "Podmiot2K", "P_15ZK", "KursWalutyZK"),
)
MARGINS = ("2", "3_1", "3_2", "3_3")


def read(xml: bytes) -> Invoice:
    """The invoice of a valid FA(3) document; raises ValueError for XML that is none."""
    try:
        root = Tree(etree.fromstring(xml, _PARSER))
    except etree.XMLSyntaxError as error:
        raise ValueError(f"no XML: {error}") from error
    return root.the("Fa", lambda fa: _invoice(root, fa))


def lost(xml: bytes, invoice: Invoice, renderer: Renderer, created: datetime) -> list[str]:
    """Paths of a document that its invoice does not give back, as `Fa/Platnosc/TerminPlatnosci`."""
    before, after = dict(business_facts(xml)), dict(business_facts(renderer.render(invoice, created)))
    return [path for path in {**before, **after} if before.get(path) != after.get(path)]


def _invoice(root: Tree, fa: Tree) -> Invoice:
    footer = root.one("Stopka", _footer) or ((), ())
    lines = fa.each("FaWiersz", _line)
    return Invoice(
        kind=Kind(fa.need("RodzajFaktury")),
        number=fa.need("P_2"),
        issued=fa.needed_day("P_1"),
        currency=fa.need("KodWaluty"),
        seller=root.the("Podmiot1", seller),
        buyer=root.the("Podmiot2", buyer),
        lines=lines,
        place=fa.text("P_1M"),
        sold=fa.day("P_6"),
        period=fa.one("OkresFa", lambda each: (each.needed_day("P_6_Od"), each.needed_day("P_6_Do"))),
        warehouse_notes=fa.each("WZ", lambda each: each.content),
        totals=_totals(fa),
        annotations=fa.the("Adnotacje", _annotations),
        correction=_correction(fa) if any(map(fa.has, CORRECTING)) else None,
        payment=fa.one("Platnosc", payment),
        descriptions=fa.each("DodatkowyOpis", _description),
        to_receipt=fa.flag("FP"),
        related=fa.flag("TP"),
        third_parties=root.each("Podmiot3", third_party),
        authorised=root.one("PodmiotUpowazniony", authorised),
        exchange_rate=fa.amount("KursWalutyZ"),
        part_advances=fa.each("ZaliczkaCzesciowa", _part_advance),
        advances=fa.each("FakturaZaliczkowa", _advance),
        excise_refund=fa.flag("ZwrotAkcyzy"),
        settlement=fa.one("Rozliczenie", settlement),
        terms=fa.one("WarunkiTransakcji", terms),
        order=fa.one("Zamowienie", order),
        footer=footer[0],
        registers=footer[1],
        attachment=root.one("Zalacznik", lambda each: each.each("BlokDanych", block)) or (),
        prices="brutto" if any(each.gross is not None for each in lines) else "netto",
        vat_method="z_pozycji" if any(each.vat is not None for each in lines) else "od_sumy",
    )


def _totals(fa: Tree) -> Totals:
    bands = tuple(
        Band(band, net, fa.amount(f"P_14_{band}"), fa.amount(f"P_14_{band}W"))
        for band in BANDS
        for net in [fa.amount(f"P_13_{band}")]
        if net is not None
    )
    return Totals(bands, fa.needed_amount("P_15"))


def _annotations(tree: Tree) -> Annotations:
    return Annotations(
        cash_method=tree.flag("P_16"),
        self_billing=tree.flag("P_17"),
        reverse_charge=tree.flag("P_18"),
        split_payment=tree.flag("P_18A"),
        exempt_act=tree.text("Zwolnienie/P_19A"),
        exempt_directive=tree.text("Zwolnienie/P_19B"),
        exempt_other=tree.text("Zwolnienie/P_19C"),
        triangulation=tree.flag("P_23"),
        new_transport=tree.one("NoweSrodkiTransportu", _new_transport),
        margin=next((each for each in MARGINS if tree.flag(f"PMarzy/P_PMarzy_{each}")), None),
    )


def _new_transport(tree: Tree) -> NewTransport | None:
    return NewTransport(tree.each("NowySrodekTransportu", _vehicle), tree.flag("P_42_5")) if tree.has("P_22") else None


def _vehicle(tree: Tree) -> Vehicle:
    return Vehicle(
        first_used=tree.needed_day("P_22A"),
        line=int(tree.need("P_NrWierszaNST")),
        make=tree.text("P_22BMK"),
        model=tree.text("P_22BMD"),
        colour=tree.text("P_22BK"),
        registration=tree.text("P_22BNR"),
        year=tree.text("P_22BRP"),
        mileage=tree.text("P_22B"),
        vin=tree.text("P_22B1"),
        body=tree.text("P_22B2"),
        chassis=tree.text("P_22B3"),
        frame=tree.text("P_22B4"),
        type=tree.text("P_22BT"),
        hours_afloat=tree.text("P_22C"),
        hull=tree.text("P_22C1"),
        hours_in_air=tree.text("P_22D"),
        serial=tree.text("P_22D1"),
    )


def _correction(fa: Tree) -> Correction:
    return Correction(
        originals=fa.each("DaneFaKorygowanej", _original),
        reason=fa.text("PrzyczynaKorekty"),
        type=fa.text("TypKorekty"),
        period=fa.text("OkresFaKorygowanej"),
        right_number=fa.text("NrFaKorygowany"),
        seller_before=fa.one("Podmiot1K", seller),
        buyers_before=fa.each("Podmiot2K", buyer),
        due_before=fa.amount("P_15ZK"),
        exchange_rate_before=fa.amount("KursWalutyZK"),
    )


def _original(tree: Tree) -> Original:
    return Original(
        number=tree.need("NrFaKorygowanej"),
        issued=tree.needed_day("DataWystFaKorygowanej"),
        ksef_number=tree.text("NrKSeFFaKorygowanej"),
        outside_ksef=tree.has("NrKSeFN"),
    )


def _part_advance(tree: Tree) -> PartAdvance:
    return PartAdvance(tree.needed_day("P_6Z"), tree.needed_amount("P_15Z"), tree.amount("KursWalutyZW"))


def _advance(tree: Tree) -> AdvanceInvoice:
    return AdvanceInvoice(tree.text("NrFaZaliczkowej"), tree.text("NrKSeFFaZaliczkowej"), tree.has("NrKSeFZN"))


def _description(tree: Tree) -> Description:
    line = tree.text("NrWiersza")
    return Description(tree.need("Klucz"), tree.need("Wartosc"), None if line is None else int(line))


def _line(tree: Tree) -> Line:
    return Line(
        name=tree.text("P_7"),
        number=int(tree.need("NrWierszaFa")),
        before=tree.flag("StanPrzed"),
        uid=tree.text("UU_ID"),
        sale_date=tree.day("P_6A"),
        code=tree.text("Indeks"),
        gtin=tree.text("GTIN"),
        pkwiu=tree.text("PKWiU"),
        cn=tree.text("CN"),
        pkob=tree.text("PKOB"),
        unit=tree.text("P_8A"),
        quantity=tree.amount("P_8B"),
        net_price=tree.amount("P_9A"),
        gross_price=tree.amount("P_9B"),
        discount=tree.amount("P_10"),
        net=tree.amount("P_11"),
        gross=tree.amount("P_11A"),
        vat=tree.amount("P_11Vat"),
        rate=tree.text("P_12"),
        foreign_rate=tree.amount("P_12_XII"),
        annex15=tree.flag("P_12_Zal_15"),
        excise=tree.amount("KwotaAkcyzy"),
        gtu=tree.text("GTU"),
        procedure=tree.text("Procedura"),
        exchange_rate=tree.amount("KursWaluty"),
    )


def _footer(tree: Tree) -> tuple[tuple[str, ...], tuple[Register, ...]]:
    texts = tree.each("Informacje", lambda each: each.one("StopkaFaktury", lambda text: text.lines))
    return tuple(each for each in texts if each), tree.each("Rejestry", _register)


def _register(tree: Tree) -> Register:
    return Register(tree.text("PelnaNazwa"), tree.text("KRS"), tree.text("REGON"), tree.text("BDO"))
