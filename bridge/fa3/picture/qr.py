"""Facts of an invoice → the links of its two QR codes, and a link → its code as SVG (fa3.md, 6.2-6.3).

KOD I stands on every picture that is given out outside KSeF; KOD II beside it when the invoice was issued offline.
Both are computed here from the exact bytes; nothing is fetched.
"""

from __future__ import annotations

import io
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import date

import segno
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from bridge.model.errors import FixSetup

OFFLINE_LABEL, CERTIFICATE_LABEL = "OFFLINE", "CERTYFIKAT"
SALT = 32  # bytes of RSASSA-PSS
HALF = 32  # bytes of each of r and s on P-256
SMALLEST_RSA = 2048
QUIET_ZONE = 4  # modules, ISO/IEC 18004


@dataclass(frozen=True, slots=True)
class OfflineKey:
    """The private key of an Offline certificate, with its serial number as KSeF writes it: 16 hex digits."""

    serial: str
    key: EllipticCurvePrivateKey | RSAPrivateKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class IssuerContext:
    """In whose name the invoice was issued: Nip, InternalId, NipVatUe or PeppolId."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """What a link says of an invoice: seller's NIP, P_1, and the hex SHA-256 of the exact bytes."""

    seller_nip: str
    issued: date
    sha256: str


def serial_of(number: int) -> str:
    """The serial number of a certificate as its 16 upper-case hex digits."""
    return f"{number:016X}"


def invoice_link(base: str, facts: CodeFacts) -> str:
    """KOD I; `base` is the environment's QR address."""
    return f"{base.rstrip('/')}/invoice/{facts.seller_nip}/{facts.issued:%d-%m-%Y}/{_hash(facts)}"


def certificate_link(base: str, facts: CodeFacts, context: IssuerContext, key: OfflineKey) -> str:
    """KOD II. Signed is the link from the host to the hash, without the scheme (fa3.md, 6.3).

    Raises FixSetup for a key that KSeF does not take: not P-256, or RSA below 2048 bits.
    """
    link = (
        f"{base.rstrip('/')}/certificate/{context.kind}/{context.value}/{facts.seller_nip}/{key.serial}/{_hash(facts)}"
    )
    return f"{link}/{_text(_signature(link.partition('://')[2].encode(), key))}"


def svg(link: str) -> str:
    """The QR code of a link, ISO/IEC 18004, with its quiet zone."""
    out = io.BytesIO()
    segno.make_qr(link, error="m").save(
        out, kind="svg", border=QUIET_ZONE, xmldecl=False, svgclass=None, lineclass=None
    )
    return out.getvalue().decode()


def _hash(facts: CodeFacts) -> str:
    return _text(bytes.fromhex(facts.sha256))


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _signature(signed: bytes, key: OfflineKey) -> bytes:
    """ECDSA as r||s, the shortest; the same bytes give the same code. RSASSA-PSS is longer and salted."""
    own = key.key
    if isinstance(own, EllipticCurvePrivateKey):
        if not isinstance(own.curve, SECP256R1):
            raise FixSetup(f"Klucz certyfikatu Offline leży na krzywej {own.curve.name}, a KSeF przyjmuje P-256.")
        r, s = decode_dss_signature(own.sign(signed, ECDSA(SHA256(), deterministic_signing=True)))
        return r.to_bytes(HALF, "big") + s.to_bytes(HALF, "big")
    if own.key_size < SMALLEST_RSA:
        raise FixSetup(f"Klucz certyfikatu Offline ma {own.key_size} bitów, a KSeF przyjmuje RSA od {SMALLEST_RSA}.")
    return own.sign(signed, PSS(mgf=MGF1(SHA256()), salt_length=SALT), SHA256())
