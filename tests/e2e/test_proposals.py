"""`mapping new`: a sample → a proposal that lacks nothing but what only a person knows."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
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
SETTINGS = """\
environment = "sandbox"
api_url = "http://127.0.0.1:9"
data = ".ksef-bridge"
[[company]]
nip = "1111111111"
name = "Zakład: Próbny"
inbox = "inbox"
outbox = "outbox"
mappings = ["mappings"]
certificate = { file = "owner-only/ksef.p12", password = "env:KSEF_P12_PASSWORD" }
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
    sample = root / "mappings" / "probki" / "przyklady" / f"{name}{SETS[name]}"
    text = proposed(sample, tmp_path)
    assert "UZUPEŁNIJ" in text
    done = CliRunner().invoke(app, ["check", str(sample), "--mapping", str(tmp_path / "propozycja.yaml"), "--json"])
    assert done.exit_code == 1
    (file,) = json.loads(done.stdout)["files"]
    told = " ".join(each["message"] for each in file["problems"])
    assert all(f"„sprzedawca.{key}” jest puste" in told for key in ("nip", "nazwa", "adres_linia1", "kraj"))
    assert file["invoices"] == []


def test_nothing_is_written_over(root: Path, tmp_path: Path) -> None:
    sample = root / "mappings" / "probki" / "przyklady" / "01_comarch_pozycje_cp1250.csv"
    (tmp_path / "moje.yaml").write_text("moje", "utf-8")
    done = CliRunner().invoke(app, ["mapping", "new", str(sample), "--out", str(tmp_path / "moje.yaml")])
    assert done.exit_code != 0
    assert (tmp_path / "moje.yaml").read_text("utf-8") == "moje"


OBLIGATORY = {
    "faktura": ("numer", "rodzaj", "data_wystawienia", "waluta"),
    "nabywca": ("nazwa", "nip", "adres_linia1", "kraj"),
    "pozycja": ("nazwa", "jednostka", "ilosc", "cena_netto", "cena_brutto", "stawka_vat"),
}
SAMPLES = {
    "01_comarch_pozycje_cp1250.csv": ("cp1250", ";", 1),
    "10_korekty_cp1250.csv": ("cp1250", ";", 1),
    "13_sklep_shopify_like.csv": ("utf-8", ",", 1),
    "04_pozycje.csv": ("utf-8", ",", 1),
    "04_naglowki.csv": ("utf-8", ",", 1),
    "05_arkusz_naglowki_pozycje.xlsx": ("", "", 1),
    "06_rejestr_tytuly_scalone.xlsx": ("", "", 5),
}


def stated(text: str) -> dict[str, str]:
    """Section.key → the line of a proposal, with the lines below it."""
    found: dict[str, str] = {}
    section = key = ""
    for line in text.splitlines():
        if line and line[0] not in " #":
            section = line.partition(":")[0]
        elif line.startswith("  ") and line[2] not in " -":
            key = f"{section}.{line.strip().partition(':')[0]}"
            found[key] = line
        elif line.startswith("    ") and key:
            found[key] += f"\n{line}"
    return found


def without(sample: Path, column: str, into: Path) -> bool:
    """The sample without that column; False where a workbook has no cell with just this heading."""
    encoding, separator, top = SAMPLES[sample.name]
    if not encoding:
        book = openpyxl.load_workbook(sample)
        for sheet in book:
            for merged in list(sheet.merged_cells.ranges):
                sheet.unmerge_cells(str(merged))
        sheets = [
            (sheet, cell.column)
            for sheet in book
            for row in sheet.iter_rows(min_row=top, max_row=top + 1)
            for cell in row
            if cell.value == column.rpartition(" / ")[2]
        ]
        for sheet, index in sheets:
            sheet.delete_cols(index)
        book.save(into)
        return bool(sheets)
    text = sample.read_bytes().decode(encoding)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    at = rows[0].index(column)
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows([row[:at] + row[at + 1 :] if len(row) > at else row for row in rows])
    into.write_bytes(out.getvalue().encode(encoding))
    return True


@pytest.mark.parametrize("name", SAMPLES)
def test_every_obligatory_field_stands_there_whatever_column_is_missing(name: str, root: Path, tmp_path: Path) -> None:
    """Dropping the column of an obligatory field in turn: the field is UZUPEŁNIJ, and no other field is lost."""
    sample = root / "mappings" / "probki" / "przyklady" / name
    whole = stated(proposed(sample, tmp_path))
    wanted = [f"{section}.{key}" for section, keys in OBLIGATORY.items() for key in keys]
    tried = 0
    for key in wanted:
        column = re.search(r"\[([^\],]+)\]", whole.get(key, "").replace('"', "").partition("#")[0])
        if key in whole and column is None:
            assert "UZUPEŁNIJ" in whole[key], key
        if column is None:
            continue
        (tmp_path / "propozycja.yaml").unlink()
        if not without(sample, column[1], tmp_path / name):
            (tmp_path / "propozycja.yaml").touch()
            continue
        told = stated(proposed(tmp_path / name, tmp_path))
        line = told.get(key) or told.get("pozycja.cena_netto", "")
        assert "UZUPEŁNIJ" in line, (key, column[1], line)
        tried += 1
    assert tried >= 4
    if not name.startswith("04"):
        assert all(key in whole for key in wanted if not key.startswith("pozycja.cena_"))
        assert {"pozycja.cena_netto", "pozycja.cena_brutto"} & set(whole)


