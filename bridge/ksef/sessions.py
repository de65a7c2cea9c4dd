"""JSON about sessions and their invoices → frozen values (protocol.md, 4.2-4.6, 5.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bridge.ksef.answers import moment, moment_or_none

# formCode of what the bridge sends; one per session.
FORMS: dict[str, dict[str, str]] = {
    system: {"systemCode": system, "schemaVersion": version, "value": value}
    for system, version, value in (
        ("FA (2)", "1-0E", "FA"),  # TEST only
        ("FA (3)", "1-0E", "FA"),
        ("PEF (3)", "2-1", "PEF"),
        ("PEF_KOR (3)", "2-1", "PEF"),
        ("FA_RR (1)", "1-1E", "FA_RR"),
    )
}


class SessionKind(StrEnum):
    """`sessionType`."""

    ONLINE = "Online"
    BATCH = "Batch"


@dataclass(frozen=True, slots=True)
class Opened:
    """A session just opened; whoever continues it needs key and IV."""

    ref: str
    key: bytes = field(repr=False)
    iv: bytes = field(repr=False)
    public_key_id: str
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """Where a part of a batch goes, and with exactly which headers."""

    ordinal: int
    method: str
    url: str = field(repr=False)  # it carries its own authorization
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OpenedBatch:
    """A batch session just opened."""

    ref: str
    public_key_id: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class ContextLimits:
    """What one session of this taxpayer may hold; sizes of one invoice in bytes."""

    invoices: int
    size: int
    size_with_attachment: int


@dataclass(frozen=True, slots=True)
class SessionStatus:
    """What KSeF says of a session; `upo_pages` are references of pages of its collective UPO."""

    ref: str
    code: int
    description: str
    details: tuple[str, ...]
    invoices: int
    accepted: int
    refused: int
    created: datetime
    updated: datetime
    valid_until: datetime | None
    upo_pages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InvoiceStatus:
    """What KSeF says of one invoice of a session."""

    ordinal: int
    number: str | None  # P_2, None when the XML could not be read
    ksef_number: str | None
    ref: str
    hash: str  # SHA-256 of the plain XML in Base64: the key to our documents
    invoicing_date: datetime
    acquired: datetime | None
    stored: datetime | None  # may come later than the status
    mode: str | None  # Online · Offline
    code: int
    description: str
    details: tuple[str, ...]
    extensions: Mapping[str, str]  # of 440: originalKsefNumber, originalSessionReferenceNumber
    upo_url: str | None


@dataclass(frozen=True, slots=True)
class Sold:
    """Metadata of an invoice that we sold."""

    ksef_number: str
    hash: str  # Base64, as everywhere
    accepted: datetime
    stored: datetime | None
    mode: str  # Online · Offline


@dataclass(frozen=True, slots=True)
class SoldPage:
    """One page of them; up to `complete_until` KSeF shows everything."""

    invoices: tuple[Sold, ...]
    complete_until: datetime | None


def sold_page(answer: Mapping[str, Any]) -> SoldPage:
    """From `POST /invoices/query/metadata`."""
    invoices = (
        Sold(
            each["ksefNumber"],
            each["invoiceHash"],
            moment(each["acquisitionDate"]),
            moment_or_none(each.get("permanentStorageDate")),
            each["invoicingMode"],
        )
        for each in answer["invoices"]
    )
    return SoldPage(tuple(invoices), moment_or_none(answer.get("permanentStorageHwmDate")))


def session_status(ref: str, answer: Mapping[str, Any]) -> SessionStatus:
    """From `GET /sessions/{ref}` or an entry of `GET /sessions`, whose count of invoices has another name."""
    code, description, details = _status(answer)
    return SessionStatus(
        ref=ref,
        code=code,
        description=description,
        details=details,
        invoices=answer.get("invoiceCount") or answer.get("totalInvoiceCount") or 0,
        accepted=answer.get("successfulInvoiceCount") or 0,
        refused=answer.get("failedInvoiceCount") or 0,
        created=moment(answer["dateCreated"]),
        updated=moment(answer.get("dateUpdated") or answer["dateCreated"]),
        valid_until=moment_or_none(answer.get("validUntil")),
        upo_pages=tuple(page["referenceNumber"] for page in (answer.get("upo") or {}).get("pages") or ()),
    )


def opened_batch(answer: Mapping[str, Any], public_key_id: str) -> OpenedBatch:
    """From `POST /sessions/batch`."""
    links = (
        Link(each["ordinalNumber"], each["method"], each["url"], dict(each.get("headers") or {}))
        for each in answer["partUploadRequests"]
    )
    return OpenedBatch(answer["referenceNumber"], public_key_id, tuple(links))


def context_limits(answer: Mapping[str, Any], kind: SessionKind) -> ContextLimits:
    """From `GET /limits/context`, for one kind of session; megabytes are decimal (protocol.md, 4.3)."""
    told = answer[f"{kind.value.lower()}Session"]
    megabyte = 1_000_000
    return ContextLimits(
        told["maxInvoices"],
        told["maxInvoiceSizeInMB"] * megabyte,
        told["maxInvoiceWithAttachmentSizeInMB"] * megabyte,
    )


def invoice_status(answer: Mapping[str, Any]) -> InvoiceStatus:
    """From `GET /sessions/{ref}/invoices/{ref}` or an entry of the list."""
    code, description, details = _status(answer)
    return InvoiceStatus(
        ordinal=answer["ordinalNumber"],
        number=answer.get("invoiceNumber"),
        ksef_number=answer.get("ksefNumber"),
        ref=answer["referenceNumber"],
        hash=answer["invoiceHash"],
        invoicing_date=moment(answer["invoicingDate"]),
        acquired=moment_or_none(answer.get("acquisitionDate")),
        stored=moment_or_none(answer.get("permanentStorageDate")),
        mode=answer.get("invoicingMode"),
        code=code,
        description=description,
        details=details,
        extensions={key: str(value) for key, value in (answer["status"].get("extensions") or {}).items() if value},
        upo_url=answer.get("upoDownloadUrl"),
    )


def _status(answer: Mapping[str, Any]) -> tuple[int, str, tuple[str, ...]]:
    status = answer["status"]
    return status["code"], status.get("description") or "", tuple(status.get("details") or ())
