"""Broken exports through `check`: the code that their sidecar names, with file, row and column."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Bridge = Callable[..., subprocess.CompletedProcess[str]]

LOST_QUOTES = """\
mapowanie: 1
sprzedawca:
  nip: 1111111111
  nazwa: Firma Testowa
  adres_linia1: ul. Próbna 1
  kraj: PL
zrodlo:
  pliki: "b*.csv"
  separator: średnik
  znak_dziesietny: przecinek
  jedna_faktura_to: [Nr faktury]
faktura:
  numer: [Nr faktury]
  rodzaj: VAT
  data_wystawienia: 2026-02-03
  waluta: PLN
nabywca:
  nip: 2222222222
  nazwa: Nabywca
  adres_linia1: ul. Krótka 1
  kraj: PL
pozycja_zbiorcza: tak
pozycja:
  nazwa: Towar
  jednostka: szt.
  ilosc: 1
  cena_netto: [Netto]
  stawka_vat: 23
"""
OPTIMA = "01_comarch.yaml"
BROKEN = {
    "b01_uciety_w_polowie.csv": OPTIMA,
    "b03_zla_suma_HL.txt": "12_rekordy.yaml",
    "b05_pusty.csv": OPTIMA,
    "b07_tekst_jako.xlsx": OPTIMA,
    "b09_cudzyslow.csv": LOST_QUOTES,
    "b11_brak_kolumny.csv": OPTIMA,
    "b13_sprzeczne_naglowki.csv": OPTIMA,
    "b15_biuro_rachunkowe.epp": "02_subiekt_epp.yaml",
    "b17_kwota_niejednoznaczna.csv": LOST_QUOTES,
}


@pytest.mark.shared
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_gets_its_code(name: str, bridge: Bridge, shared: Path, root: Path, tmp_path: Path) -> None:
    mapping = root / "mappings" / BROKEN[name]
    if not BROKEN[name].endswith(".yaml"):
        mapping = tmp_path / "wlasne.yaml"
        mapping.write_text(BROKEN[name], encoding="utf-8")
    wanted = {
        each["file"]: each["code"] for each in json.loads((shared / "exports/broken/expected.json").read_text("utf-8"))
    }
    checked = bridge("check", shared / "exports/broken" / name, "--mapping", mapping, "--json")
    assert checked.returncode == 1, checked.stdout + checked.stderr
    (file,) = json.loads(checked.stdout)["files"]
    found = [*file["problems"], *(each for invoice in file["invoices"] for each in invoice["problems"])]
    hits = [each for each in found if each["name"] == wanted[name]]
    assert hits, found
    assert all(each["file"] == name for each in hits)
    assert all(each["message"] and each["advice"] for each in hits)


@pytest.mark.shared
def test_conflicting_dates_name_rows_and_column(bridge: Bridge, shared: Path, root: Path) -> None:
    checked = bridge(
        "check", shared / "exports/broken/b13_sprzeczne_naglowki.csv", "--mapping", root / "mappings" / OPTIMA, "--json"
    )
    (file,) = json.loads(checked.stdout)["files"]
    (conflict,) = [each for invoice in file["invoices"] for each in invoice["problems"] if each["code"] == "D03"]
    assert conflict["column"] == "Data wystawienia"
    assert set(conflict["rows"]) >= {2, 3}
    good = [invoice["number"] for invoice in file["invoices"] if not invoice["problems"]]
    assert "FS/4/02/2026" in good or len(file["invoices"]) == 4
