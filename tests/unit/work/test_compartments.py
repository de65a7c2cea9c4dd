"""A drop is a compartment: what goes wrong with one is told, and every good file of every company is done beside it."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bridge.app.wiring import job
from bridge.conversion.drop import batches
from bridge.files.names import drop_name, safe_name
from bridge.ksef.client import Ksef
from bridge.ksef.credentials import Signer
from bridge.ledger import drops
from bridge.ledger.store import Ledger, LedgerMistakeError, open_ledger
from bridge.model.errors import FixSetup, TryLater
from bridge.model.item import Batch, Finished
from bridge.model.job import Job
from bridge.model.outcome import DropState
from bridge.model.settings import Company, Environment, Settings
from bridge.sandbox import Running
from bridge.sandbox.identity import seal
from bridge.work import Tick, error_book, intake, ownership, reporting, tick
from bridge.work.pace import LedgerPace
from bridge.work.tools import Tools
from tests.chaos.poison import POISON

NIPS = ("1111111111", "5265877635")
MAPPING = """\
mapowanie: 1
zrodlo:
  pliki: "01_comarch_*"
  separator: średnik
  znak_dziesietny: przecinek
  jedna_faktura_to: [Nr]
sprzedawca:
  nip: {nip}
  nazwa: Firma
  adres_linia1: ul. Próbna 1
  kraj: PL
faktura:
  numer: [Nr]
  rodzaj: VAT
  data_wystawienia: {day}
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


def export(*numbers: str) -> bytes:
    return "\r\n".join(["Nr;Towar;Netto", *(f"{number};Śruba;10,00" for number in numbers), ""]).encode()


class Firm:
    """One company at work against the simulator; `moment` is its clock."""

    def __init__(self, folder: Path, nip: str, simulator: Running, ledger: Ledger, stack: ExitStack) -> None:
        self.moment = datetime.now(UTC)
        self.folder = folder
        made = [folder / name for name in ("inbox", "outbox", "mappings")]
        for each in made:
            each.mkdir(parents=True)
        (made[0] / ".ksef-bridge").touch()
        day = f"{self.moment.astimezone():%Y-%m-%d}"
        (made[2] / "m.yaml").write_text(MAPPING.format(nip=nip, day=day), "utf-8")
        company = Company(nip, f"Firma {nip}", made[0], made[1], (made[2],), None, quiet=timedelta())
        settings = Settings(Environment.SANDBOX, folder.parent / "data", (company,), api_url=simulator.url)
        with ledger.begin() as transaction:
            owner = drops.company_id(transaction, nip, "sandbox")
        self.pace = LedgerPace(ledger, owner, company.sending.reserve, self.now)
        key, certificate = seal(nip, "Firma", self.moment)
        signer = Signer(certificate, key)
        ksef = Ksef(f"{simulator.url}/v2", nip, lambda: signer, self.pace, now=self.now, sleep=lambda _: None)
        stack.callback(ksef.close)
        self.passed = 0.0
        self.tools = Tools(
            settings, company, owner, ledger, job, ksef, self.read, cast("Any", None), self.now, lambda: self.passed
        )
        self.broken: dict[str, Exception] = {}  # name → what its reading raises

    def now(self) -> datetime:
        return self.moment

    def read(self, job: Job) -> Iterator[Batch | Finished]:
        if job.name in self.broken:
            broken = self.broken[job.name]
            raise broken
        return batches(job)

    def drop(self, name: str, *numbers: str) -> None:
        (self.folder / "inbox" / name).write_bytes(export(*numbers))

    def step(self, seconds: float = 0.5) -> Tick:
        self.moment += timedelta(seconds=seconds)
        self.passed += seconds
        return tick(self.tools, self.pace)

    def work(self, steps: int = 40) -> Tick:
        for _ in range(steps):
            told = self.step(20)
            if not told.waits and told.next_at > self.moment:
                break
        return told

    def results(self) -> dict[str, tuple[str, str]]:
        """Number or file → status and code."""
        found = {}
        for path in sorted((self.folder / "outbox" / "wyniki").glob("*.wynik.json")):
            if path.is_symlink():
                continue  # not ours: planted by a test
            for row in json.loads(path.read_text("utf-8"))["wyniki"]:
                found[row["numer"] or row["plik"]] = (row["status"], row["kod"])
        return found

    def state(self) -> dict[str, Any]:
        return json.loads((self.folder / "outbox" / "stan.json").read_text("utf-8"))


