"""`make bench`: what a conversion costs, stage by stage, in CPU seconds, and its ratio to the reference pipeline.

CPU seconds, not wall time, as the machine may be shared; the reference is run in the same call where the reference
material is at hand. Nothing here is asserted: it prints, and docs/performance.md keeps what was printed.

    python -m tests.bench.bench [ROWS]      default 200,000 rows = 40,000 invoices
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from bridge.conversion.drop import batches, context_of, mapping_of, renderer, schema
from bridge.conversion.history import history_of
from bridge.conversion.processes import rest_collector
from bridge.fa3.rules.table import check_all, check_bytes
from bridge.fa3.totals.totals import totalled
from bridge.ksef.crypto import new_key, seal
from bridge.ledger import drops
from bridge.ledger.store import Ledger, open_ledger
from bridge.mapping.evaluate.apply import apply
from bridge.model.item import Batch, Finished, Mapped
from bridge.model.job import Job
from bridge.model.settings import Environment
from bridge.reading.open import open_source
from tests.bench import data, others

T = TypeVar("T")
HERE = Path(__file__).resolve().parent
SHARED = Path(os.environ.get("KSEF_BRIDGE_SHARED", HERE.parent.parent.parent / "shared"))
NOW = datetime(2026, 12, 31, 12, tzinfo=UTC)
LINES = 5


def main(rows: int) -> None:
    """Measure the stages on a sample, the whole at two sizes, the growth, the reference, and the other targets.

    The collector of cycles is set as it is in the processes that read big files.
    """
    rest_collector()
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder, "lines-10000.csv"), Path(folder, "lines.csv")
        for file, count in ((small, 10_000), (large, rows)):
            whose = _write(file, count)
        print(f"{rows:,} rows, {rows // LINES:,} invoices of {LINES} lines, {whose}, Python {sys.version.split()[0]}\n")
        _stages(small)
        others.handing_over(_job(small))
        print()
        few, many = _whole(small, 10_000), _whole(large, rows)
        print()
        others.report(f"time per row at {rows:,} rows against 10,000", f"{many / few:.2f} ×", "≤ 1.2 ×")
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        others.report("peak memory", f"{memory:.0f} MB", "≤ 200 MB")
        _reference(1 / (many * LINES), rows, Path(folder))
        others.two_workers(_job(small))
        others.workbook(Path(folder))
        others.idle_scan(Path(folder))
        others.start()


def _write(file: Path, rows: int) -> str:
    """The measured CSV, by the reference material's own generator where it is at hand; says whose it is.

    All its dates become today, as in life: a late invoice draws two warnings, which is not what is measured here.
    """
    dated = file.with_suffix(".dated")
    whose = _made(dated, rows)
    with dated.open("rb") as old, file.open("wb") as new:
        new.writelines(re.sub(rb"2026-\d\d-\d\d", f"{NOW:%Y-%m-%d}".encode(), line) for line in old)
    return whose


def _made(file: Path, rows: int) -> str:
    script = SHARED / "bench" / "make_data.py"
    if not script.exists():
        data.write(file, rows)
        return "own data"
    run = [sys.executable, script, str(rows), "1"]
    environment = {**os.environ, "BENCH_DATA": str(file.parent)}
    subprocess.run(run, env=environment, check=True, stdout=subprocess.DEVNULL)
    file.with_name("lines.csv").rename(file)
    return "the reference material's data"


def _stages(file: Path) -> None:
    """Each stage on the same 2,000 invoices, one after the other, with all that came before it kept."""
    job = _job(file)
    mapping, _ = mapping_of(job)
    assert mapping
    source, _ = open_source({"": file}, {"": file.name}, mapping.layout)
    assert source
    context, press, valid = (
        context_of(job, mapping.seller_nip, mapping.severities, history_of(job)),
        renderer(""),
        schema(None),
    )
    rows = _timed(
        "structural pass and rows", lambda: [open_source({"": file}, {"": file.name}, mapping.layout), *_rows(source)]
    )
    assert rows
    mapped = _timed(
        "mapping (reads the rows again)", lambda: [each for each in apply(mapping, source) if isinstance(each, Mapped)]
    )
    invoices = [each.invoice for each in mapped if each.invoice]
    counted = _timed("totals", lambda: [totalled(invoice)[0] for invoice in invoices])
    _timed("rules", lambda: check_all(counted, context))
    made = _timed("rendering", lambda: [press.render(invoice, NOW) for invoice in counted])
    _timed("rules of the bytes", lambda: [check_bytes(xml) for xml in made])
    _timed("schema", lambda: [valid.validate(xml) for xml in made])
    key, iv = new_key()
    _timed("hash and encrypt", lambda: [seal(xml, key, iv) for xml in made])


def _rows(source: Any) -> Iterator[object]:
    for table in source.tables.values():
        yield from table.rows()


def _timed(name: str, work: Callable[[], list[T]]) -> list[T]:
    start = time.process_time()
    done = work()
    print(f"{name:34s} {(time.process_time() - start) / 2000 * 1e6:8.1f} µs an invoice")
    return done


def _whole(file: Path, rows: int) -> float:
    """CPU seconds a row for file → mapped, checked, rendered, validated, hashed, encrypted, in the ledger."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = open_ledger(Path(folder))
        kept: list[float] = []
        start = time.process_time()
        made = _encrypted(_filed(ledger, batches(_job(file)), kept))
        spent = time.process_time() - start
        ledger.close()
    share = f"{sum(kept) / spent:.0%} of it the ledger"
    print(f"whole, {rows:9,} rows: {made / spent:7.0f} invoices a CPU-second, {share}")
    return spent / rows


