"""`doctor` says in plain Polish what is wrong: one world for each finding, nothing pretended."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from bridge.admin import doctor
from bridge.admin.doctor import Finding, Health, examine
from bridge.admin.init import start
from bridge.files.consent import confirm_production
from bridge.model.settings import Certificate, Company, Environment, Secret, Settings, Token
from bridge.sandbox import Running
from bridge.sandbox.identity import packed, seal

NIP, PASSWORD = "1111111111", "bardzo-tajne"
NOWHERE = "http://127.0.0.1:9"  # the discard port: nobody listens


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def simulator() -> Iterator[Running]:
    with Running(limits=False) as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A folder as `init` makes it, with a seal; no KSeF."""
    start(tmp_path, nip=NIP, name="Firma", address="ul. Prosta 5, 00-001 Warszawa")
    monkeypatch.setenv("TAJNE", PASSWORD)
    company = Company(
        NIP,
        "Firma",
        tmp_path / "inbox",
        tmp_path / "outbox",
        (tmp_path / "mappings",),
        Certificate(sealed(tmp_path / "ksef.p12"), Secret("env", "TAJNE")),
    )
    return Settings(Environment.SANDBOX, tmp_path / "data", (company,), api_url=NOWHERE)


def sealed(path: Path, *, made: datetime | None = None, days: int = 730) -> Path:
    path.touch(mode=0o600)
    path.write_bytes(packed(*seal(NIP, "Firma", made or now(), days=days), PASSWORD))
    return path


def of(settings: Settings, **changed: object) -> Settings:
    """With other values of the company."""
    return replace(settings, companies=(replace(settings.companies[0], **changed),))  # type: ignore[arg-type]


def told(settings: Settings, health: Health, *words: str, clock: Callable[[], datetime] = now) -> Finding:
    """The one finding of that health with all these words."""
    found = examine(settings, clock)
    hits = [
        each for each in found if each.health is health and all(word in each.sentence + each.advice for word in words)
    ]
    assert len(hits) >= 1, found
    assert PASSWORD not in str(found)
    return hits[0]


def with_certificate(settings: Settings, path: Path, password: str = "TAJNE") -> Settings:
    return of(settings, credential=Certificate(path, Secret("env", password)))


def test_certificate_not_found(settings: Settings, tmp_path: Path) -> None:
    told(with_certificate(settings, tmp_path / "nie-ma.p12"), Health.BAD, "Nie ma pliku", "nie-ma.p12")


def test_certificate_unreadable(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "smieci.p12"
    path.touch(mode=0o600)
    path.write_bytes(b"to nie jest certyfikat")
    told(with_certificate(settings, path), Health.BAD, "smieci.p12", "PKCS#12")


def test_certificate_that_is_a_folder(settings: Settings, tmp_path: Path) -> None:
    told(with_certificate(settings, tmp_path / "inbox"), Health.BAD, "Nie da się odczytać")


def test_wrong_password(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INNE", "zle")
    told(with_certificate(settings, tmp_path / "ksef.p12", "INNE"), Health.BAD, "złe hasło")


def test_certificate_expired(settings: Settings, tmp_path: Path) -> None:
    path = sealed(tmp_path / "stary.p12", made=now() - timedelta(days=50), days=10)
    told(with_certificate(settings, path), Health.BAD, "wygasł")


def test_certificate_soon_to_expire(settings: Settings, tmp_path: Path) -> None:
    path = sealed(tmp_path / "konczy.p12", days=8)
    told(with_certificate(settings, path), Health.WARNING, "działa do")


def test_certificate_without_its_key(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "bez.pem"
    path.touch(mode=0o600)
    path.write_bytes(seal(NIP, "Firma", now())[1].public_bytes(Encoding.PEM))
    told(of(settings, credential=Certificate(path)), Health.BAD, "bez klucza")


@pytest.mark.skipif(os.name != "posix", reason="rights of files are POSIX")
def test_rights_of_the_certificate_file(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "ksef.p12").chmod(0o644)
    told(settings, Health.BAD, "mogą czytać inni", "chmod 600")


def test_a_certificate_of_another_company(settings: Settings) -> None:
    told(of(settings, nip="5265877635"), Health.WARNING, "pieczęć NIP 1111111111")


def test_a_certificate_of_the_simulator_elsewhere(settings: Settings) -> None:
    told(replace(settings, environment=Environment.TEST, api_url=""), Health.BAD, "certyfikat symulatora")


def test_token_missing(settings: Settings) -> None:
    told(of(settings, credential=Token(Secret("env", "NIE_MA_TAKIEJ"))), Health.BAD, "env:NIE_MA_TAKIEJ")


def test_no_credential_at_all(settings: Settings) -> None:
    told(of(settings, credential=None), Health.BAD, "ani certyfikatu, ani tokenu")


def test_until_when_tokens_work(settings: Settings) -> None:
    told(of(settings, credential=Token(Secret("env", "TAJNE"))), Health.WARNING, "2026-12-31", "certyfikat")


def test_folder_missing(settings: Settings, tmp_path: Path) -> None:
    told(of(settings, outbox=tmp_path / "nie-ma"), Health.BAD, "Nie ma folderu", "nie-ma")


def test_sentinel_missing(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "inbox" / ".ksef-bridge").unlink()
    told(settings, Health.BAD, "nie ma pliku .ksef-bridge")


def test_no_mapping_and_a_broken_one(settings: Settings, tmp_path: Path) -> None:
    empty = tmp_path / "puste"
    empty.mkdir()
    told(of(settings, mappings=(empty,)), Health.BAD, "Nie ma żadnego mapowania")
    (empty / "zle.yaml").write_text("mapowanie: 1\nzrodlo: [x]\n", "utf-8")
    told(of(settings, mappings=(empty,)), Health.BAD, "zle.yaml")


def test_the_ledger_cannot_be_opened(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "plik").write_text("", "utf-8")
    told(replace(settings, data=tmp_path / "plik" / "data"), Health.BAD, "Nie da się utworzyć folderu")


def test_a_password_in_the_address_of_the_ledger_is_not_shown(settings: Settings) -> None:
    for wrong in (
        f"sqlite+pysqlite://anna:{PASSWORD}@host/ledger.sqlite",
        f"oracle+nieznany://anna:{PASSWORD}@host/baza",
        f"postgresql+psycopg://anna:{PASSWORD}@127.0.0.1:9/baza",
    ):
        told(replace(settings, ledger=wrong), Health.BAD, "ledger")  # and `told` looks for the password


@pytest.mark.skipif(os.name != "posix", reason="rights of files are POSIX")
def test_a_data_folder_that_others_read(settings: Settings) -> None:
    settings.data.mkdir(mode=0o755)
    settings.data.chmod(0o755)
    told(settings, Health.WARNING, "czytają także inni", "chmod 700")


def test_little_space_on_the_disk(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LITTLE_SPACE", 1 << 60)  # the disk is small beside that
    told(settings, Health.WARNING, "Wolne jest tylko")


def test_network(settings: Settings) -> None:
    told(settings, Health.BAD, "KSeF nie odpowiada", "połączenie")


def test_production_unconfirmed_and_confirmed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    production = of(replace(settings, environment=Environment.PRODUCTION, api_url=""), credential=None)
    told(production, Health.BAD, "Produkcja nie jest potwierdzona", "--confirm-production")
    confirm_production(production, now())
    told(production, Health.GOOD, "Produkcja jest potwierdzona")


def test_all_is_well(settings: Settings, simulator: Running) -> None:
    found = examine(replace(settings, api_url=simulator.url), now)
    assert [each.name for each in found if each.health is not Health.GOOD] == ["offline"], found
    assert {each.name for each in found} >= {"księga", "dysk", "folder", "mapowania", "certyfikat", "KSeF", "zegar"}


def test_the_clock_is_off(settings: Settings, simulator: Running) -> None:
    def late() -> datetime:
        return now() - timedelta(minutes=10)

    told(replace(settings, api_url=simulator.url), Health.WARNING, "Zegar", "NTP", clock=late)
