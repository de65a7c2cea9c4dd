"""What the simulator remembers, in memory or in a file that survives a restart; and what it is set to."""

from __future__ import annotations

import os
import pickle
import random
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from bridge.sandbox import numbers
from bridge.sandbox.clock import Clock
from bridge.sandbox.facts import Facts
from bridge.sandbox.faults import Fault
from bridge.sandbox.switches import DEFAULTS


@dataclass(slots=True)
class Invoice:
    """One invoice of a session."""

    ref: str
    session: str
    ordinal: int
    context: str
    hash: str
    size: int
    received: datetime
    due: datetime | None  # when its processing ends; None: never
    plain: bytes | None = None
    offline: bool = False
    corrects: str = ""  # hash of the invoice of which this is the technical correction
    file_name: str | None = None
    code: int = 150
    details: list[str] = field(default_factory=list)
    extensions: dict[str, str] = field(default_factory=dict)
    seller: str = ""
    kind: str = ""
    number: str | None = None
    issued: str = ""
    facts: Facts | None = None
    ksef_number: str | None = None
    acquired: datetime | None = None
    stored: datetime | None = None  # permanentStorageDate
    visible: datetime | None = None  # from when queries show it
    breaks_mark: bool = False  # the high-water mark does not wait for it
    mode: str | None = None


@dataclass(slots=True)
class Session:
    """An interactive or batch session."""

    ref: str
    kind: str  # Online · Batch
    context: str
    form: tuple[str, str, str]
    key: bytes | None
    iv: bytes
    created: datetime
    valid_until: datetime
    owner: str = ""  # whose login opened it
    context_type: str = "Nip"
    code: int = 100
    details: list[str] = field(default_factory=list)
    closed: datetime | None = None
    offline: bool = False
    checksums: bool = False
    invoices: list[str] = field(default_factory=list)
    token_ref: str = ""
    signature_hash: str = ""
    upo: str = ""
    parts: dict[int, dict[str, Any]] = field(default_factory=dict)
    package: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Login:
    """One authentication and the tokens that came of it."""

    ref: str
    context: str
    method: str
    subject: str
    started: datetime
    context_type: str = "Nip"
    subject_type: str = "Nip"
    rights: frozenset[str] = frozenset()  # as they were at signing in
    ips: tuple[str, ...] = ()  # addresses, ranges, masks; none: all
    person: dict[str, str] = field(default_factory=dict)  # subject attributes of the certificate
    code: int = 200
    details: list[str] = field(default_factory=list)
    redeemed: bool = False
    revoked: bool = False
    refreshed: datetime | None = None
    token_ref: str = ""
    signature_hash: str = ""
    certificate: str = ""  # serial number of a KSeF certificate


@dataclass(slots=True)
class Grant:
    """A permission that one party gave another."""

    id: str
    kind: str  # persons · entities · authorizations · indirect · subunits · eu-administration · eu-entities
    context: tuple[str, str]  # type and value: where it holds
    subject: tuple[str, str]  # who may
    author: tuple[str, str]
    permissions: tuple[str, ...]
    description: str
    started: datetime
    effective: datetime
    delegable: frozenset[str] = frozenset()
    target: tuple[str, str] = ("", "")
    named: dict[str, Any] = field(default_factory=dict)  # subjectDetails and the like
    revoked: bool = False


@dataclass(slots=True)
class Certificate:
    """A KSeF certificate, or an enrolment that has not become one yet."""

    serial: str
    enrollment: str
    name: str
    kind: str  # Authentication · Offline
    subject: tuple[str, str]
    common_name: str
    der: bytes
    requested: datetime
    ready: datetime
    valid_from: datetime
    valid_to: datetime
    revoked: bool = False
    used: datetime | None = None
    code: int = 200
    details: list[str] = field(default_factory=list)


@dataclass(slots=True)
class PublicKey:
    """A key of the Ministry: its private half, and the time in which it is listed."""

    usage: str
    private: bytes  # DER
    valid_from: datetime
    valid_to: datetime
    certificate: bytes = b""  # DER
    curve: bool = False  # EC instead of RSA
    withdrawn: bool = False


