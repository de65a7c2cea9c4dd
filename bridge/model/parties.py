"""Who stands on an invoice: seller, buyer, third parties, the authorised entity and the carrier (fa3.md, sections 1.2-1.5).

Whoever is no Polish seller is named by exactly one identifier: nip, internal_id, eu_code + eu_vat, other_id or none_given.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


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
    """Podmiot1, and Podmiot1K as it was before a correction."""

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
    """Podmiot2, and Podmiot2K as it was before a correction."""

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
class ThirdParty:
    """Podmiot3: `role` 1-11, or `other_role` in words (OpisRoli, with RolaInna)."""

    name: str | None = None
    nip: str | None = None
    internal_id: str | None = None  # IDWew
    eu_code: str | None = None
    eu_vat: str | None = None
    other_country: str | None = None
    other_id: str | None = None
    none_given: bool = False
    role: str | None = None  # Rola
    other_role: str | None = None  # OpisRoli
    share: Decimal | None = None  # Udzial, in percent
    address: Address | None = None
    correspondence: Address | None = None
    contacts: tuple[Contact, ...] = ()
    eori: str | None = None
    customer_number: str | None = None
    key: str | None = None  # IDNabywcy


@dataclass(frozen=True, slots=True)
class Authorised:
    """PodmiotUpowazniony: enforcement authority (1), court bailiff (2) or tax representative (3)."""

    nip: str
    name: str
    role: str  # RolaPU
    address: Address
    correspondence: Address | None = None
    contacts: tuple[Contact, ...] = ()  # EmailPU, TelefonPU
    eori: str | None = None


@dataclass(frozen=True, slots=True)
class Carrier:
    """Przewoznik."""

    address: Address  # AdresPrzewoznika
    name: str | None = None
    nip: str | None = None
    eu_code: str | None = None
    eu_vat: str | None = None
    other_country: str | None = None
    other_id: str | None = None
    none_given: bool = False
