"""`mapping new`: a sample → a proposal that lacks nothing but what only a person knows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bridge.cli import app

# Exactly the seller's data and the dictionaries of rates and transactions, laid over the proposal.
FILLED = """\
mapowanie: 1
dolacz:
  - propozycja.yaml
sprzedawca:
  nip: 1111111111
  nazwa: Firma Testowa ŻÓŁW Sp. z o.o.
  adres_linia1: ul. Próbna 1
  adres_linia2: 00-001 Warszawa
  kraj: PL
slowniki:
  stawki_vat:
    23%: 23
    23: 23
    8%: 8
    5%: 5
    zw.: zw
  rodzaje:
    FS: VAT
  podstawy_zwolnienia:
    zw.: art. 43 ust. 1 pkt 37 ustawy o VAT
    zw: art. 43 ust. 1 pkt 29 ustawy o VAT
"""
SETS = {
    "01_comarch_pozycje_cp1250": ".csv",
    "03_jeden_wiersz_faktura_utf8bom": ".csv",
    "05_arkusz_naglowki_pozycje": ".xlsx",
}


def proposed(sample: Path, folder: Path) -> str:
    done = CliRunner().invoke(app, ["mapping", "new", str(sample), "--out", str(folder / "propozycja.yaml")])
    assert done.exit_code == 0, done.output
    return (folder / "propozycja.yaml").read_text("utf-8")


@pytest.mark.shared
@pytest.mark.parametrize("name", SETS)
def test_a_proposal_with_seller_and_dictionaries_is_fully_right(
    name: str, judge: object, shared: Path, tmp_path: Path
) -> None:
    sample = shared / "exports" / f"{name}{SETS[name]}"
    proposed(sample, tmp_path)
    (tmp_path / "gotowe.yaml").write_text(FILLED, "utf-8")
    command = ["convert", sample, "--mapping", tmp_path / "gotowe.yaml", "--out", tmp_path / "xml"]
    done = CliRunner().invoke(app, list(map(str, command)))
    assert done.exit_code == 0, done.output
    assert callable(judge)
    right, said = judge(name, tmp_path / "xml")
    assert right == 0, said


@pytest.mark.parametrize("name", SETS)
def test_a_proposal_is_not_used_before_it_is_filled_in(name: str, root: Path, tmp_path: Path) -> None:
    sample = root / "mappings" / "probki" / f"{name}{SETS[name]}"
    text = proposed(sample, tmp_path)
    assert "UZUPEŁNIJ" in text
    done = CliRunner().invoke(app, ["check", str(sample), "--mapping", str(tmp_path / "propozycja.yaml"), "--json"])
    assert done.exit_code == 1
    (file,) = json.loads(done.stdout)["files"]
    told = " ".join(each["message"] for each in file["problems"])
    assert all(f"„sprzedawca.{key}” jest puste" in told for key in ("nip", "nazwa", "adres_linia1", "kraj"))
    assert file["invoices"] == []


def test_nothing_is_written_over(root: Path, tmp_path: Path) -> None:
    sample = root / "mappings" / "probki" / "01_comarch_pozycje_cp1250.csv"
    (tmp_path / "moje.yaml").write_text("moje", "utf-8")
    done = CliRunner().invoke(app, ["mapping", "new", str(sample), "--out", str(tmp_path / "moje.yaml")])
    assert done.exit_code != 0
    assert (tmp_path / "moje.yaml").read_text("utf-8") == "moje"


@pytest.mark.parametrize(
    ("name", "said"),
    [("02_subiekt_komunikacja.epp", "02_subiekt_epp.yaml"), ("06_rejestr_tytuly_scalone.xlsx", "")],
)
def test_formats_with_a_mapping_of_their_own_are_named(name: str, said: str, root: Path, tmp_path: Path) -> None:
    sample = root / "mappings" / "probki" / name
    done = CliRunner().invoke(app, ["mapping", "new", str(sample), "--out", str(tmp_path / "p.yaml")])
    assert done.exit_code == 0, done.output
    assert said in done.output
    assert (tmp_path / "p.yaml").exists() == (not said)
    if not said:
        text = (tmp_path / "p.yaml").read_text("utf-8")
        assert "wiersze_naglowka: 5-6" in text
        assert '["Wartość [PLN] / Netto"]' in text
