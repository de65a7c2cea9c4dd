"""kill -9 at every named point, restart, and the same end as without it; counted at the simulator.

The list comes from the ledger's table of transitions: a transition that nothing here reaches fails the suite.
"""

from __future__ import annotations

import re
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.cli import demo_data
from bridge.ledger.store import POINTS, TRANSITIONS
from bridge.sandbox import Running
from tests.support.offices import SALES, SAMPLES, drop, rows, sales, set_up, today, travel

RUN = ("run", "--once", "--wait", "60")
AGAIN = "01_comarch_drugi_raz.csv"
MOMENTARY = {"oczekuje", "wstrzymana"}  # the word depends on the moment at which a file had to be written
FIVE_MINUTES, A_DAY = timedelta(minutes=5), timedelta(days=1)


@dataclass(frozen=True)
class Place:
    """A company's folder on a simulator, and the program."""

    office: Path
    simulator: Running
    command: Callable[..., int]

    def later(self, pause: timedelta) -> dict[str, str]:
        """The same program so long after the beginning; KSeF's clock goes along."""
        self.simulator.store.clock.shift = today() + pause - datetime.now(UTC)
        return {"KSEF_BRIDGE_CLOCK": (today() + pause).isoformat()}


@dataclass(frozen=True)
class Road:
    """What is done before, the command that is killed on its way, and how much later all is at rest."""

    before: Callable[[Place], None]
    act: tuple[str, ...] = RUN
    pause: timedelta = FIVE_MINUTES  # until the act
    rest: timedelta = FIVE_MINUTES  # until the last run


def corrections() -> bytes:
    none_known = {"FS/1/02/2026": "", "FS/3/02/2026": ""}
    return demo_data.corrections(SAMPLES / demo_data.CORRECTIONS, today().date(), none_known)


def one_batch(place: Place) -> None:
    drop(place.office, SALES, sales())


def with_drafts(place: Place) -> None:
    """Corrections are read while their originals are on their way, one by one."""
    travel(place.office, "online")
    drop(place.office, SALES, sales())
    drop(place.office, demo_data.CORRECTIONS, corrections())


def of_tomorrow(place: Place) -> None:
    """All four wait for their day."""
    drop(place.office, SALES, sales(days=1))
    place.command(place.office, *RUN)


def replaced(place: Place) -> None:
    """A new version of what waits comes."""
    of_tomorrow(place)
    drop(place.office, AGAIN, sales(days=1).replace("Książka serwisowa".encode("cp1250"), b"Instrukcja"))


def fated(code: int) -> Callable[[Place], None]:
    def before(place: Place) -> None:
        place.simulator.fault(invoice=r"FS/2/.*", code=code)
        drop(place.office, SALES, sales())

    return before


def taken_by_other_content(place: Place) -> None:
    """The numbers are in KSeF by another installation, and the ERP has changed an invoice since."""
    drop(place.office, SALES, sales())
    place.command(place.office, *RUN)
    shutil.rmtree(place.office / ".ksef-bridge")
    shutil.rmtree(place.office / "outbox" / "faktury")  # with its copies there, the ledger would be seen to be lost
    (place.office / "outbox" / ".ksef-bridge-sandbox.json").unlink()
    (place.office / "inbox" / ".ksef-bridge").write_bytes(b"")
    drop(place.office, AGAIN, sales().replace("Książka serwisowa".encode("cp1250"), b"Instrukcja"))


def one_by_one(place: Place) -> None:
    travel(place.office, "online")
    drop(place.office, SALES, sales())


def told_to_wait(place: Place) -> None:
    """KSeF says once that it takes nothing just now."""
    send = r"/sessions/online/[^/]+/invoices"
    place.simulator.fault(do="429", retry_after=1, method="POST", path=send, count=1)
    one_by_one(place)


def cancelled(before: Callable[[Place], None], when: str) -> Callable[[Place], None]:
    """KSeF cancelled the session while the bridge was off."""

    def prepared(place: Place) -> None:
        before(place)
        place.command(place.office, *RUN, KSEF_BRIDGE_KILL=when)
        for session in place.simulator.store.kept.sessions.values():
            session.code = 440

    return prepared


def not_uploaded(place: Place) -> None:
    """Storage was late behind the API: KSeF says that it does not have the parts."""
    place.simulator.fault(path=r"/sessions/batch/[^/]+/close", do="refuse", exception=21205)
    one_batch(place)


def spool_lost(place: Place) -> None:
    """The package is gone before it was uploaded."""
    one_batch(place)
    place.command(place.office, *RUN, KSEF_BRIDGE_KILL="session.open:after")
    shutil.rmtree(place.office / ".ksef-bridge" / "spool")


def always_offline(place: Place) -> None:
    """The taxpayer's choice: every invoice is issued offline and sent at once."""
    set_up(place.office, 'offline = { mode = "offline24" }')
    one_batch(place)


def mended(place: Place) -> None:
    """One of them was refused by KSeF for a technical reason; the file comes again, as after a mended mapping."""
    place.simulator.fault(invoice=r"FS/2/.*", code=450)
    always_offline(place)
    place.command(place.office, *RUN)
    drop(place.office, AGAIN, sales())