@pytest.fixture
def firms(tmp_path: Path, one_simulator: Running, signer: Signer) -> Iterator[list[Firm]]:
    one_simulator.reset()
    one_simulator.store.settings["limits"] = False
    with ExitStack() as stack:
        ledger = open_ledger(tmp_path / "data")
        stack.callback(ledger.close)
        yield [Firm(tmp_path / nip, nip, one_simulator, ledger, stack) for nip in NIPS]


@pytest.mark.skipif(os.name != "posix", reason="names, links and sockets that Windows does not have")
def test_every_good_file_of_every_company_is_done_beside_every_poison(firms: list[Firm]) -> None:
    for firm in firms:
        inbox = firm.folder / "inbox"
        firm.drop("01_comarch_a_pierwsza.csv", "FV/PIERWSZA")
        for place, each in enumerate(POISON):
            each.plant(inbox, export(f"FV/TRUCIZNA/{place}"))
        firm.drop("01_comarch_z_ostatnia.csv", "FV/OSTATNIA")
    for firm in firms:
        firm.tools.company = replace(firm.tools.company, wait_for_whole=timedelta(seconds=30))
        told = firm.work()
        results, state = firm.results(), firm.state()
        assert not told.mistakes
        good = [f"FV/TRUCIZNA/{place}" for place, each in enumerate(POISON) if each.fate == "done"]
        assert [results.get(number) for number in ("FV/PIERWSZA", "FV/OSTATNIA", *good)] == [("przyjeta", "")] * (
            len(good) + 2
        )
        refused = {name: code for name, (status, code) in results.items() if status == "bledna"}
        assert len(refused) == sum(each.fate == "refused" for each in POISON), refused
        assert all(refused.values())
        assert len(state["warnings"]) == sum(each.fate == "aside" for each in POISON), state["warnings"]
        for path in (firm.folder / "outbox" / "wyniki").rglob("*"):
            assert path.parent.name == "wyniki"
            assert len(os.fsencode(path.name)) < 255
            stem = path.name.partition(".wynik")[0]
            assert drop_name(stem) == stem
        assert sum(1 for _ in (firm.folder / "outbox" / "bledy").glob("*.bledy.xlsx")) == len(refused)


@pytest.mark.parametrize("raised", [ValueError, RecursionError, MemoryError, KeyError, AssertionError])
def test_an_exception_nobody_expected_refuses_its_file_and_is_told_as_our_mistake(
    firms: list[Firm], raised: type[Exception]
) -> None:
    firm = firms[0]
    firm.drop("01_comarch_zly.csv", "FV/ZLY")
    firm.drop("01_comarch_dobry.csv", "FV/DOBRY")
    firm.broken["01_comarch_zly.csv"] = raised("x")
    told = [firm.step() for _ in range(4)]
    firm.work()
    assert any("Nasz błąd" in sentence for each in told for sentence in each.mistakes)
    assert any("Nasz błąd" in sentence for each in told for sentence in each.troubles)
    assert firm.results() == {"FV/DOBRY": ("przyjeta", ""), "01_comarch_zly.csv": ("bledna", "U14")}


@pytest.mark.parametrize(
    "number", [errno.EIO, errno.EACCES, errno.ESTALE, errno.ENOSPC, errno.ENAMETOOLONG, errno.EHOSTDOWN, errno.EMFILE]
)
def test_a_file_that_a_disk_does_not_give_waits_alone_and_is_read_when_it_can_be(
    firms: list[Firm], number: int
) -> None:
    firm = firms[0]
    firm.drop("01_comarch_a.csv", "FV/CHORY")
    firm.drop("01_comarch_b.csv", "FV/DOBRY")
    firm.broken["01_comarch_a.csv"] = OSError(number, "English", "a.csv")
    told = firm.work(6)
    assert firm.results() == {"FV/DOBRY": ("przyjeta", "")}
    assert not told.mistakes
    (trouble,) = firm.state()["troubles"]
    assert "01_comarch_a.csv" in trouble
    assert "English" not in trouble
    firm.broken.clear()
    firm.work()
    assert firm.results()["FV/CHORY"] == ("przyjeta", "")


