"""How an invoice is paid and what is settled with it: Platnosc and Rozliczenie (fa3.md, section 1.10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Account:
    """RachunekBankowy, RachunekBankowyFaktora."""

    number: str  # NrRB
    swift: str | None = None
    own_bank: str | None = None  # RachunekWlasnyBanku
    bank: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class TermRule:
    """TerminOpis: 14 days from delivery."""

    count: int  # Ilosc
    unit: str  # Jednostka
    event: str  # ZdarzeniePoczatkowe


@dataclass(frozen=True, slots=True)
class Term:
    """TerminPlatnosci: a day, a rule, or both."""

    due: date | None = None
    rule: TermRule | None = None


@dataclass(frozen=True, slots=True)
class PartPayment:
    """ZaplataCzesciowa."""

    amount: Decimal
    paid: date
    form: str | None = None
    other_form: str | None = None


@dataclass(frozen=True, slots=True)
class EarlyDiscount:
    """Skonto."""

    terms: str  # WarunkiSkonta
    amount: str  # WysokoscSkonta, in words


@dataclass(frozen=True, slots=True)
class Payment:
    """Platnosc."""

    paid_on: date | None = None  # Zaplacono = 1 and DataZaplaty
    parts_marker: str | None = None  # ZnacznikZaplatyCzesciowej: 1 partly, 2 fully in several parts
    parts: tuple[PartPayment, ...] = ()
    terms: tuple[Term, ...] = ()
    form: str | None = None  # FormaPlatnosci 1-7
    other_form: str | None = None  # OpisPlatnosci
    accounts: tuple[Account, ...] = ()
    factor_accounts: tuple[Account, ...] = ()  # RachunekBankowyFaktora
    early_discount: EarlyDiscount | None = None  # Skonto
    link: str | None = None  # LinkDoPlatnosci
    ksef_id: str | None = None  # IPKSeF


@dataclass(frozen=True, slots=True)
class Charge:
    """Obciazenia, Odliczenia."""

    amount: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """Rozliczenie; sums and the result are None until they are counted or given."""

    charges: tuple[Charge, ...] = ()  # Obciazenia
    charges_total: Decimal | None = None  # SumaObciazen
    deductions: tuple[Charge, ...] = ()  # Odliczenia
    deductions_total: Decimal | None = None  # SumaOdliczen
    to_pay: Decimal | None = None  # DoZaplaty
    to_settle: Decimal | None = None  # DoRozliczenia
