"""A ledger that is damaged, old, or asked wrongly: told in one sentence, without SQL, parameters or open connections."""

from __future__ import annotations

import gc
import sqlite3
import stat
import warnings
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from bridge.ledger import drops, tables
from bridge.ledger.store import MIGRATIONS, Ledger, LedgerMistakeError, open_ledger
from bridge.model.errors import FixSetup, TryLater

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SECRET = "Tajny Kontrahent"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder whose ledger holds something."""
    folder = tmp_path / "da?ta%20 ą"
    ledger = open_ledger(folder)
    with ledger.begin() as transaction:
        owner = drops.company_id(transaction, "1111111111", "sandbox")
        for place in range(200):
            drops.take(transaction, owner, f"{SECRET} {place}.csv", drops.Copy("", "00", 1), NOW)
        drops.store(transaction, "xml", b"<Faktura/>" * 100)
    ledger.close()
    return folder


@pytest.fixture
def spoiled(data: Path) -> Path:
    file = data / "ledger.sqlite"
    with file.open("r+b") as opened:
        opened.seek(8192)
        opened.write(b"\xa5" * 60_000)
    return data


def asked(ledger: Ledger) -> list[object]:
    """Every table, whole: some page of it is spoiled."""
    with ledger.begin() as transaction:
        return [transaction.rows(sa.select(table)) for table in tables.META.sorted_tables]


def test_its_file_lies_in_its_folder_whatever_the_name(data: Path) -> None:
    assert (data / "ledger.sqlite").is_file()


def looked_at(data: Path) -> str:
    """As doctor does: open it, look quickly, close it."""
    try:
        with closing(open_ledger(data)) as ledger:
            return ledger.damage()
    except FixSetup as error:
        return str(error)


def test_a_quick_look_finds_the_damage(spoiled: Path) -> None:
    assert "uszkodzona" in looked_at(spoiled)


def test_and_finds_nothing_in_a_good_one(data: Path) -> None:
    ledger = open_ledger(data)
    assert ledger.damage() == ""
    ledger.close()


def test_whatever_is_asked_of_it_a_person_is_told_what_to_do(spoiled: Path) -> None:
    with pytest.raises(FixSetup, match="rebuild") as told:
        asked(open_ledger(spoiled))
    assert "SELECT" not in str(told.value)
    assert SECRET not in str(told.value)


@pytest.mark.parametrize("content", [b"to nie jest baza " * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_ledger(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(content)
    with pytest.raises(FixSetup, match="uszkodzona"):
        open_ledger(tmp_path)


def test_bytes_that_changed_in_the_ledger_are_never_sent(data: Path) -> None:
    ledger = open_ledger(data)
    with ledger.begin() as transaction:
        (row,) = transaction.rows(sa.select(tables.payload))
        spoilt = row.bytes[:-1] + bytes([row.bytes[-1] ^ 1])
        transaction.connection.execute(tables.payload.update().values(bytes=spoilt))
    with pytest.raises(FixSetup, match="uszkodzona"), ledger.begin() as transaction:
        drops.stored(transaction, row.sha256)
    ledger.close()


def test_a_mistake_of_ours_shows_neither_sql_nor_values(data: Path) -> None:
    ledger = open_ledger(data)
    twice = [{"nip": SECRET, "environment": "sandbox"}] * 2
    with pytest.raises(LedgerMistakeError) as told, ledger.begin() as transaction:
        transaction.insert_all(tables.company, twice)
    assert SECRET not in repr(told.value)
    assert "INSERT" not in repr(told.value)
    assert told.value.__suppress_context__
    ledger.close()


def test_a_locked_one_is_tried_again(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = open_ledger(data)
    held = sqlite3.connect(data / "ledger.sqlite", isolation_level=None)
    held.execute("BEGIN EXCLUSIVE")
    with ledger.engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA busy_timeout=1")  # type: ignore[union-attr]
    with pytest.raises(TryLater), ledger.begin():
        pass
    held.close()
    ledger.close()


@pytest.fixture
def no_connection_left() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        yield
        gc.collect()


@pytest.mark.usefixtures("no_connection_left")
@pytest.mark.parametrize("wrong", ["newer", "spoiled"])
def test_a_ledger_that_cannot_be_opened_leaves_no_connection_open(
    wrong: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disposed: list[bool] = []
    real = sa.Engine.dispose
    monkeypatch.setattr(sa.Engine, "dispose", lambda self, *given: (disposed.append(True), real(self, *given))[1])
    if wrong == "newer":
        with sqlite3.connect(data / "ledger.sqlite") as connection:
            connection.execute("INSERT INTO schema_version VALUES (999)")
        connection.close()
    else:
        (data / "ledger.sqlite").write_bytes(b"x" * 5000)
    with pytest.raises(FixSetup):
        open_ledger(data)
    assert disposed


def test_before_a_migration_the_old_ledger_is_kept(data: Path) -> None:
    with sqlite3.connect(data / "ledger.sqlite") as connection:
        connection.execute("DELETE FROM schema_version WHERE version = ?", (len(MIGRATIONS),))
    connection.close()
    open_ledger(data).close()
    copy = data / f"ledger.sqlite.wersja-{len(MIGRATIONS) - 1}"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT count(*) FROM source_file").fetchone() == (200,)
        assert connection.execute("SELECT max(version) FROM schema_version").fetchone() == (len(MIGRATIONS) - 1,)
    connection.close()
