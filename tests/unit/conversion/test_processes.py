"""A file ends in its own refusal by name, whatever it does to the process that reads it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from bridge.conversion import processes as worker
from bridge.conversion.processes import Readers, safely
from bridge.model.errors import TryLater
from bridge.model.item import Batch, Finished
from bridge.model.job import Job
from bridge.model.outcome import Verdict
from bridge.model.settings import Environment
from bridge.system import limits

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
NAMES = ["Nr", "Data", "Nabywca", "Towar", "Ile", "Netto", "Stawka"]
MAPPING = """mapowanie: 1
zrodlo:
  pliki: "*.*"
  format_daty: RRRR-MM-DD
  znak_dziesietny: kropka
  separator: średnik
  jedna_faktura_to: [Nr]
sprzedawca: {nip}
faktura:
  numer: [Nr]
  rodzaj: VAT
  data_wystawienia: [Data]
  waluta: PLN
nabywca:
  nip: 2222222222
  nazwa: [Nabywca]
  adres_linia1: ul. Krótka 1, 62-200 Gniezno
  kraj: PL
pozycja:
  nazwa: [Towar]
  ilosc: [Ile]
  jednostka: szt.
  wartosc_netto: [Netto]
  stawka_vat: [Stawka]
"""
SELLER = "\n  nip: 1111111111\n  nazwa: Firma\n  adres_linia1: ul. Próbna 1, 00-001 Warszawa\n  kraj: PL"


@pytest.fixture
def readers() -> Iterator[Readers]:
    made = Readers()
    yield made
    made.close()


def job(folder: Path, file: Path) -> Job:
    mapping = folder / "m.yaml"
    mapping.write_text(MAPPING.format(nip=SELLER), "utf-8")
    return Job({file.name: file}, "1111111111", Environment.SANDBOX, NOW, mapping=str(mapping))


def book(path: Path, count: int = 2) -> Path:
    made = openpyxl.Workbook(write_only=True)
    sheet = made.create_sheet("Dane")
    sheet.append(NAMES)
    for number in range(count):
        sheet.append([f"FV/{number}", "2026-11-27", "Hurtownia", "Śruba", 1, 10.5, 23])
    made.save(path)
    return path


def text(path: Path, count: int) -> Path:
    rows = "".join(f"FV/{number};2026-11-27;Hurtownia;Śruba;1;10.50;23\n" for number in range(count))
    path.write_text(";".join(NAMES) + "\n" + rows, "utf-8")
    return path


def refusal(told: list[Batch | Finished]) -> tuple[str, str]:
    end = told[-1]
    assert isinstance(end, Finished)
    return end.problems[0].code, end.problems[0].message


def test_every_workbook_is_read_apart_and_a_small_text_is_not(tmp_path: Path, readers: Readers) -> None:
    for name in ("a.xlsx", "faktury.csv"):  # whatever its name
        assert worker.read_apart(job(tmp_path, book(tmp_path / name)))
    assert not worker.read_apart(job(tmp_path, text(tmp_path / "b.csv", 2)))
    told = [
        item
        for batch in readers.read(job(tmp_path, tmp_path / "a.xlsx"))
        if isinstance(batch, Batch)
        for item in batch.items
    ]
    assert [(item.number, item.verdict) for item in told] == [("FV/0", Verdict.GOOD), ("FV/1", Verdict.GOOD)]


def test_what_an_own_template_renders_is_read_apart(tmp_path: Path) -> None:
    wanted = job(tmp_path, text(tmp_path / "b.csv", 2))
    mapping = tmp_path / "m.yaml"
    mapping.write_text(mapping.read_text("utf-8") + "szablon: moj.xml.j2\n", "utf-8")
    (tmp_path / "moj.xml.j2").write_text(
        "{% for a in range(10**5) %}{% for b in range(10**5) %}{% endfor %}{% endfor %}"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "SECONDS", 2)
        assert refusal(list(safely(wanted)))[0] == "P22"


def test_a_file_that_takes_too_long_is_refused_at_once(
    tmp_path: Path, readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = job(tmp_path, book(tmp_path / "a.xlsx")), job(tmp_path, book(tmp_path / "b.xlsx", 30_000))
    monkeypatch.setattr(limits, "SECONDS", 1)
    monkeypatch.setattr(limits, "SECONDS_OF_A_MEGABYTE", 0)
    code, said = refusal(list(readers.read(bad)))
    assert (code, "b.xlsx" in said, "pracy procesora" in said) == ("P22", True, True)
    monkeypatch.undo()
    assert isinstance(list(readers.read(good))[-1], Finished), "the next file is read as ever"


def test_a_file_that_takes_too_much_memory_is_refused_at_once(
    tmp_path: Path, readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.xlsx"
    book(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    long = b"<row>" + b"".join(b"<c t='inlineStr'><is><t>" + b"x" * 200 + b"</t></is></c>" for _ in range(16_000))
    sheet = parts["xl/worksheets/sheet1.xml"].replace(b"</sheetData>", (long + b"</row>") * 20 + b"</sheetData>")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**parts, "xl/worksheets/sheet1.xml": sheet}.items():
            archive.writestr(name, content)
    monkeypatch.setattr(limits, "MEMORY", 20 * 1024**2)
    monkeypatch.setattr(limits, "MEMORY_OF_A_BYTE", 0)
    code, said = refusal(list(readers.read(job(tmp_path, path))))
    assert (code, "pamięci" in said) == ("P22", True)


def test_the_second_death_by_one_file_refuses_it_by_name(
    tmp_path: Path, readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    deadly = job(tmp_path, text(tmp_path / "b.csv", 3_000))
    monkeypatch.setattr(worker, "BIG", 1_000)

    def killed_in_the_middle() -> list[Batch | Finished]:
        told = []
        for each in readers.read(deadly):
            told.append(each)
            for process in readers._all:
                process._process.kill()
        return told

    with pytest.raises(TryLater, match=r"b\.csv"):
        killed_in_the_middle()
    code, said = refusal(killed_in_the_middle())
    assert (code, "b.csv" in said) == ("P08", True)
    told = list(readers.read(deadly))  # its count begins anew: it may have been mended
    assert isinstance(told[-1], Finished)
    assert sum(len(batch.items) for batch in told if isinstance(batch, Batch)) == 3_000


def test_what_the_reading_raises_is_raised_here_and_the_process_goes_on(tmp_path: Path, readers: Readers) -> None:
    wanted = job(tmp_path, book(tmp_path / "a.xlsx"))
    list(readers.read(wanted))
    (before,) = readers._all
    reading = readers.read(wanted)
    (tmp_path / "m.yaml").unlink()
    with pytest.raises(Exception, match="nie ma mapowania"):
        list(reading)
    assert readers._all == [before]
    assert before.alive


def test_a_command_reads_with_the_same_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = job(tmp_path, book(tmp_path / "a.xlsx", 20_000))
    monkeypatch.setattr(limits, "SECONDS", 1)
    monkeypatch.setattr(limits, "SECONDS_OF_A_MEGABYTE", 0)
    assert refusal(list(safely(wanted)))[0] == "P22"
