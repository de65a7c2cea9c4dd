"""A workbook of errors comes back mended, and only what was not accepted is sent; KSeF's refusals find their cell."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from bridge.cli import demo_data
from bridge.conversion.drop import batches
from bridge.ledger import documents
from bridge.ledger.tables import source_file
from tests.support.world import World

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = ROOT / "mappings" / "probki" / "przyklady"
RED = "00FFC7CE"
NS = "http://crd.gov.pl/wzor/2025/06/25/13775/"


@pytest.fixture
def office(world: World) -> World:
    """The company with the shipped mappings, reading for itself."""
    folder = world.tools.company.mappings[0]
    shutil.copytree(ROOT / "mappings" / "wspolne", folder / "wspolne")
    for name in ("01_comarch.yaml", "05_arkusz.yaml", "12_rekordy.yaml"):  # each is parsed again at every reading
        shutil.copy(ROOT / "mappings" / name, folder)
    world.tools.company = replace(world.tools.company, quiet=timedelta(), after_deadline="send")
    world.tools.read = batches
    return world


def dropped(office: World, name: str, content: bytes) -> list[dict[str, str]]:
    """Drop a file and work until nothing waits; its result rows."""
    (office.tools.company.inbox / name).write_bytes(content)
    results = office.tools.folders.results / f"{name}.wynik.csv"
    office.work(done=results.exists)
    with results.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def workbook(office: World, name: str) -> Path:
    return office.tools.folders.errors / f"{name}.bledy.xlsx"


def red(page: Worksheet) -> Iterator[Any]:
    return (cell for row in page.iter_rows() for cell in row if cell.fill.fgColor.rgb == RED)


def mended(path: Path, sheet: str, mend: Callable[[str], object]) -> bytes:
    """The workbook as a person saves it: the red cells of a sheet mended, and nothing else touched."""
    book = openpyxl.load_workbook(path)
    cells = list(red(book[sheet]))
    assert cells
    for cell in cells:
        cell.value = mend(str(cell.value))
    book.save(path)
    return path.read_bytes()


def export(name: str, today: date) -> bytes:
    days = (today.strftime("%Y%m%d") + "").encode()
    content = (SAMPLES / name).read_bytes()
    for old in (b"20260215", b"20260216", b"20260217", b"20260302"):
        content = content.replace(old, days)
    return content


def test_a_bad_csv_comes_back_as_a_sheet_is_mended_and_accepted(office: World) -> None:
    name = demo_data.FAULTY
    told = dropped(office, name, demo_data.faulty(SAMPLES / demo_data.SALES, office.today))
    assert [row["status"] for row in told] == ["bledna", "bledna", "przyjeta", "bledna"]
    assert len(office.accepted()) == 1
    right = {"0%": "23%", "3333333334": "3333333333", "31.02.2026": f"{office.today:%d.%m.%Y}"}
    back = mended(workbook(office, name), "Dane", right.__getitem__)
    again = dropped(office, "poprawione.xlsx", back)
    assert [row["status"] for row in again] == ["przyjeta"] * 4
    assert [row["wiersze"] for row in again] == [row["wiersze"] for row in told]
    assert again[2]["numer_ksef"] == told[2]["numer_ksef"]
    assert len(office.accepted()) == 4
    assert not workbook(office, "poprawione.xlsx").exists()


def test_what_is_still_wrong_comes_back_once_more(office: World) -> None:
    name = demo_data.FAULTY
    dropped(office, name, demo_data.faulty(SAMPLES / demo_data.SALES, office.today))
    first = {"0%": "23%", "3333333334": "3333333335", "31.02.2026": f"{office.today:%d.%m.%Y}"}
    again = dropped(office, "poprawione.xlsx", mended(workbook(office, name), "Dane", first.__getitem__))
    assert [row["status"] for row in again] == ["przyjeta", "bledna", "przyjeta", "przyjeta"]
    book = openpyxl.load_workbook(workbook(office, "poprawione.xlsx"))
    assert [cell.value for cell in red(book["Dane"])] == ["3333333335"] * 2  # both rows of the invoice
    back = mended(workbook(office, "poprawione.xlsx"), "Dane", lambda _: "3333333333")
    assert {row["status"] for row in dropped(office, "jeszcze_raz.xlsx", back)} == {"przyjeta"}
    assert len(office.accepted()) == len(set(office.accepted())) == 4


def test_a_dropped_workbook_comes_back_itself(office: World) -> None:
    book = openpyxl.load_workbook(SAMPLES / "05_arkusz_naglowki_pozycje.xlsx")
    for row in (2, 3):
        for column in "BCD":
            book["Faktury"][f"{column}{row}"].value = office.today
    book["Pozycje"]["F3"].value = "abc"
    path = office.tools.company.inbox.parent / "praca.xlsx"
    book.save(path)
    told = dropped(office, "05_arkusz_luty.xlsx", path.read_bytes())
    assert sorted(row["status"] for row in told) == ["bledna", "przyjeta"]
    painted = openpyxl.load_workbook(workbook(office, "05_arkusz_luty.xlsx"))
    assert painted.sheetnames[0] == "Problemy"
    assert (painted["Faktury"]["L3"].value, painted["Faktury"]["L3"].number_format) == (
        book["Faktury"]["L3"].value,
        book["Faktury"]["L3"].number_format,
    )
    back = mended(workbook(office, "05_arkusz_luty.xlsx"), "Pozycje", lambda _: 1)
    assert {row["status"] for row in dropped(office, "poprawione.xlsx", back)} == {"przyjeta"}
    assert len(office.accepted()) == 2


def test_records_come_back_as_a_sheet_for_each_type(office: World) -> None:
    name = "12_rekordy_luty.txt"
    told = dropped(office, name, export("12_rekordy_HL_iso88592.txt", office.today).replace(b"1899.00", b"1899,00"))
    assert sorted({row["status"] for row in told}) == ["bledna", "przyjeta"]
    book = openpyxl.load_workbook(workbook(office, name))
    assert {"naglowki", "pozycje", "U", "Z"} < set(book.sheetnames)
    back = mended(workbook(office, name), "pozycje", lambda value: value.replace(",", "."))
    again = dropped(office, "poprawione.xlsx", back)
    assert {row["status"] for row in again} == {"przyjeta"}
    assert len(office.accepted()) == len(set(office.accepted())) == len(again)


def test_a_returned_book_whose_mapping_is_gone_is_told(office: World) -> None:
    name = demo_data.FAULTY
    dropped(office, name, demo_data.faulty(SAMPLES / demo_data.SALES, office.today))
    (office.tools.company.mappings[0] / "01_comarch.yaml").unlink()
    (row,) = dropped(office, "poprawione.xlsx", workbook(office, name).read_bytes())
    assert row["kod"] == "P10"
    assert "01_comarch.yaml" in row["opis"]


def test_a_refusal_of_ksef_names_the_cell(office: World) -> None:
    said = (
        f"The '{NS}:P_7' element is invalid - The value 'Transport' is invalid according to its datatype "
        f"'{NS}:TZnakowy512' - The actual length is greater than the MaxLength value."
    )
    office.simulator.fault(invoice=r"FS/2/.*", code=450, details=[said])
    told = dropped(office, demo_data.SALES, demo_data.sales(SAMPLES / demo_data.SALES, office.today))
    refused = next(row for row in told if row["numer"].startswith("FS/2/"))
    assert (refused["status"], refused["kod"]) == ("odrzucona", "K450")
    assert "nazwa towaru lub usługi (P_7)" in refused["opis"]
    assert "Transport" in refused["opis"]
    assert "invalid" not in refused["opis"]
    book = openpyxl.load_workbook(workbook(office, demo_data.SALES))
    (cell,) = red(book["Dane"])
    assert cell.value == "Transport"
    assert "za długi" in cell.comment.text
    rows = [[cell.value for cell in row] for row in book["Problemy"].iter_rows()]
    assert [row for row in rows if row[0] == "błąd" and row[6] == "K450"]
    assert [row for row in rows if row[0] == "odrzucona"]


def test_a_clash_names_the_cells_that_differ(office: World) -> None:
    sales = demo_data.sales(SAMPLES / demo_data.SALES, office.today)
    dropped(office, demo_data.SALES, sales)
    changed = sales.replace("Książka serwisowa".encode("cp1250"), "Książka kucharska".encode("cp1250"))
    told = dropped(office, "01_comarch_zmiana.csv", changed)
    (clash,) = [row for row in told if row["status"] == "sprzeczna"]
    assert "Książka serwisowa" in clash["opis"]
    (cell,) = red(openpyxl.load_workbook(workbook(office, "01_comarch_zmiana.csv"))["Dane"])
    assert cell.value == "Książka kucharska"


def test_changed_severities_are_said_in_every_result(office: World) -> None:
    mapping = office.tools.company.mappings[0] / "01_comarch.yaml"
    mapping.write_text(mapping.read_text("utf-8") + "zasady:\n  RH04: wylaczona\n", "utf-8")
    office.tools.company = replace(office.tools.company, severities={"B22": "blad"})
    told = dropped(office, demo_data.SALES, demo_data.sales(SAMPLES / demo_data.SALES, office.today))
    said = "Zmienione wagi reguł: RB22 błąd, RH04 wyłączona."
    assert [row["opis"] for row in told] == [said] * 4
    plain = json.loads((office.tools.folders.results / f"{demo_data.SALES}.wynik.json").read_text("utf-8"))
    assert said in plain["uwagi"]
    with office.ledger.begin() as transaction:
        (drop,) = transaction.rows(source_file.select())
        kept = [found["code"] for row in documents.items_of(transaction, drop.id) for found in row.problems]
    assert "RH04" not in kept


def test_what_a_mended_copy_answers_goes_to_the_archive_and_names_do_not_grow(office: World) -> None:
    name = demo_data.FAULTY
    dropped(office, name, demo_data.faulty(SAMPLES / demo_data.SALES, office.today))
    first = {"0%": "23%", "3333333334": "3333333335", "31.02.2026": f"{office.today:%d.%m.%Y}"}
    back = mended(workbook(office, name), "Dane", first.__getitem__)
    again = dropped(office, f"{name}.bledy.xlsx", back)
    assert sorted({row["status"] for row in again}) == ["bledna", "przyjeta"]
    errors = office.tools.folders.errors
    assert sorted(path.name for path in errors.iterdir()) == [f"{name}.bledy.csv", f"{name}.bledy.xlsx"]
    archived = [path.name for path in office.tools.folders.outbox.glob("archiwum/*/*.bledy.*")]
    assert any(each.startswith("1-2-") for each in archived), archived
    second = mended(workbook(office, name), "Dane", lambda _: "3333333333")
    assert {row["status"] for row in dropped(office, f"{name}.bledy (2).xlsx", second)} == {"przyjeta"}
    assert not any(errors.iterdir())


def test_letters_of_a_mended_copy_are_those_of_its_sheet(office: World) -> None:
    name = demo_data.FAULTY
    dropped(office, name, demo_data.faulty(SAMPLES / demo_data.SALES, office.today))
    first = {"0%": "23%", "3333333334": "3333333335", "31.02.2026": f"{office.today:%d.%m.%Y}"}
    dropped(office, "poprawione.xlsx", mended(workbook(office, name), "Dane", first.__getitem__))
    book = openpyxl.load_workbook(workbook(office, "poprawione.xlsx"))
    (letter,) = {cell.column_letter for cell in red(book["Dane"])}
    with (office.tools.folders.errors / "poprawione.xlsx.bledy.csv").open(encoding="utf-8-sig") as file:
        assert {row["litera"] for row in csv.DictReader(file, delimiter=";") if row["waga"] == "błąd"} == {letter}
