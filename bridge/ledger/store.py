"""A URL or a folder → the open ledger: engine, migrations, transactions, and the one table of transitions.

SQLite runs with WAL, synchronous=FULL and BEGIN IMMEDIATE. A transition is a compare-and-set (`UPDATE … WHERE id = ?
AND state IN (…)`), which fences frozen and doubled workers; each leaves an event row.
"""

from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy import event as on

from bridge.ledger import tables
from bridge.model.errors import FixSetup, TryLater
from bridge.model.outcome import DocumentState as D
from bridge.model.outcome import DropState as F
from bridge.model.outcome import SendingState as S
from bridge.model.outcome import SessionState as K
from bridge.system import private
from bridge.system.causes import cause_of

T = TypeVar("T")
AT_ONCE = 5_000  # ids in one statement

Hook = Callable[[str, str], None]  # name of the transition, "before" or "after"


class Transition(NamedTuple):
    """What may follow what."""

    table: sa.Table
    before: tuple[str, ...]
    after: str


def _t(table: sa.Table, before: tuple[str, ...], after: str) -> Transition:
    return Transition(table, tuple(map(str, before)), str(after))


TRANSITIONS: dict[str, Transition] = {
    "drop.reading": _t(tables.source_file, (F.TAKEN, F.READING), F.READING),
    "drop.read": _t(tables.source_file, (F.READING,), F.READ),
    "drop.refused": _t(tables.source_file, (F.TAKEN, F.READING), F.REFUSED),
    "document.finished": _t(tables.document, (D.DRAFT,), D.READY),
    "document.offline": _t(tables.document, (D.READY,), D.READY),
    "document.mended": _t(tables.document, (D.HELD,), D.READY),
    "document.held": _t(tables.document, (D.READY,), D.HELD),
    "document.released": _t(tables.document, (D.HELD,), D.READY),
    "document.sending": _t(tables.document, (D.READY,), D.SENDING),
    "document.again": _t(tables.document, (D.SENDING,), D.READY),
    "document.accepted": _t(tables.document, (D.SENDING,), D.ACCEPTED),
    "document.rejected": _t(tables.document, (D.SENDING,), D.REJECTED),
    "document.clash": _t(tables.document, (D.SENDING,), D.CLASH),
    "document.withdrawn": _t(tables.document, (D.DRAFT, D.READY, D.HELD), D.WITHDRAWN),
    "session.open": _t(tables.ksef_session, (K.PLANNED,), K.OPEN),
    "session.uploaded": _t(tables.ksef_session, (K.OPEN,), K.UPLOADED),
    "session.again": _t(tables.ksef_session, (K.UPLOADED,), K.OPEN),
    "session.closed": _t(tables.ksef_session, (K.OPEN, K.UPLOADED), K.CLOSED),
    "session.done": _t(tables.ksef_session, (K.CLOSED, K.OPEN), K.DONE),
    "session.failed": _t(tables.ksef_session, (K.OPEN, K.UPLOADED, K.CLOSED), K.FAILED),
    "session.abandoned": _t(tables.ksef_session, (K.PLANNED, K.OPEN, K.UPLOADED), K.ABANDONED),
    "sending.sent": _t(tables.sending, (S.PLANNED,), S.SENT),
    "sending.accepted": _t(tables.sending, (S.SENT,), S.ACCEPTED),
    "sending.refused": _t(tables.sending, (S.SENT,), S.REFUSED),
    "sending.unsent": _t(tables.sending, (S.SENT,), S.PLANNED),
    "sending.void": _t(tables.sending, (S.PLANNED, S.SENT), S.VOID),
}
# Moments that are no change of state but must survive a pulled plug as well.
POINTS = (
    "drop.taken",
    "items.added",
    "session.planned",
    "sending.answered",
    "batch.packed",
    "part.stored",
    "session.closing",
    "upo.stored",
    "result.written",
)


def no_hook(_name: str, _moment: str) -> None:
    """Nobody watches."""


