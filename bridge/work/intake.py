"""The inbox → drops that were taken and read: items and documents in the ledger, the file in the archive.

A drop is a compartment: what goes wrong with one ends in its own refusal or its own waiting line (bridge.work.guard).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from bridge.files import watch
from bridge.files.folders import archived_name
from bridge.files.names import drop_name
from bridge.files.take import archive, in_progress, is_plain, look, may_be_read, take
from bridge.files.writing import put
from bridge.ledger import drops
from bridge.ledger.drops import Copy, Drop, Filing
from bridge.ledger.store import LedgerMistakeError
from bridge.model.errors import BridgeError, BrokenTemplate, FixSetup, TryLater
from bridge.model.item import Finished
from bridge.model.outcome import DropState
from bridge.model.problem import problem
from bridge.reading.whole import EMPTY, whole
from bridge.system.causes import cause_and_advice
from bridge.work import never_taken, ownership, sample_gate
from bridge.work.drops_of_inbox import gathered, may_be_empty, whole_of
from bridge.work.guard import guarded, stopped_by
from bridge.work.item_problems import compare
from bridge.work.tools import WARSAW, Tools

MAPPING_SUFFIX = ".mapowanie.yaml"  # of the merged mapping, beside the archived file
REST = timedelta(seconds=10)  # until a drop that had to wait is looked at again
NO_RIGHT = "Mostek nie ma prawa pracować w folderze {folder}: {said}."
UNREADABLE = "Plik {name} czeka w inbox, bo nie da się go odczytać: {said}."


def take_settled(tools: Tools) -> bool:
    """Take every file that is whole and quiet; says whether some file is not quiet yet."""
    folders = tools.folders
    try:
        folders.check()
        folders.make()
        ownership.check(tools.ledger, tools.company_id, folders, tools.now())
        seen = watch.scanned(folders.inbox)
    except PermissionError as error:
        raise FixSetup(NO_RIGHT.format(folder=folders.inbox, said=cause_and_advice(error))) from error
    _adopt(tools)
    never_taken.keep_reasons(tools, seen.aside)
    clock = tools.clock()
    tools.found = {drop_name(name): name for name in seen.files}
    tools.seen = watch.looked(tools.seen, {drop_name(name): state for name, state in seen.files.items()}, clock)
    patience = watch.Patience(tools.company.quiet.total_seconds(), tools.company.wait_for_whole.total_seconds())
    settled = list(watch.settled(tools.seen, clock, patience, lambda name: _is_whole(tools, name)))
    for drop in gathered(tools, settled, clock):
        guarded(tools, f"pobranie pliku {drop.names[0]}", _take_drop, tools, drop.names)
    return bool(tools.seen)


def _take_drop(tools: Tools, names: Sequence[str]) -> None:
    """All files of a drop under a new token; what may not be read stays where it lies, and is told."""
    for name in names:
        try:
            may_be_read(tools.folders.inbox / tools.found[name])
        except FileNotFoundError:
            return
        except OSError as error:
            raise TryLater(UNREADABLE.format(name=name, said=cause_and_advice(error))) from error
    taken = _take(tools, names, f"{tools.now():%Y%m%d%H%M%S}{secrets.token_hex(3)}")
    for name in taken:
        tools.seen.pop(name, None)
    if len(taken) == len(names):
        _note(tools, taken)


def _take(tools: Tools, names: Sequence[str], token: str) -> dict[str, Path]:
    """Those files that could be taken, in the order of the drop."""
    taken = ((name, take(tools.folders, tools.found.get(name, name), token)) for name in names)
    return {name: path for name, path in taken if path is not None}


def _is_whole(tools: Tools, name: str) -> tuple[bool, bool]:
    path = tools.folders.inbox / tools.found[name]
    try:
        may_be_read(path)
    except PermissionError:
        return True, True  # no writer, but a right that is missing: the taking says so
    except OSError:
        return False, False  # gone, or out of reach: the next look tells
    try:
        found = whole(path)
    except Exception:  # noqa: BLE001 - a guess about its end only: what is wrong with it, its reading says
        return False, False
    if found.problem == EMPTY and may_be_empty(tools, name):
        return True, True
    return found.problem == "", found.sure and not watch.SAVING.fullmatch(name)


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
            first = next(iter(files))
            guarded(tools, f"pobranie pliku {first}", _adopted, tools, token, files)


def _adopted(tools: Tools, token: str, files: Mapping[str, Path]) -> None:
    tools.found = {drop_name(name): name for name in watch.scan(tools.folders.inbox)}
    names = whole_of(tools, tuple(files))
    found = {**files, **_take(tools, [name for name in names if name not in files], token)}
    if len(found) == len(names):
        _note(tools, {name: found[name] for name in names})


def _token(drop: Drop) -> str:
    return drop.stored.partition("-")[0]


def files_of(tools: Tools, drop: Drop) -> dict[str, Path]:
    """The taken files of a drop, the one that names it first; in the archive once they were read; none of a `storno`."""
    if not drop.stored:
        return _archived_files(tools, drop) if drop.archived else {}
    files = in_progress(tools.folders).get(_token(drop), {})
    return {drop.name: tools.folders.in_progress / drop.stored, **files}


def _archived_files(tools: Tools, drop: Drop) -> dict[str, Path]:
    first = tools.folders.outbox / drop.archived
    start = first.name.removesuffix(drop.name)
    others = sorted(path for path in first.parent.glob("*") if path.name.startswith(start) and path != first)
    kept = (path for path in others if path.name != f"{first.name}{MAPPING_SUFFIX}")
    files = {drop.name: first} | {path.name.removeprefix(start): path for path in kept}
    return {name: path for name, path in files.items() if is_plain(path)}


def read_next(tools: Tools) -> bool:
    """Read the oldest drop that can be read, to its end; says whether there was one.

    One that has to wait (for a disk, for KSeF's answer) is passed over for a moment, so that it holds back no other.
    """
    with tools.ledger.begin() as transaction:
        waiting = drops.drops(transaction, tools.company_id, DropState.TAKEN, DropState.READING)
    for drop in waiting:
        rested = tools.resting.get(drop.id)
        if rested is not None and tools.clock() < rested[0]:
            tools.stopped.append(rested[1])
            continue
        stopped = guarded(tools, f"odczytanie pliku {drop.name}", _read_one, tools, drop)
        if stopped is None:
            tools.resting.pop(drop.id, None)
            return True
        if isinstance(stopped.error, FixSetup):
            return False  # the same holds for every other drop
        pause = (stopped.error.after if isinstance(stopped.error, TryLater) else None) or REST
        tools.resting[drop.id] = (tools.clock() + pause.total_seconds(), stopped)
    return False


def _read_one(tools: Tools, drop: Drop) -> None:
    """To READ or REFUSED, or changed under our hands: READING starts again from nothing at the next step."""
    files, now = files_of(tools, drop), tools.now()
    with tools.ledger.begin() as transaction:
        drops.start(transaction, drop.id, now)
    if not files or not all(is_plain(path) for path in files.values()):
        _finish(tools, drop, Finished(problems=(problem("P40", file=drop.name),)))
        return
    try:
        end = sample_gate.refused(tools, files) or _read(tools, files, Filing(tools.company_id, drop.id, compare, now))
        seen = look(files)
        if seen.sha256 != drop.sha256:
            with tools.ledger.begin() as transaction:
                drops.changed(transaction, drop.id, Copy(drop.stored, seen.sha256, seen.size))
            return
        _finish(tools, drop, end)
    except BrokenTemplate as error:
        _finish(tools, drop, Finished(problems=(problem("U20", str(error), file=drop.name),)))
    except (BridgeError, LedgerMistakeError):
        raise  # it can be otherwise at the next step
    except Exception as error:
        stopped = stopped_by(tools, f"odczytanie pliku {drop.name}", error)
        if not stopped.is_mistake:
            raise
        tools.stopped.append(stopped)
        _finish(tools, drop, Finished(problems=(problem("U14", file=drop.name, value=type(error).__name__),)))


def _finish(tools: Tools, drop: Drop, end: Finished) -> None:
    with tools.ledger.begin() as transaction:
        drops.finish(transaction, drop.id, end, tools.now(), all_or_nothing=tools.company.all_or_nothing)


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
            if each.stored and each.id not in tools.unexplained
        ]
    for drop in done:
        guarded(tools, f"przeniesienie pliku {drop.name} do archiwum", _archive, tools, drop)


def _archive(tools: Tools, drop: Drop) -> None:
    target = _archived(tools, drop, drop.name)
    for name, path in [*files_of(tools, drop).items()][::-1]:  # the one that the ledger names goes last
        archive(path, _archived(tools, drop, name))
    if drop.options.get("mapping_text"):
        put(target.with_name(f"{target.name}{MAPPING_SUFFIX}"), drop.options["mapping_text"].encode())
    kept = str(target.relative_to(tools.folders.outbox)) if is_plain(target) else ""  # it was gone before
    with tools.ledger.begin() as transaction:
        drops.archived(transaction, drop.id, kept)


def _archived(tools: Tools, drop: Drop, name: str) -> Path:
    taken = drop.taken_at.astimezone(WARSAW)
    return tools.folders.archive(taken.date()) / archived_name(f"{drop.id}-{name}", drop.sha256, taken)
