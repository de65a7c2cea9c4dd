"""A folder → a small authority and the server's certificate for TLS, which can be swapped while it runs (12.3)."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID

from bridge.sandbox.realtime import real_now

NAMES = ("localhost", "ksef-sim.test")
LIFE = timedelta(days=365)


class Tls:
    """`ca.pem` is for clients to trust; `server.pem` and `server.key` are the server's, made anew by `swap`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.authority, self._authority_key = folder / "ca.pem", folder / "ca.key"
        self.certificate, self.key = folder / "server.pem", folder / "server.key"
        self.context: ssl.SSLContext | None = None
        if not self.authority.exists():
            self._make_authority()
        self.swap()

    def trusting(self) -> ssl.SSLContext:
        """For a client: trust this authority."""
        return ssl.create_default_context(cafile=str(self.authority))

    def swap(self) -> None:
        """A new certificate; connections from now on show it."""
        issuer = load_pem_private_key(self._authority_key.read_bytes(), None)
        assert isinstance(issuer, ec.EllipticCurvePrivateKey)
        name = x509.load_pem_x509_certificate(self.authority.read_bytes()).subject
        alternatives: list[x509.GeneralName] = [x509.DNSName(each) for each in NAMES]
        alternatives.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAMES[0])])
        made = _begun(subject, name, key).add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        made = made.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), critical=False
        )
        _write(self.certificate, made.sign(issuer, hashes.SHA256()).public_bytes(Encoding.PEM))
        _write(self.key, _private(key))
        if self.context is not None:
            self.context.load_cert_chain(self.certificate, self.key)

    def _make_authority(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Symulator KSeF (TLS)")])
        made = _begun(name, name, key).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        usage = x509.KeyUsage(
            digital_signature=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        made = made.add_extension(usage, critical=True).add_extension(identifier, critical=False)
        _write(self.authority, made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
        _write(self._authority_key, _private(key))


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = real_now()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + LIFE)
    )


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)
