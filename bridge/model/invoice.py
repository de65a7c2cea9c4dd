"""An invoice as the bridge means it: one frozen tree, close to FA(3), with English names for its elements.

Amounts are Decimal in the invoice's currency unless said; dates are dates; None means "not on the invoice". Where the
name does not tell, the FA(3) element stands beside it. `rows` and `row` say where in the source a part came from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from bridge.model.attachment import AttachedTable, Block, Cells, Heading, Pair, Register
from bridge.model.fast_init import quickly_made
from bridge.model.lines import Line, Order, OrderLine
from bridge.model.parties import Address, Authorised, Buyer, Carrier, Contact, Seller, ThirdParty
from bridge.model.payment import Account, Charge, EarlyDiscount, PartPayment, Payment, Settlement, Term, TermRule
from bridge.model.terms import Reference, Terms, Transport

__all__ = [  # the nouns of an invoice, all through this one door
    "Account",
    "Address",
    "AdvanceInvoice",
    "Annotations",
    "AttachedTable",
    "Authorised",
    "Band",
    "Block",
    "Buyer",
    "Carrier",
    "Cells",
    "Charge",
    "Contact",
    "Control",
    "Correction",
    "Description",
    "EarlyDiscount",
    "Heading",
    "Invoice",
    "Kind",
    "Line",
    "NewTransport",
    "Order",
    "OrderLine",
    "Original",
    "Pair",
    "PartAdvance",
    "PartPayment",
    "Payment",
    "Reference",
    "Register",
    "Seller",
    "Settlement",
    "Term",
    "TermRule",
    "Terms",
    "ThirdParty",
    "Totals",
    "Transport",
    "Vehicle",
]


ZERO = Decimal("0.00")


class Kind(StrEnum):
    """RodzajFaktury."""

    VAT = "VAT"
    KOR = "KOR"
    ZAL = "ZAL"
    ROZ = "ROZ"
    UPR = "UPR"
    KOR_ZAL = "KOR_ZAL"
    KOR_ROZ = "KOR_ROZ"

    @property
    def corrects(self) -> bool:
        """Whether it is a correction."""
        return self.value.startswith("KOR")


@quickly_made
@dataclass(frozen=True, slots=True)
class Band:
    """Totals of one rate band: P_13_x, P_14_x, P_14_xW."""

    band: str
    net: Decimal
    vat: Decimal | None = None
    vat_pln: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """What the lines add up to; `due` is P_15."""

    bands: tuple[Band, ...]
    due: Decimal

    @property
    def net(self) -> Decimal:
        """Sum of P_13_*."""
        return sum([band.net for band in self.bands], ZERO)

    @property
    def net_shown(self) -> Decimal:
        """The same without the margin scheme, whose P_13_11 is a gross amount."""
        return sum([band.net for band in self.bands if band.band != "11"], ZERO)

    @property
    def vat(self) -> Decimal:
        """Sum of P_14_* without the amounts in PLN."""
        return sum([band.vat for band in self.bands if band.vat is not None], ZERO)


@dataclass(frozen=True, slots=True)
class Vehicle:
    """NowySrodekTransportu: of land (mileage), water (hours_afloat) or air (hours_in_air)."""

    first_used: date  # P_22A
    line: int  # P_NrWierszaNST
    make: str | None = None  # P_22BMK
    model: str | None = None  # P_22BMD
    colour: str | None = None  # P_22BK
    registration: str | None = None  # P_22BNR
    year: str | None = None  # P_22BRP
    mileage: str | None = None  # P_22B
    vin: str | None = None  # P_22B1
    body: str | None = None  # P_22B2
    chassis: str | None = None  # P_22B3
    frame: str | None = None  # P_22B4
    type: str | None = None  # P_22BT
    hours_afloat: str | None = None  # P_22C
    hull: str | None = None  # P_22C1
    hours_in_air: str | None = None  # P_22D
    serial: str | None = None  # P_22D1


@dataclass(frozen=True, slots=True)
class NewTransport:
    """NoweSrodkiTransportu, when there are any."""

    vehicles: tuple[Vehicle, ...] = ()
    duty: bool = False  # P_42_5: the duty of art. 42(5)


@dataclass(frozen=True, slots=True)
class Annotations:
    """Adnotacje; the default is the "nothing special" block (fa3.md, section 1.7)."""

    cash_method: bool = False  # P_16
    self_billing: bool = False  # P_17
    reverse_charge: bool = False  # P_18
    split_payment: bool = False  # P_18A
    exempt_act: str | None = None  # P_19A
    exempt_directive: str | None = None  # P_19B
    exempt_other: str | None = None  # P_19C
    triangulation: bool = False  # P_23
    new_transport: NewTransport | None = None
    margin: str | None = None  # PMarzy: 2 travel agents, 3_1 used goods, 3_2 works of art, 3_3 antiques

    @property
    def exempt(self) -> bool:
        """P_19: some basis of exemption is given."""
        return bool(self.exempt_act or self.exempt_directive or self.exempt_other)


@dataclass(frozen=True, slots=True)
class Original:
    """DaneFaKorygowanej. Exactly one of `ksef_number` and `outside_ksef` holds before it is rendered."""

    number: str
    issued: date
    ksef_number: str | None = None
    outside_ksef: bool = False


@dataclass(frozen=True, slots=True)
class Correction:
    """The correction block of Fa."""

    originals: tuple[Original, ...] = ()
    reason: str | None = None  # PrzyczynaKorekty
    type: str | None = None  # TypKorekty
    period: str | None = None  # OkresFaKorygowanej
    right_number: str | None = None  # NrFaKorygowany
    seller_before: Seller | None = None  # Podmiot1K
    buyers_before: tuple[Buyer, ...] = ()  # Podmiot2K
    due_before: Decimal | None = None  # P_15ZK
    exchange_rate_before: Decimal | None = None  # KursWalutyZK

    @property
    def collective(self) -> bool:
        """Of many invoices or of a whole period (art. 106j(3)): its lines may only name what is affected."""
        return len(self.originals) > 1 or self.period is not None


@dataclass(frozen=True, slots=True)
class PartAdvance:
    """ZaliczkaCzesciowa: one of several payments that an advance invoice documents."""

    paid: date  # P_6Z
    amount: Decimal  # P_15Z
    exchange_rate: Decimal | None = None  # KursWalutyZW


@dataclass(frozen=True, slots=True)
class AdvanceInvoice:
    """FakturaZaliczkowa: by its KSeF number, or by `number` when it is `outside_ksef` (NrKSeFZN)."""

    number: str | None = None  # NrFaZaliczkowej
    ksef_number: str | None = None  # NrKSeFFaZaliczkowej
    outside_ksef: bool = False


@dataclass(frozen=True, slots=True)
class Description:
    """DodatkowyOpis."""

    key: str
    value: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Control:
    """What the ERP says about the invoice's totals: compared to the grosz, never copied."""

    net: Decimal | None = None
    vat: Decimal | None = None
    gross: Decimal | None = None
    seller_nip: str | None = None


