"""Certificates made on the spot, and a moment in which they are valid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID

from bridge.ksef.credentials import PrivateKey, Signer

NIP = "1111111111"
QC_STATEMENTS = x509.UnrecognizedExtension(
    x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3"), bytes.fromhex("300a3008060604008e460101")
)
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

SEAL = (
    (NameOID.COUNTRY_NAME, "PL"),
    (NameOID.ORGANIZATION_NAME, "Firma Testowa ŻÓŁW"),
    (NameOID.ORGANIZATION_IDENTIFIER, f"VATPL-{NIP}"),
    (NameOID.COMMON_NAME, "Pieczęć"),
)

Subject = tuple[tuple[x509.ObjectIdentifier, str], ...]
Make = Callable[..., Signer]


@cache
def key_of(kind: str) -> PrivateKey:
    return ec.generate_private_key(ec.SECP256R1()) if kind == "EC" else rsa.generate_private_key(65537, 2048)


def make_signer(
    kind: str = "EC",
    subject: Subject = SEAL,
    start: datetime = NOON,
    *,
    usage: str = "",
    qualified: bool = False,
) -> Signer:
    key = key_of(kind)
    name = x509.Name([x509.NameAttribute(oid, text) for oid, text in subject])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start - timedelta(days=1))
        .not_valid_after(start + timedelta(days=30))
    )
    if qualified:
        builder = builder.add_extension(QC_STATEMENTS, critical=False)
    if usage:
        builder = builder.add_extension(key_usage(usage), critical=True)
    return Signer(builder.sign(key, SHA256()), key)


def key_usage(named: str) -> x509.KeyUsage:
    names = (
        "digital_signature content_commitment key_encipherment data_encipherment "
        "key_agreement key_cert_sign crl_sign encipher_only decipher_only"
    )
    return x509.KeyUsage(**{name: name == named for name in names.split()})


@pytest.fixture(scope="session")
def make() -> Make:
    return make_signer


@pytest.fixture(scope="session")
def noon() -> datetime:
    return NOON


@pytest.fixture
def write_p12(tmp_path: Path) -> Callable[[Signer, str], Path]:
    def write(signer: Signer, password: str) -> Path:
        encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
        path = tmp_path / "firma.p12"
        path.write_bytes(serialize_key_and_certificates(b"firma", signer.key, signer.certificate, None, encryption))
        path.chmod(0o600)
        return path

    return write


@pytest.fixture
def write_pem(tmp_path: Path) -> Callable[..., tuple[Path, Path]]:
    """Certificate and key, apart; the key encrypted when there is a password."""

    def write(signer: Signer, password: str = "", key: PrivateKey | None = None) -> tuple[Path, Path]:
        encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
        certificate, key_path = tmp_path / "firma.crt", tmp_path / "firma.key"
        certificate.write_bytes(signer.certificate.public_bytes(Encoding.PEM))
        key_path.write_bytes((key or signer.key).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
        for path in (certificate, key_path):
            path.chmod(0o600)
        return certificate, key_path

    return write