ROADS = {
    "main": Road(one_batch, pause=timedelta()),
    "one by one": Road(one_by_one, pause=timedelta()),
    "drafts": Road(with_drafts, pause=timedelta()),
    "refused": Road(lambda place: drop(place.office, "nieznany.csv", b"a;b\r\n1;2\r\n"), pause=timedelta()),
    "of tomorrow": Road(lambda place: drop(place.office, SALES, sales(days=1)), pause=timedelta(), rest=A_DAY),
    "the day has come": Road(of_tomorrow, pause=A_DAY),
    "released by a person": Road(of_tomorrow, ("release", "FS/2/02/2026"), rest=A_DAY),
    "withdrawn by a person": Road(of_tomorrow, ("withdraw", "FS/2/02/2026"), rest=A_DAY),
    "replaced": Road(replaced, rest=A_DAY),
    "refused by KSeF": Road(fated(450), pause=timedelta()),
    "cancelled by KSeF": Road(fated(550), pause=timedelta()),
    "taken": Road(taken_by_other_content),
    "session cancelled": Road(cancelled(one_by_one, "session.open:after")),
    "batch cancelled": Road(cancelled(one_batch, "session.closed:after")),
    "not uploaded": Road(not_uploaded, pause=timedelta()),
    "spool lost": Road(spool_lost),
    "told to wait": Road(told_to_wait, pause=timedelta()),
    "always offline": Road(always_offline, pause=timedelta()),
    "mended": Road(mended),
}
ON: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((*TRANSITIONS, *POINTS), ("main",)),
    "session.planned": ("main", "one by one"),
    "session.open": ("main", "one by one"),
    "session.closing": ("main", "one by one"),
    "session.done": ("main", "one by one"),
    "sending.sent": ("main", "one by one"),
    "sending.answered": ("one by one",),
    "sending.accepted": ("main", "one by one"),
    "document.finished": ("drafts",),
    "drop.refused": ("refused",),
    "document.held": ("of tomorrow",),
    "document.offline": ("always offline",),
    "document.mended": ("mended",),
    "document.released": ("the day has come", "released by a person"),
    "document.withdrawn": ("withdrawn by a person", "replaced"),
    "document.rejected": ("refused by KSeF",),
    "sending.refused": ("refused by KSeF", "taken"),
    "document.again": ("cancelled by KSeF", "session cancelled"),
    "sending.void": ("cancelled by KSeF", "session cancelled"),
    "document.clash": ("taken",),
    "session.failed": ("session cancelled", "batch cancelled"),
    "session.again": ("not uploaded",),
    "session.abandoned": ("spool lost",),
    "sending.unsent": ("told to wait",),
}


def performed() -> set[str]:
    """Names that some module of the bridge performs; what the table only foresees cannot be killed at yet."""
    root = Path(__file__).resolve().parents[2] / "bridge"
    source = "\n".join(path.read_text("utf-8") for path in root.rglob("*.py") if path != root / "ledger" / "store.py")
    return {name for name in (*TRANSITIONS, *POINTS) if re.search(rf'["\']{re.escape(name)}["\']', source)}


WHERE = [(name, road) for name in sorted(performed()) for road in ON[name]]
Outcome = tuple[list[str], dict[str, Counter[tuple[str, str, str]]]]
KNOWN: dict[str, Outcome] = {}


def outcome(place: Place) -> Outcome:
    """What KSeF holds, and every final word of the result files, all parts of a file together."""
    told: dict[str, Counter[tuple[str, str, str]]] = {}
    for path in sorted((place.office / "outbox" / "wyniki").glob("*.wynik*.csv")):
        stem, _, suffix = path.name.removesuffix(".csv").rpartition(".")
        seen = told.setdefault(stem, Counter())
        seen.update(
            (row["numer"], row["status"], row["kod"])
            for row in rows(place.office, stem, suffix)
            if row["status"] not in MOMENTARY
        )
    return sorted(each["number"] for each in place.simulator.accepted()), told


def travelled(place: Place, road: Road, kill: str = "") -> Outcome:
    """The road to its end; with `kill` the act ends there as in a power cut, and is done again."""
    place.simulator.reset()
    place.simulator.store.settings["limits"] = False
    place.simulator.store.clock.shift = today() - datetime.now(UTC)
    road.before(place)
    now = place.later(road.pause)
    if kill:
        assert place.command(place.office, *road.act, KSEF_BRIDGE_KILL=kill, **now) == -signal.SIGKILL
    if not kill or road.act != RUN:  # a person says it once more; `run` goes on by itself, and later at once
        place.command(place.office, *road.act, **now)
    place.command(place.office, *RUN, **place.later(road.pause + road.rest))
    return outcome(place)


def cases() -> Iterator[object]:
    """Before and after each point, on each of its roads; the quick suite takes the moment after, on the main road."""
    for name, road in WHERE:
        for moment in ("before", "after"):
            marks = () if moment == "after" and road == "main" else (pytest.mark.long,)
            yield pytest.param(name, road, moment, marks=marks, id=f"{name} on {road}-{moment}")


@pytest.mark.parametrize(("name", "road", "moment"), list(cases()))
def test_killed_there_and_started_again_it_ends_as_if_it_had_not_been(  # noqa: PLR0917 - fixtures
    name: str,
    road: str,
    moment: str,
    new_office: Callable[[str], Path],
    command: Callable[..., int],
    simulator: Running,
) -> None:
    if road not in KNOWN:
        KNOWN[road] = travelled(Place(new_office("spokoj"), simulator, command), ROADS[road])
    place = Place(new_office("awaria"), simulator, command)
    assert travelled(place, ROADS[road], f"{name}:{moment}") == KNOWN[road]
    accepted = KNOWN[road][0]
    assert len(accepted) == len(set(accepted))
    assert not list((place.office / "outbox" / "wyniki").glob("*w-toku*"))
    assert not list((place.office / "inbox" / ".w_toku").iterdir())
