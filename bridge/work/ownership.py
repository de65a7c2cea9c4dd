"""One inbox, one ledger: the sentinel of the inbox names the ledger that takes its files; another ledger is refused.

The mark names the ledger and not the machine, as several nodes may share one. Two ledgers on one inbox would each take
what the other has begun, and neither would know what the other has sent.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime

from bridge.files.folders import SENTINEL, Folders
from bridge.files.writing import put
from bridge.ledger import facts
from bridge.ledger.store import Ledger
from bridge.model.errors import FixSetup

MARK = re.compile(rb"ksiega ([0-9a-f]{32})")
LONGEST = 200  # bytes that are looked at
TAKEN = (
    "Z folderu {inbox} bierze już pliki inny mostek (inna księga, znak {found}…). Dwa naraz wysłałyby faktury dwa razy. "
    "Wskaż temu mostkowi osobny inbox albo, gdy tamten już nie działa: ksef-bridge doctor --take-over."
)
CONTENT = "ksiega {mark}\nTen plik mówi mostkowi, że folder jest podłączony i która księga bierze z niego pliki.\n"


def check(ledger: Ledger, owner: int, folders: Folders, now: datetime) -> None:
    """FixSetup when the inbox belongs to another ledger; one that belongs to nobody yet is ours from now on."""
    if said := others(ledger, owner, folders, now):
        raise FixSetup(said)
    if not _found(folders):
        put(folders.inbox / SENTINEL, CONTENT.format(mark=_mark(ledger, owner, now)).encode())


def others(ledger: Ledger, owner: int, folders: Folders, now: datetime) -> str:
    """What is to be said when the inbox belongs to another ledger, else ""."""
    found = _found(folders)
    mine = not found or found == _mark(ledger, owner, now)
    return "" if mine else TAKEN.format(inbox=folders.inbox, found=found[:8])


def take_over(ledger: Ledger, owner: int, folders: Folders, now: datetime) -> bool:
    """Make it ours, as a person decided; says whether it was another's."""
    mark, found = _mark(ledger, owner, now), _found(folders)
    put(folders.inbox / SENTINEL, CONTENT.format(mark=mark).encode())
    return found not in {"", mark}


def _mark(ledger: Ledger, owner: int, now: datetime) -> str:
    with ledger.begin() as transaction:
        known = facts.answer(transaction, owner, facts.MARK)
        if known:
            return str(known.value["mark"])
        mark = secrets.token_hex(16)
        facts.learn(transaction, owner, facts.MARK, {"mark": mark}, now)
    return mark


def _found(folders: Folders) -> str:
    with (folders.inbox / SENTINEL).open("rb") as file:
        found = MARK.match(file.read(LONGEST))
    return found[1].decode() if found else ""
