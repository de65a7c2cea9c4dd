"""A drop with errors → `bledy.xlsx` for the accountant and `bledy.csv` for machines, beside its results."""

from __future__ import annotations

import sqlalchemy as sa

from bridge.dropped import rows_as_dropped
from bridge.files.errors_book import Fate, errors_book, errors_csv
from bridge.files.results import put
from bridge.ledger import documents, drops
from bridge.ledger.drops import Drop
from bridge.ledger.store import Transaction, naive
from bridge.ledger.tables import result_file
from bridge.model.outcome import DropState
from bridge.model.problem import Problem, errors
from bridge.work.intake import files_of
from bridge.work.reporting import lines_of, stem_of
from bridge.work.tools import Tools, job_of
from bridge.work.tracing import problems_of

KIND = "bledy"


def write_errors(tools: Tools) -> None:
    """The workbook of every drop that has errors and none yet; written before the drop is archived."""
    with tools.ledger.begin() as transaction:
        read = drops.drops(transaction, tools.company_id, DropState.READ, DropState.REFUSED)
        waiting = [
            (each, _problems(transaction, each)) for each in read if each.stored and not _written(transaction, each)
        ]
    for drop, problems in waiting:
        if errors(problems):
            _write(tools, drop, problems)


def _write(tools: Tools, drop: Drop, problems: list[Problem]) -> None:
    with tools.ledger.begin() as transaction:
        lines = lines_of(transaction, tools, drop)
        stem = stem_of(transaction, drop)
    fates = [Fate(line.row.numer, line.row.wiersze, line.row.status, line.row.opis) for line in lines]
    origin = f"drop={drop.id};mapping={drop.mapping}"
    content = errors_book(rows_as_dropped(job_of(tools, files_of(tools, drop))), problems, fates, origin, drop.taken_at)
    put(tools.folders.errors / f"{stem}.bledy.xlsx", content)
    put(tools.folders.errors / f"{stem}.bledy.csv", errors_csv(problems))
    with tools.ledger.begin() as transaction:
        values = {
            "file": drop.id,
            "path": stem,
            "kind": KIND,
            "part": 1,
            "rows": {},
            "sha256": "",
            "written_at": naive(tools.now()),
        }
        transaction.insert(result_file, **values)


def _problems(transaction: Transaction, drop: Drop) -> list[Problem]:
    of_items = [found for row in documents.items_of(transaction, drop.id) for found in problems_of(drop, row)]
    return [*drop.problems, *of_items]


def _written(transaction: Transaction, drop: Drop) -> bool:
    wanted = sa.select(result_file.c.id).where(result_file.c.file == drop.id, result_file.c.kind == KIND)
    return transaction.one(wanted) is not None
