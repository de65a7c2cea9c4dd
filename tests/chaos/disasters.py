"""What befalls an installation besides kills and a KSeF in trouble: each act is done at a round of the run.

Acts of `BETWEEN` are done while the program is down, acts of `BESIDE` while it works.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from bridge.files.names import drop_name
from tests.chaos.driver import ROOT, Act, Run
from tests.chaos.office import Firm, Office, environment, export
from tests.chaos.poison import POISON

PATIENCE = 120.0  # seconds for a command, on a machine with much to do
FIX_SETUP = 2


def plant_poison(run: Run) -> None:
    """Every kind of it, in the inbox of every company."""
    for firm in run.office.firms:
        for place, each in enumerate(POISON):
            firm.plant(each, f"FV/TRUCIZNA/{place}", run.office.day)


def clock_behind(run: Run) -> None:
    """The machine's clock was set back; KSeF's was not."""
    _set_clock(run.office, timedelta(minutes=-25))


def clock_ahead(run: Run) -> None:
    """The machine's clock runs ahead of KSeF's."""
    _set_clock(run.office, timedelta(minutes=40))


def clock_right(run: Run) -> None:
    """The machine's clock is right again: a step back, when it was ahead."""
    run.office.own_clock = None


def _set_clock(office: Office, by: timedelta) -> None:
    said = json.loads(office.clock.read_text("utf-8"))
    said["shows"] = (datetime.fromisoformat(said["shows"]) + by).isoformat()
    office.own_clock = office.folder / "own-clock.json"
    office.own_clock.write_text(json.dumps(said), "utf-8")


def forget_sessions(run: Run) -> None:
    """KSeF forgets its sessions, and what it had not accepted out of them."""
    kept = run.office.simulator.store.kept
    run.forgotten += len(kept.sessions)
    kept.sessions.clear()
    for ref in [ref for ref in kept.invoices if ref not in kept.numbered.values()]:
        kept.invoices.pop(ref)


def back_up(run: Run) -> None:
    """As an administrator does it: SQLite's own backup."""
    with closing(sqlite3.connect(run.office.ledger)) as source, closing(sqlite3.connect(_copy(run))) as target:
        source.backup(target)


def restore(run: Run) -> None:
    """The backup is put back: it must be noticed, and then a person does what the message says."""
    for each in run.office.ledger.parent.glob("ledger.sqlite*"):
        each.unlink()
    shutil.copy(_copy(run), run.office.ledger)
    sessions = len(run.office.simulator.store.kept.sessions)
    code = _command(run.office, "run", "--once")
    assert code == FIX_SETUP, f"an old ledger went to work: exit code {code}"
    assert len(run.office.simulator.store.kept.sessions) == sessions, "an old ledger opened a session"
    for firm in run.office.firms:
        end = time.monotonic() + PATIENCE
        while code := _command(run.office, "rebuild", "--company", firm.nip):
            assert time.monotonic() < end, f"rebuild ends with {code}: see {run.office.folder / 'program.log'}"
            time.sleep(1)
        firm.restored = set(firm.dropped)
        _drop_again(run.office, firm)


def _drop_again(office: Office, firm: Firm) -> None:
    """What was dropped since the backup comes again, as the message asks."""
    with closing(sqlite3.connect(office.ledger)) as ledger:
        wanted = "SELECT name FROM source_file JOIN company ON company.id = company WHERE nip = ? AND state = 'READ'"
        read = {name for (name,) in ledger.execute(wanted, (firm.nip,))}
    lying = {path.name for path in (firm.folder / "inbox").iterdir()}
    lying |= {path.name.partition("-")[2] for path in (firm.folder / "inbox" / ".w_toku").iterdir()}
    known = read | {drop_name(name) for name in lying}
    for name in [each for each in firm.dropped if each not in known]:
        (firm.outbox / "wyniki" / f"{name}.w-toku.csv").unlink(missing_ok=True)
        (firm.folder / name).write_bytes(export(firm.dropped[name], office.day))
        (firm.folder / name).rename(firm.folder / "inbox" / name)


def second_program(run: Run) -> None:
    """Somebody starts the bridge once more on the same data folder."""
    code = _command(run.office, "run")
    assert code == FIX_SETUP, f"two programs on one data folder: exit code {code}"


def second_folder(run: Run) -> None:
    """Somebody starts a bridge with a data folder of its own on the same inboxes."""
    other = run.office.folder / "other.toml"
    text = (run.office.folder / "bridge.toml").read_text("utf-8")
    other.write_text(text.replace('data = ".ksef-bridge"', 'data = ".other"'), "utf-8")
    code = _command(run.office, "run", "--once", "--config", str(other))
    assert code == FIX_SETUP, f"two ledgers on one inbox: exit code {code}"
    with closing(sqlite3.connect(run.office.folder / ".other" / "ledger.sqlite")) as ledger:
        (taken,) = ledger.execute("SELECT count(*) FROM source_file").fetchone()
    assert taken == 0, f"another ledger took {taken} files"


def _copy(run: Run) -> Path:
    return run.office.folder / "backup.sqlite"


def _command(office: Office, *words: str) -> int:
    with (office.folder / "program.log").open("ab") as log:
        done = subprocess.run(
            [sys.executable, "-m", "bridge", *words],
            cwd=office.folder,
            env=environment(office) | {"PYTHONPATH": str(ROOT)},
            stdout=log,
            stderr=log,
            timeout=PATIENCE,
            check=False,
        )
    return done.returncode


# Act → at which part of the run it is done.
BETWEEN: dict[Act, float] = {
    plant_poison: 0.0,
    clock_behind: 0.15,
    back_up: 0.35,
    clock_ahead: 0.4,
    clock_right: 0.6,
    restore: 0.7,
    forget_sessions: 0.85,
}
# A restored backup waits for the open sessions that the lost ledger has left at KSeF: for the long run only.
SHORT = {act: part for act, part in BETWEEN.items() if act not in {back_up, restore, forget_sessions}}
BESIDE: dict[Act, float] = {second_program: 0.5, second_folder: 0.55}


def at(acts: dict[Act, float], rounds: int) -> dict[int, list[Callable[[Run], None]]]:
    """Round → what is done in it."""
    found: dict[int, list[Callable[[Run], None]]] = {}
    for act, part in acts.items():
        found.setdefault(int(part * rounds), []).append(act)
    return found
