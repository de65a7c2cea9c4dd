"""Law 8: every row ends in exactly one place, and what a row says of a part is in its invoice, or the invoice is refused."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bridge.model.invoice import Invoice
from bridge.model.problem import errors
from bridge.model.table import rows_of
from tests.support.telling import HEAD, PLAIN, SELLER, Told, tables, told_by

RULES = """\
reguly:
  - opis: Suma pliku
    gdy:
      - kolumna: [Towar]
        jest: Razem
    ustaw:
      plik.netto: [Netto]
    pomin: tak
  - opis: Uwagi zostają
    gdy:
      - kolumna: [Towar]
        jest: Uwaga
    pomin: tak
"""
PARTS = """\
zaliczki:
  - numer_faktury: [Zaliczka]
    poza_ksef: tak
wz:
  - numer: [WZ]
rozliczenie:
  obciazenia:
    - kwota: [Kaucja]
      powod: Kaucja za butelki
zaplaty_czesciowe:
  - kwota: [Zapłata]
    data: 2026-02-01
"""
FLAT = HEAD + SELLER + PLAIN + PARTS + RULES


class Cells(NamedTuple):
    number: str
    goods: str
    net: str
    advance: str
    note: str
    deposit: str
    payment: str


ROW = st.builds(
    Cells,
    st.sampled_from(["FV/1", "FV/2", "FV/1", ""]),
    st.sampled_from(["Śruba", "Nit", "Śruba", "Razem", "Uwaga"]),
    st.sampled_from(["1,00", "2,00"]),
    st.sampled_from(["", "FZ/1", "FZ/2"]),
    st.sampled_from(["", "WZ/1", "WZ/2"]),
    st.sampled_from(["", "5,00", "7,00", "5?"]),
    st.sampled_from(["", "", "3,00", "4,00"]),
)
EMPTY = Cells("", "", "", "", "", "", "")


def told(yaml: str, only: str = "", **files: str) -> Told:
    with tempfile.TemporaryDirectory() as folder:
        return told_by(Path(folder), yaml, only, **files)


def places(made: Told) -> list[int]:
    """Every place a row can end in: an invoice or its skip, a titled skip, a problem of the file."""
    closing = [
        row for each in made.closing.problems if each.code != "D03" for row in each.rows
    ]  # D03: two totals differ
    return sorted([*(row for each in made.mapped for row in each.rows), *closing])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(ROW, ROW, ROW, st.just(EMPTY)), max_size=7))
@example([Cells("FV/1", "Śruba", "1,00", "", "", "5,00", ""), Cells("FV/1", "Nit", "1,00", "", "", "5,00", "")])
@example(
    [
        Cells("FV/1", "Śruba", "1,00", "FZ/1", "WZ/2", "5,00", "3,00"),
        Cells("FV/1", "Uwaga", "1,00", "", "", "7,00", "4,00"),
    ]
)
def test_a_flat_file(rows: list[Cells]) -> None:
    text = "\n".join(
        [";".join(row) for row in [Cells("Nr", "Towar", "Netto", "Zaliczka", "WZ", "Kaucja", "Zapłata"), *rows]]
    )
    made = told(FLAT, text + "\n")
    numbers = [count for count, row in enumerate(rows, start=2) if row != EMPTY]
    assert places(made) == numbers
    assert made.closing.empty_rows == len(rows) - len(numbers)
    for mapped in made.mapped:
        own = [rows[number - 2] for number in mapped.rows if rows[number - 2].goods not in ("Razem", "Uwaga")]
        if mapped.skipped:
            assert not own
            continue
        codes = {each.code for each in errors(mapped.problems)}
        assert codes == wrong(own), (codes, own)
        if not codes:
            assert mapped.invoice
            said(mapped.invoice, own)


def wrong(rows: list[Cells]) -> set[str]:
    """Why the rows of one invoice cannot be told."""
    deposits = [row.deposit for row in rows]
    payments = [row.payment for row in rows if row.payment]
    codes = {"D02"} if "5?" in deposits else set()
    if "5?" not in deposits and len(rows) > 1 and len(set(deposits)) == 1 and deposits[0]:
        codes.add("D22")
    if len(payments) != len(set(payments)):
        codes.add("D22")
    return codes


def said(invoice: Invoice, rows: list[Cells]) -> None:
    """Every cell of a part is in the invoice, in the order of the rows; of sets once."""
    assert [line.name for line in invoice.lines] == [row.goods for row in rows]
    assert [each.number for each in invoice.advances] == list(dict.fromkeys(row.advance for row in rows if row.advance))
    assert list(invoice.warehouse_notes) == list(dict.fromkeys(row.note for row in rows if row.note))
    charges = invoice.settlement.charges if invoice.settlement else ()
    assert [each.amount for each in charges] == [amount(row.deposit) for row in rows if row.deposit]
    parts = invoice.payment.parts if invoice.payment else ()
    assert [each.amount for each in parts] == [amount(row.payment) for row in rows if row.payment]


def amount(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


TABLES = tables(naglowki="", pozycje="[Nr]", Zaliczki="[Nr]") + SELLER + PLAIN + """\
zaliczki:
  z_tabeli: Zaliczki
  numer_faktury: [Numer]
  poza_ksef: tak
