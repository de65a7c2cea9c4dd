"""A NIP → a self-signed company seal, as TEST accepts it: its bearer owns that NIP (protocol.md, 2.4)."""

from __future__ import annotations

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

MARK = "Symulator KSeF"  # by which a bridge knows that no other environment may see this certificate
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def seal(nip: str, name: str, now: datetime, *, key: str = "ec", days: int = 730) -> tuple[Key, x509.Certificate]:
    """A private key (ec P-256 or rsa 2048) and its certificate with organizationIdentifier VATPL-<nip>."""
    private: Key = ec.generate_private_key(ec.SECP256R1()) if key == "ec" else rsa.generate_private_key(65537, 2048)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "PL"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, name),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, MARK),
            x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, f"VATPL-{nip}"),
            x509.NameAttribute(NameOID.COMMON_NAME, name[:64]),
        ]
    )
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(usage, critical=True)
        .sign(private, hashes.SHA256())
    )
    return private, certificate


def packed(private: Key, certificate: x509.Certificate, password: str) -> bytes:
    """The pair as PKCS#12 under a password."""
    return pkcs12.serialize_key_and_certificates(
        b"ksef", private, certificate, None, BestAvailableEncryption(password.encode())
    )
