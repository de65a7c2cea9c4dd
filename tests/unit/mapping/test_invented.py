"""Invented invoices: XML and back, and through the sheets of the universal workbook and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bridge.fa3.totals.totals import totalled
from bridge.fa3.xml.business import business_facts
from bridge.fa3.xml.read import read
from bridge.fa3.xml.render import Renderer
from bridge.mapping.evaluate.apply import apply
from bridge.mapping.language.load import load
from bridge.mapping.language.parts import MappingFile
from bridge.mapping.universal.rows import Rows, altered, rows
from bridge.mapping.universal.sheets import sheets
from bridge.model.invoice import Invoice
from bridge.model.item import Mapped
from bridge.model.problem import errors
from bridge.model.table import Row, Source, Table
from tests.support.invented import invented

ROOT = Path(__file__).resolve().parents[3]
RENDERER = Renderer((ROOT / "templates",), "fa3.xml.j2")
NOW = datetime(2026, 5, 11, 10, tzinfo=UTC)


def _xml(invoice: Invoice) -> bytes:
    return RENDERER.render(replace(invoice, totals=invoice.totals or invoice.stated), NOW)


@given(st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_an_invoice_comes_back_from_its_xml_and_from_the_sheets_of_the_workbook(seed: int) -> None:
    xml = _xml(invented(seed))
    facts = business_facts(xml)
    assume(all(value or "Kom" in path for path, value in facts))  # an empty container is nothing that can be kept
    read_back = read(xml)
    assert business_facts(_xml(read_back)) == facts
    made = rows([read_back])
    assert altered(made) == []
    assert business_facts(_xml(_back(made))) == facts


@cache
def _mapping() -> MappingFile:
    mapping, problems = load(ROOT / "mappings" / "uniwersalne.yaml", [ROOT / "mappings"])
    assert mapping, problems
    return mapping


def _back(made: Rows) -> Invoice:
    """The sheets as a reader gives them, through uniwersalne.yaml."""
    mapping = _mapping()

    tables = {
        sheet.table: Table(sheet.table, "u.xlsx", sheet.title, sheet.heading, _rows(made[sheet.title]))
        for sheet in sheets()
    }
    told = list(apply(mapping, Source("u.xlsx", "xlsx", "", tables)))
    (mapped,) = [each for each in told if isinstance(each, Mapped)]
    assert not errors(mapped.problems), [(each.code, each.field, each.message) for each in mapped.problems]
    assert mapped.invoice
    counted, problems = totalled(mapped.invoice)
    assert errors(problems) == []
    return counted


def _rows(cells: list[tuple[Any, ...]]) -> Any:
    def read_them() -> Iterator[Row]:
        for number, row in enumerate(cells, start=2):
            texts = tuple(each if isinstance(each, str) else "" for each in row)
            values = {place: _value(each) for place, each in enumerate(row) if isinstance(each, Decimal | int | date)}
            yield Row(
                number, tuple(text or ("?" if place in values else "") for place, text in enumerate(texts)), values
            )

    return read_them


def _value(cell: Decimal | int | date) -> Decimal | date:
    return Decimal(cell) if isinstance(cell, int) else cell