reguly:
  - opis: Stornowane zostają
    tabela: Zaliczki
    gdy:
      - kolumna: [Numer]
        jest: STORNO
    pomin: tak
"""  # fmt: skip
KEY = st.sampled_from(["FV/1", "FV/2", "FV/3", ""])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(["FV/1", "FV/2", ""]), max_size=3),
    st.lists(KEY, max_size=4),
    st.lists(st.tuples(KEY, st.sampled_from(["FZ/1", "FZ/2", "STORNO"])), max_size=4),
)
def test_files_of_headers_lines_and_parts(
    headers: list[str], lines: list[str], advances: list[tuple[str, str]]
) -> None:
    made = told(
        TABLES,
        naglowki="Nr;X\n" + "".join(f"{each};x\n" for each in headers),
        pozycje="Nr;Towar;Netto\n" + "".join(f"{each};T{count};1,00\n" for count, each in enumerate(lines)),
        Zaliczki="Nr;Numer\n" + "".join(f"{key};{number}\n" for key, number in advances),
    )
    met = {each.number for each in made.mapped}
    files: dict[str, list[int]] = {"naglowki.csv": [], "pozycje.csv": [], "Zaliczki.csv": []}
    for each in made.closing.problems:
        name = "Zaliczki.csv" if each.code == "D20" else each.file
        files[name] += each.rows
    assert sorted([*files["naglowki.csv"], *(row for each in made.mapped for row in each.rows)]) == list(
        range(2, len(headers) + 2)
    )
    loose = [count for count, key in enumerate(lines, start=2) if key not in met]
    assert sorted(files["pozycje.csv"]) == loose
    left = [count for count, (key, number) in enumerate(advances, start=2) if number == "STORNO" or key not in met]
    assert sorted(files["Zaliczki.csv"]) == left
    for mapped in made.mapped:
        twice = headers.count(mapped.number) > 1
        own = [f"T{count}" for count, key in enumerate(lines) if key == mapped.number]
        codes = {"D06"} if twice else set() if own else {"D09"}
        assert {each.code for each in errors(mapped.problems)} == codes
        if mapped.invoice and not codes:
            numbers = [number for key, number in advances if key == mapped.number and number != "STORNO"]
            assert [line.name for line in mapped.invoice.lines] == own
            assert [each.number for each in mapped.invoice.advances] == numbers


def test_the_rows_of_a_skip_are_told() -> None:
    made = told(FLAT, "Nr;Towar;Netto;Zaliczka;WZ;Kaucja;Zapłata\n;Razem;3,00;;;;\nFV/1;Śruba;1,00;;;;\n")
    assert made.closing.control.net == Decimal("3.00")
    assert rows_of("2") == made.closing.control.rows
