"""An installation for the harness: companies with one data folder, a simulator of its own, and exports to drop."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from bridge.admin.init import start
from bridge.cli.demo import write_seal
from bridge.files.names import drop_name
from bridge.sandbox import Running
from tests.chaos.poison import Poison

WARSAW = ZoneInfo("Europe/Warsaw")
PASSWORD = "haslo"
HEADINGS = [
    "Lp",
    "Typ",
    "Numer dokumentu",
    "Data wystawienia",
    "Data sprzedaży",
    "Termin płatności",
    "Forma płatności",
    "Kontrahent",
    "NIP",
    "Ulica",
    "Kod pocztowy",
    "Miasto",
    "Kod towaru",
    "Nazwa towaru",
    "Ilość",
    "Jm",
    "Cena netto",
    "Stawka VAT",
    "Wartość netto",
    "Kwota VAT",
    "Wartość brutto",
]


@dataclass(slots=True)
class Firm:
    """A company, what was dropped for it, and what still will be."""

    nip: str
    folder: Path
    mode: str
    waiting: list[tuple[str, list[str]]] = field(default_factory=list)  # file name, numbers of its invoices
    dropped: dict[str, list[str]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)  # dropped, and no export that can be read
    untouched: set[Path] = field(default_factory=set)  # what nobody may take or remove
    aside: set[str] = field(default_factory=set)  # of these, what `stan.json` must tell
    restored: set[str] = field(default_factory=set)  # dropped before a backup was put back: may be told twice

    @property
    def outbox(self) -> Path:
        return self.folder / "outbox"

    def drop(self, day: date) -> None:
        """The next file, whole, as a careful ERP would: written elsewhere, then renamed into the inbox."""
        name, numbers = self.waiting.pop(0)
        made = self.folder / name
        made.write_bytes(export(numbers, day))
        made.rename(self.folder / "inbox" / name)
        self.dropped[name] = numbers

    def plant(self, poison: Poison, number: str, day: date) -> None:
        """Something odd, that may be a good export of this number all the same."""
        places = self.folder / "inbox", self.folder / "inbox" / ".w_toku"
        before = {path for place in places if place.exists() for path in place.iterdir()}
        poison.plant(places[0], export([number], day))
        (made,) = {path for place in places if place.exists() for path in place.iterdir()} - before - {places[1]}
        if poison.fate == "done":
            self.dropped[drop_name(made.name)] = [number]
        elif poison.fate == "refused":
            self.refused.add(drop_name(made.name))
        else:
            self.untouched.add(made)
            self.aside |= {made.name} if poison.fate == "aside" else set()


@dataclass(slots=True)
class Office:
    """Several companies, one bridge, one ledger, one simulator."""

    folder: Path
    simulator: Running
    firms: list[Firm]
    clock: Path
    own_clock: Path | None = None  # the program's, while it is not KSeF's

    @property
    def environment(self) -> dict[str, str]:
        return {
            "KSEF_BRIDGE_SANDBOX_URL": self.simulator.url,
            "KSEF_P12_PASSWORD": PASSWORD,
            "KSEF_BRIDGE_CLOCK": str(self.own_clock or self.clock),
        }

    @property
    def day(self) -> date:
        return self.simulator.store.clock.now().astimezone(WARSAW).date()

    @property
    def ledger(self) -> Path:
        return self.folder / ".ksef-bridge" / "ledger.sqlite"

    @property
    def wal(self) -> Path:
        return self.ledger.with_name("ledger.sqlite-wal")


def clock_at_eight(path: Path, speed: float) -> Path:
    """A clock file: it is eight in the morning of today in Warsaw, and time runs that much faster."""
    real = datetime.now(UTC)
    shows = real.astimezone(WARSAW).replace(hour=8, minute=0, second=0)
    path.write_text(json.dumps({"real": real.isoformat(), "shows": shows.isoformat(), "speed": speed}), "utf-8")
    return path


def build(folder: Path, simulator: Running, plan: Sequence[tuple[str, Sequence[int]]], chance: Random) -> Office:
    """An office: for each company its way of sending and the sizes of its files."""
    assert simulator.store.clock.file is not None
    firms = [_firm(folder / f"firma{place}", mode, sizes, chance) for place, (mode, sizes) in enumerate(plan, 1)]
    tables = "\n".join(_table(each) for each in firms)
    (folder / "bridge.toml").write_text(f'environment = "sandbox"\ndata = ".ksef-bridge"\n{tables}', "utf-8")
    return Office(folder, simulator, firms, simulator.store.clock.file)


def _firm(folder: Path, mode: str, sizes: Sequence[int], chance: Random) -> Firm:
    nip = _nip(chance)
    start(folder, nip=nip, name="Firma")
    (folder / "bridge.toml").unlink()
    shared = folder / "mappings" / "wspolne" / "firma_testowa.yaml"
    shared.write_text(shared.read_text("utf-8").replace("1111111111", nip), "utf-8")
    write_seal(folder / "owner-only" / "ksef.p12", nip, "Firma", PASSWORD)
    files = [(f"01_comarch_{place:04}.csv", _numbers(place, size)) for place, size in enumerate(sizes, 1)]
    return Firm(nip, folder, mode, files)


def _numbers(place: int, size: int) -> list[str]:
    return [f"FS/{place}/{each}" for each in range(1, size + 1)]


def _nip(chance: Random) -> str:
    while True:
        digits = [chance.randint(1, 9) for _ in range(9)]
        last = sum(weight * digit for weight, digit in zip((6, 5, 7, 2, 3, 4, 5, 6, 7), digits, strict=True)) % 11
        if last < 10:
            return "".join(map(str, [*digits, last]))


def _table(firm: Firm) -> str:
    name = firm.folder.name
    return f"""