@dataclass(slots=True)
class Ledger:
    """The open ledger; one per process, used by any thread."""

    engine: sa.Engine
    hook: Hook = no_hook
    node: str = field(default_factory=socket.gethostname)

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """One transaction; "after" is told to the hook when it is committed. TryLater when it cannot be written now."""
        try:
            with self.engine.begin() as connection:
                transaction = Transaction(connection, self)
                yield transaction
        except sa.exc.DBAPIError as error:
            raise _spoken(error) from None  # neither SQL nor its parameters belong on a screen or into a log
        for name in transaction.performed:
            self.hook(name, "after")

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    def damage(self) -> str:
        """What a quick look into every page of an SQLite file finds wrong, "" when all is well."""
        if self.engine.dialect.name != "sqlite":
            return ""
        with self.begin() as transaction:
            said = [str(row[0]) for row in transaction.rows(sa.text("PRAGMA quick_check(5)"))]
        return "" if said == ["ok"] else DAMAGED.format(said=" | ".join(said)[:SHOWN])


class LedgerMistakeError(Exception):
    """A statement that the database refused: our mistake, told without its SQL and without what it held."""


DAMAGED = (
    "Księga jest uszkodzona ({said}). Zatrzymaj mostek, odłóż folder danych na bok (nie usuwaj go) i uruchom "
    "ksef-bridge rebuild: odbuduje księgę z KSeF i z kopii w outbox."
)
SHOWN = 300  # letters of what a database says
SPOILED = ("malformed", "not a database", "disk image", "corrupt")


def _spoken(error: sa.exc.DBAPIError) -> Exception:
    """What a database says → what to do next, in its first line only: further ones may hold values."""
    said = (str(error.orig).splitlines() or [""])[0][:SHOWN]
    if any(mark in said.lower() for mark in SPOILED):
        return FixSetup(DAMAGED.format(said=said))
    if isinstance(error, sa.exc.OperationalError):  # the disk is full, another process holds it, the server is gone
        return TryLater(f"Nie da się zapisać księgi: {said}. Sprawdź miejsce na dysku.")
    return LedgerMistakeError(f"{type(error.orig).__name__}: {said}")


