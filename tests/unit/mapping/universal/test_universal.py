"""XML → the universal workbook → XML, through the language itself."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from bridge.conversion.drop import batches
from bridge.fa3.xml.business import business_facts
from bridge.fa3.xml.read import read
from bridge.mapping.language.load import load
from bridge.mapping.language.vocabulary import NEEDED, REPEATED
from bridge.mapping.universal.book import book
from bridge.mapping.universal.rows import altered, rows
from bridge.mapping.universal.sheets import mapping_text, sheets
from bridge.model.invoice import Invoice
from bridge.model.item import Batch, Finished, Item
from bridge.model.job import Job
from bridge.model.problem import errors
from bridge.model.settings import Environment
from tests.support.reference import OFFICIAL

ROOT = Path(__file__).resolve().parents[4]
MAPPING = ROOT / "mappings" / "uniwersalne.yaml"
MINIMAL = sorted((ROOT / "tests" / "data" / "fa3" / "minimal").glob("*.xml"))
NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)


def _back(folder: Path, invoices: list[Invoice]) -> list[Item]:
    path = folder / "uniwersalne.xlsx"
    path.write_bytes(book(rows(invoices), NOW))
    job = Job({path.name: path}, "", Environment.SANDBOX, NOW, mapping=str(MAPPING))
    items: list[Item] = []
    for each in batches(job):
        if isinstance(each, Batch):
            items += each.items
        if isinstance(each, Finished):
            assert errors(each.problems) == []
    return sorted(items, key=lambda item: item.ordinal)


def _same(folder: Path, paths: list[Path]) -> None:
    items = _back(folder, [read(path.read_bytes()) for path in paths])
    assert len(items) == len(paths)
    for path, item in zip(paths, items, strict=True):
        assert errors(item.problems) == [], path.name
        assert item.made
        assert item.made.xml
        assert business_facts(item.made.xml) == business_facts(path.read_bytes()), path.name


def test_every_kind_comes_back_from_one_workbook_as_it_was(tmp_path: Path) -> None:
    _same(tmp_path, MINIMAL)


def _without_clashes() -> Iterator[list[Path]]:
    """The official examples in as few workbooks as their equal numbers allow."""
    left = [(path, read(path.read_bytes())) for path in OFFICIAL]
    while left:
        taken: dict[tuple[str, str, str], Path] = {}
        for path, each in left:
            taken.setdefault((each.seller.nip, each.kind.value, each.number), path)
        yield list(taken.values())
        left = [(path, each) for path, each in left if path not in taken.values()]


@pytest.mark.shared
def test_every_official_example_comes_back_as_it_was(tmp_path: Path) -> None:
    for place, some in enumerate(_without_clashes()):
        folder = tmp_path / str(place)
        folder.mkdir()
        _same(folder, some)


def test_the_shipped_mapping_is_made_of_the_vocabulary() -> None:
    assert MAPPING.read_text("utf-8") == mapping_text(), "run `make docs`"
    mapping, problems = load(MAPPING, [MAPPING.parent])
    assert problems == []
    assert mapping
    assert {each.section for each, _ in mapping.every_repeat()} == set(REPEATED)


def test_headings_and_titles_are_each_others_only_ones_and_fit_excel() -> None:
    titles = [sheet.title for sheet in sheets()]
    assert len(set(titles)) == len(titles)
    assert all(len(title) <= 31 for title in titles)
    for sheet in sheets():
        assert len(set(sheet.heading)) == len(sheet.heading), sheet.title


def test_the_empty_form_has_comments_lists_and_formats() -> None:
    form = openpyxl.load_workbook(io.BytesIO(book({}, NOW)))
    assert form["Listy"].sheet_state == "hidden"
    assert form.sheetnames == [*(sheet.title for sheet in sheets()), "Listy"]
    invoices = form["Faktury"]
    heading = [cell.value for cell in invoices[1]]
    assert heading[0] == "Faktura"
    assert all(cell.comment for sheet in sheets() for cell in form[sheet.title][1])
    assert any(rule.type == "list" for rule in invoices.data_validations.dataValidation)
    assert invoices.max_row == 1
    nip = heading.index("NIP nabywcy")
    assert invoices.column_dimensions[openpyxl.utils.get_column_letter(nip + 1)].number_format == "@"
    needed = {word.key for sheet in sheets() for word in sheet.words} & set(NEEDED)
    assert needed == set(NEEDED)


def test_a_filled_form_without_amounts_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "uniwersalne.xlsx"
    path.write_bytes(book({}, NOW))
    form = openpyxl.load_workbook(path)
    filled = {
        "Faktury": {
            "Faktura": "1",
            "NIP sprzedawcy": "1111111111",
            "Nazwa sprzedawcy": "Firma",
            "Ulica i numer sprzedawcy": "ul. Próbna 1",
            "Kod kraju sprzedawcy": "PL",
            "Numer faktury": "007",
            "Rodzaj faktury": "VAT",
            "Data wystawienia": datetime(2026, 11, 25),  # noqa: DTZ001 - as a workbook has it
            "Kod waluty": "PLN",
            "NIP nabywcy": "2222222222",
            "Nazwa albo imię i nazwisko nabywcy": "Nabywca",
            "Ulica i numer nabywcy": "ul. Druga 2, 00-001 Warszawa",
            "Kod kraju nabywcy": "PL",
        },
        "Pozycje": {
            "Faktura": "1",
            "Nazwa towaru lub usługi": "=Śruba",
            "Jednostka miary": "szt.",
            "Ilość": 10,
            "Cena jednostkowa netto": 8.45,
            "Stawka VAT": "23",
        },
    }
    for title, cells in filled.items():
        heading = [cell.value for cell in form[title][1]]
        for name, value in cells.items():
            cell = form[title].cell(2, heading.index(name) + 1)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
    form.save(path)
    job = Job({path.name: path}, "", Environment.SANDBOX, NOW, mapping=str(MAPPING))
    first = next(iter(batches(job)))
    assert isinstance(first, Batch)
    (item,) = first.items
    assert errors(item.problems) == []
    assert item.made
    xml = (item.made.xml or b"").decode()
    assert item.number == "007"
    assert "<P_7>=Śruba</P_7>" in xml
    assert "<P_11>84.50</P_11>" in xml
    assert "<P_15>103.94</P_15>" in xml


def test_texts_that_the_language_collapses_are_named() -> None:
    invoice = read(MINIMAL[0].read_bytes())
    assert altered(rows([invoice])) == []
    spaced = read(MINIMAL[0].read_bytes().replace(b"<P_7>", b"<P_7>A\xc2\xa0B "))
    assert [text.split()[0] for text in altered(rows([spaced]))] == ["A"]


def test_a_company_sends_only_its_own_invoices_from_a_workbook(tmp_path: Path) -> None:
    """The seller stands in a column there, so it is judged invoice by invoice (rule B03)."""
    path = tmp_path / "uniwersalne.xlsx"
    path.write_bytes(book(rows([read(MINIMAL[0].read_bytes())]), NOW))
    job = Job({path.name: path}, "2222222222", Environment.SANDBOX, NOW, mapping=str(MAPPING))
    first = next(iter(batches(job)))
    assert isinstance(first, Batch)
    assert [each.code for each in errors(first.items[0].problems)] == ["RB03"]
