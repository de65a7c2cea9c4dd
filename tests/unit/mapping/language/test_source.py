"""Everything `zrodlo` can say, from the YAML to the line of an invoice (mapping.md, "zrodlo", "Columns")."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

import pytest

from bridge.mapping.evaluate.apply import apply, missing
from bridge.mapping.language.load import load
from bridge.model.item import Mapped
from bridge.reading.open import open_source

REST = """\
sprzedawca:
  nip: 1111111111
  nazwa: Firma Testowa
  adres_linia1: ul. Próbna 1
  kraj: PL
faktura:
  numer: [Nr]
  rodzaj: VAT
  data_wystawienia: [Data]
  waluta: PLN
nabywca:
  nazwa: [Nabywca]
  bez_identyfikatora: tak
pozycja:
  nazwa: [Towar]
  ilosc: [Ilość]
  cena_netto: [Cena]
  wartosc_netto: [Netto]
  stawka_vat: 23
"""
HEADING = "Nr;Data;Nabywca;Towar;Ilość;Cena;Netto\n"
ROW = "F/1;03.02.2026;Łoś;Śruba;2;5,00;10,00\n"


class Case(NamedTuple):
    """What `zrodlo` says, the file, and the line it must come to."""

    source: str
    file: bytes
    line: tuple[str, str, str] = ("F/1", "Śruba", "10.00")
    columns: str = ""  # REST with other columns


CASES = {
    "cp1250": Case("kodowanie: cp1250\nseparator: średnik", (HEADING + ROW).encode("cp1250")),
    "iso-8859-2": Case("kodowanie: iso-8859-2\nseparator: średnik", (HEADING + ROW).encode("iso8859-2")),
    "cp852": Case("kodowanie: cp852\nseparator: średnik", (HEADING + ROW).encode("cp852")),
    "mazovia": Case("kodowanie: mazovia\nseparator: średnik", (HEADING + ROW).encode("mazovia")),
    "utf-16": Case("kodowanie: utf-16\nseparator: średnik", (HEADING + ROW).encode("utf-16")),
    "recognised": Case("separator: średnik", (HEADING + ROW).encode("cp1250")),
    "tab": Case("separator: tab", (HEADING + ROW).replace(";", "\t").encode()),
    "any sign": Case('separator: "^"', (HEADING + ROW).replace(";", "^").encode()),
    "no quotes": Case("separator: średnik\ncudzyslow: nie", (HEADING + ROW.replace("Śruba", 'Śruba 4"')).encode(), ("F/1", 'Śruba 4"', "10.00")),
    "escape": Case("separator: kreska\nznak_ucieczki: \\", (HEADING + ROW).replace(";", "|").replace("Śruba", "Śruba \\| M8").encode(), ("F/1", "Śruba | M8", "10.00")),
    "quoted newline": Case("separator: średnik", (HEADING + ROW.replace("Śruba", '"Śruba\nM8"')).encode(), ("F/1", "Śruba M8", "10.00")),
    "surplus fields": Case("separator: średnik", (HEADING + ROW.replace("\n", ";;\n")).encode()),
    "titles": Case("separator: średnik\nwiersze_naglowka: 3", ("Rejestr\n\n" + HEADING + ROW).encode()),
    "no heading": Case("separator: średnik\nwiersze_naglowka: brak\nkolumny:\n  Nr: 1\n  Data: 2\n  Nabywca: 3\n  Towar: 4\n  Ilość: 5\n  Cena: F\n  Netto: G", ROW.encode()),
    "two rows": Case("separator: średnik\nwiersze_naglowka: 1-2", ("Dokument;;;Pozycja;;;\n" + HEADING + ROW).encode()),
    "equal headings": Case("separator: średnik", (HEADING.replace("Cena", "Netto") + ROW).encode(), columns=REST.replace("[Cena]", '["Netto#1"]').replace("[Netto]", '["Netto#2"]')),
    "synonyms": Case("separator: średnik\nkolumny:\n  kto:\n    - Kontrahent\n    - Nabywca", (HEADING + ROW).encode(), columns=REST.replace("[Nabywca]", "[kto]")),
    "letter": Case("separator: średnik\nkolumny:\n  co: D", (HEADING + ROW).encode(), columns=REST.replace("[Towar]", "[co]")),
    "dot": Case("separator: średnik\nznak_dziesietny: kropka", (HEADING + ROW.replace(",", ".")).encode()),
    "thousands": Case("separator: średnik\nseparator_tysiecy: kropka", (HEADING + ROW.replace("10,00", "1.010,00")).encode(), ("F/1", "Śruba", "1010.00")),
    "spaces": Case("separator: średnik", (HEADING + ROW.replace("10,00", "1\u00a0010,00")).encode(), ("F/1", "Śruba", "1010.00")),
    "minus behind": Case("separator: średnik\nzapis_ujemnych: minus na końcu", (HEADING + ROW.replace("10,00", "10,00-")).encode(), ("F/1", "Śruba", "-10.00")),
    "parentheses": Case("separator: średnik\nzapis_ujemnych:\n  - nawiasy", (HEADING + ROW.replace("10,00", "(10,00)")).encode(), ("F/1", "Śruba", "-10.00")),
    "suffix": Case("separator: średnik\ndopisek_kwoty:\n  - zł", (HEADING + ROW.replace("10,00", "10,00 zł")).encode()),
    "nothing": Case("separator: średnik\npuste_znaczy:\n  - brak", (HEADING + ROW.replace("5,00", "brak")).encode()),
    "apostrophe": Case("separator: średnik\napostrof_na_poczatku: usun", (HEADING + ROW.replace("Śruba", "'Śruba")).encode()),
    "several dates": Case("separator: średnik\nformat_daty:\n  - RRRR-MM-DD\n  - DD.MM.RR", (HEADING + ROW.replace("03.02.2026", "03.02.26")).encode()),
    "fixed width": Case("format: stala_szerokosc\nkolumny:\n  Nr: 1-4\n  Data: 5-15\n  Nabywca: 16-19\n  Towar: 20-26\n  Ilość: 27-28\n  Cena: 29-33\n  Netto: 34-40", b"F/1 03.02.2026 Los Sruba  2 5,00 10,00\r\n\x1a", ("F/1", "Sruba", "10.00")),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_each_way_of_writing_comes_to_the_same_line(case: Case, tmp_path: Path) -> None:
    own = case.source
    own += "" if "format_daty" in own else "\nformat_daty: DD.MM.RRRR"
    own += "" if "znak_dziesietny" in own else "\nznak_dziesietny: przecinek"
    zrodlo = "\n".join(f"  {line}" for line in [*own.split("\n"), "jedna_faktura_to: [Nr]"])
    path = tmp_path / "m.yaml"
    path.write_text(f"mapowanie: 1\nzrodlo:\n{zrodlo}\n{dedent(case.columns or REST)}", "utf-8")
    (tmp_path / "plik").write_bytes(case.file)
    mapping, mistakes = load(path, [tmp_path])
    assert mapping, mistakes
    source, problems = open_source({"": tmp_path / "plik"}, {"": "plik.csv"}, mapping.layout)
    assert source, problems
    assert missing(mapping, source) == []
    (mapped,) = [each for each in apply(mapping, source) if isinstance(each, Mapped)]
    assert mapped.invoice, mapped.problems
    (line,) = mapped.invoice.lines
    assert (mapped.invoice.number, line.name, str(line.net)) == case.line
    assert mapped.invoice.issued.isoformat() == "2026-02-03"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("kolumny:\n    a: 1-4", "format: stala_szerokosc"),
        ("format: stala_szerokosc", "od-do"),
        ("format: stala_szerokosc\n  kolumny:\n    a: 7", "od-do"),
        ("tabele:\n    naglowki:\n      rekord: H", "format: rekordy"),
        ("format: rekordy\n  tabele:\n    naglowki:\n      kolumny:\n        a: 2", "rekord: H"),
        ("separator: kropka", "przecinek, tab"),
        ("wiersze_naglowka: 1-2-3", "5-6"),
        ("format_daty: RRRR", "DD.MM.RRRR"),
        ("kolumny:\n    a: 4-1", "przed początkiem"),
    ],
)
def test_what_makes_no_sense_is_said(source: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(f"mapowanie: 1\nzrodlo:\n  jedna_faktura_to: [Nr]\n  {source}\n{REST}", "utf-8")
    mapping, mistakes = load(path, [tmp_path])
    assert mapping is None
    assert said in " ".join(f"{each.message} {each.advice}" for each in mistakes)


def test_rows_of_one_invoice_need_not_be_adjacent(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    source = "  separator: średnik\n  format_daty: DD.MM.RRRR\n  znak_dziesietny: przecinek\n  jedna_faktura_to: [Nr]\n"
    path.write_text(f"mapowanie: 1\nzrodlo:\n{source}{REST}", "utf-8")
    other = ROW.replace("F/1", "F/2")
    (tmp_path / "plik").write_bytes((HEADING + ROW + other + ROW.replace("Śruba", "Nit")).encode())
    mapping, _ = load(path, [tmp_path])
    assert mapping
    opened, _ = open_source({"": tmp_path / "plik"}, {"": "plik.csv"}, mapping.layout)
    assert opened
    found = [each.invoice for each in apply(mapping, opened) if isinstance(each, Mapped)]
    assert {each.number: [line.name for line in each.lines] for each in found if each} == {
        "F/1": ["Śruba", "Nit"],
        "F/2": ["Śruba"],
    }
