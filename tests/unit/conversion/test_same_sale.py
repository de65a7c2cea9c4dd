"""Rule A15: the same content under another number within days is told, as an ERP that exports a sale twice numbers it anew."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.conversion.drop import batches
from bridge.ledger import drops
from bridge.ledger.store import open_ledger
from bridge.model.item import Batch, Finished
from bridge.model.job import Job
from bridge.model.settings import Environment

NOW = datetime(2026, 5, 11, 10, tzinfo=UTC)
NIP = "1111111111"
MAPPING = """\
mapowanie: 1
zrodlo:
  separator: średnik
  znak_dziesietny: przecinek
  format_daty: RRRR-MM-DD
  jedna_faktura_to: [Nr]
sprzedawca:
  nip: 1111111111
  nazwa: Firma
  adres_linia1: ul. Próbna 1
  kraj: PL
faktura:
  numer: [Nr]
  rodzaj: VAT
  data_wystawienia: [Dnia]
  waluta: PLN
nabywca:
  nip: 2222222222
  nazwa: Nabywca
  adres_linia1: ul. Druga 2, 00-001 Warszawa
  kraj: PL
pozycja:
  nazwa: [Towar]
  jednostka: szt.
  ilosc: 1
  cena_netto: [Netto]
  stawka_vat: 23
"""


def alike(folder: Path, *rows: str, zasady: str = "", ledger: str = "") -> list[tuple[str, list[str]]]:
    """Numbers with what A15 says of each."""
    (folder / "m.yaml").write_text(MAPPING + zasady, "utf-8")
    file = folder / "f.csv"
    file.write_text("\n".join(["Nr;Dnia;Towar;Netto", *rows, ""]), "utf-8")
    job = Job({file.name: file}, NIP, Environment.SANDBOX, NOW, mapping=str(folder / "m.yaml"), ledger=ledger)
    items = [item for batch in batches(job) if isinstance(batch, Batch) for item in batch.items]
    return [(item.number, [each.severity.value for each in item.problems if each.code == "RA15"]) for item in items]


def test_within_a_file(tmp_path: Path) -> None:
    first, again, other = "FV/1;2026-05-11;Śruba;10,00", "FV/2;2026-05-10;Śruba;10,00", "FV/3;2026-05-11;Śruba;10,01"
    assert alike(tmp_path, first, again, other) == [("FV/1", []), ("FV/2", ["warning"]), ("FV/3", [])]


def test_a_subscription_of_another_month_is_another_sale(tmp_path: Path) -> None:
    assert alike(tmp_path, "FV/1;2026-04-11;Abonament;10,00", "FV/2;2026-05-11;Abonament;10,00") == [
        ("FV/1", []),
        ("FV/2", []),
    ]


@pytest.mark.parametrize(("wanted", "said"), [("blad", ["error"]), ("wylaczona", [])])
def test_its_severity_is_the_mappings(tmp_path: Path, wanted: str, said: list[str]) -> None:
    rows = ("FV/1;2026-05-11;Śruba;10,00", "FV/2;2026-05-11;Śruba;10,00")
    assert alike(tmp_path, *rows, zasady=f"zasady:\n  A15: {wanted}\n")[1] == ("FV/2", said)


def test_against_the_ledger_but_never_against_itself(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "data")
    url = f"sqlite:///{tmp_path / 'data' / 'ledger.sqlite'}"
    alike(tmp_path, "FV/1;2026-05-11;Śruba;10,00")
    job = Job({"f.csv": tmp_path / "f.csv"}, NIP, Environment.SANDBOX, NOW, mapping=str(tmp_path / "m.yaml"))
    with ledger.begin() as transaction:
        owner = drops.company_id(transaction, NIP, "sandbox")
        id_ = drops.take(transaction, owner, "f.csv", drops.Copy("1-f.csv", "00", 1), NOW)
        drops.start(transaction, id_, NOW)
        for batch in batches(job):
            if isinstance(batch, Finished):
                drops.finish(transaction, id_, batch, NOW)
            else:
                drops.add(transaction, drops.Filing(owner, id_, lambda _old, _new: ((), ()), NOW), batch.items)
    ledger.close()
    assert alike(tmp_path, "FV/1;2026-05-11;Śruba;10,00", ledger=url) == [("FV/1", [])]
    assert alike(tmp_path, "FV/9;2026-05-11;Śruba;10,00", ledger=url) == [("FV/9", ["warning"])]
