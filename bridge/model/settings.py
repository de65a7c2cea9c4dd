"""What the administrator decided: bridge.toml as frozen values (design.md, section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path


class Environment(StrEnum):
    """Where invoices go. Only PRODUCTION has legal force."""

    SANDBOX = "sandbox"
    TEST = "test"
    DEMO = "demo"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret stands, never the secret: `env:NAME`, `file:PATH` or `keyring:SERVICE/USER`."""

    source: str  # env · file · keyring
    name: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate to sign in with: PKCS#12, or PEM with its key in the same file or beside it."""

    file: Path
    password: Secret | None = None
    key: Path | None = None  # PEM only, when the key stands apart


@dataclass(frozen=True, slots=True)
class Token:
    """A KSeF token to sign in with; tokens end on 31.12.2026."""

    secret: Secret


@dataclass(frozen=True, slots=True)
class SendingSettings:
    """How a company's documents travel."""

    mode: str = "auto"  # auto · online · batch
    batch_from: int = 3  # auto: so many documents that wait together go as a batch
    archive: str = "tar.gz"  # tar.gz · zip
    interactive_sessions: int = 1
    batch_sessions: int = 2
    reserve: float = 0.8  # the share of each rate limit that the bridge uses


@dataclass(frozen=True, slots=True)
class Offline:
    """What a company does when KSeF does not answer (docs/offline.md)."""

    mode: str = "auto"  # auto · online (never offline) · offline24 (always, the taxpayer's choice)
    after: timedelta = timedelta(minutes=15)  # how long KSeF may be silent before invoices go offline
    certificate: Certificate | None = None  # of type Offline, for KOD II


@dataclass(frozen=True, slots=True)
class Pictures:
    """Which invoices get a PDF, and where."""

    of: str = "offline"  # offline · all · none
    folder: Path | None = None  # None: beside the XML in outbox/faktury


@dataclass(frozen=True, slots=True)
class Company:
    """One taxpayer in one environment; its folders are nobody else's."""

    nip: str
    name: str
    inbox: Path
    outbox: Path
    mappings: tuple[Path, ...]
    credential: Certificate | Token | None
    quiet: timedelta = timedelta(seconds=3)
    wait_for_whole: timedelta = timedelta(minutes=10)  # how long a set or a file without its end is waited for
    after_deadline: str = "hold"  # hold · send: what happens to a document whose day has passed
    all_or_nothing: bool = False  # one bad invoice stops its whole drop
    proof_required: bool = False  # a file that nothing proves complete is an error (P20)
    results_latest: timedelta = timedelta(minutes=60)  # after it `wynik` is written, final or not
    ok_files: bool = False
    without_schema: bool = False  # ready XML of a form without a schema goes as it is
    own_templates: bool = False  # `szablon` of a mapping in its own folder may be used
    confirm_after_change: bool = False  # a changed mapping sends only after a confirmed dry run (M25)
    severities: Mapping[str, str] = field(default_factory=dict)  # rule → a word of a mapping's `zasady`
    sending: SendingSettings = SendingSettings()
    offline: Offline = Offline()
    pictures: Pictures = Pictures()


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole of bridge.toml."""

    environment: Environment
    data: Path
    companies: tuple[Company, ...]
    ledger: str = ""  # SQLAlchemy URL; "" = SQLite in data
    schema_dir: Path | None = None
    bank_rates: tuple[Path, ...] = ()  # archives of NBP's table A, for rule D11
    api_url: str = ""  # sandbox only: where the simulator listens
    config: Path = Path("bridge.toml")
