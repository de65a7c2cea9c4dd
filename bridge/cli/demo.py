"""`demo`: a folder, a simulator and the shipped samples → accepted invoices, results, and a faulty file explained.

The first run moves the samples' dates to today and keeps the moved files; every later run in the same folder drops
these files again, so that it shows that nothing is sent twice.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bridge.cli import common

if TYPE_CHECKING:
    from bridge.model.settings import Settings
    from bridge.sandbox.running import Running

NIP, NAME = "1111111111", "Firma Testowa ŻÓŁW Sp. z o.o."
PASSWORD = "pokaz"  # noqa: S105 - of a seal that only the simulator takes
WAIT = 90  # seconds; a run takes about ten


def demo(
    folder: Annotated[Path, typer.Argument(help="Folder pokazu; powstanie, jeśli go nie ma.")] = Path("demo"),
) -> None:
    """Pokaż całą drogę na symulatorze KSeF: eksporty, przyjęte faktury, UPO, pliki wyników i plik z błędami."""
    from bridge.cli import demo_data, show

    out = show.console()
    first = (demo_data.SALES, demo_data.WORKBOOK, demo_data.FAULTY)
    with _simulator(folder) as simulator:
        before = len(simulator.accepted())
        settings = _prepared(folder, simulator.url)
        outbox = settings.companies[0].outbox
        out.print(f"Symulator KSeF: {simulator.url}\nFolder pokazu:  {folder.resolve()}\n")
        today = _set_to(simulator, waking_hour(common.now())).astimezone(ZoneInfo("Europe/Warsaw")).date()
        out.print("1. Do inbox trafiają: lista sprzedaży (CSV), skoroszyt (XLSX) i plik z błędami …")
        results = _dropped(settings, {name: _moved(folder, name, today) for name in first})
        out.print("2. Potem korekty, z numerami KSeF z pierwszych wyników …\n")
        accepted = {row["numer"]: row["numer_ksef"] for row in results if row["status"] == "przyjeta"}
        results += _dropped(settings, {demo_data.CORRECTIONS: _moved(folder, demo_data.CORRECTIONS, today, accepted)})
        sent = len(simulator.accepted()) - before
    columns = ("plik", "numer", "status", "numer_ksef", "tryb", "opis")
    out.print(show.table("Wyniki", columns, [[row[column] for column in columns] for row in results]))
    out.print(
        f"\nWysłano do KSeF: {sent}."
        + ("" if sent else " Wszystkie dobre faktury były przyjęte już wcześniej, nic nie poszło drugi raz.")
    )
    out.print(f"Wyniki dla ERP:      {outbox / 'wyniki'}")
    out.print(f"XML, UPO i PDF:      {outbox / 'faktury'}")
    out.print(f"Błędy do poprawy:    {outbox / 'bledy'}")
    good = all(row["status"] in ("przyjeta", "bledna") for row in results)
    raise typer.Exit(common.GOOD if good else common.INVOICES)


@contextmanager
def _simulator(folder: Path) -> Iterator[Running]:
    """KSeF in a box on a free port of this machine, with its memory in the demo's folder."""
    from bridge.sandbox import Running

    folder.mkdir(parents=True, exist_ok=True)
    with Running(state=folder / "symulator-ksef.bin", limits=False) as running:
        yield running


def waking_hour(now: datetime) -> datetime:
    """Now, or the first moment after midnight's pause in sending, when a demo of some minutes would meet it."""
    from bridge.work.planning import after_night, at_night

    soon = now + timedelta(minutes=5)
    if at_night(now):
        return after_night(now)
    return after_night(soon) if at_night(soon) else now


def _set_to(simulator: Running, moment: datetime) -> datetime:
    """Set both clocks to `moment`."""
    shift = moment - common.now()
    if shift > timedelta(seconds=1):
        simulator.store.clock.shift = shift
        os.environ["KSEF_BRIDGE_CLOCK"] = moment.isoformat()
    return moment


def _prepared(folder: Path, url: str) -> Settings:
    """The folder as `init` makes it, with a seal for the simulator and its address of today."""
    from bridge.admin.init import start

    start(folder, nip=NIP, name=NAME)
    config = folder / "bridge.toml"
    config.write_text(config.read_text("utf-8").replace("# pictures = {", "pictures = {"), "utf-8", newline="\n")
    write_seal(folder / "owner-only" / "ksef.p12", NIP, NAME, PASSWORD)
    os.environ["KSEF_BRIDGE_SANDBOX_URL"] = url
    os.environ["KSEF_P12_PASSWORD"] = PASSWORD
    return common.settings_of(config)


def write_seal(path: Path, nip: str, name: str, password: str) -> None:
    """A self-signed seal for the simulator, owner-only; one that is there stays."""
    from bridge.sandbox.identity import packed, seal

    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    path.write_bytes(packed(*seal(nip, name, common.now()), password))


def _moved(folder: Path, name: str, today: date, accepted: Mapping[str, str] | None = None) -> bytes:
    """A file of the first run, or its sample with the dates moved to today."""
    from bridge.cli import demo_data
    from bridge.shipped import shipped

    kept = folder / "eksporty" / name
    if kept.exists():
        return kept.read_bytes()
    samples = shipped("mappings") / "probki" / "przyklady"
    content = {
        demo_data.SALES: lambda: demo_data.sales(samples / demo_data.SALES, today),
        demo_data.FAULTY: lambda: demo_data.faulty(samples / demo_data.SALES, today),
        demo_data.WORKBOOK: lambda: demo_data.workbook(samples / demo_data.WORKBOOK, today),
        demo_data.CORRECTIONS: lambda: demo_data.corrections(samples / demo_data.CORRECTIONS, today, accepted or {}),
    }[name]()
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(content)
    return content


def _dropped(settings: Settings, files: Mapping[str, bytes]) -> list[dict[str, str]]:
    """Drop files, work until nothing waits, and read the results back as an ERP would."""
    from bridge.cli.run import work

    company = settings.companies[0]
    folder = company.outbox / "wyniki"
    known = set(folder.glob("*.wynik.csv")) if folder.is_dir() else set()
    for name, content in files.items():
        (company.inbox / name).write_bytes(content)
    work(settings, Event(), WAIT, silent=True)
    return [row for path in sorted(set(folder.glob("*.wynik.csv")) - known) for row in _rows(path)]


def _rows(path: Path) -> Sequence[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))
