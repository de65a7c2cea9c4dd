"""KSeF and a folder for owners only → a new KSeF certificate with its key, or the configured one renewed in its place.

The key is made here and written before anything is asked, so that a crash loses no certificate that KSeF has issued:
the enrolment that was begun is taken up again. The key never leaves this machine.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from bridge.ksef.client import Ksef
from bridge.ksef.credentials import opened, secret
from bridge.ksef.enrolment import CertificateType, ListedCertificate, csr, new_key
from bridge.model.errors import FixSetup, TryLater
from bridge.model.settings import Certificate

POLLS = (1, 2, 3, 5, 8, 13, 20)  # seconds between questions about an enrolment


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate with its key on disk; what it replaced, if anything."""

    certificate: Path
    key: Path
    serial: str
    valid_to: datetime
    before: Path | None = None


@dataclass(frozen=True, slots=True)
class CertificateOrder:
    """What is asked for: of which type, under which name at KSeF, where its files go, and the key's password."""

    kind: CertificateType
    name: str
    folder: Path
    password: bytes | None = None


def enrol(ksef: Ksef, order: CertificateOrder, now: datetime, sleep: Callable[[float], None]) -> Issued:
    """A new certificate as PEM beside its key; raises FixSetup when KSeF refuses, TryLater while it works on it."""
    stem = order.folder / f"ksef-{order.kind.value.lower()}-{now:%Y%m%d-%H%M%S}"
    begun = next(iter(sorted(order.folder.glob(f"ksef-{order.kind.value.lower()}-*.wniosek.json"))), None)
    if begun is None:
        begun = _begin(ksef, order, stem)
    key_file = Path(str(begun).removesuffix(".wniosek.json") + ".key")
    found = _issued(ksef, begun, sleep)
    key = load_pem_private_key(key_file.read_bytes(), order.password)
    if found.public_key() != key.public_key():
        raise FixSetup(f"KSeF wydał certyfikat dla innego klucza niż {key_file}. Usuń {begun} i zacznij od nowa.")
    path = key_file.with_suffix(".crt")
    _write(path, found.public_bytes(Encoding.PEM))
    begun.unlink()
    return Issued(path, key_file, f"{found.serial_number:016X}", found.not_valid_after_utc)


def _begin(ksef: Ksef, order: CertificateOrder, stem: Path) -> Path:
    if not ksef.may_enrol():
        raise FixSetup("KSeF nie pozwala na kolejny certyfikat: limit jest wyczerpany. Unieważnij niepotrzebne.")
    subject = ksef.certificate_data()
    key = new_key()
    order.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(stem.with_suffix(".key"), _pem(key, order.password))
    ref = ksef.enrol(order.name, order.kind, csr(key, subject))
    begun = Path(f"{stem}.wniosek.json")
    _write(begun, json.dumps({"numer": ref, "rodzaj": order.kind.value}).encode())
    return begun


def _issued(ksef: Ksef, begun: Path, sleep: Callable[[float], None]) -> x509.Certificate:
    ref = json.loads(begun.read_text("utf-8"))["numer"]
    for pause in POLLS:
        told = ksef.enrolment(ref)
        if told.code == 200 and told.serial:
            return ksef.retrieve(told.serial)
        if told.code >= 400:
            begun.unlink()
            raise FixSetup(f"KSeF odrzucił wniosek o certyfikat: {told.description} (kod {told.code}).")
        sleep(pause)
    raise TryLater(f"KSeF jeszcze nie wydał certyfikatu ({ref}). Uruchom to samo polecenie ponownie.")


def renew(
    ksef: Ksef, current: Certificate, order: CertificateOrder, now: datetime, sleep: Callable[[float], None]
) -> Issued:
    """A new certificate in the place of the configured one, under the same password; the old files are kept."""
    held, _ = opened(current)
    if not _known(ksef.certificates(), held, order.kind):
        raise FixSetup(
            f"Certyfikatu z pliku {current.file} nie wydał KSeF, więc nie da się go tu odnowić. Odnów go u wystawcy albo wystaw certyfikat KSeF: ksef-bridge cert enrol."
        )
    made = enrol(ksef, order, now, sleep)
    certificate = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    key = load_pem_private_key(made.key.read_bytes(), order.password)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    before = _aside(current.file, held)
    if b"-----BEGIN " not in before.read_bytes():
        _replace(
            current.file, serialize_key_and_certificates(b"ksef", key, certificate, None, _encryption(order.password))
        )
    elif current.key:
        _aside(current.key, held)
        _replace(current.key, _pem(key, order.password))
        _replace(current.file, certificate.public_bytes(Encoding.PEM))
    else:
        _replace(current.file, certificate.public_bytes(Encoding.PEM) + _pem(key, order.password))
    made.certificate.unlink()
    made.key.unlink()
    return Issued(current.file, current.key or current.file, made.serial, made.valid_to, before)


def password_of(current: Certificate | None) -> bytes | None:
    """The password under which the configured key stands, so that the new one stands under the same."""
    return secret(current.password).encode() if current and current.password else None


def _known(listed: list[ListedCertificate], held: x509.Certificate, kind: CertificateType) -> bool:
    return any(each.serial == f"{held.serial_number:016X}" and each.type == kind.value for each in listed)


def _aside(path: Path, held: x509.Certificate) -> Path:
    """A copy of the old file, owner-only, named by the end of its certificate."""
    kept = path.with_name(f"{path.name}.do-{held.not_valid_after_utc:%Y%m%d}")
    if not kept.exists():
        _write(kept, path.read_bytes())
    return kept


def _pem(key: ec.EllipticCurvePrivateKey, password: bytes | None) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, _encryption(password))


def _encryption(password: bytes | None) -> KeySerializationEncryption:
    return BestAvailableEncryption(password) if password else NoEncryption()


def _write(path: Path, content: bytes) -> None:
    """A file for its owner only; never over one that is there."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise FixSetup(
            f"Plik {path} już istnieje, a mostek niczego nie nadpisuje. Przenieś go i spróbuj ponownie."
        ) from error
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.nowy")
    temporary.unlink(missing_ok=True)
    _write(temporary, content)
    temporary.replace(path)
