"""A ledger of an older program gets what it lacks, and keeps what it has."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from bridge.ledger import tables
from bridge.ledger.store import MIGRATIONS, migrate, open_ledger

NEWER = {
    "document": {"likeness", "offline_mode", "technical"},
    "company": {"silent_since", "trouble"},
    "source_file": {"told"},
    "item": {"successor"},
}


def _older(path: Path) -> sa.Engine:
    """As the first program made it: without the columns of later migrations."""
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        tables.META.create_all(connection)
        connection.execute(sa.text("DROP INDEX source_file_state"))
        connection.execute(sa.text("DROP INDEX document_likeness"))
        for table, columns in NEWER.items():
            for column in columns:
                connection.execute(sa.text(f"ALTER TABLE {table} DROP COLUMN {column}"))
        connection.execute(sa.text("DROP TABLE outage"))
        connection.execute(sa.text("CREATE TABLE schema_version (version INTEGER NOT NULL)"))
        connection.execute(sa.text("INSERT INTO schema_version VALUES (1)"))
        connection.execute(sa.text("INSERT INTO company (nip, environment) VALUES ('1111111111', 'sandbox')"))
    return engine


def test_an_older_ledger_gets_the_new_columns_and_tables(tmp_path: Path) -> None:
    engine = _older(tmp_path / "ledger.sqlite")
    migrate(engine)
    migrate(engine)
    for table, columns in NEWER.items():
        assert columns <= {each["name"] for each in sa.inspect(engine).get_columns(table)}
    assert sa.inspect(engine).has_table("outage")
    with engine.begin() as connection:
        assert connection.execute(sa.select(tables.company.c.nip)).scalar() == "1111111111"
        assert connection.execute(sa.text("SELECT max(version) FROM schema_version")).scalar() == len(MIGRATIONS)


def test_a_fresh_ledger_has_all_columns(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    for table in tables.META.sorted_tables:
        held = {each["name"] for each in sa.inspect(ledger.engine).get_columns(table.name)}
        assert held == {column.name for column in table.columns}
    ledger.close()