def test_a_statement_that_the_database_refuses_is_no_verdict_on_the_file(firms: list[Firm]) -> None:
    firm = firms[0]
    firm.drop("01_comarch_a.csv", "FV/A")
    firm.drop("01_comarch_b.csv", "FV/B")
    firm.broken["01_comarch_a.csv"] = LedgerMistakeError("IntegrityError: x")
    told = [firm.step() for _ in range(4)]
    firm.work(6)
    assert any("Nasz błąd" in sentence for each in told for sentence in each.mistakes)
    assert firm.results() == {"FV/B": ("przyjeta", "")}
    firm.broken.clear()
    firm.work()
    assert firm.results()["FV/A"] == ("przyjeta", "")


def test_what_may_not_be_read_stays_in_the_inbox_and_is_told(
    firms: list[Firm], monkeypatch: pytest.MonkeyPatch
) -> None:
    def may_be_read(path: Path) -> None:
        if path.name == "01_comarch_roota.csv":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(intake, "may_be_read", may_be_read)
    firm = firms[0]
    firm.drop("01_comarch_roota.csv", "FV/ROOTA")
    firm.drop("01_comarch_z.csv", "FV/DOBRY")
    firm.work(6)
    assert firm.results() == {"FV/DOBRY": ("przyjeta", "")}
    assert (firm.folder / "inbox" / "01_comarch_roota.csv").exists()
    assert any("01_comarch_roota.csv czeka" in each for each in firm.state()["troubles"])


def test_a_file_that_vanished_while_it_waited_is_refused(firms: list[Firm]) -> None:
    firm = firms[0]
    firm.drop("01_comarch_a.csv", "FV/ZNIKNIE")
    intake.take_settled(firm.tools)
    for path in (firm.folder / "inbox" / ".w_toku").iterdir():
        path.unlink()
    firm.drop("01_comarch_b.csv", "FV/DOBRY")
    told = firm.work()
    assert firm.results() == {"FV/DOBRY": ("przyjeta", ""), "01_comarch_a.csv": ("bledna", "P40")}
    assert told.waits == 0


@pytest.mark.parametrize(("room", "part"), [(reporting, "_write"), (error_book, "_explain"), (intake, "_archive")])
@pytest.mark.parametrize("raised", [ValueError("x"), TryLater("dysk"), FixSetup("prawo"), OSError(errno.ENOSPC, "no")])
def test_what_breaks_when_one_drop_is_told_or_put_away_breaks_no_other(
    firms: list[Firm], monkeypatch: pytest.MonkeyPatch, room: Any, part: str, raised: Exception
) -> None:
    firm = firms[0]
    real = getattr(room, part)

    def broken(tools: Tools, drop: Any, *more: Any) -> None:
        if drop.name == "01_comarch_a.csv":
            raise type(raised)(*raised.args)  # a new one: one that is raised again and again drags its whole past along
        real(tools, drop, *more)

    monkeypatch.setattr(room, part, broken)
    firm.drop("01_comarch_a.csv", "FV/A")
    firm.drop("01_comarch_b.csv", "FV/B")
    told = firm.work(8)
    assert firm.results()["FV/B"] == ("przyjeta", "")
    assert told.troubles
    assert bool(told.mistakes) == isinstance(raised, ValueError)
    monkeypatch.setattr(room, part, real)
    assert not firm.work().troubles
    assert firm.results()["FV/A"] == ("przyjeta", "")


