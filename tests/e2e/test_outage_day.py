"""A day of two announced failures, by the real program as a process, on the simulator's Latarnia and one moved clock.

Announced at ten, ended at three, announced again at five, ended the next morning. All invoices arrive before their
deadlines, and each that was issued offline has a picture whose two codes the simulator's own pages verify.
"""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import holidays
import httpx
import pypdf
import pytest

from bridge.sandbox import Running
from tests.chaos.driver import Forked
from tests.chaos.office import WARSAW, Firm, Office, build, clock_at_eight, environment

CODE_I = re.compile(r"https?://[\w.:]+/invoice/\d{10}/[\d-]{10}/[\w-]{43}")
CODE_II = re.compile(r"https?://[\w.:]+/certificate/Nip/\d{10}/\d{10}/[0-9A-F]{16}/[\w-]{43}/[\w-]{86}")
SPEED = 120.0
PATIENCE = 60.0  # real seconds


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Running]:
    clock = clock_at_eight(tmp_path / "clock.json", SPEED)
    with Running(clock=clock, token_in_business_time=True) as running:
        yield running


@pytest.fixture
def office(tmp_path: Path, simulator: Running) -> Office:
    """One company, with an Offline certificate that it asked the simulator for by `cert enrol`."""
    simulator.store.clock.set(_working_day(8), SPEED)
    made = build(tmp_path, simulator, [("auto", [3, 4, 3])], Random(10))
    command = [sys.executable, "-m", "bridge", "cert", "enrol", "--type", "Offline", "--out", "firma1/owner-only"]
    told = subprocess.run(
        command, cwd=tmp_path, env=environment(made), capture_output=True, text=True, check=False, encoding="utf-8"
    )
    assert told.returncode == 0, told.stdout + told.stderr
    (key,), (certificate,) = ((tmp_path / "firma1" / "owner-only").glob(f"*ffline*{kind}") for kind in (".key", ".crt"))
    files = {"file": certificate, "key": key}
    where = ", ".join(f'{name} = "{path.relative_to(tmp_path)}"' for name, path in files.items())
    config = tmp_path / "bridge.toml"
    offline = f'offline = {{ certificate = {{ {where}, password = "env:KSEF_P12_PASSWORD" }} }}\nsending ='
    config.write_text(config.read_text("utf-8").replace("sending =", offline), "utf-8")
    return made


def _working_day(hour: int) -> datetime:
    """The first working day from tomorrow on, so that days and deadlines are the same whenever this runs."""
    day = datetime.now(WARSAW).date() + timedelta(days=1)
    while not _works(day):
        day += timedelta(days=1)
    return datetime(day.year, day.month, day.day, hour, tzinfo=WARSAW)


def _works(day: date) -> bool:
    return day.weekday() < 5 and day not in holidays.country_holidays("PL", years=day.year)


