"""Certificates of KSeF asked for, taken up again after a crash, and renewed in their place, against the simulator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from bridge.admin import certificates as enrolling
from bridge.admin.certificates import CertificateOrder
from bridge.ksef.certificates import ending, ending_told
from bridge.ksef.client import Ksef
from bridge.ksef.credentials import Credential, KsefToken, Signer, load
from bridge.ksef.enrolment import CertificateType, csr, new_key
from bridge.ksef.limits import Unpaced
from bridge.model.errors import FixSetup, TryLater
from bridge.model.settings import Certificate, Secret
from bridge.sandbox import Running
from bridge.sandbox.identity import seal

NIP = "1111111111"
AUTHENTICATION, OFFLINE = CertificateType.AUTHENTICATION, CertificateType.OFFLINE


def now() -> datetime:
    return datetime.now(UTC)


def never(_seconds: float) -> None:
    """Nobody waits in a test."""


@pytest.fixture(scope="module")
def simulator() -> Iterator[Running]:
    with Running(limits=False) as running:
        yield running


def signed_in(simulator: Running, credential: Credential) -> Ksef:
    return Ksef(f"{simulator.url}/v2", NIP, lambda: credential, Unpaced(), now=now, sleep=never)


@pytest.fixture
def ksef(simulator: Running) -> Iterator[Ksef]:
    simulator.reset()
    simulator.store.settings["limits"] = False
    key, certificate = seal(NIP, "Firma Testowa", now())
    with signed_in(simulator, Signer(certificate, key)) as client:
        yield client


def order(folder: Path, kind: CertificateType = AUTHENTICATION, password: bytes | None = None) -> CertificateOrder:
    return CertificateOrder(kind, "Firma Testowa mostek", folder, password)


@pytest.mark.parametrize("kind", CertificateType)
def test_a_new_certificate_belongs_to_the_key_that_was_made_here(
    ksef: Ksef, tmp_path: Path, kind: CertificateType
) -> None:
    made = enrolling.enrol(ksef, order(tmp_path / "owner-only", kind), now(), never)
    assert {path.stat().st_mode & 0o077 for path in (made.certificate, made.key)} == {0}
    assert sorted(path.suffix for path in made.key.parent.iterdir()) == [".crt", ".key"]
    (listed,) = ksef.certificates()
    assert (listed.serial, listed.type, listed.status) == (made.serial, kind.value, "Active")


def test_the_new_certificate_signs_in(
    ksef: Ksef, simulator: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HASLO", "tajne")
    made = enrolling.enrol(ksef, order(tmp_path, password=b"tajne"), now(), never)
    assert b"ENCRYPTED" in made.key.read_bytes()
    credential = load(Certificate(made.certificate, Secret("env", "HASLO"), made.key), now() + timedelta(seconds=1))
    with signed_in(simulator, credential) as again:
        assert again.certificates()


def test_an_enrolment_that_was_begun_is_taken_up_again(ksef: Ksef, simulator: Running, tmp_path: Path) -> None:
    simulator.store.settings["enrollment_seconds"] = 3600.0
    with pytest.raises(TryLater):
        enrolling.enrol(ksef, order(tmp_path), now(), never)
    simulator.store.clock.shift = timedelta(hours=2)
    made = enrolling.enrol(ksef, order(tmp_path), now() + timedelta(hours=2), never)
    (listed,) = ksef.certificates()
    assert listed.serial == made.serial


def test_an_enrolment_past_its_retention_is_begun_anew(ksef: Ksef, simulator: Running, tmp_path: Path) -> None:
    simulator.store.settings["enrollment_seconds"] = 3600.0
    with pytest.raises(TryLater):
        enrolling.enrol(ksef, order(tmp_path), now(), never)
    simulator.fault(do="gone", path="/certificates/enrollments/.*", method="GET")
    with pytest.raises(FixSetup, match="410"):
        enrolling.enrol(ksef, order(tmp_path), now(), never)
    simulator.store.settings["enrollment_seconds"] = 0.0
    assert enrolling.enrol(ksef, order(tmp_path), now() + timedelta(seconds=1), never).serial


def test_a_token_may_not_ask_for_certificates(ksef: Ksef, simulator: Running, tmp_path: Path) -> None:
    token = simulator.store.kept.tokens
    assert token is not None
    made = ksef._wire.must(
        replace(_call("POST", "/tokens"), changes=True), json={"permissions": ["InvoiceWrite"], "description": "mostek"}
    ).json()
    with signed_in(simulator, KsefToken(made["token"])) as by_token, pytest.raises(FixSetup):
        enrolling.enrol(by_token, order(tmp_path), now(), never)


def _call(method: str, path: str):  # noqa: ANN202 - a call of the API that the bridge does not make
    from bridge.ksef.calls import Call  # noqa: PLC0415

    return Call(method, path, "other")


def renewable(ksef: Ksef, folder: Path, shape: str) -> Certificate:
    """A configured KSeF certificate, in each shape that the settings take."""
    made = enrolling.enrol(ksef, order(folder), now(), never)
    certificate = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    key = load(Certificate(made.certificate, None, made.key), now() + timedelta(seconds=1))
    assert isinstance(key, Signer)
    if shape == "pem-apart":
        return Certificate(made.certificate, None, made.key)
    path = folder / "firma"
    if shape == "p12":
        content = serialize_key_and_certificates(b"x", key.key, certificate, None, BestAvailableEncryption(b"tajne"))  # type: ignore[arg-type]
        path.write_bytes(content)
        path.chmod(0o600)
        return Certificate(path, Secret("env", "HASLO"))
    path.write_bytes(
        made.certificate.read_bytes() + key.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    path.chmod(0o600)
    return Certificate(path)


@pytest.mark.parametrize("shape", ["p12", "pem-apart", "pem-together"])
def test_renewing_puts_the_new_one_in_the_place_of_the_old(
    shape: str, ksef: Ksef, simulator: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HASLO", "tajne")
    current = renewable(ksef, tmp_path, shape)
    before = current.file.read_bytes()
    later = now() + timedelta(seconds=2)
    made = enrolling.renew(ksef, current, order(tmp_path, password=enrolling.password_of(current)), later, never)
    assert made.before is not None
    assert made.before.read_bytes() == before
    assert made.before.stat().st_mode & 0o077 == 0
    credential = load(current, later)
    assert isinstance(credential, Signer)
    assert f"{credential.certificate.serial_number:016X}" == made.serial
    with signed_in(simulator, credential) as again:
        assert len(again.certificates()) == 2


def test_what_ksef_did_not_issue_cannot_be_renewed_here(ksef: Ksef, tmp_path: Path) -> None:
    key, certificate = seal(NIP, "Firma Testowa", now())
    path = tmp_path / "pieczec.p12"
    path.write_bytes(serialize_key_and_certificates(b"x", key, certificate, None, NoEncryption()))
    path.chmod(0o600)
    with pytest.raises(FixSetup, match="nie wydał KSeF"):
        enrolling.renew(ksef, Certificate(path), order(tmp_path), now(), never)


def test_the_csr_says_exactly_what_ksef_told() -> None:
    told = {"commonName": "Firma", "countryName": "PL", "organizationIdentifier": "VATPL-1111111111", "surname": None}
    request = x509.load_der_x509_csr(csr(new_key(), told))
    assert request.is_signature_valid
    assert sorted(str(each.value) for each in request.subject) == ["Firma", "PL", "VATPL-1111111111"]


@pytest.mark.parametrize(
    ("days", "due"), [(61, None), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (1, 7), (0, 0), (-5, 0)]
)
def test_warnings_60_30_and_7_days_ahead(days: int, due: int | None) -> None:
    moment = now()
    assert ending(moment + timedelta(days=days), moment) == due
    said = ending_told("Certyfikat", moment + timedelta(days=days), moment)
    assert bool(said) == (due is not None)
    assert said.startswith("PILNE") == (due == 7)
