"""The ledger that the first version wrote, as its schema stood then, becomes one of today with all it held."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from bridge.ledger import tables
from bridge.ledger.store import MIGRATIONS, open_ledger
from bridge.model.errors import FixSetup

SCHEMA = Path(__file__).with_name("schema_1.sql")
HELD = """
INSERT INTO company (id, nip, environment) VALUES (1, '1111111111', 'sandbox');
INSERT INTO source_file (id, company, name, stored, sha256, size, state, taken_at, options)
    VALUES (1, 1, 'faktury.csv', '', 'ab', 1, 'READ', '2026-11-25 12:00:00', '{}');
INSERT INTO payload (sha256, kind, bytes) VALUES ('ab', 'xml', x'00');
INSERT INTO document (id, company, seller_nip, kind, number, number_key, issued, business_hash, hash_version, payload,
    state, form_code, corrects, "drop")
    VALUES (1, 1, '1111111111', 'VAT', 'FS/1', 'FS/1', '2026-11-25', 'ff', 1, 'ab', 'READY', 'FA (3)', '[]', 1);
INSERT INTO item (id, file, ordinal, rows, number, kind, verdict, document, problems, echo)
    VALUES (1, 1, 1, '2', 'FS/1', 'VAT', 'GOOD', 1, '[]', '[]');
"""


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A data folder of the first version."""
    with sqlite3.connect(tmp_path / "ledger.sqlite") as ledger:
        ledger.executescript(SCHEMA.read_text("utf-8") + HELD)
    ledger.close()
    return tmp_path


def test_it_gets_every_column_table_and_unique_index(first: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    fresh = open_ledger(tmp_path_factory.mktemp("fresh"))
    ledger = open_ledger(first)
    for table in tables.META.sorted_tables:
        now, wanted = (sa.inspect(each.engine) for each in (ledger, fresh))
        assert {each["name"] for each in now.get_columns(table.name)} == {
            each["name"] for each in wanted.get_columns(table.name)
        }
        assert {each["name"] for each in now.get_indexes(table.name) if each["unique"]} == {
            each["name"] for each in wanted.get_indexes(table.name) if each["unique"]
        }
    ledger.close()
    fresh.close()


def test_it_keeps_what_it_holds(first: Path) -> None:
    for _ in range(2):  # the second opening changes nothing
        ledger = open_ledger(first)
        with ledger.begin() as transaction:
            (document,) = transaction.rows(sa.select(tables.document))
            (item,) = transaction.rows(sa.select(tables.item))
            assert (document.number, document.state, item.document) == ("FS/1", "READY", 1)
            (drop,) = transaction.rows(sa.select(tables.source_file))
            assert drop.told is False
        ledger.close()


def test_a_ledger_of_a_newer_program_is_left_alone(first: Path) -> None:
    with sqlite3.connect(first / "ledger.sqlite") as ledger:
        ledger.execute("INSERT INTO schema_version VALUES (?)", [len(MIGRATIONS) + 1])
    ledger.close()
    with pytest.raises(FixSetup, match="nowszy program"):
        open_ledger(first)


def test_a_migration_that_fails_changes_nothing(first: Path) -> None:
    with sqlite3.connect(first / "ledger.sqlite") as ledger:
        ledger.execute("ALTER TABLE item RENAME TO elsewhere")
        ledger.execute("CREATE VIEW item AS SELECT * FROM elsewhere")  # a view takes no new column
        before = ledger.execute("SELECT sql FROM sqlite_master").fetchall()
    ledger.close()
    with pytest.raises(FixSetup, match="Księgi nie da się otworzyć"):
        open_ledger(first)
    with sqlite3.connect(first / "ledger.sqlite") as ledger:
        assert ledger.execute("SELECT sql FROM sqlite_master").fetchall() == before
        assert ledger.execute("SELECT max(version) FROM schema_version").fetchone() == (1,)
    ledger.close()
