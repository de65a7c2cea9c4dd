"""On what terms it was sold: WarunkiTransakcji with contracts, orders, batches and transports (fa3.md, section 1.11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from bridge.model.parties import Address, Carrier


@dataclass(frozen=True, slots=True)
class Reference:
    """Umowy, Zamowienia: a contract or a purchase order by day and number."""

    day: date | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Transport:
    """Transport: `kind` 1-8 or `other_kind` in words, `cargo` 1-20 or `other_cargo` in words."""

    kind: str | None = None  # RodzajTransportu
    other_kind: str | None = None  # OpisInnegoTransportu, with TransportInny
    carrier: Carrier | None = None  # Przewoznik
    order_number: str | None = None  # NrZleceniaTransportu
    cargo: str | None = None  # OpisLadunku
    other_cargo: str | None = None  # OpisInnegoLadunku, with LadunekInny
    packing: str | None = None  # JednostkaOpakowania
    starts: datetime | None = None  # DataGodzRozpTransportu
    ends: datetime | None = None  # DataGodzZakTransportu
    sent_from: Address | None = None  # WysylkaZ
    sent_via: tuple[Address, ...] = ()  # WysylkaPrzez
    sent_to: Address | None = None  # WysylkaDo


@dataclass(frozen=True, slots=True)
class Terms:
    """WarunkiTransakcji."""

    contracts: tuple[Reference, ...] = ()  # Umowy
    orders: tuple[Reference, ...] = ()  # Zamowienia
    batches: tuple[str, ...] = ()  # NrPartiiTowaru
    delivery: str | None = None  # WarunkiDostawy
    agreed_rate: Decimal | None = None  # KursUmowny
    agreed_currency: str | None = None  # WalutaUmowna
    transports: tuple[Transport, ...] = ()
    intermediary: bool = False  # PodmiotPosredniczacy
