"""What is sold: lines of the invoice, and the order that an advance pays for (fa3.md, sections 1.9 and 1.12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bridge.model.fast_init import quickly_made


@quickly_made
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
    discount: Decimal | None = None  # P_10; of the price or of the value, as Invoice.discount_from says
    discount_percent: Decimal | None = None  # a discount told in percent, until it is an amount; never printed
    net: Decimal | None = None  # P_11
    gross: Decimal | None = None  # P_11A
    vat: Decimal | None = None  # P_11Vat
    rate: str | None = None  # P_12
    foreign_rate: Decimal | None = None  # P_12_XII, in percent
    annex15: bool = False  # P_12_Zal_15
    excise: Decimal | None = None  # KwotaAkcyzy
    gtu: str | None = None
    procedure: str | None = None  # Procedura
    exchange_rate: Decimal | None = None  # KursWaluty
    erp_vat: Decimal | None = None  # kontrola.pozycja_vat: compared, never printed
    erp_gross: Decimal | None = None  # kontrola.pozycja_brutto
    row: int = 0  # where in the source

    @property
    def called(self) -> str:
        """How a message calls the line: by its name, or by its number where it has none."""
        return self.name or f"nr {self.number}"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """ZamowienieWiersz: a line of an order has no gross price, discount, exchange rate or date."""

    name: str | None = None  # P_7Z
    number: int = 0  # NrWierszaZam
    before: bool = False  # StanPrzedZ
    uid: str | None = None  # UU_IDZ
    code: str | None = None  # IndeksZ
    gtin: str | None = None
    pkwiu: str | None = None
    cn: str | None = None
    pkob: str | None = None
    unit: str | None = None  # P_8AZ
    quantity: Decimal | None = None  # P_8BZ
    net_price: Decimal | None = None  # P_9AZ
    net: Decimal | None = None  # P_11NettoZ
    vat: Decimal | None = None  # P_11VatZ
    rate: str | None = None  # P_12Z
    foreign_rate: Decimal | None = None  # P_12Z_XII
    annex15: bool = False  # P_12Z_Zal_15
    gtu: str | None = None
    procedure: str | None = None  # ProceduraZ
    excise: Decimal | None = None  # KwotaAkcyzyZ
    row: int = 0  # where in the source

    @property
    def called(self) -> str:
        """How a message calls the line: by its name, or by its number where it has none."""
        return self.name or f"nr {self.number}"


@dataclass(frozen=True, slots=True)
class Order:
    """Zamowienie: the whole order; `value` is gross (WartoscZamowienia), None until it is counted or given."""

    value: Decimal | None = None
    lines: tuple[OrderLine, ...] = ()