@dataclass(slots=True)
class Transaction:
    """What is done together or not at all."""

    connection: sa.Connection
    ledger: Ledger
    performed: list[str] = field(default_factory=list)

    def rows(self, statement: Any) -> list[sa.Row[Any]]:
        """All rows of a query."""
        return list(self.connection.execute(statement))

    def one(self, statement: Any) -> sa.Row[Any] | None:
        """The first row of a query, if any."""
        return self.connection.execute(statement).first()

    def insert(self, table: sa.Table, **values: Any) -> int:
        """Insert a row; its id."""
        key = self.connection.execute(table.insert().values(**values)).inserted_primary_key
        assert key is not None
        return int(key[0])

    def insert_all(self, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
        """Insert many rows at once."""
        if rows:
            self.connection.execute(table.insert(), rows)

    def update(self, table: sa.Table, row: int, **values: Any) -> None:
        """Change columns that are no state."""
        self.connection.execute(table.update().where(table.c.id == row).values(**values))

    def point(self, name: str) -> None:
        """A named moment of this transaction: told before its work and after its commit."""
        assert name in POINTS, name
        self.ledger.hook(name, "before")
        self.performed.append(name)

    def move(self, name: str, row: int, now: datetime, **values: Any) -> bool:
        """Perform a transition if the row still is in one of its states; says whether it was."""
        table, before, after = TRANSITIONS[name]
        self.ledger.hook(name, "before")
        held = self.one(sa.select(table.c.state).where(table.c.id == row))
        done = self.connection.execute(
            table.update().where(table.c.id == row, table.c.state.in_(before)).values(state=after, **values)
        )
        if not done.rowcount:
            return False
        self.insert(
            tables.event,
            entity=table.name,
            entity_id=row,
            at=naive(now),
            name=name,
            from_state=held.state if held else "",
            to_state=after,
            node=self.ledger.node,
            detail=_detail(values),
        )
        self.performed.append(name)
        return True

    def move_all(self, name: str, rows: Mapping[int, Mapping[str, Any]], now: datetime) -> list[int]:
        """Perform one transition of many rows (id → further values); ids of those that were in one of its states."""
        if not rows:
            return []
        table, before, after = TRANSITIONS[name]
        self.ledger.hook(name, "before")
        held: dict[int, str] = {}
        for ids in batched(rows, AT_ONCE):
            wanted = sa.select(table.c.id, table.c.state).where(table.c.id.in_(ids), table.c.state.in_(before))
            held |= {row.id: row.state for row in self.rows(wanted.with_for_update())}
        for names, alike in _by_columns({id_: rows[id_] for id_ in rows if id_ in held}).items():
            columns: dict[str, Any] = {each: sa.bindparam(f"new_{each}") for each in names}
            change = table.update().where(table.c.id == sa.bindparam("row_id")).values(state=after, **columns)
            values = [{"row_id": id_, **{f"new_{key}": value for key, value in new.items()}} for id_, new in alike]
            self.connection.execute(change, values)
        events = {"entity": table.name, "at": naive(now), "name": name, "to_state": after, "node": self.ledger.node}
        self.insert_all(
            tables.event,
            [{**events, "entity_id": id_, "from_state": held[id_], "detail": _detail(rows[id_])} for id_ in held],
        )
        self.performed.append(name)
        return list(held)


def _detail(values: Mapping[str, Any]) -> str:
    return str(values.get("error") or values.get("reason") or values.get("details") or "")


def _by_columns(rows: Mapping[int, Mapping[str, Any]]) -> dict[tuple[str, ...], list[tuple[int, Mapping[str, Any]]]]:
    found: dict[tuple[str, ...], list[tuple[int, Mapping[str, Any]]]] = {}
    for id_, values in rows.items():
        found.setdefault(tuple(values), []).append((id_, values))
    return found


def batched(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most `size`: a database takes only so many parameters at once."""
    left = iter(values)
    while taken := list(islice(left, size)):
        yield taken


def naive(moment: datetime) -> datetime:
    """UTC without zone, as the tables keep it."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def aware(moment: datetime | None) -> datetime | None:
    """UTC with zone again."""
    return moment.replace(tzinfo=UTC) if moment else None


NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs"})


NEWER = "Księgę zapisał nowszy program. Zainstaluj tę samą albo nowszą wersję."
NO_ADDRESS = "Ustawienie `ledger` nie jest adresem bazy, którą mostek zna, albo brakuje jej sterownika."
OLDER = "Księgę zapisała starsza wersja programu. Uruchom ksef-bridge doctor: dostosuje ją do tej wersji."


def open_ledger(data: Path, url: str = "", hook: Hook = no_hook) -> Ledger:
    """The ledger of a data folder (SQLite) or at a URL; made and migrated when needed.

    Raises FixSetup when the folder is on a network file system, cannot be written, or the ledger is of a newer program.
    """
    if not url:
        _make_local(data)
    try:
        address = sa.make_url(url) if url else file_url(data)
        local = address.get_backend_name() == "sqlite"
        engine = sa.create_engine(address, connect_args={"timeout": 30} if local else {}, hide_parameters=True)
    except (sa.exc.ArgumentError, ImportError) as error:  # its text may hold the password
        raise FixSetup(NO_ADDRESS) from error
    if local:
        on.listen(engine, "connect", _pragmas)
        on.listen(engine, "begin", _immediately)
    try:
        migrate(engine)
    except sa.exc.DBAPIError as error:
        engine.dispose()
        spoken = _spoken(error)
        if isinstance(spoken, FixSetup):
            raise spoken from None
        raise FixSetup(
            f"Księgi nie da się otworzyć ({engine.url.render_as_string()}): {spoken} Sprawdź prawa folderu."
        ) from None
    except BaseException:
        engine.dispose()
        raise
    return Ledger(engine, hook)


def file_url(data: Path) -> sa.URL:
    """The ledger of a data folder as an address; a folder's name may hold ? and %."""
    return sa.URL.create("sqlite", database=str(data / "ledger.sqlite"))


def open_to_read(url: str) -> Ledger | None:
    """The ledger at a URL, to be asked only; None where there is none yet. FixSetup when another program's version made it."""
    try:
        address = sa.make_url(url)
        local = address.get_backend_name() == "sqlite"
        if local and not Path(address.database or "").is_file():
            return None
        engine = sa.create_engine(address, hide_parameters=True)
    except (sa.exc.ArgumentError, ImportError) as error:  # its text may hold the password
        raise FixSetup(NO_ADDRESS) from error
    if local:
        on.listen(engine, "connect", _only_asking)
    held = _version(engine)
    if held != len(MIGRATIONS):
        engine.dispose()
        raise FixSetup(NEWER if held > len(MIGRATIONS) else OLDER)
    return Ledger(engine)


def _only_asking(connection: Any, _record: Any) -> None:
    _set(connection, "query_only=ON", "busy_timeout=30000")


def _version(engine: sa.Engine) -> int:
    """Of the last migration that this ledger has seen."""
    try:
        with engine.connect() as connection:
            return int(connection.execute(sa.text("SELECT max(version) FROM schema_version")).scalar() or 0)
    except sa.exc.DBAPIError as error:
        engine.dispose()
        spoken = _spoken(error)
        raise FixSetup(f"Księgi nie da się odczytać: {spoken}") from None


def _make_local(data: Path) -> None:
    try:
        private.make(data)
    except OSError as error:
        raise FixSetup(f"Nie da się utworzyć folderu {data}: {cause_of(error)}.") from error
    refuse_network(data.resolve())


def refuse_network(data: Path, mounts: Path = Path("/proc/mounts")) -> None:
    """FixSetup for a folder on a network file system: SQLite's locks and syncs do not hold there."""
    kind = _file_system(data, mounts)
    if kind in NETWORK_FILE_SYSTEMS:
        raise FixSetup(f"Folder danych {data} leży na dysku sieciowym ({kind}). Wskaż folder na dysku lokalnym.")


def _file_system(path: Path, mounts: Path) -> str:
    """The kind of the file system below a path, "" where the system does not tell."""
    if not mounts.exists():
        return "cifs" if str(path).startswith("\\\\") else ""
    entries = (line.split() for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines())
    found = [(entry[1].replace("\\040", " "), entry[2]) for entry in entries]
    below = [(folder, kind) for folder, kind in found if path.is_relative_to(folder)]
    return max(below, key=lambda each: len(each[0]))[1] if below else ""


def _pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    _set(connection, "busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")


def _set(connection: Any, *pragmas: str) -> None:
    """Set them; a new connection that cannot is closed, as no pool has it yet that would."""
    try:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise


def _immediately(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _adding(*columns: sa.Column[Any]) -> Callable[[sa.Connection], None]:
    """A migration: tables that are new, and columns that an older ledger lacks."""

    def step(connection: sa.Connection) -> None:
        tables.META.create_all(connection)
        for column in columns:
            held = {each["name"] for each in sa.inspect(connection).get_columns(column.table.name)}
            if column.name not in held:
                said = sa.schema.CreateColumn(column).compile(dialect=connection.dialect)
                connection.execute(sa.text(f"ALTER TABLE {column.table.name} ADD COLUMN {said}"))

    return step


_document, _company, _session = tables.document.c, tables.company.c, tables.ksef_session.c
# Number of the migration → what it does. The first makes everything; later ones change what the first made.
MIGRATIONS: tuple[Callable[[sa.Connection], None], ...] = (
    tables.META.create_all,
    _adding(_document.offline_mode, _document.technical, _company.silent_since),
    _adding(tables.source_file.c.told, tables.item.c.successor, _company.trouble),
    _adding(
        _document.attachment,
        *(_session.planned_at, _session.full, _session.code, _session.upo),
        tables.rate_call.c.company,
    ),
    _adding(_document.likeness),
    _adding(tables.item.c.line_rows),
    _adding(),  # confirmed_mapping
    _adding(_session.unknown),
)


def _keep_a_copy(engine: sa.Engine, held: int) -> None:
    """An SQLite ledger as it was, beside it, before a new program changes it; a server has backups of its own."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return
    copy = Path(f"{engine.url.database}.wersja-{held}")
    if copy.exists():
        return
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with closing(sqlite3.connect(engine.url.database)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    except BaseException:
        copy.unlink()
        raise


def migrate(engine: sa.Engine) -> None:
    """Bring the ledger to this program's version, in one transaction; FixSetup when it is newer."""
    version = sa.Table("schema_version", sa.MetaData(), sa.Column("version", sa.Integer, nullable=False))
    with engine.begin() as connection:
        version.create(connection, checkfirst=True)
        held = connection.execute(sa.select(sa.func.max(version.c.version))).scalar() or 0
        if held > len(MIGRATIONS):
            raise FixSetup(NEWER)
        if 0 < held < len(MIGRATIONS):
            _keep_a_copy(engine, held)
        for number, step in enumerate(MIGRATIONS[held:], start=held + 1):
            step(connection)
            connection.execute(version.insert().values(version=number))
