"""Is this the ledger that last worked here? A mark in the outbox and the copies of UPOs tell an old or another one.

A restored backup does not know what was sent since; sending from it would tell the ERP that its accepted invoices clash.
Nothing is planned or sent by it until `rebuild` has asked KSeF (docs/adr/0035).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bridge.files.writing import put
from bridge.ksef import upo
from bridge.ledger import documents, sessions, trail
from bridge.ledger.store import Ledger
from bridge.model.errors import TryLater
from bridge.work.tools import Tools

LOOKED_AT = 20  # of the newest copies
REBUILD = (
    "Zatrzymaj mostek i uruchom ksef-bridge rebuild: zapyta KSeF, co już wysłano. Do tego czasu nic nie zostanie wysłane; "
    "pliki wrzucone po zrobieniu kopii wrzuć potem jeszcze raz z archiwum."
)
OLDER = f"Księga jest starsza niż to, co mostek już zrobił: przywrócono ją z kopii zapasowej. {REBUILD}"
OTHER = f"Na {{outbox}} pracowała inna księga: ta jest nowa albo z innego folderu danych (czy nie działa drugi mostek?). {REBUILD}"
UNKNOWN = (
    f"Księga nie zna faktury {{number}}, której UPO leży w {{copy}}: zaginęła albo przywrócono ją z kopii. {REBUILD}"
)
SPOILED = f"Pliku {{path}} nie da się odczytać, więc nie wiadomo, czy księga jest aktualna. {REBUILD}"


@dataclass(frozen=True, slots=True)
class Post:
    """Where a company's ledger stands guard: its row, environment and outbox."""

    ledger: Ledger
    owner: int
    nip: str
    environment: str
    outbox: Path

    @property
    def path(self) -> Path:
        """The mark: the ledger's name and the length of its trail."""
        return self.outbox / f".ksef-bridge-{self.environment}.json"


def post_of(tools: Tools) -> Post:
    """The post of a company at work."""
    company = tools.company
    return Post(tools.ledger, tools.company_id, company.nip, tools.settings.environment.value, company.outbox)


def behind(post: Post, *, copies: bool = True) -> str:
    """Why this ledger may not work here, in words for a person; "" when it may."""
    try:
        marked = json.loads(post.path.read_bytes())
        name, length = str(marked["ledger"]), int(marked["events"])
    except FileNotFoundError:
        name, length = "", 0
    except (OSError, ValueError, KeyError, TypeError):
        return SPOILED.format(path=post.path)
    with post.ledger.begin() as transaction:
        own, grown = trail.name_of(transaction, post.owner), trail.length(transaction)
    if name and name != own:
        return OTHER.format(outbox=post.outbox)
    if length > grown:
        return OLDER
    return _unknown_copy(post) if copies else ""


def _unknown_copy(post: Post) -> str:
    """The newest copies of UPOs that no rebuilding has seen: each must be of an invoice that this ledger knows."""
    with post.ledger.begin() as transaction:
        since = trail.seen_copies(transaction, post.owner)
    newest = [(when, path) for when, path in _copies(post.outbox) if when > since]
    for _, path in sorted(newest, reverse=True)[:LOOKED_AT]:
        try:
            said = list(upo.confirmed(path.read_bytes()))
        except (TryLater, OSError):  # a spoiled copy proves nothing; the original is in the ledger
            continue
        with post.ledger.begin() as transaction:
            for each in said:
                known = documents.by_ksef_number(transaction, post.owner, each.ksef_number)
                if known is None and each.ksef_number.startswith(post.nip):
                    return UNKNOWN.format(number=each.ksef_number, copy=path)
    return ""


def _copies(outbox: Path) -> list[tuple[int, Path]]:
    return [(path.stat().st_mtime_ns, path) for path in (outbox / "faktury").rglob("*.upo.xml")]


def remember(tools: Tools, *, worked: bool) -> None:
    """Put the mark into the outbox when the company worked: before anything leaves, and when a step is done."""
    with tools.ledger.begin() as transaction:
        tools.worked = tools.worked or worked or bool(sessions.sessions(transaction, tools.company_id))
        grown = trail.length(transaction)
        if not tools.worked or grown == tools.marked:
            return
        name = trail.give_name(transaction, tools.company_id, tools.now())
    _put(post_of(tools), name, grown)
    tools.marked = grown


def accept(post: Post, now: datetime) -> None:
    """KSeF was asked about everything: from now on this ledger works here."""
    newest = max((when for when, _ in _copies(post.outbox)), default=0)
    with post.ledger.begin() as transaction:
        name, grown = trail.give_name(transaction, post.owner, now, newest), trail.length(transaction)
    _put(post, name, grown)


def _put(post: Post, name: str, length: int) -> None:
    put(post.path, json.dumps({"ledger": name, "events": length}).encode())
