"""Where a credential stands → the credential itself, or FixSetup with what a person must do about it.

Secrets live in memory only and show in no repr, message or log (design.md, section 7).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from bridge.ksef.certificates import CertificateFacts, CertificateKind, facts
from bridge.model.errors import FixSetup
from bridge.model.settings import Certificate, Environment, Secret, Token
from bridge.system.causes import cause_of

PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Signer:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: PrivateKey = field(repr=False)

    @property
    def identified(self) -> bool:
        """Whether the subject names a NIP or PESEL; else KSeF knows it by fingerprint."""
        return facts(self.certificate).kind in (CertificateKind.SEAL, CertificateKind.PERSON)


@dataclass(frozen=True, slots=True)
class KsefToken:
    """A KSeF token, whole: all three parts between bars."""

    text: str = field(repr=False)


Credential = Signer | KsefToken


def load(credential: Certificate | Token | None, now: datetime) -> Credential:
    """The credential, checked as far as it can be without KSeF; FixSetup in plain Polish otherwise."""
    if credential is None:
        raise FixSetup(
            "Firma nie ma w ustawieniach ani certyfikatu, ani tokenu KSeF. Dopisz `certificate` albo `token`."
        )
    if isinstance(credential, Token):
        return KsefToken(secret(credential.secret))
    found, key = opened(credential)
    if key is None:
        raise FixSetup(
            f"Plik {credential.file} zawiera certyfikat bez klucza prywatnego. Wskaż klucz w `key` albo użyj pliku .p12."
        )
    _check(credential, facts(found), now)
    if found.public_key() != key.public_key():
        raise FixSetup(f"Klucz prywatny nie należy do certyfikatu z pliku {credential.file}. Wskaż właściwą parę.")
    return Signer(found, key)


def load_for(environment: Environment, credential: Certificate | Token | None, now: datetime) -> Credential:
    """The same; FixSetup also for a certificate of the simulator anywhere but there (design.md, section 7)."""
    loaded = load(credential, now)
    if environment is not Environment.SANDBOX and isinstance(loaded, Signer) and facts(loaded.certificate).simulated:
        raise FixSetup(
            f"To certyfikat symulatora, a środowisko to „{environment}”. Wskaż w ustawieniach certyfikat wydany przez KSeF."
        )
    return loaded


def load_offline(credential: Certificate, now: datetime) -> Signer:
    """The Offline certificate with its key, for KOD II; FixSetup when it is none or cannot be used."""
    found, key = opened(credential)
    known = facts(found)
    if key is None or found.public_key() != key.public_key():
        raise FixSetup(f"Do certyfikatu Offline z pliku {credential.file} brakuje jego klucza prywatnego.")
    if known.kind is not CertificateKind.OFFLINE:
        raise FixSetup(f"Plik {credential.file} nie jest certyfikatem KSeF „Offline”; kodu II nie da się nim podpisać.")
    if not known.valid_from <= now <= known.valid_to:
        raise FixSetup(
            f"Certyfikat Offline z pliku {credential.file} jest ważny od {known.valid_from:%Y-%m-%d} do "
            f"{known.valid_to:%Y-%m-%d}. Wystaw nowy i wskaż go w ustawieniach."
        )
    return Signer(found, key)


def inspect(credential: Certificate) -> CertificateFacts:
    """What the certificate says, even when it cannot be used; FixSetup when it cannot be opened."""
    return facts(opened(credential)[0])


def secret(where: Secret) -> str:
    """The secret from an environment variable, an owner-only file or the system's keyring, without a final line end."""
    read = _SOURCES.get(where.source)
    found = read(where.name) if read else None
    if not found:
        raise FixSetup(f"Nie ma hasła ani tokenu pod „{where.source}:{where.name}”. Ustaw go albo popraw ustawienia.")
    return found


def _from_file(name: str) -> str:
    return _private_bytes(Path(name)).decode("utf-8-sig").strip("\r\n")