def _filed(ledger: Ledger, found: Iterable[Batch | Finished], kept: list[float]) -> Iterator[object]:
    """Each batch in the ledger, as the drop folder does it; `kept` takes the CPU seconds of each."""
    with ledger.begin() as transaction:
        owner = drops.company_id(transaction, "9999999999", "sandbox")
        drop = drops.take(transaction, owner, "lines.csv", drops.Copy("lines.csv", "", 0), NOW)
        drops.start(transaction, drop, NOW)
    filing = drops.Filing(owner, drop, lambda _stored, _dropped: ((), ()), NOW)
    for each in found:
        start = time.process_time()
        with ledger.begin() as transaction:
            if isinstance(each, Batch):
                drops.add(transaction, filing, each.items)
            else:
                drops.finish(transaction, drop, each, NOW)
        kept.append(time.process_time() - start)
        yield each


def _encrypted(found: Iterable[object]) -> int:
    key, iv = new_key()
    made = 0
    for batch in found:
        for item in batch.items if isinstance(batch, Batch) else ():
            assert item.made, item.problems
            seal(item.made.xml or b"", key, iv)
            made += 1
    return made


def _reference(ours: float, rows: int, folder: Path) -> None:
    script = SHARED / "bench" / "reference_pipeline.py"
    if not script.exists():
        print("the reference pipeline is not at hand: no ratio")
        return
    environment = {**os.environ, "BENCH_DATA": str(folder)}
    ran = subprocess.run(
        [sys.executable, script, "f", "1", "isal1", str(rows // LINES)],
        env=environment,
        check=True,
        text=True,
        capture_output=True,
    )
    theirs = float(re.search(r"=\s*([\d.]+)/cpu-s", ran.stdout)[1])  # type: ignore[index]
    print(f"reference (f 1 isal1): {theirs:.0f} invoices a CPU-second")
    others.report("ratio to the reference", f"{ours / theirs:.2f}", "≥ 0.20, then ≥ 0.35")


def _job(file: Path) -> Job:
    return Job({file.name: file}, "", Environment.SANDBOX, NOW, mapping=str(HERE / "hurt.yaml"))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