def test_free_columns_stand_beside_what_is_asked_for(root: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "Nr faktury;Data wystawienia;Kto;Ile;Towar;J\nFV/1;03.02.2026;Alfa;2;Kubek;szt\n", "utf-8"
    )
    told = stated(proposed(tmp_path / "a.csv", tmp_path))
    assert "[Kto] „Alfa”" in told["nabywca.nazwa"]
    assert "[Ile] „2”" in told["pozycja_zbiorcza.ilosc"] if "pozycja_zbiorcza.ilosc" in told else True


RATES = ["23", "8", "5", "zw", "0,23", "0.08", "23%", "8,00", "np", "oo", "0 WDT", "zw."]


@pytest.mark.parametrize("heading", ["VAT", "Stawka", "Kwota VAT", "Podatek", "Wartość VAT"])
def test_a_column_of_rates_is_never_an_amount(heading: str, tmp_path: Path) -> None:
    rows = "".join(f"FV/{n};03.02.2026;Alfa;Kubek;1;szt.;10,00;{rate}\n" for n, rate in enumerate(RATES, 1))
    (tmp_path / "a.csv").write_text(f"Nr;Data wystawienia;Nabywca;Towar;Ilość;Jm;Cena netto;{heading}\n{rows}", "utf-8")
    text = proposed(tmp_path / "a.csv", tmp_path)
    assert f"wartosc: [{heading}]" in stated(text)["pozycja.stawka_vat"]
    assert f"_vat: [{heading}]" not in text


@given(st.lists(st.sampled_from(["Sklep", "Allegro", "Razem", "", "1"]), min_size=2, max_size=6), st.data())
@settings(deadline=None)
def test_no_skip_rule_hits_a_row_with_an_invoice_number(channels: list[str], data: st.DataObject) -> None:
    numbers = [data.draw(st.sampled_from([f"FV/{n}", ""])) for n, _ in enumerate(channels)]
    lines = [f"{channel};{number};03.02.2026;Alfa;5" for channel, number in zip(channels, numbers, strict=True)]
    with TemporaryDirectory() as folder:
        sample = Path(folder) / "a.csv"
        sample.write_text("\n".join(["Kanał;Numer faktury;Data wystawienia;Nabywca;Ilość", *lines, ""]), "utf-8")
        text = proposed(sample, Path(folder))
    rules = re.findall(r"- kolumna: \[(\w+)\]\n *(jest|zaczyna_sie_od): (\S+)\n(?:.*\n)*?    pomin: tak", text)
    for _, verb, value in rules:
        hit = [
            n
            for channel, n in zip(channels, numbers, strict=True)
            if (channel == value if verb == "jest" else channel.startswith(value))
        ]
        assert not any(hit)


def test_the_seller_comes_from_the_settings(root: Path, tmp_path: Path) -> None:
    (tmp_path / "bridge.toml").write_text(SETTINGS, "utf-8")
    sample = root / "mappings" / "probki" / "przyklady" / "01_comarch_pozycje_cp1250.csv"
    out = tmp_path / "p.yaml"
    command = ["mapping", "new", str(sample), "--out", str(out), "--config", str(tmp_path / "bridge.toml")]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    told = stated(out.read_text("utf-8"))
    assert told["sprzedawca.nip"].split() == ["nip:", "1111111111"]
    assert "Zakład: Próbny" in told["sprzedawca.nazwa"]
    assert "UZUPEŁNIJ" in told["sprzedawca.adres_linia1"]


def test_a_file_without_a_heading_gets_names_of_its_own(tmp_path: Path) -> None:
    rows = "".join(f"2026-11-27;FV/{n};2222222222;Hurtownia;Śruba;10;8,45;84,50;23%\n" for n in (1, 2))
    (tmp_path / "bez.csv").write_text(rows, "utf-8")
    told = stated(proposed(tmp_path / "bez.csv", tmp_path))
    assert "brak" in told["zrodlo.wiersze_naglowka"]
    assert "[kolumna 1]" in told["faktura.data_wystawienia"]
    assert "„Hurtownia”" in told["nabywca.nazwa"]


@pytest.mark.parametrize(
    ("name", "said"),
    [("02_subiekt_komunikacja.epp", "02_subiekt_epp.yaml"), ("06_rejestr_tytuly_scalone.xlsx", "")],
)
def test_formats_with_a_mapping_of_their_own_are_named(name: str, said: str, root: Path, tmp_path: Path) -> None:
    sample = root / "mappings" / "probki" / "przyklady" / name
    done = CliRunner().invoke(app, ["mapping", "new", str(sample), "--out", str(tmp_path / "p.yaml")])
    assert done.exit_code == 0, done.output
    assert said in done.output
    assert (tmp_path / "p.yaml").exists() == (not said)
    if not said:
        text = (tmp_path / "p.yaml").read_text("utf-8")
        assert "wiersze_naglowka: 5-6" in text
        assert '["Wartość [PLN] / Netto"]' in text
