"""A drop with errors → `bledy.xlsx` for the accountant and `bledy.csv` for machines, beside its results."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bridge.conversion.rows_as_dropped import book
from bridge.fa3.rules.table import BY_ID
from bridge.files.error_book import Dropped, DropReport, Fate, errors_book, errors_csv
from bridge.files.origin import BookShape, origin_of
from bridge.files.take import archive
from bridge.files.writing import put
from bridge.ledger import documents, drops
from bridge.ledger.drops import Drop
from bridge.ledger.store import Transaction, naive
from bridge.ledger.tables import result_file, source_file
from bridge.model.codes import CODES
from bridge.model.errors import BridgeError
from bridge.model.outcome import DropState
from bridge.model.problem import Problem, errors
from bridge.model.table import rows_of
from bridge.system.limits import Broke
from bridge.work.guard import guarded, stopped_by
from bridge.work.intake import files_of
from bridge.work.item_problems import problems_of
from bridge.work.reporting import lines_of, stem_of
from bridge.work.tools import WARSAW, Tools

Said = list[tuple[str, Problem]]  # invoice number, problem

KIND = "bledy"
UNSAFE = frozenset({"U14", "P40", "P08", "P22"})  # what broke its reading, or took too much, is not opened again


def write_errors(tools: Tools) -> None:
    """The workbook of every drop that has errors, before it is archived; anew when KSeF has refused more of it."""
    with tools.ledger.begin() as transaction:
        read = drops.drops(transaction, tools.company_id, DropState.READ, DropState.REFUSED)
        known = [(each, drops.refused(transaction, each.id), _last(transaction, each)) for each in read]
    for drop, refused, last in known:
        if refused == last.rows["refused"] if last else not (refused or drop.stored):
            continue
        if guarded(tools, f"skoroszyt błędów pliku {drop.name}", _explain, tools, drop, refused, last):
            tools.unexplained.add(drop.id)  # it goes to the archive after that
        else:
            tools.unexplained.discard(drop.id)


def _explain(tools: Tools, drop: Drop, refused: int, last: Any) -> None:
    _retire(tools, drop)
    with tools.ledger.begin() as transaction:
        said = _report(transaction, drop)
    if errors(problem for _, problem in said):
        stem = last.path if last else _stem(tools, drop)
        _write(tools, drop, said, stem)
        _note(tools, drop, refused, last, stem)


def _retire(tools: Tools, drop: Drop) -> None:
    """The workbook that a mended copy answers goes to the archive: nobody shall mend it a second time."""
    files = files_of(tools, drop) if drop.stored else {}
    back = origin_of(next(iter(files.values()))) if len(files) == 1 else None
    if back is None:
        return
    with tools.ledger.begin() as transaction:
        own = sa.select(source_file.c.id).where(source_file.c.company == tools.company_id)
        wanted = sa.select(result_file).where(result_file.c.file == back.drop, result_file.c.file.in_(own))
        stale = transaction.one(wanted.where(result_file.c.kind == KIND))
    if stale is None or back.drop == drop.id:
        return
    day = tools.now().astimezone(WARSAW).date()
    known = origin_of(tools.folders.errors / f"{stale.path}.bledy.xlsx")
    if known is None or known.drop != back.drop:
        return
    for ending in (".bledy.csv", ".bledy.xlsx"):
        old = tools.folders.errors / f"{stale.path}{ending}"
        archive(old, tools.folders.archive(day) / f"{back.drop}-{drop.id}-{old.name}")


def _stem(tools: Tools, drop: Drop) -> str:
    """The name of the dropped file, without the endings of the workbooks that it came back from; never over another's."""
    with tools.ledger.begin() as transaction:
        stem = stem_of(transaction, tools, drop).replace(".bledy.xlsx", "")
    known = origin_of(tools.folders.errors / f"{stem}.bledy.xlsx")
    return f"{stem}~{drop.id}" if known and known.drop != drop.id else stem


def _write(tools: Tools, drop: Drop, said: Said, stem: str) -> None:
    with tools.ledger.begin() as transaction:
        lines = lines_of(transaction, tools, drop)
        affected = _affected(transaction, drop)
    fates = [
        Fate(line.row.numer, line.row.wiersze, line.row.status, line.row.opis, line.row.numer_ksef) for line in lines
    ]
    explained = DropReport(
        drop.id, drop.name, drop.mapping, said, fates, why, drop.taken_at, drop.options.get("notes", [])
    )
    put(tools.folders.errors / f"{stem}.bledy.xlsx", _book(tools, drop, explained, affected))
    put(tools.folders.errors / f"{stem}.bledy.csv", errors_csv(said))


def _book(tools: Tools, drop: Drop, explained: DropReport, affected: set[int]) -> bytes:
    """With the rows as they were dropped, or without them where they cannot be had: what is wrong is said all the same."""
    files = files_of(tools, drop)
    without = Dropped((), BookShape.LINES)
    if not files or UNSAFE & {found.code for found in drop.problems}:
        return errors_book(without, explained)
    try:
        return bytes(tools.apart(files.values(), book, tools.job(files), affected, explained))
    except Broke:
        return errors_book(without, explained)
    except BridgeError:
        raise
    except Exception as error:
        stopped = stopped_by(tools, f"skoroszyt błędów pliku {drop.name}", error)
        if not stopped.is_mistake:
            raise
        return errors_book(without, explained)


def why(code: str) -> str:
    """The rule behind a code, in one sentence."""
    if code[:1] == "R" and code[1:] in BY_ID:
        return BY_ID[code[1:]].condition
    return CODES[code].sentence if code in CODES else ""


def _note(tools: Tools, drop: Drop, refused: int, last: Any, stem: str) -> None:
    values = {"rows": {"refused": refused}, "written_at": naive(tools.now())}
    with tools.ledger.begin() as transaction:
        if last:
            transaction.update(result_file, last.id, **values)
        else:
            transaction.insert(result_file, file=drop.id, path=stem, kind=KIND, part=1, sha256="", **values)


def _report(transaction: Transaction, drop: Drop) -> Said:
    of_items = [
        (row.number, found) for row in documents.items_of(transaction, drop.id) for found in problems_of(drop, row)
    ]
    return [*(("", found) for found in drop.problems), *of_items]


def _affected(transaction: Transaction, drop: Drop) -> set[int]:
    """The rows of every invoice that has a problem, and of the file's own problems."""
    rows = {row for found in drop.problems for row in found.rows}
    for item in documents.items_of(transaction, drop.id):
        found = problems_of(drop, item)
        if errors(found):
            rows.update(rows_of(item.rows), item.line_rows, *(each.rows for each in found))
    return rows


def _last(transaction: Transaction, drop: Drop) -> Any:
    """The row of the workbook that was written last."""
    return transaction.one(sa.select(result_file).where(result_file.c.file == drop.id, result_file.c.kind == KIND))