def _from_keyring(name: str) -> str | None:
    try:
        import keyring  # noqa: PLC0415 - an optional part: pip install ksef-bridge[keyring]
        from keyring.errors import KeyringError  # noqa: PLC0415
    except ImportError as error:
        raise FixSetup("Brakuje pakietu keyring. Zainstaluj ksef-bridge[keyring] albo użyj env: lub file:.") from error
    service, _, user = name.rpartition("/")
    try:
        return keyring.get_password(service, user)
    except KeyringError as error:
        raise FixSetup(
            f"Nie da się odczytać „keyring:{name}”: {type(error).__name__}. Odblokuj magazyn haseł."
        ) from error


_SOURCES: dict[str, Callable[[str], str | None]] = {"env": os.environ.get, "file": _from_file, "keyring": _from_keyring}


def _private_bytes(path: Path) -> bytes:
    """A file that nobody else may read (POSIX; Windows keeps its own rights)."""
    try:
        content = path.read_bytes()
        mode = path.stat().st_mode
    except FileNotFoundError as error:
        raise FixSetup(f"Nie ma pliku {path}. Popraw ścieżkę w ustawieniach.") from error
    except OSError as error:
        raise FixSetup(f"Nie da się odczytać pliku {path}: {cause_of(error)}. Nadaj mostkowi prawo odczytu.") from error
    if os.name == "posix" and mode & 0o077:
        raise FixSetup(f"Plik {path} mogą czytać inni użytkownicy. Odbierz im prawa: chmod 600 {path}")
    return content


def opened(credential: Certificate) -> tuple[x509.Certificate, PrivateKey | None]:
    """Certificate and key of a PKCS#12 file, or of PEM files; FixSetup when they cannot be opened."""
    password = secret(credential.password).encode() if credential.password else None
    content = _private_bytes(credential.file)
    certificate, key = (_pem if b"-----BEGIN " in content else _pkcs12)(credential, content, password)
    if key is not None and not isinstance(key, PrivateKey):
        raise FixSetup(
            f"Klucz z pliku {credential.file} nie jest kluczem RSA ani EC. KSeF przyjmuje tylko te dwa rodzaje."
        )
    return certificate, key


def _pkcs12(credential: Certificate, content: bytes, password: bytes | None) -> tuple[x509.Certificate, object]:
    try:
        opened = load_pkcs12(content, password)
    except ValueError as error:
        raise FixSetup(
            f"Nie da się otworzyć pliku {credential.file}: złe hasło albo to nie jest plik PKCS#12 (.p12, .pfx)."
        ) from error
    if opened.cert is None:
        raise FixSetup(f"Plik {credential.file} nie zawiera certyfikatu.")
    return opened.cert.certificate, opened.key


def _pem(credential: Certificate, content: bytes, password: bytes | None) -> tuple[x509.Certificate, object]:
    try:
        found: Sequence[x509.Certificate] = x509.load_pem_x509_certificates(content)
    except ValueError as error:
        raise FixSetup(f"Plik {credential.file} nie zawiera certyfikatu w zapisie PEM.") from error
    keys = _private_bytes(credential.key) if credential.key else content
    return found[0], _pem_key(credential.key or credential.file, keys, password)


def _pem_key(path: Path, content: bytes, password: bytes | None) -> object:
    if b"PRIVATE KEY-----" not in content:
        return None
    encrypted = b"ENCRYPTED" in content
    if encrypted and password is None:
        raise FixSetup(f"Klucz w pliku {path} jest zaszyfrowany. Podaj w ustawieniach, gdzie jest hasło (`password`).")
    try:
        return load_pem_private_key(content, password if encrypted else None)
    except ValueError as error:
        raise FixSetup(f"Nie da się otworzyć klucza z pliku {path}: złe hasło albo uszkodzony plik.") from error


def _check(credential: Certificate, known: CertificateFacts, now: datetime) -> None:
    if known.kind is CertificateKind.OFFLINE:
        raise FixSetup(
            f"Plik {credential.file} to certyfikat KSeF „Offline”. Do logowania potrzebny jest certyfikat „Authentication”."
        )
    if now > known.valid_to:
        raise FixSetup(
            f"Certyfikat z pliku {credential.file} wygasł {known.valid_to:%Y-%m-%d}. Wystaw nowy i wskaż go w ustawieniach."
        )
    if now < known.valid_from:
        raise FixSetup(
            f"Certyfikat z pliku {credential.file} będzie ważny dopiero od {known.valid_from:%Y-%m-%d %H:%M} UTC."
        )
