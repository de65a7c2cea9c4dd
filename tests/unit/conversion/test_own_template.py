"""`szablon`: a user's own template is used, checked like ours, and off where the company does not allow it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.conversion.drop import batches
from bridge.model.errors import FixSetup
from bridge.model.item import Batch, Finished
from bridge.model.job import Job
from bridge.model.problem import errors
from bridge.model.settings import Environment

OURS = Path(__file__).resolve().parents[3] / "templates" / "fa3.xml.j2"
MAPPING = """\
mapowanie: 1
szablon: moj.xml.j2
zrodlo:
  separator: średnik
  znak_dziesietny: przecinek
  jedna_faktura_to: [Nr]
sprzedawca:
  nip: 1111111111
  nazwa: Firma
  adres_linia1: ul. Próbna 1
  kraj: PL
faktura:
  numer: [Nr]
  rodzaj: VAT
  data_wystawienia: 2026-05-11
  waluta: PLN
nabywca:
  nip: 2222222222
  nazwa: Nabywca
  adres_linia1: ul. Druga 2
  kraj: PL
pozycja:
  nazwa: [Towar]
  jednostka: szt.
  ilosc: 1
  cena_netto: [Netto]
  stawka_vat: 23
"""


def _read(folder: Path, template: str, *, allowed: bool = True) -> list[Batch | Finished]:
    (folder / "moj.xml.j2").write_text(template, "utf-8")
    (folder / "m.yaml").write_text(MAPPING, "utf-8")
    file = folder / "f.csv"
    file.write_text("Nr;Towar;Netto\nFV/1;Śruba;10,00\n", "utf-8")
    now = datetime(2026, 5, 11, 10, tzinfo=UTC)
    job = Job({file.name: file}, "", Environment.SANDBOX, now, mapping=str(folder / "m.yaml"), own_templates=allowed)
    return list(batches(job))


def test_it_may_use_the_parts_of_ours_and_is_what_is_sent(tmp_path: Path) -> None:
    own = OURS.read_text("utf-8").replace("{{ system }}", "Nasz program")
    first = _read(tmp_path, own)[0]
    assert isinstance(first, Batch)
    (item,) = first.items
    assert item.made
    assert b"<SystemInfo>Nasz program</SystemInfo>" in (item.made.xml or b"")


def test_what_it_makes_is_judged_by_the_schema(tmp_path: Path) -> None:
    own = OURS.read_text("utf-8").replace("<WariantFormularza>3</WariantFormularza>", "")
    first = _read(tmp_path, own)[0]
    assert isinstance(first, Batch)
    assert [each.code for each in errors(first.items[0].problems)] == ["RA06"]


@pytest.mark.parametrize(
    ("wrong", "line"), [("\n{% if %}", "wiersz 2"), ("\n\n{{ f.nie_ma }}", "wiersz 3"), ("{{ 1 // 0 }}", "wiersz 1")]
)
def test_a_broken_one_is_told_with_its_line(tmp_path: Path, wrong: str, line: str) -> None:
    with pytest.raises(FixSetup, match=rf"moj\.xml\.j2, {line}"):
        _read(tmp_path, wrong)


def test_it_is_off_unless_the_company_allows_it(tmp_path: Path) -> None:
    (end,) = _read(tmp_path, OURS.read_text("utf-8"), allowed=False)
    assert isinstance(end, Finished)
    assert [(each.code, each.rows) for each in end.problems] == [("M21", (2,))]
