"""A rule by file, HTTP or header → the fault it makes at the call, invoice, session, login or export it fits.

One format (protocol.md, 12.4): what must fit (`method`, `path`, `context`, `invoice`, `since`, `until`), how often
(`skip` calls go by, `chance`, `count` times, null for ever), and what to `do` with its parameters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from random import Random
from typing import Any, NamedTuple


class Action(NamedTuple):
    """A kind of fault: at what it happens, and what it does."""

    at: str  # call · answer · invoice · session · login · export
    meaning: str


ACTIONS: dict[str, Action] = {
    "429": Action("call", "too many requests; retry_after seconds, doubled at each repetition when growing"),
    "status": Action("call", "status code before processing; body json, html, xml, waf or empty; retry_after"),
    "refuse": Action("call", "400 with an exception of KSeF, such as 21184, 21173, 21205, 21182, 21301, 21470"),
    "forbidden": Action("call", "403 with a reason, such as missing-permissions or ip-not-allowed"),
    "gone": Action("call", "410: past its retention"),
    "waf": Action("call", "403 Request blocked, with an incident number"),
    "reset": Action("call", "the connection is reset before anything is processed"),
    "lose-part": Action("call", "201 to an uploaded part that is not kept: missing at close"),
    "slow": Action("call", "processed after so many seconds"),
    "drop": Action("answer", "processed; the answer breaks off"),
    "hang": Action("answer", "processed; no answer for so many seconds, then the connection is reset"),
    "500-but-works": Action("answer", "processed; the answer says 500"),
    "html": Action("answer", "processed; a page of a firewall with status 200 instead of the answer"),
    "corrupt": Action("answer", "x-ms-meta-hash does not fit the body"),
    "truncate": Action("answer", "the body breaks off in its middle"),
    "warning": Action("answer", "X-System-Warning with this text"),
    "fate": Action("invoice", "status code of an invoice; original right, wrong or missing in the answer to 440"),
    "stuck": Action("invoice", "an invoice stays in 150 for so many seconds; 0: for ever"),
    "late": Action(
        "invoice", "stored in order, seen by queries only so many seconds later; broken: the mark goes past it"
    ),
    "upo-delay": Action("invoice", "21178 for so many seconds after acceptance"),
    "session": Action("session", "status code of a whole session, at opening (415) or closing; details"),
    "login": Action("login", "status code of an authentication; details"),
    "export": Action(
        "export", "status code of an export (100: for ever); or what is wrong with its package, see below"
    ),
}
# `what` of an export: what is wrong with its package, the same at each call (an export asked for anew is right again).
PACKAGES = {
    "hash": "partHash of each part",
    "hashes": "partHash and encryptedPartHash of each part, and the header x-ms-meta-hash",
    "file-hash": "invoiceHash of the first invoice in _metadata.json",
    "truncated": "cut after the half of its invoices",
    "empty": "no invoices at all",
    "metadata-cut": "_metadata.json breaks off in its middle",
    "metadata-lacks": "_metadata.json does not list the last invoice",
    "metadata-extra": "_metadata.json lists the first invoice under a number that is not in the package too",
    "name": "an entry that is no KSeF number",
    "path": "an entry whose name leads out of the folder",
    "twice": "the first invoice stands in the archive twice",
    "bomb": "an entry of 200 MB of zeros",
}
PARAMETERS = {
    "429": {"retry_after", "growing"},
    "status": {"code", "body", "retry_after", "html"},
    "refuse": {"exception", "details"},
    "forbidden": {"reason"},
    "slow": {"seconds"},
    "hang": {"seconds"},
    "warning": {"text"},
    "fate": {"code", "details", "original"},
    "stuck": {"seconds"},
    "late": {"seconds", "broken"},
    "upo-delay": {"seconds"},
    "session": {"code", "details", "kind"},
    "login": {"code", "details"},
    "export": {"code", "what"},
}


@dataclass(slots=True)
class Fault:
    """One rule."""

    do: str
    method: str = ".*"
    path: str = ".*"
    context: str = ""  # NIP
    invoice: str = ""  # regular expression of an invoice's number
    since: datetime | None = None  # in the simulator's time
    until: datetime | None = None
    skip: int = 0
    chance: float = 1.0
    count: int | None = 1
    code: int = 503
    body: str = "json"
    html: bool = False
    retry_after: int | None = None
    growing: bool = False
    exception: int = 21405
    reason: str = "missing-permissions"
    details: tuple[str, ...] = ()
    text: str = ""
    seconds: float = 0.0
    broken: bool = False
    original: str = "right"
    kind: str = ""  # Online · Batch
    what: str = ""
    used: int = 0

    @property
    def at(self) -> str:
        """At what it happens."""
        return ACTIONS[self.do].at


MATCH = {"do", "method", "path", "context", "invoice", "since", "until", "skip", "chance", "count", "used"}
KINDS = {field.name: field.type for field in fields(Fault)}


def rule(said: dict[str, Any]) -> Fault:
    """A rule as its writer said it; ValueError names what is wrong."""
    said = {"do": "fate", **said} if "invoice" in said else dict(said)
    do = str(said.get("do", ""))
    if do not in ACTIONS:
        raise ValueError(f"do: {do!r}; known are {', '.join(ACTIONS)}")
    if unknown := set(said) - (MATCH | PARAMETERS.get(do, set())):
        raise ValueError(f"{do} knows no {', '.join(sorted(unknown))}")
    for name in ("since", "until"):
        if said.get(name):
            said[name] = datetime.fromisoformat(said[name])
            if said[name].tzinfo is None:
                raise ValueError(f"{name}: a moment needs Z or an offset")
    for name in ("method", "path", "invoice"):
        _compiles(name, said.get(name, ""))
    if do == "export" and said.get("what") and said["what"] not in PACKAGES:
        raise ValueError(f"what: {said['what']!r}; known are {', '.join(PACKAGES)}")
    if "details" in said:
        said["details"] = tuple(map(str, said["details"]))
    for name in ("skip", "code", "exception"):
        said[name] = int(said.get(name, getattr(_PLAIN, name)))
    return Fault(**said)


def _compiles(name: str, pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{name}: {error}") from error


_PLAIN = Fault("drop")


class Moment(NamedTuple):
    """What a rule is held against."""

    now: datetime
    method: str = ""
    path: str = ""
    context: str = ""
    number: str = ""
    kind: str = ""


def first(faults: Iterable[Fault], at: tuple[str, ...], moment: Moment, chance: Random) -> Fault | None:
    """The first rule that fits, used up by one."""
    for fault in faults:
        if fault.at not in at or fault.count == 0 or not fits(fault, moment):
            continue
        if fault.skip:
            fault.skip -= 1
            continue
        if fault.chance < 1 and chance.random() >= fault.chance:
            continue
        fault.count = None if fault.count is None else fault.count - 1
        fault.used += 1
        return fault
    return None


def fits(fault: Fault, moment: Moment) -> bool:
    """Whether a rule is about this, leaving aside how often it may happen."""
    if (fault.since and moment.now < fault.since) or (fault.until and moment.now >= fault.until):
        return False
    if fault.context and fault.context != moment.context:
        return False
    if fault.kind and fault.kind != moment.kind:
        return False
    if fault.at in ("call", "answer"):
        return bool(re.fullmatch(fault.method, moment.method) and re.fullmatch(fault.path, moment.path))
    return not fault.invoice or bool(re.search(fault.invoice, moment.number))
