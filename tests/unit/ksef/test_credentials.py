"""Each way in which a credential can be wrong has its own sentence, and no secret is ever in it."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import keyring.backend
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bridge.ksef.certificates import CertificateKind, facts
from bridge.ksef.credentials import KsefToken, Signer, inspect, load, secret
from bridge.model.errors import FixSetup
from bridge.model.settings import Certificate, Secret, Token

PASSWORD = "bardzo-tajne-hasło"
Make = Callable[..., Signer]
WriteP12 = Callable[[Signer, str], Path]
WritePem = Callable[..., tuple[Path, Path]]

posix = pytest.mark.skipif(os.name != "posix", reason="rights of files are POSIX")


@pytest.fixture
def password(tmp_path: Path) -> Secret:
    path = tmp_path / "haslo.txt"
    path.write_text(f"{PASSWORD}\n", encoding="utf-8")
    path.chmod(0o600)
    return Secret("file", str(path))


@pytest.mark.parametrize("kind", ["EC", "RSA"])
def test_p12_with_a_password(kind: str, make: Make, write_p12: WriteP12, password: Secret, noon: datetime) -> None:
    loaded = load(Certificate(write_p12(make(kind), PASSWORD), password), noon)
    assert isinstance(loaded, Signer)
    assert loaded.identified


def test_pem_with_the_key_apart_encrypted_or_not(
    make: Make, write_pem: WritePem, password: Secret, noon: datetime
) -> None:
    for given, where in (("", None), (PASSWORD, password)):
        certificate, key = write_pem(make(), given)
        assert isinstance(load(Certificate(certificate, where, key), noon), Signer)


def test_pem_in_one_file(make: Make, write_pem: WritePem, noon: datetime) -> None:
    certificate, key = write_pem(make())
    certificate.write_bytes(certificate.read_bytes() + key.read_bytes())
    assert isinstance(load(Certificate(certificate), noon), Signer)


def test_a_wrong_password_is_told_without_it(make: Make, write_p12: WriteP12, password: Secret, noon: datetime) -> None:
    path = write_p12(make(), "inne")
    with pytest.raises(FixSetup, match="złe hasło") as told:
        load(Certificate(path, password), noon)
    assert PASSWORD not in str(told.value)


def test_an_encrypted_key_without_a_password(make: Make, write_pem: WritePem, noon: datetime) -> None:
    certificate, key = write_pem(make(), PASSWORD)
    with pytest.raises(FixSetup, match="zaszyfrowany"):
        load(Certificate(certificate, None, key), noon)


def test_an_encrypted_key_with_a_wrong_password(
    make: Make, write_pem: WritePem, password: Secret, noon: datetime
) -> None:
    certificate, key = write_pem(make(), "inne")
    with pytest.raises(FixSetup, match="złe hasło"):
        load(Certificate(certificate, password, key), noon)


def test_a_certificate_without_its_key(make: Make, write_pem: WritePem, noon: datetime) -> None:
    certificate, _ = write_pem(make())
    with pytest.raises(FixSetup, match="bez klucza prywatnego"):
        load(Certificate(certificate), noon)


def test_a_key_of_another_certificate(make: Make, write_pem: WritePem, noon: datetime) -> None:
    certificate, key = write_pem(make(), key=ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(FixSetup, match="nie należy do certyfikatu"):
        load(Certificate(certificate, None, key), noon)


def test_not_there(tmp_path: Path, noon: datetime) -> None:
    with pytest.raises(FixSetup, match=r"Nie ma pliku .*brak\.p12"):
        load(Certificate(tmp_path / "brak.p12"), noon)


def test_a_folder_is_not_a_certificate(tmp_path: Path, noon: datetime) -> None:
    with pytest.raises(FixSetup, match="Nie da się odczytać"):
        load(Certificate(tmp_path), noon)


def test_something_else(tmp_path: Path, noon: datetime) -> None:
    path = tmp_path / "faktury.csv"
    path.write_text("numer;netto")
    path.chmod(0o600)
    with pytest.raises(FixSetup, match="to nie jest plik PKCS#12"):
        load(Certificate(path), noon)


@posix
def test_a_file_that_others_can_read(make: Make, write_p12: WriteP12, noon: datetime) -> None:
    path = write_p12(make(), "")
    path.chmod(0o644)
    with pytest.raises(FixSetup, match="chmod 600"):
        load(Certificate(path), noon)


def test_expired_and_not_yet_valid(make: Make, write_p12: WriteP12, noon: datetime) -> None:
    path = write_p12(make(), "")
    with pytest.raises(FixSetup, match="wygasł 2026-12-24"):
        load(Certificate(path), noon + timedelta(days=60))
    with pytest.raises(FixSetup, match="dopiero od 2026-11-23"):
        load(Certificate(path), noon - timedelta(days=60))


def test_an_offline_certificate_cannot_sign_in(make: Make, write_p12: WriteP12, noon: datetime) -> None:
    path = write_p12(make(usage="content_commitment"), "")
    with pytest.raises(FixSetup, match="Offline"):
        load(Certificate(path), noon)
    assert inspect(Certificate(path)).kind is CertificateKind.OFFLINE


def test_no_credential_at_all(noon: datetime) -> None:
    with pytest.raises(FixSetup, match="ani certyfikatu, ani tokenu"):
        load(None, noon)


def test_facts_of_a_seal(make: Make) -> None:
    known = facts(make(usage="digital_signature").certificate)
    assert (known.nip, known.kind) == ("1111111111", CertificateKind.SEAL)
    assert known.valid_to.isoformat() == "2026-12-24T12:00:00+00:00"


def test_facts_of_a_person(make: Make) -> None:
    person = make(
        subject=(
            (NameOID.GIVEN_NAME, "Jan"),
            (NameOID.SURNAME, "Próbny"),
            (NameOID.SERIAL_NUMBER, "TINPL-1111111111"),
            (NameOID.COMMON_NAME, "Jan Próbny"),
        )
    )
    assert (facts(person.certificate).nip, facts(person.certificate).kind) == ("1111111111", CertificateKind.PERSON)


def test_a_qualified_seal_for_non_repudiation_is_not_an_offline_certificate(make: Make) -> None:
    qualified = make(usage="content_commitment", qualified=True)
    assert facts(qualified.certificate).kind is CertificateKind.SEAL


def test_a_token_from_the_environment(monkeypatch: pytest.MonkeyPatch, noon: datetime) -> None:
    monkeypatch.setenv("KSEF_TEST_TOKEN", "ref|nip-1111111111|abc")
    assert load(Token(Secret("env", "KSEF_TEST_TOKEN")), noon) == KsefToken("ref|nip-1111111111|abc")


@pytest.mark.parametrize("where", [Secret("env", "KSEF_NOT_SET"), Secret("safe", "x")])
def test_a_secret_that_is_not_there(where: Secret) -> None:
    with pytest.raises(FixSetup, match=f"{where.source}:{where.name}"):
        secret(where)


def test_a_secret_from_the_keyring() -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(_Ring())  # type: ignore[no-untyped-call]  # of keyring
    try:
        assert secret(Secret("keyring", "ksef/1111111111")) == "token firmy 1111111111"
    finally:
        keyring.set_keyring(before)


def test_secrets_are_in_no_repr(make: Make) -> None:
    assert "tajny" not in repr(KsefToken("tajny"))
    assert "key" not in repr(make())


class _Ring(keyring.backend.KeyringBackend):
    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        return f"token firmy {username}" if service == "ksef" else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError
