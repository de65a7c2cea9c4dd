"""From nothing to a folder that works: `init`, what it refuses, whose invoices its examples issue."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bridge.admin.init import start
from bridge.app import wiring
from bridge.app.settings import load
from bridge.cli import app
from bridge.conversion.drop import mapping_of, mappings_of
from bridge.conversion.samples import refusal
from bridge.model.errors import WrongRequest
from bridge.model.settings import Environment

NIP, NAME, ADDRESS = "1234563218", 'Zakład "Próbny" Sp. z o.o.', "ul. Prosta 5, 00-001 Warszawa"
NOW = datetime(2026, 2, 10, 11, tzinfo=UTC)
FROM_COLUMNS = ("uniwersalne.yaml",)  # the file says who sells


@pytest.mark.parametrize("nip", ["1234567890", "123-456-32-18", "123456321", "PL1234563218", "abc"])
def test_a_wrong_nip_is_refused_and_nothing_is_made(tmp_path: Path, nip: str) -> None:
    with pytest.raises(WrongRequest, match="NIP"):
        start(tmp_path / "firma", nip=nip)
    assert not (tmp_path / "firma").exists()


def test_init_says_ten_lines(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app, ["init", str(tmp_path / "firma"), "--nip", NIP, "--name", NAME, "--address", ADDRESS]
    )
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) <= 10


def settings_of(folder: Path, environment: Environment) -> wiring.Settings:
    settings, problems = load(folder / "bridge.toml", os.environ)
    assert settings is not None, problems
    return replace(settings, environment=environment)


@pytest.mark.parametrize("given", [{}, {"name": NAME}, {"address": ADDRESS}, {"name": NAME, "address": ADDRESS}])
@pytest.mark.parametrize("environment", list(Environment))
def test_examples_issue_only_invoices_of_their_firm(
    tmp_path: Path, given: dict[str, str], environment: Environment
) -> None:
    """Every example: free of M02 for the firm of `init`, and refused outside the sandbox while the example sells."""
    start(tmp_path, nip=NIP, **given)
    settings = settings_of(tmp_path, environment)
    whole = wiring.job(settings, settings.companies[0], {}, NOW)
    names = [path.name for path in sorted((tmp_path / "mappings").glob("*.yaml")) if path.name not in FROM_COLUMNS]
    assert len(names) > 10
    for name in names:
        _, found = mapping_of(replace(whole, mapping=name, files={"a.csv": tmp_path / "a.csv"}))
        refused = environment is not Environment.SANDBOX and len(given) < 2
        assert {each.code for each in found} == ({"M27"} if refused else set()), name


def test_the_sellers_data_reach_the_mapping(tmp_path: Path) -> None:
    start(tmp_path, nip=NIP, name=NAME, address=ADDRESS)
    settings = settings_of(tmp_path, Environment.SANDBOX)
    good, _ = mappings_of(replace(wiring.job(settings, settings.companies[0], {}, NOW), mapping="01_comarch.yaml"))
    said = {each.word.key: each.constant for each in good[0].header if each.word.key.startswith("sprzedawca.")}
    assert said["sprzedawca.nazwa"] == NAME
    assert (said["sprzedawca.adres_linia1"], said["sprzedawca.adres_linia2"]) == ("ul. Prosta 5", "00-001 Warszawa")


def test_a_mapping_of_ones_own_is_not_tried_on_samples_of_others(tmp_path: Path) -> None:
    """A pattern that fits every shipped sample too: nobody said that they are samples of this mapping."""
    start(tmp_path)
    text = (tmp_path / "mappings" / "01_comarch.yaml").read_text("utf-8")
    own = re.sub(r"pliki: .*", 'pliki: "*.csv"', text, count=1)
    assert own != text
    (tmp_path / "mappings" / "hurt.yaml").write_text(own, "utf-8")
    settings = settings_of(tmp_path, Environment.SANDBOX)
    whole = wiring.job(settings, settings.companies[0], {}, NOW)
    known, _ = mappings_of(whole)
    hurt = next(each for each in known if each.name == "hurt.yaml")
    assert refusal(hurt, replace(whole, files={"eksport.csv": tmp_path / "eksport.csv"}), known) == []


@pytest.mark.parametrize(
    "key", ["inbox", "outbox", "data", "mappings", "schema_dir", "bank_rates", "certificate", "password"]
)
def test_a_windows_path_in_quotes_is_refused_with_advice(tmp_path: Path, key: str) -> None:
    bad = '"D:\\temp\\new"'
    lines = {
        "data": 'data = "d"',
        "schema_dir": "",
        "bank_rates": "",
        "inbox": 'inbox = "i"',
        "outbox": 'outbox = "o"',
        "mappings": 'mappings = ["m"]',
        "certificate": 'certificate = { file = "c.p12", password = "env:X" }',
    }
    new = {
        "mappings": f"mappings = [{bad}]",
        "bank_rates": f"bank_rates = [{bad}]",
        "certificate": f"certificate = {{ file = {bad} }}",
        "password": 'certificate = { file = "c.p12", password = "file:D:\\temp\\new" }',
    }
    lines["certificate" if key == "password" else key] = new.get(key, f"{key} = {bad}")
    top = "\n".join(['environment = "sandbox"', lines["data"], lines["schema_dir"], lines["bank_rates"]])
    company = "\n".join([f'[[company]]\nnip = "{NIP}"\nname = "F"', *(lines[each] for each in list(lines)[3:])])
    (tmp_path / "bridge.toml").write_text(f"{top}\n{company}\n", "utf-8")
    settings, problems = load(tmp_path / "bridge.toml", {})
    assert settings is None
    assert any(each.code == "U03" and "apostrof" in each.message for each in problems)
