"""Which result files were written, and forgetting them so that they are made again under the name that they have."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from bridge.ledger import drops
from bridge.ledger.store import Transaction
from bridge.ledger.tables import result_file, source_file

TOLD = ("wynik", "w-toku")


def forget(transaction: Transaction, ids: Iterable[int]) -> None:
    """Results of these drops are made again at the next step."""
    wanted = list(ids)
    for row in transaction.rows(
        sa.select(result_file.c.file, result_file.c.path).where(result_file.c.file.in_(wanted)).distinct()
    ):
        drops.name_results(transaction, drops.drop(transaction, row.file), row.path)
    transaction.connection.execute(source_file.update().where(source_file.c.id.in_(wanted)).values(told=False))
    transaction.connection.execute(
        result_file.delete().where(result_file.c.file.in_(wanted), result_file.c.kind.in_(TOLD))
    )
