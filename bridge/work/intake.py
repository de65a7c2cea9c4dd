"""The inbox → drops that were taken and read: items and documents in the ledger, the file in the archive."""

from __future__ import annotations

import secrets
from datetime import datetime
from pathlib import Path

from bridge.errors import FixSetup
from bridge.files import watch
from bridge.files.folders import archived_name
from bridge.files.results import put
from bridge.files.take import Taken, archive, look, orphans, take
from bridge.ledger import drops
from bridge.ledger.drops import Copy, Drop, Filing
from bridge.model.item import Finished
from bridge.model.job import Job
from bridge.model.outcome import DropState
from bridge.model.problem import problem
from bridge.reading.whole import whole
from bridge.work.tools import WARSAW, Tools
from bridge.work.tracing import compare


def take_settled(tools: Tools) -> bool:
    """Take every file that is whole and quiet; says whether some file is not quiet yet."""
    folders = tools.folders
    folders.check()
    folders.make()
    _adopt(tools)
    clock = tools.clock()
    tools.seen = watch.looked(tools.seen, watch.scan(folders.inbox), clock)
    patience = watch.Patience(tools.company.quiet.total_seconds(), tools.company.wait_for_whole.total_seconds())
    for name in list(watch.settled(tools.seen, clock, patience, lambda name: _is_whole(folders.inbox / name))):
        taken = take(folders, name, f"{tools.now():%Y%m%d%H%M%S}{secrets.token_hex(3)}")
        if taken is not None:
            _note(tools, taken)
            del tools.seen[name]
    return bool(tools.seen)


def _is_whole(path: Path) -> tuple[bool, bool]:
    try:
        found = whole(path)
    except OSError:
        return False, False  # gone, or held by its writer: the next look tells
    return found.problem == "", found.sure


def _note(tools: Tools, taken: Taken) -> None:
    copy = Copy(taken.path.name, taken.sha256, taken.size)
    with tools.ledger.begin() as transaction:
        drops.take(transaction, tools.company_id, taken.name, copy, tools.now())


def _adopt(tools: Tools) -> None:
    """Files in `.w_toku` that no drop knows: the plug was pulled between the rename and the row."""
    with tools.ledger.begin() as transaction:
        known = {each.stored for each in drops.drops(transaction, tools.company_id, DropState.TAKEN, DropState.READING)}
        kept = {each.stored for each in drops.drops(transaction, tools.company_id) if each.stored}
    for taken in orphans(tools.folders):
        if taken.path.name not in known | kept:
            _note(tools, taken)


def read_next(tools: Tools) -> bool:
    """Read the oldest drop that waits, to its end; says whether there was one."""
    with tools.ledger.begin() as transaction:
        waiting = drops.drops(transaction, tools.company_id, DropState.TAKEN, DropState.READING)
    if not waiting:
        return False
    drop = waiting[0]
    path = tools.folders.in_progress / drop.stored
    now = tools.now()
    with tools.ledger.begin() as transaction:
        drops.start(transaction, drop.id, now)
    filing = Filing(tools.company_id, drop.id, compare, now)
    try:
        end = _read(tools, drop, path, filing)
    except FixSetup as error:
        end = Finished(problems=(problem("U20", str(error), file=drop.name),))
    seen = look(path, drop.name)
    if seen.sha256 != drop.sha256:  # it changed under our hands: READING starts again from nothing at the next step
        with tools.ledger.begin() as transaction:
            drops.changed(transaction, drop.id, Copy(drop.stored, seen.sha256, seen.size))
        return True
    with tools.ledger.begin() as transaction:
        drops.finish(transaction, drop.id, end, now, all_or_nothing=tools.company.all_or_nothing)
    return True


def _read(tools: Tools, drop: Drop, path: Path, filing: Filing) -> Finished:
    for batch in tools.read(job_of(tools, drop.name, path)):
        if isinstance(batch, Finished):
            return batch
        with tools.ledger.begin() as transaction:
            drops.add(transaction, filing, batch.items)
    raise AssertionError("a reading ends with Finished")


def job_of(tools: Tools, name: str, path: Path) -> Job:
    """What a reading of one file for this company needs to know."""
    company = tools.company
    return Job(
        {"": path},
        {"": name},
        company.nip,
        tools.settings.environment,
        tools.now(),
        mappings=company.mappings,
        ledger=tools.ledger_url,
        severities=company.severities,
        schema_dir=tools.settings.schema_dir,
        without_schema=company.without_schema,
        bank_rates=tools.settings.bank_rates,
        proof_required=company.proof_required,
    )


def archive_read(tools: Tools) -> None:
    """Move what was read to the archive, with the mapping it was read by; repeated after a crash until it is done."""
    with tools.ledger.begin() as transaction:
        done = [
            each
            for each in drops.drops(transaction, tools.company_id, DropState.READ, DropState.REFUSED)
            if each.stored
        ]
    for drop in done:
        target = _archived(tools, drop, drop.taken_at.astimezone(WARSAW))
        archive(tools.folders.in_progress / drop.stored, target)
        if drop.options.get("mapping_text"):
            put(target.with_name(f"{target.name}.mapowanie.yaml"), drop.options["mapping_text"].encode())
        with tools.ledger.begin() as transaction:
            drops.archived(transaction, drop.id, str(target.relative_to(tools.folders.outbox)))


def _archived(tools: Tools, drop: Drop, taken: datetime) -> Path:
    return tools.folders.archive(taken.date()) / archived_name(f"{drop.id}-{drop.name}", drop.sha256, taken)
