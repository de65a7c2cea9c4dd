"""`python -m tests.chaos`: the long run (`make chaos`); prints seeds and figures, exit code 1 when anything is wrong."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from random import Random

from bridge.sandbox import Running
from tests.chaos import disasters, faults, judge
from tests.chaos.driver import REACHED, Program, Run
from tests.chaos.office import Office, build, clock_at_eight

SPEED = 20.0
BACK_AT_WORK = 2.0  # seconds


def main() -> int:
    """Two installations side by side, each with its data folder and its simulator."""
    asked = _asked()
    print(f"seed {asked.seed}, {asked.kills} kills, {asked.invoices} invoices, time × {SPEED:g}", flush=True)
    began = time.monotonic()
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-", delete=not asked.keep))
            if sys.version_info >= (3, 12)
            else tempfile.mkdtemp(prefix="chaos-")
        )
        offices = [
            _office(folder / name, Random(f"{asked.seed} {name}"), asked.invoices // 2, stack) for name in ("a", "b")
        ]
        runs = [
            Run(
                each,
                Program.start,
                Random(f"{asked.seed} {place}"),
                REACHED,
                broken=asked.broken,
                between=disasters.at(disasters.BETWEEN, asked.kills // 2),
                beside=disasters.at(disasters.BESIDE, asked.kills // 2),
                tell=_progress,
            )
            for place, each in enumerate(offices)
        ]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda run: run.fire(asked.kills // 2), runs))
            _tell("kills done", began)
            for office in offices:
                office.simulator.admin.delete("/_sim/faults").raise_for_status() if asked.peace else None
            in_time = list(pool.map(lambda run: run.settle(asked.settle), runs))
        _tell("settled" if all(in_time) else "NOT settled in time", began)
        struck = {
            name
            for run in runs
            for name, rule in zip(faults.KINDS, run.office.simulator.store.faults, strict=False)
            if rule.used
        }
        reached = {point for run in runs for point in run.named}
        print(
            f"points reached: {len(reached)} of {len(REACHED)}; never: {', '.join(sorted(set(REACHED) - reached)) or 'none'}"
        )
        print(
            f"kinds of faults: {len(struck)} of {len(faults.KINDS)}; never: {', '.join(sorted(set(faults.KINDS) - struck)) or 'none'}"
        )
        good = all(in_time)
        for run in runs:
            good = _report(run) and good
    print("GOOD" if good else "BAD", f"seed {asked.seed}, {folder}", flush=True)
    return 0 if good else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--invoices", type=int, default=20_400)
    parser.add_argument("--settle", type=float, default=900, help="seconds to finish after the last kill")
    parser.add_argument("--broken", action="store_true", help="the variant that saves the reference after the payload")
    parser.add_argument("--peace", action="store_true", help="no faults after the last kill")
    parser.add_argument("--keep", action="store_true", help="keep the folders")
    return parser.parse_args()


def _office(folder: Path, chance: Random, invoices: int, stack: ExitStack) -> Office:
    """One company that sends one by one, three that send batches; files of all sizes."""
    folder.mkdir(parents=True)
    clock = clock_at_eight(folder / "clock.json", SPEED)
    simulator = stack.enter_context(Running(clock=clock, token_in_business_time=True, processing=2.0))
    few = [chance.randint(1, 4) for _ in range(40)]
    shares = [_sizes((invoices - sum(few)) // 3 + 1, chance) for _ in range(3)]
    plan = [("online", few), *(("auto", each) for each in shares)]
    office = build(folder, simulator, plan, chance)
    for rule in faults.rules():
        simulator.fault(**rule)
    return office


def _sizes(total: int, chance: Random) -> list[int]:
    """Files of 1 to 500 invoices."""
    sizes = []
    while (left := total - sum(sizes)) > 0:
        sizes.append(min(left, chance.choice((1, 2, 5, 30, 100, 300, 500))))
    return sizes


def _tell(what: str, began: float) -> None:
    print(f"{time.monotonic() - began:7.1f} s  {what}", flush=True)


def _progress(run: Run) -> None:
    if run.kills % 10 == 0:
        waiting = sum(len(firm.waiting) for firm in run.office.firms)
        print(
            f"{run.office.folder.name}: {run.kills} kills, {len(run.named)} points, {waiting} files to come", flush=True
        )


def _report(run: Run) -> bool:
    found = judge.judged(run.office)
    used = Counter(
        {name: rule.used for name, rule in zip(faults.KINDS, run.office.simulator.store.faults, strict=False)}
    )
    slow = [each for each in run.restarts if each > BACK_AT_WORK]
    ordered = sorted(run.restarts)
    print(f"installation {run.office.folder.name}: {found}")
    print(f"  kills {run.kills}, of them at named points {len(run.named)} of {len(REACHED)}")
    odd = sum(len(each.refused) + len(each.untouched) for each in run.office.firms)
    print(f"  odd files {odd}, sessions forgotten by KSeF {run.forgotten}")
    print(f"  held for a person and released: {run.released}")
    hard = sorted(run.effort)
    print(f"  of a processor until then: median {hard[len(hard) // 2]:.2f} s, most {hard[-1]:.2f} s")
    print(
        f"  back at work: median {ordered[len(ordered) // 2]:.2f} s, longest {ordered[-1]:.2f} s, over 2 s: {len(slow)}"
    )
    print(f"  faults: {', '.join(f'{name} {count}' for name, count in used.items())}")
    print(f"  calls: {dict(sorted(run.office.simulator.store.kept.counts.items()))}", flush=True)
    return found.clean


if __name__ == "__main__":
    sys.exit(main())
