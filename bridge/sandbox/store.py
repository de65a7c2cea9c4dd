"""What the simulator remembers: keys, logins, sessions, invoices; in memory, or in a file that survives a restart."""

from __future__ import annotations

import os
import pickle
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key


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
    due: datetime  # when its processing ends
    plain: bytes | None = None
    offline: bool = False
    file_name: str | None = None
    code: int = 150
    details: list[str] = field(default_factory=list)
    extensions: dict[str, str] = field(default_factory=dict)
    seller: str = ""
    kind: str = ""
    number: str | None = None
    issued: str = ""
    ksef_number: str | None = None
    acquired: datetime | None = None
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
    code: int = 100
    details: list[str] = field(default_factory=list)
    closed: datetime | None = None
    offline: bool = False
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
    code: int = 200
    details: list[str] = field(default_factory=list)
    redeemed: bool = False
    revoked: bool = False
    token_ref: str = ""
    signature_hash: str = ""


@dataclass(slots=True)
class Kept:
    """All of it; what is pickled."""

    private_keys: dict[str, bytes] = field(default_factory=dict)  # usage → DER
    secret: bytes = b""
    challenges: dict[str, datetime] = field(default_factory=dict)
    logins: dict[str, Login] = field(default_factory=dict)
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)  # KSeF tokens by reference
    grants: set[tuple[str, str]] = field(default_factory=set)  # (context nip, subject nip)
    sessions: dict[str, Session] = field(default_factory=dict)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    calls: list[tuple[str, str, str, float]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Clock:
    """Business time: the machine's, shifted, frozen or faster."""

    shift: timedelta = timedelta()
    frozen: datetime | None = None

    def now(self) -> datetime:
        """UTC."""
        return self.frozen or datetime.now(UTC) + self.shift  # noqa: TID251 - the simulator owns its clock


class Store:
    """The simulator's memory and its lock."""

    def __init__(self, file: Path | None = None) -> None:
        self.lock = threading.RLock()
        self.file = file
        self.clock = Clock()
        self.kept = _loaded(file) if file and file.exists() else Kept()
        self.faults: list[dict[str, Any]] = []
        self.settings: dict[str, Any] = {"processing": 0.0, "limits": True, "reserve": 1.0}
        self._keys: dict[str, rsa.RSAPrivateKey] = {}
        for usage in ("KsefTokenEncryption", "SymmetricKeyEncryption"):
            self._keys[usage] = self._key(usage)
        self.kept.secret = self.kept.secret or os.urandom(32)
        self.save()

    def key(self, usage: str) -> rsa.RSAPrivateKey:
        """The private key of a usage."""
        return self._keys[usage]

    def save(self) -> None:
        """Write the file whole, when there is one."""
        if self.file is None:
            return
        temporary = self.file.with_suffix(".tmp")
        temporary.write_bytes(pickle.dumps(self.kept))
        temporary.replace(self.file)

    def reset(self) -> None:
        """Forget everything but the keys."""
        self.kept = Kept(private_keys=self.kept.private_keys, secret=self.kept.secret)
        self.faults.clear()
        self.settings |= {"processing": 0.0, "limits": True, "reserve": 1.0}
        self.clock = Clock()
        self.save()

    def _key(self, usage: str) -> rsa.RSAPrivateKey:
        der = self.kept.private_keys.get(usage)
        if der is None:
            made = rsa.generate_private_key(65537, 2048)
            self.kept.private_keys[usage] = made.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
            return made
        key = load_der_private_key(der, None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return key


def _loaded(file: Path) -> Kept:
    kept = pickle.loads(file.read_bytes())  # noqa: S301 - its own file, on its own machine, never dropped by anyone
    assert isinstance(kept, Kept)
    return kept
