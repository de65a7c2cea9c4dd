"""What was seen of KSeF, a company's rule, the moment → the mode of new invoices; and an invoice → its deadline.

No clock, ledger or network here. "Total failure" is never entered: Latarnia's word on it only calls a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bridge.model.offline import Beacon, Mode, Outage
from bridge.model.settings import Offline
from bridge.model.workdays import working_day_after
from bridge.work.tools import WARSAW

LAST_CALL = time(23, 35)  # from here to midnight a silent KSeF is not waited for
ONLINE_ENDS = time(23, 50)
AFTER_FAILURE = 7  # working days
ANNOUNCED: dict[Beacon, Mode] = {Beacon.FAILURE: Mode.FAILURE, Beacon.MAINTENANCE: Mode.UNAVAILABLE}
TOTAL = (
    "Latarnia ogłasza awarię całkowitą. Mostek sam w ten tryb nie przechodzi: sprawdź komunikat w mediach; "
    "jeśli to prawda, faktury z tego czasu wydaje się poza KSeF (ksef-bridge withdraw NUMER)."
)
FORBIDDEN = "KSeF nie działa, a ustawienie offline.mode = „online” nie pozwala wystawiać faktur offline."
SAID: dict[Mode, str] = {
    Mode.FAILURE: "Latarnia ogłasza awarię KSeF; nowe faktury wystawiam offline (awaria) i wyślę po jej końcu.",
    Mode.UNAVAILABLE: "Latarnia ogłasza niedostępność KSeF; nowe faktury wystawiam offline i wyślę po jej końcu.",
}
SILENT = "KSeF nie odpowiada od {minutes} min; nowe faktury wystawiam jako offline24."


@dataclass(frozen=True, slots=True)
class Availability:
    """What the bridge knows of KSeF at a moment."""

    beacon: Beacon = Beacon.UNKNOWN
    open: tuple[Outage, ...] = ()  # announced, begun and not ended
    silent: timedelta | None = None  # for how long KSeF has not answered us; None while it answers


@dataclass(frozen=True, slots=True)
class Decision:
    """The mode of invoices issued now, whether anything is sent, and what a person should know."""

    mode: Mode
    sends: bool
    alarm: str = ""


def decide(seen: Availability, rule: Offline, now: datetime) -> Decision:
    """The mode by rule; each case has its row in the tests."""
    announced = _announced(seen)
    alarm = TOTAL if seen.beacon is Beacon.TOTAL_FAILURE else ""
    if rule.mode == "online":
        troubled = announced is not None or seen.silent is not None
        return Decision(Mode.ONLINE, sends=True, alarm=alarm or (FORBIDDEN if troubled else ""))
    if announced is not None:
        return Decision(announced, sends=False, alarm=alarm or SAID[announced])
    if rule.mode == "offline24":
        return Decision(Mode.OFFLINE24, sends=seen.silent is None, alarm=alarm)
    if seen.silent is not None and (seen.silent >= rule.after or now.astimezone(WARSAW).time() >= LAST_CALL):
        said = SILENT.format(minutes=int(seen.silent.total_seconds() // 60))
        return Decision(Mode.OFFLINE24, sends=False, alarm=alarm or said)
    return Decision(Mode.ONLINE, sends=True, alarm=alarm)


def _announced(seen: Availability) -> Mode | None:
    """By Latarnia's present word; when it has none, by what it announced before, if KSeF is silent as well."""
    if seen.beacon in ANNOUNCED:
        return ANNOUNCED[seen.beacon]
    if seen.beacon is Beacon.AVAILABLE or seen.silent is None:
        return None
    known = {ANNOUNCED[each.category] for each in seen.open if each.category in ANNOUNCED}
    return next((mode for mode in (Mode.FAILURE, Mode.UNAVAILABLE) if mode in known), None)


def online_until(issued: date) -> datetime:
    """Until when a document may still go online: 23:50 in Warsaw on the day of P_1 (ledger.md)."""
    return datetime.combine(issued, ONLINE_ENDS, WARSAW)


def deadline(issued: date, mode: Mode, outages: Sequence[Outage]) -> datetime | None:
    """The end of the last day for sending an offline invoice; None while the outage it waits for has no end.

    A failure announced while it waits moves the day to the 7th working day after its end, each new one again.
    """
    last = _last_day(issued, mode, outages)
    failures = sorted((each for each in outages if each.category is Beacon.FAILURE), key=lambda each: each.began)
    for each in failures:
        waits = last is None or _day(each.began) <= last
        if not waits or (each.ended is not None and _day(each.ended) < issued):
            continue
        if each.ended is None:
            return None
        moved = working_day_after(_day(each.ended), AFTER_FAILURE)
        last = moved if last is None else max(last, moved)  # of two at once the longer one counts
    return None if last is None else datetime.combine(last, time(23, 59, 59), WARSAW)


def _last_day(issued: date, mode: Mode, outages: Sequence[Outage]) -> date | None:
    """Without failures: the next working day after P_1, or after the end of the maintenance of that day."""
    if mode is Mode.UNAVAILABLE:
        own = [
            each
            for each in outages
            if each.category is Beacon.MAINTENANCE
            and _day(each.began) <= issued
            and (each.ended is None or issued <= _day(each.ended))
        ]
        ends = [each.ended for each in own]
        if None in ends:
            return None
        if ends:
            return working_day_after(max(_day(end) for end in ends if end is not None))
    return working_day_after(issued)


def _day(moment: datetime) -> date:
    return moment.astimezone(WARSAW).date()