@pytest.mark.parametrize("gone", ["mappings", "mappings/m.yaml"])
def test_a_fault_of_the_installation_is_no_verdict_on_files(
    firms: list[Firm], monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    firm = firms[0]
    blocked = firm.folder / gone
    real_open, real_scandir = os.open, os.scandir

    def refuse(path: Any) -> None:
        if os.fspath(path) == os.fspath(blocked):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(os, "open", lambda path, *more, **and_: (refuse(path), real_open(path, *more, **and_))[1])
    monkeypatch.setattr(os, "scandir", lambda path=".": (refuse(path), real_scandir(path))[1])
    firm.drop("01_comarch_a.csv", "FV/A")
    for _ in range(3):
        firm.step()
    assert firm.results() == {}
    assert any("Mapowań w" in each for each in firm.state()["troubles"])
    monkeypatch.undo()
    firm.work()
    assert firm.results() == {"FV/A": ("przyjeta", "")}
    with firm.tools.ledger.begin() as transaction:
        assert not drops.drops(transaction, firm.tools.company_id, DropState.REFUSED)


def test_two_ledgers_do_not_share_an_inbox_until_a_person_says_whose_it_is(firms: list[Firm], tmp_path: Path) -> None:
    first = firms[0]
    first.step()
    other = open_ledger(tmp_path / "inna")
    try:
        with other.begin() as transaction:
            owner = drops.company_id(transaction, NIPS[0], "sandbox")
        first.tools.ledger, mine, first.tools.company_id = other, first.tools.ledger, owner
        first.drop("01_comarch_a.csv", "FV/A")
        with pytest.raises(FixSetup, match=r"inny mostek.*--take-over"):
            intake.take_settled(first.tools)
        assert (first.folder / "inbox" / "01_comarch_a.csv").exists()
        assert ownership.take_over(other, owner, first.tools.folders, first.now())
        intake.take_settled(first.tools)
        assert not (first.folder / "inbox" / "01_comarch_a.csv").exists()
        with mine.begin() as transaction:
            before = drops.company_id(transaction, NIPS[0], "sandbox")
        assert "inny mostek" in ownership.others(mine, before, first.tools.folders, first.now())
    finally:
        other.close()


def test_results_that_the_ledger_does_not_know_are_not_written_over(firms: list[Firm]) -> None:
    firm = firms[0]
    results = firm.folder / "outbox" / "wyniki"
    results.mkdir(parents=True)
    (results / "01_comarch_a.csv.wynik.csv").write_text("z innej ksiegi", "utf-8")
    firm.drop("01_comarch_a.csv", "FV/A")
    firm.work()
    assert (results / "01_comarch_a.csv.wynik.csv").read_text("utf-8") == "z innej ksiegi"
    assert firm.results()["FV/A"] == ("przyjeta", "")
    (other,) = results.glob("01_comarch_a.csv~*.wynik.csv")
    assert any(other.name.partition(".wynik")[0] in each for each in firm.state()["warnings"])


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
@pytest.mark.parametrize(
    "planted",
    [
        "wyniki/.01_comarch_a.csv.wynik.csv.tmp",
        "wyniki/01_comarch_a.csv.w-toku.csv",
        "wyniki/01_comarch_a.csv.wynik.json",
        "bledy/01_comarch_b.csv.bledy.xlsx",
        "bledy/.01_comarch_b.csv.bledy.csv.tmp",
        "stan.json",
        "stan.html",
        ".stan.html.tmp",
        "faktury/{month}/FV_A~{hash}.xml",
    ],
)
def test_links_in_the_outbox_are_never_followed(firms: list[Firm], planted: str) -> None:
    firm = firms[0]
    victim = firm.folder / "haslo.txt"
    victim.write_text("VICTIM", "utf-8")
    safe = safe_name("FV/A").partition("~")[2]
    place = firm.folder / "outbox" / planted.format(month=f"{firm.moment.astimezone():%Y-%m}", hash=safe)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(victim)
    firm.drop("01_comarch_a.csv", "FV/A")
    (firm.folder / "inbox" / "01_comarch_b.csv").write_bytes(b"")
    firm.tools.company = replace(firm.tools.company, wait_for_whole=timedelta(seconds=30))
    firm.work(12)
    assert victim.read_text("utf-8") == "VICTIM"
    assert firm.results()["FV/A"] == ("przyjeta", "")


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
@pytest.mark.parametrize("folder", ["wyniki", "bledy", "faktury", "archiwum"])
def test_a_folder_of_the_outbox_that_is_a_link_is_refused(firms: list[Firm], tmp_path: Path, folder: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    firm = firms[0]
    (firm.folder / "outbox" / folder).symlink_to(elsewhere)
    firm.drop("01_comarch_a.csv", "FV/A")
    firm.drop("01_comarch_b.txt", "")
    told = firm.work(4)
    assert any("dowiązanie" in each for each in told.troubles)
    assert not [path for path in elsewhere.rglob("*") if path.is_file()]
