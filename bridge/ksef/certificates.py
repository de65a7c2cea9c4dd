"""A certificate → what it says of its holder, by KSeF's rules of who may sign (protocol.md, sections 2.4-2.5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

_ORGANIZATION = re.compile(r"VATPL.*?(\d{10})")
_PERSON_NIP = re.compile(r"(?:TINPL|NIP).*?(\d{10})")
_PERSON_PESEL = re.compile(r"(?:PNOPL|PESEL).*?(\d{11})")
_QC_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")


SIMULATED = frozenset({"Symulator KSeF", "KSeF CA symulatora"})  # unit of its seals, name of its authority


class CertificateKind(StrEnum):
    """Whom a certificate speaks for."""

    SEAL = "pieczęć firmy"
    PERSON = "podpis osoby"
    FINGERPRINT = "bez NIP i PESEL: uprawnienia w KSeF nadaje się jego odciskowi"
    OFFLINE = "certyfikat KSeF „Offline”: tylko do kodów QR"


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What a certificate says, for `doctor`."""

    subject: str
    issuer: str
    nip: str | None
    kind: CertificateKind
    valid_from: datetime
    valid_to: datetime
    simulated: bool  # made by the simulator, for the simulator
    fingerprint: str  # SHA-256 of the certificate, hex, as KSeF's permissions name it


def facts(certificate: x509.Certificate) -> CertificateFacts:
    """Subject, NIP, kind and validity."""
    return CertificateFacts(
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        nip=_nip(certificate),
        kind=_kind(certificate),
        valid_from=certificate.not_valid_before_utc,
        valid_to=certificate.not_valid_after_utc,
        simulated=_simulated(certificate),
        fingerprint=certificate.fingerprint(SHA256()).hex().upper(),
    )


def _kind(certificate: x509.Certificate) -> CertificateKind:
    """KSeF's rules of who may sign (protocol.md, 2.4); a qualified seal also has nonRepudiation alone."""
    if _only_offline(certificate):
        return CertificateKind.OFFLINE
    person = _texts(certificate, NameOID.GIVEN_NAME) or _texts(certificate, NameOID.SURNAME)
    if not person and _ORGANIZATION.search(_texts(certificate, NameOID.ORGANIZATION_IDENTIFIER)):
        return CertificateKind.SEAL
    number = _texts(certificate, NameOID.SERIAL_NUMBER)
    if person and (_PERSON_NIP.search(number) or _PERSON_PESEL.search(number)):
        return CertificateKind.PERSON
    return CertificateKind.FINGERPRINT


def _only_offline(certificate: x509.Certificate) -> bool:
    extensions = certificate.extensions
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    qualified = any(each.oid == _QC_STATEMENTS for each in extensions)
    return usage.content_commitment and not usage.digital_signature and not qualified


def _simulated(certificate: x509.Certificate) -> bool:
    units = {str(each.value) for each in certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)}
    issuers = {str(each.value) for each in certificate.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)}
    return bool((units | issuers) & SIMULATED)


def _nip(certificate: x509.Certificate) -> str | None:
    found = _ORGANIZATION.search(_texts(certificate, NameOID.ORGANIZATION_IDENTIFIER)) or _PERSON_NIP.search(
        _texts(certificate, NameOID.SERIAL_NUMBER)
    )
    return found[1] if found else None


def _texts(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    return " ".join(str(each.value) for each in certificate.subject.get_attributes_for_oid(oid))


WARNINGS = (60, 30, 7)  # days before its end on which a person is told of a certificate, ever louder


def ending(valid_to: datetime, now: datetime) -> int | None:
    """Which of these warnings is due: 60, 30 or 7; 0 when it has ended; None while there is time."""
    left = valid_to - now
    if left <= timedelta():
        return 0
    return min((days for days in WARNINGS if left <= timedelta(days=days)), default=None)


def ending_told(what: str, valid_to: datetime, now: datetime) -> str:
    """The warning in a sentence, "" while there is time."""
    due = ending(valid_to, now)
    if due is None:
        return ""
    if due == 0:
        return f"{what} wygasł {valid_to:%Y-%m-%d}. Wystaw nowy: ksef-bridge cert enrol."
    urgent = "PILNE: " if due == WARNINGS[-1] else ""
    left = (valid_to - now).days
    return f"{urgent}{what} wygaśnie {valid_to:%Y-%m-%d} (za {left} dni). Odnów go: ksef-bridge cert renew."