@quickly_made
@dataclass(frozen=True, slots=True)
class Invoice:
    """Faktura. `totals` is None until bridge.fa3.totals.totals has counted them; `prices` and `vat_method` say how."""

    kind: Kind
    number: str  # P_2
    issued: date  # P_1
    currency: str
    seller: Seller
    buyer: Buyer
    lines: tuple[Line, ...] = ()
    place: str | None = None  # P_1M
    sold: date | None = None  # P_6
    period: tuple[date, date] | None = None  # OkresFa
    warehouse_notes: tuple[str, ...] = ()  # WZ
    totals: Totals | None = None
    annotations: Annotations = Annotations()
    correction: Correction | None = None
    payment: Payment | None = None
    descriptions: tuple[Description, ...] = ()
    to_receipt: bool = False  # FP
    related: bool = False  # TP
    third_parties: tuple[ThirdParty, ...] = ()  # Podmiot3
    authorised: Authorised | None = None  # PodmiotUpowazniony
    exchange_rate: Decimal | None = None  # KursWalutyZ
    part_advances: tuple[PartAdvance, ...] = ()  # ZaliczkaCzesciowa
    advances: tuple[AdvanceInvoice, ...] = ()  # FakturaZaliczkowa
    excise_refund: bool = False  # ZwrotAkcyzy
    settlement: Settlement | None = None  # Rozliczenie
    terms: Terms | None = None  # WarunkiTransakcji
    order: Order | None = None  # Zamowienie
    footer: tuple[str, ...] = ()  # StopkaFaktury
    registers: tuple[Register, ...] = ()  # Rejestry
    attachment: tuple[Block, ...] = ()  # Zalacznik
    stated: Totals | None = None  # `sumy`: totals that the file gives because no lines tell them
    amounts_given: bool = False  # kwoty: podane: nothing is counted or filled, all is checked
    discount_from: str | None = None  # rabat: od_ceny or od_wartosci, what P_10 is taken off
    prices: str = "netto"  # or brutto: how lines are priced
    vat_method: str = "od_sumy"  # or z_pozycji: then P_11Vat is printed
    control: Control = Control()
    rows: tuple[int, ...] = ()  # rows of the source that speak of it
