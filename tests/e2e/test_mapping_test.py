"""`mapping test`, and what a changed mapping means for a dropped file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bridge.cli import app

SAMPLE = "01_comarch_pozycje_cp1250.csv"
EXPECTED = "01_comarch_pozycje_cp1250.oczekiwane.csv"


@pytest.fixture
def folder(root: Path, tmp_path: Path) -> Path:
    """The shipped mapping of set 01 with its layers and its sample, as somebody's own."""
    target = tmp_path / "mappings"
    (target / "probki").mkdir(parents=True)
    shutil.copytree(root / "mappings" / "wspolne", target / "wspolne")
    shutil.copyfile(root / "mappings" / "01_comarch.yaml", target / "moje.yaml")
    for name in (SAMPLE, EXPECTED):
        shutil.copyfile(root / "mappings" / "probki" / "przyklady" / name, target / "probki" / name)
    return target


def outcome(folder: Path, *options: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["mapping", "test", str(folder / "moje.yaml"), *options])
    return done.exit_code, " ".join(done.output.split())


def test_every_shipped_mapping_agrees_with_its_samples(root: Path) -> None:
    mappings = sorted((root / "mappings").glob("*.yaml"))
    done = CliRunner().invoke(app, ["mapping", "test", *map(str, mappings)])
    assert done.exit_code == 0, done.output
    own = [line for line in done.output.splitlines() if ": zgodne (" in line]
    assert {line.partition(":")[0] for line in own} == {path.name for path in mappings}


def test_a_difference_is_told_row_by_row(folder: Path) -> None:
    mapping = folder / "moje.yaml"
    mapping.write_text(mapping.read_text("utf-8").replace("ilosc:             [Ilość]", "ilosc: 1"), "utf-8")
    code, said = outcome(folder)
    assert code == 1
    assert "RÓŻNICE" in said
    assert "FS/1/02/2026 1359.50 301.53 1661.03 3: tego już nie ma" in said


def test_an_expectation_is_written_once_and_never_over(folder: Path) -> None:
    shipped = (folder / "probki" / EXPECTED).read_bytes()
    (folder / "probki" / EXPECTED).unlink()
    assert "dodaj --save" in outcome(folder)[1]
    assert outcome(folder, "--save")[0] == 0
    assert (folder / "probki" / EXPECTED).read_bytes() == shipped
    (folder / "probki" / EXPECTED).write_text("numer;netto;VAT;brutto;pozycji\n", "utf-8")
    code, said = outcome(folder, "--save")
    assert (code, "tego nie oczekiwano" in said) == (1, True)
    assert (folder / "probki" / EXPECTED).read_text("utf-8") == "numer;netto;VAT;brutto;pozycji\n"


def test_amounts_may_be_written_as_excel_writes_them(folder: Path) -> None:
    path = folder / "probki" / EXPECTED
    path.write_text(path.read_text("utf-8-sig").replace("1359,50", "1 359,50"), "utf-8")
    assert outcome(folder)[0] == 0


def test_words_are_found_by_key_meaning_and_element() -> None:
    for search in ("termin płatności", "platnosc.termin", "TerminPlatnosci/Termin"):
        done = CliRunner().invoke(app, ["mapping", "words", search])
        assert done.exit_code == 0
        assert "platnosc.termin" in done.output
    assert CliRunner().invoke(app, ["mapping", "words", "nie ma takiego"]).exit_code == 1


def test_a_register_is_refused_until_the_mapping_says_that_one_line_is_wanted(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root / "mappings" / "wspolne", tmp_path / "wspolne")
    text = (root / "mappings" / "rejestr_bez_pozycji.yaml").read_text("utf-8")
    sample = root / "mappings" / "probki" / "przyklady" / "rejestr_faktur_2026-02.csv"
    told = []
    for addition in ("", "pozycja_zbiorcza: tak\n"):
        (tmp_path / "rejestr.yaml").write_text(text + addition, "utf-8")
        done = CliRunner().invoke(app, ["check", str(sample), "--mapping", str(tmp_path / "rejestr.yaml")])
        told.append((done.exit_code, "P13" in done.output, "dobra" in done.output))
    assert told == [(1, True, False), (0, False, True)]
