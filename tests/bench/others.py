"""The other rows of the table of targets: idle scan, start, workbooks, two processes against one, handing over."""

from __future__ import annotations

import pickle
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl

from bridge.conversion.drop import batches
from bridge.conversion.processes import Readers
from bridge.files.watch import scan
from bridge.model.item import Batch
from bridge.reading.excel import xlsx

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bridge.model.job import Job

FOLDERS = 500
CELLS = 12
SHEET_ROWS = 20_000


def report(name: str, value: str, target: str) -> None:
    """One line of the printed table."""
    print(f"{name:58s} {value:>12s}   must {target}")


def idle_scan(folder: Path) -> None:
    """One look at the inboxes of 500 companies, three files in each."""
    inboxes = [folder / f"company-{number}" for number in range(FOLDERS)]
    for inbox in inboxes:
        inbox.mkdir()
        for name in (".ksef-bridge", "README.md", "faktury.csv"):
            (inbox / name).write_text(name, encoding="utf-8")
    spent = _best(lambda: [scan(inbox) for inbox in inboxes])
    report(f"idle: one scan of {FOLDERS} company folders, CPU", f"{spent * 1000:.0f} ms", "≤ 100 ms")


def start() -> None:
    """`ksef-bridge --help`, of which wall time is asked."""
    took = []
    for _ in range(5):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-m", "bridge", "--help"], check=True, stdout=subprocess.DEVNULL)
        took.append(time.perf_counter() - begun)
    report("start of `ksef-bridge --help`, wall", f"{min(took):.2f} s", "≤ 0.4 s")


def workbook(folder: Path) -> None:
    """A big workbook, read as the bridge reads it, against openpyxl read-only."""
    path = folder / "big.xlsx"
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in range(SHEET_ROWS):
        sheet.append([f"FV/{row}", "Śruba M8x40 ocynk", *(row * place / 100 for place in range(CELLS - 2))])
    book.save(path)
    ours = _cpu(lambda: sum(1 for each in xlsx.sheets(path) for _ in each.rows()))
    theirs = _cpu(lambda: _by_openpyxl(path))
    report(f"XLSX, {SHEET_ROWS:,} rows of {CELLS}: against openpyxl read-only", f"{ours / theirs:.2f}", "≤ 1.2")


def _by_openpyxl(path: Path) -> int:
    book = openpyxl.load_workbook(path, read_only=True)
    rows = sum(1 for sheet in book.worksheets for _ in sheet.iter_rows(values_only=True))
    book.close()
    return rows


def two_workers(job: Job) -> None:
    """The same drop twice: by one reading process one after the other, by two at once; wall time, so only when idle."""
    took = []
    for count in (1, 2):
        readers = Readers(count)
        with ThreadPoolExecutor(count) as pool:
            _all_read(pool, readers, [job] * count)  # the processes start and load
            begun = time.perf_counter()
            _all_read(pool, readers, [job, job])
            took.append(time.perf_counter() - begun)
        readers.close()
    report("two reading processes against one, wall", f"{took[0] / took[1]:.2f} ×", "≥ 1.7 ×")


def _all_read(pool: ThreadPoolExecutor, readers: Readers, jobs: Sequence[Job]) -> None:
    for _ in pool.map(lambda job: sum(1 for _ in readers.read(job)), jobs):
        pass


def handing_over(job: Job) -> None:
    """What it costs that items cross from the reading process to the one that keeps the ledger."""
    batch = next(each for each in batches(job) if isinstance(each, Batch))
    spent = _best(lambda: pickle.loads(pickle.dumps(batch)))
    print(f"{'handing over between processes':34s} {spent / len(batch.items) * 1e6:8.1f} µs an invoice")


def _cpu(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _best(work: Callable[[], object]) -> float:
    return min(_cpu(work) for _ in range(5))