def _working_days_after(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= _works(day)
    return day


class Day:
    """The clock of the day, what is announced, and what the company's folder shows."""

    def __init__(self, office: Office) -> None:
        self.office, self.simulator = office, office.simulator
        (self.firm,) = office.firms
        self.morning = office.simulator.store.clock.now().astimezone(WARSAW).replace(minute=0, second=0, microsecond=0)

    def at(self, hour: int, minute: int = 0, days: int = 0) -> datetime:
        moment = self.morning.replace(hour=hour, minute=minute) + timedelta(days=days)
        self.simulator.store.clock.set(moment, SPEED)
        return moment

    def announce(self, event: int, began: datetime, ended: datetime | None = None) -> None:
        """As the Ministry says it, and as KSeF behaves then."""
        message = {"eventId": event, "category": "FAILURE", "start": began.isoformat()}
        if ended is not None:
            message |= {"end": ended.isoformat(), "version": 2}
            self.simulator.admin.delete("/_sim/faults").raise_for_status()
        else:
            self.simulator.fault(do="status", code=503, body="html", count=None, path=r"/(?!latarnia|_sim).*")
        self.simulator.admin.post("/_sim/latarnia", json={"messages": [message]}).raise_for_status()

    def wait(self, done: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not done():
            assert time.monotonic() < end, (self.office.folder / "program.log").read_text("utf-8")[-2000:]
            time.sleep(0.1)

    def accepted(self) -> set[str]:
        return {each["number"] for each in self.simulator.accepted()}

    def pictures(self, numbers: list[str]) -> dict[str, str]:
        """Text of the picture of each invoice, as far as they are there."""
        found = {}
        for number in numbers:
            for path in (self.firm.outbox / "faktury").rglob(f"{number.replace('/', '_')}~*.pdf"):
                found[number] = shown(path)
        return found


def shown(path: Path) -> str:
    pages = pypdf.PdfReader(io.BytesIO(path.read_bytes())).pages
    return re.sub(r"[\s\u200b]", "", "".join(page.extract_text() for page in pages))


def labelled(day: Day, numbers: list[str]) -> list[tuple[str, str]]:
    """KSeF number and picture of each invoice, once the picture is made anew with it."""
    sent = {each["number"]: each["ksefNumber"] for each in day.simulator.accepted()}
    return [(sent[number], day.pictures([number])[number]) for number in numbers]


def rows(firm: Firm) -> list[dict[str, str]]:
    found = []
    for path in sorted((firm.outbox / "wyniki").glob("*.wynik*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            found += list(csv.DictReader(file, delimiter=";"))
    return found


@pytest.mark.timeout(400)
@pytest.mark.long
def test_a_day_of_two_failures_ends_with_every_invoice_delivered_in_time(office: Office) -> None:
    day = Day(office)
    firm = day.firm
    files = [numbers for _, numbers in firm.waiting]
    child = Forked.start(office, environment(office), broken=False)
    try:
        day.at(9, 30)
        firm.drop(office.day)
        day.wait(lambda: day.accepted() == set(files[0]))

        ten = day.at(10)
        day.announce(1, ten)
        day.at(10, 10)
        firm.drop(office.day)
        day.wait(lambda: len(day.pictures(files[1])) == len(files[1]))
        assert all(each.count("OFFLINE") == 2 and "CERTYFIKAT" in each for each in day.pictures(files[1]).values())

        three = day.at(15)
        day.announce(1, ten, three)
        day.at(15, 10)
        day.wait(lambda: day.accepted() == {*files[0], *files[1]})

        five = day.at(17)
        day.announce(2, five)
        day.at(17, 10)
        firm.drop(office.day)
        day.wait(lambda: len(day.pictures(files[2])) == len(files[2]))
        assert day.accepted() == {*files[0], *files[1]}

        end = day.at(8, days=1)
        day.announce(2, five, end)
        day.at(8, 10, days=1)
        everything = {number for numbers in files for number in numbers}
        day.wait(lambda: {row["numer"] for row in rows(firm) if row["status"] == "przyjeta"} == everything)
        day.wait(lambda: all(each in told for each, told in labelled(day, [*files[1], *files[2]])))
    finally:
        child.stop()

    sent = {each["number"]: each for each in day.simulator.accepted()}
    assert len(sent) == len(day.simulator.accepted()) == 10
    assert {sent[number]["mode"] for number in files[0]} == {"Online"}
    for numbers, ended in ((files[1], three), (files[2], end)):
        deadline = _working_days_after(ended.astimezone(WARSAW).date(), 7)
        for number in numbers:
            assert sent[number]["offline"], number
            assert datetime.fromisoformat(sent[number]["received"]).astimezone(WARSAW).date() <= deadline
            _verified(day.pictures([number])[number], sent[number]["ksefNumber"])


def _verified(picture: str, number: str) -> None:
    """Both codes are there, and the pages they lead to know the invoice and find the signature right."""
    assert picture.count(number) >= 2
    (first,), (second,) = set(CODE_I.findall(picture)), set(CODE_II.findall(picture))
    assert httpx.get(first).json()["ksefNumber"] == number
    assert httpx.get(second).json() == {"valid": True, "reason": ""}