@dataclass(slots=True)
class Kept:
    """All of it; what is pickled."""

    keys: list[PublicKey] = field(default_factory=list)
    authority: bytes = b""  # private key that issues KSeF certificates
    secret: bytes = b""
    challenges: dict[str, datetime] = field(default_factory=dict)
    logins: dict[str, Login] = field(default_factory=dict)
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)  # KSeF tokens by reference
    grants: dict[str, Grant] = field(default_factory=dict)
    operations: dict[str, tuple[datetime, int, list[str]]] = field(default_factory=dict)
    persons: dict[str, dict[str, Any]] = field(default_factory=dict)  # PESEL → /testdata/person
    subjects: dict[str, dict[str, Any]] = field(default_factory=dict)  # NIP → /testdata/subject
    attachments: dict[str, str] = field(default_factory=dict)  # NIP → "" or the day from which it is revoked
    blocked: set[str] = field(default_factory=set)
    certificates: dict[str, Certificate] = field(default_factory=dict)  # by enrolment
    context_limits: dict[str, dict[str, Any]] = field(default_factory=dict)
    subject_limits: dict[str, tuple[int | None, int | None]] = field(default_factory=dict)
    rate_limits: dict[str, dict[str, tuple[int, int, int]]] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    taken: dict[tuple[str, str, str | None], str] = field(default_factory=dict)  # seller, kind, number → invoice
    numbered: dict[str, str] = field(default_factory=dict)  # KSeF number → invoice
    corrected: dict[tuple[str, str], str] = field(default_factory=dict)  # context, hash → its accepted correction
    exports: dict[str, dict[str, Any]] = field(default_factory=dict)
    collective: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: dict[tuple[str, str], deque[datetime]] = field(default_factory=dict)
    blocks: dict[tuple[str, str], tuple[datetime, int]] = field(default_factory=dict)  # until, how often exceeded
    counts: dict[str, int] = field(default_factory=dict)
    latarnia: dict[str, Any] = field(default_factory=lambda: {"status": "AVAILABLE", "messages": []})


class Store:
    """The simulator's memory."""

    def __init__(self, file: Path | None = None) -> None:
        self.file = file
        self.clock = Clock()
        self.kept = _loaded(file) if file and file.exists() else Kept()
        self.faults: list[Fault] = []
        self.settings: dict[str, Any] = dict(DEFAULTS)
        self.random: random.Random = random.SystemRandom()
        self.traffic: deque[dict[str, Any]] = deque(maxlen=1000)
        self.replayed: list[dict[str, Any]] = []  # recorded answers that are given instead of the simulator's own
        self.opened: dict[bytes, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey] = {}  # DER → key, as loading is slow
        self._saved, self._cost = 0.0, 0.0
        self.kept.secret = self.kept.secret or os.urandom(32)

    def reference(self, kind: str) -> str:
        """A new reference number of that kind."""
        return numbers.reference(kind, self.clock.now(), self.random)

    def ksef_number(self, seller: str) -> str:
        """A new KSeF number of today."""
        day = self.clock.now().astimezone(self.zone("number_zone")).date()
        return numbers.ksef_number(seller, day, self.random)

    def zone(self, name: str) -> ZoneInfo:
        """A switch that names a time zone."""
        return ZoneInfo(self.settings[name])

    def save(self, *, now: bool = False) -> None:
        """Write the file whole, when there is one; a large memory at most a tenth of the time, and at the end."""
        if self.file is None or (not now and time.monotonic() - self._saved < 10 * self._cost):
            return
        began = time.monotonic()
        temporary = self.file.with_suffix(".tmp")
        temporary.write_bytes(pickle.dumps((VERSION, self.kept)))
        temporary.replace(self.file)
        self._saved = time.monotonic()
        self._cost = self._saved - began

    def reset(self, seed: int | None = None) -> None:
        """Forget everything but the keys in use; with a seed the numbers to come are the same each time."""
        kept = self.kept
        newest = {key.usage: key for key in reversed(kept.keys) if not key.withdrawn and not key.curve}
        self.kept = Kept(keys=list(newest.values()), authority=kept.authority, secret=kept.secret)
        self.faults.clear()
        self.settings = dict(DEFAULTS)
        self.random = random.SystemRandom() if seed is None else random.Random(seed)  # noqa: S311 - wished for
        self.clock = Clock(file=self.clock.file)
        self.clock.tell()
        self.traffic.clear()
        self.replayed.clear()
        self.save(now=True)


VERSION = 2  # of the memory's shape


def _loaded(file: Path) -> Kept:
    read = pickle.loads(file.read_bytes())  # noqa: S301 - its own file, on its own machine, never dropped by anyone
    if not isinstance(read, tuple) or read[0] != VERSION:
        raise OSError(f"Pamięć symulatora {file} zapisał inny program. Usuń ten plik albo wskaż inny.")
    kept = read[1]
    assert isinstance(kept, Kept)
    return kept