[[company]]
nip = "{firm.nip}"
name = "Firma {name}"
inbox = "{name}/inbox"
outbox = "{name}/outbox"
mappings = ["{name}/mappings"]
certificate = {{ file = "{name}/owner-only/ksef.p12", password = "env:KSEF_P12_PASSWORD" }}
quiet_seconds = 0.1
wait_for_whole = "5 s"
sending = {{ mode = "{firm.mode}" }}
"""


def export(numbers: Sequence[str], day: date) -> bytes:
    """A list of sales in the shape of set 01: one row an invoice, and the line of totals."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator=";\r\n")
    writer.writerow(HEADINGS)
    shown = f"{day:%d.%m.%Y}"
    pay = f"{day + timedelta(days=14):%d.%m.%Y}"
    for place, number in enumerate(numbers, 1):
        row = (
            place,
            "FS",
            number,
            shown,
            shown,
            pay,
            "przelew",
            "Hurtownia ŹDŹBŁO",
            "2222222222",
            "ul. Święcicka 12/4",
        )
        rest = ("62-200", "Gniezno", "LOZ", "Łożysko kulkowe", 10, "szt.", "10,00", "23%", "100,00", "23,00", "123,00")
        writer.writerow((*row, *rest))
    sums = [_money(len(numbers) * each) for each in (100, 23, 123)]
    writer.writerow(["Razem", *[""] * 17, *sums])
    return out.getvalue().encode("cp1250")


def _money(zlotys: int) -> str:
    return f"{zlotys:,},00".replace(",", " ", f"{zlotys:,}".count(","))


def numbered(firms: Sequence[Firm]) -> Iterator[tuple[str, str]]:
    """Seller and number of all that was dropped."""
    for firm in firms:
        for numbers in firm.dropped.values():
            for number in numbers:
                yield firm.nip, number


def environment(office: Office, **more: str) -> dict[str, str]:
    """Of the program: ours without another test's settings, and the office's."""
    return {k: v for k, v in os.environ.items() if not k.startswith("KSEF_")} | office.environment | more
