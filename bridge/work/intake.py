"""The inbox → drops that were taken and read: items and documents in the ledger, the file in the archive."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from bridge.errors import FixSetup
from bridge.files import watch
from bridge.files.folders import archived_name
from bridge.files.results import put
from bridge.files.take import archive, in_progress, look, take
from bridge.ledger import drops
from bridge.ledger.drops import Copy, Drop, Filing
from bridge.model.item import Finished
from bridge.model.outcome import DropState
from bridge.model.problem import problem
from bridge.reading.whole import EMPTY, whole
from bridge.work import trusted
from bridge.work.gathering import gathered, may_be_empty, whole_of
from bridge.work.tools import WARSAW, Tools
from bridge.work.tracing import compare

MAPPING_SUFFIX = ".mapowanie.yaml"  # of the merged mapping, beside the archived file
LOST = (
    "Księga jest pusta, a w {folder} leżą wysłane faktury: księga zaginęła. Odbuduj ją: ksef-bridge rebuild. "
    "Bez tego faktury mogłyby zostać wysłane drugi raz."
)


def take_settled(tools: Tools) -> bool:
    """Take every file that is whole and quiet; says whether some file is not quiet yet."""
    folders = tools.folders
    folders.check()
    folders.make()
    if tools.lost():
        raise FixSetup(LOST.format(folder=folders.outbox / "faktury"))
    _adopt(tools)
    clock = tools.clock()
    tools.seen = watch.looked(tools.seen, watch.scan(folders.inbox), clock)
    patience = watch.Patience(tools.company.quiet.total_seconds(), tools.company.wait_for_whole.total_seconds())
    settled = list(watch.settled(tools.seen, clock, patience, lambda name: _is_whole(tools, name)))
    for drop in gathered(tools, settled, clock):
        taken = _take(tools, drop.names, f"{tools.now():%Y%m%d%H%M%S}{secrets.token_hex(3)}")
        if len(taken) == len(drop.names):
            _note(tools, taken)
        for name in taken:
            del tools.seen[name]
    return bool(tools.seen)


def _take(tools: Tools, names: Iterable[str], token: str) -> dict[str, Path]:
    """Those files that could be taken, in the order of the drop."""
    taken = ((name, take(tools.folders, name, token)) for name in names)
    return {name: path for name, path in taken if path is not None}


def _is_whole(tools: Tools, name: str) -> tuple[bool, bool]:
    try:
        found = whole(tools.folders.inbox / name)
    except OSError:
        return False, False  # gone, or held by its writer: the next look tells
    if found.problem == EMPTY and may_be_empty(tools, name):
        return True, True
    return found.problem == "", found.sure


def _note(tools: Tools, files: Mapping[str, Path]) -> None:
    taken = look(files)
    copy = Copy(taken.path.name, taken.sha256, taken.size)
    with tools.ledger.begin() as transaction:
        drops.take(transaction, tools.company_id, taken.name, copy, tools.now())


def _adopt(tools: Tools) -> None:
    """Files in `.w_toku` that no drop knows: the plug was pulled between the rename and the row.

    A set that was being taken then is taken to its end; what a writer holds just now is tried again at the next step.
    """
    there = in_progress(tools.folders)
    if not there:
        return
    with tools.ledger.begin() as transaction:
        known = {_token(each) for each in drops.drops(transaction, tools.company_id) if each.stored}
    for token, files in there.items():
        if token not in known:
            names = whole_of(tools, tuple(files))
            found = files | _take(tools, [name for name in names if name not in files], token)
            if len(found) == len(names):
                _note(tools, {name: found[name] for name in names})


def _token(drop: Drop) -> str:
    return drop.stored.partition("-")[0]


def files_of(tools: Tools, drop: Drop) -> dict[str, Path]:
    """The taken files of a drop, the one that names it first; in the archive once they were read."""
    if not drop.stored:
        return _archived_files(tools, drop)
    files = in_progress(tools.folders).get(_token(drop), {})
    return {drop.name: tools.folders.in_progress / drop.stored, **files}


def _archived_files(tools: Tools, drop: Drop) -> dict[str, Path]:
    first = tools.folders.outbox / drop.archived
    start = first.name.removesuffix(drop.name)
    others = sorted(path for path in first.parent.glob("*") if path.name.startswith(start) and path != first)
    kept = (path for path in others if path.name != f"{first.name}{MAPPING_SUFFIX}")
    return {drop.name: first} | {path.name.removeprefix(start): path for path in kept}


def read_next(tools: Tools) -> bool:
    """Read the oldest drop that waits, to its end; says whether there was one."""
    with tools.ledger.begin() as transaction:
        waiting = drops.drops(transaction, tools.company_id, DropState.TAKEN, DropState.READING)
    if not waiting:
        return False
    drop = waiting[0]
    files = files_of(tools, drop)
    now = tools.now()
    with tools.ledger.begin() as transaction:
        drops.start(transaction, drop.id, now)
    filing = Filing(tools.company_id, drop.id, compare, now)
    try:
        end = trusted.refused(tools, files) or _read(tools, files, filing)
    except FixSetup as error:
        end = Finished(problems=(problem("U20", str(error), file=drop.name),))
    seen = look(files)
    if seen.sha256 != drop.sha256:  # it changed under our hands: READING starts again from nothing at the next step
        with tools.ledger.begin() as transaction:
            drops.changed(transaction, drop.id, Copy(drop.stored, seen.sha256, seen.size))
        return True
    with tools.ledger.begin() as transaction:
        drops.finish(transaction, drop.id, end, now, all_or_nothing=tools.company.all_or_nothing)
    return True


def _read(tools: Tools, files: Mapping[str, Path], filing: Filing) -> Finished:
    for batch in tools.read(tools.job(files)):
        if isinstance(batch, Finished):
            return batch
        with tools.ledger.begin() as transaction:
            drops.add(transaction, filing, batch.items)
    raise AssertionError("a reading ends with Finished")


def archive_read(tools: Tools) -> None:
    """Move what was read to the archive, with the mapping it was read by; repeated after a crash until it is done."""
    with tools.ledger.begin() as transaction:
        done = [
            each
            for each in drops.drops(transaction, tools.company_id, DropState.READ, DropState.REFUSED)
            if each.stored
        ]
    for drop in done:
        target = _archived(tools, drop, drop.name)
        for name, path in [*files_of(tools, drop).items()][::-1]:  # the one that the ledger names goes last
            archive(path, _archived(tools, drop, name))
        if drop.options.get("mapping_text"):
            put(target.with_name(f"{target.name}{MAPPING_SUFFIX}"), drop.options["mapping_text"].encode())
        with tools.ledger.begin() as transaction:
            drops.archived(transaction, drop.id, str(target.relative_to(tools.folders.outbox)))


def _archived(tools: Tools, drop: Drop, name: str) -> Path:
    taken = drop.taken_at.astimezone(WARSAW)
    return tools.folders.archive(taken.date()) / archived_name(f"{drop.id}-{name}", drop.sha256, taken)
