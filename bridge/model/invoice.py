"""An invoice as the bridge means it: one frozen tree, close to FA(3), with English names for its elements.

Amounts are Decimal in the invoice's currency unless said; dates are dates; None means "not on the invoice". Where the
name does not tell, the FA(3) element stands beside it. `rows` and `row` say where in the source a part came from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


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


@dataclass(frozen=True, slots=True)
class Address:
    """TAdres."""

    country: str = ""  # KodKraju
    line1: str = ""  # AdresL1
    line2: str | None = None
    gln: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """DaneKontaktowe."""

    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Seller:
    """Podmiot1."""

    nip: str
    name: str
    address: Address
    eu_prefix: str | None = None  # PrefiksPodatnika
    eori: str | None = None
    correspondence: Address | None = None  # AdresKoresp
    contacts: tuple[Contact, ...] = ()
    status: str | None = None  # StatusInfoPodatnika


@dataclass(frozen=True, slots=True)
class Buyer:
    """Podmiot2; exactly one identifier: nip, eu_code + eu_vat, other_id, or none_given."""

    name: str | None = None
    nip: str | None = None
    eu_code: str | None = None  # KodUE
    eu_vat: str | None = None  # NrVatUE
    other_country: str | None = None  # KodKraju of NrID
    other_id: str | None = None  # NrID
    none_given: bool = False  # BrakID
    address: Address | None = None
    eori: str | None = None
    correspondence: Address | None = None
    contacts: tuple[Contact, ...] = ()
    customer_number: str | None = None  # NrKlienta
    key: str | None = None  # IDNabywcy
    jst: bool = False
    gv: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """FaWiersz."""

    name: str | None = None  # P_7
    number: int = 0  # NrWierszaFa
    before: bool = False  # StanPrzed
    uid: str | None = None  # UU_ID
    sale_date: date | None = None  # P_6A
    code: str | None = None  # Indeks
    gtin: str | None = None
    pkwiu: str | None = None
    cn: str | None = None
    pkob: str | None = None
    unit: str | None = None  # P_8A
    quantity: Decimal | None = None  # P_8B
    net_price: Decimal | None = None  # P_9A
    gross_price: Decimal | None = None  # P_9B
    discount: Decimal | None = None  # P_10
    net: Decimal | None = None  # P_11
    gross: Decimal | None = None  # P_11A
    vat: Decimal | None = None  # P_11Vat
    rate: str | None = None  # P_12
    annex15: bool = False  # P_12_Zal_15
    gtu: str | None = None
    procedure: str | None = None  # Procedura
    exchange_rate: Decimal | None = None  # KursWaluty
    erp_vat: Decimal | None = None  # kontrola.pozycja_vat: compared, never printed
    erp_gross: Decimal | None = None  # kontrola.pozycja_brutto
    row: int = 0  # where in the source


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
        return sum((band.net for band in self.bands), Decimal("0.00"))

    @property
    def vat(self) -> Decimal:
        """Sum of P_14_* without the amounts in PLN."""
        return sum((band.vat for band in self.bands if band.vat is not None), Decimal("0.00"))


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


@dataclass(frozen=True, slots=True)
class Account:
    """RachunekBankowy."""

    number: str  # NrRB
    swift: str | None = None
    own_bank: str | None = None  # RachunekWlasnyBanku
    bank: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """TerminPlatnosci."""

    due: date | None = None


@dataclass(frozen=True, slots=True)
class PartPayment:
    """ZaplataCzesciowa."""

    amount: Decimal
    paid: date
    form: str | None = None
    other_form: str | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """Platnosc."""

    paid_on: date | None = None  # Zaplacono = 1 and DataZaplaty
    parts_marker: str | None = None  # ZnacznikZaplatyCzesciowej
    parts: tuple[PartPayment, ...] = ()
    terms: tuple[Term, ...] = ()
    form: str | None = None  # FormaPlatnosci 1-7
    other_form: str | None = None  # OpisPlatnosci
    accounts: tuple[Account, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Invoice:
    """Faktura. `totals` is None until bridge.fa3.totals has counted them; `prices` and `vat_method` say how."""

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
    footer: tuple[str, ...] = ()  # StopkaFaktury
    prices: str = "netto"  # or brutto: how lines are priced
    vat_method: str = "od_sumy"  # or z_pozycji: then P_11Vat is printed
    control: Control = Control()
    rows: tuple[int, ...] = ()  # rows of the source that speak of it
