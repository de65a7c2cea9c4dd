"""A key made here and what KSeF wants to read of its holder → a CSR; KSeF's answers → certificates (protocol.md, 2.5).

The private key never leaves this machine: only the CSR, signed with it, does.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from bridge.ksef.answers import moment

SUBJECT: dict[str, x509.ObjectIdentifier] = {
    "commonName": NameOID.COMMON_NAME,
    "countryName": NameOID.COUNTRY_NAME,
    "givenName": NameOID.GIVEN_NAME,
    "surname": NameOID.SURNAME,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "uniqueIdentifier": NameOID.X500_UNIQUE_IDENTIFIER,
    "organizationName": NameOID.ORGANIZATION_NAME,
    "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
}


class CertificateType(StrEnum):
    """`certificateType`: one purpose each."""

    AUTHENTICATION = "Authentication"  # signing in
    OFFLINE = "Offline"  # KOD II only


@dataclass(frozen=True, slots=True)
class ListedCertificate:
    """A certificate as KSeF lists it."""

    serial: str  # 16 hex digits
    name: str
    type: str
    status: str  # Active · Blocked · Revoked · Expired
    valid_from: datetime
    valid_to: datetime


@dataclass(frozen=True, slots=True)
class Enrolled:
    """How far an enrolment is: 100 on its way, 200 issued with a serial number, anything else refused."""

    code: int
    description: str
    serial: str | None


def new_key() -> ec.EllipticCurvePrivateKey:
    """P-256: the shortest signatures that KSeF takes."""
    return ec.generate_private_key(ec.SECP256R1())


def csr(key: ec.EllipticCurvePrivateKey, subject: Mapping[str, str | None]) -> bytes:
    """PKCS#10 in DER with exactly the subject that KSeF told (25003 otherwise)."""
    attributes = [x509.NameAttribute(oid, value) for name, oid in SUBJECT.items() if (value := subject.get(name))]
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(attributes))
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


def listed(answer: Mapping[str, Any]) -> ListedCertificate:
    """From an entry of `POST /certificates/query`."""
    return ListedCertificate(
        answer["certificateSerialNumber"],
        answer["name"],
        answer["type"],
        answer["status"],
        moment(answer["validFrom"]),
        moment(answer["validTo"]),
    )


def enrolled(answer: Mapping[str, Any]) -> Enrolled:
    """From `GET /certificates/enrollments/{ref}`."""
    status = answer["status"]
    said = " ".join([status.get("description") or "", *(status.get("details") or ())]).strip()
    return Enrolled(status["code"], said, answer.get("certificateSerialNumber"))


def certificate(answer: Mapping[str, Any]) -> x509.Certificate:
    """From an entry of `POST /certificates/retrieve`."""
    return x509.load_der_x509_certificate(b64decode(answer["certificate"]))
