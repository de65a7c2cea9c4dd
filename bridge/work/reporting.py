"""Items and documents → the files that the ERP and people read; whole, deterministic, each final row in exactly one.

`w-toku` is the whole truth at any moment; `wynik` is written once, when all is final or after `results_latest`; what
becomes final later comes in `wynik-2`, `-3` … with only the rows that changed (design.md, section 4).
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from glob import escape
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bridge.fa3.picture import qr
from bridge.files.names import safe_name
from bridge.files.results import ResultRow, Style, result_csv, result_json
from bridge.files.writing import put, put_all
from bridge.ksef.environments import addresses
from bridge.ledger import documents, drops, facts, pictures
from bridge.ledger.documents import Document
from bridge.ledger.drops import Drop
from bridge.ledger.pictures import DrawnPicture
from bridge.ledger.store import Transaction, batched, naive
from bridge.ledger.tables import result_file, source_file
from bridge.model.outcome import STATUS_OF, DocumentState, DropState, Status, Verdict
from bridge.model.problem import errors
from bridge.work.guard import guarded
from bridge.work.item_problems import problems_of
from bridge.work.pictures import issued_offline
from bridge.work.tools import WARSAW, Tools

COPIES_AT_ONCE = 1_000
RENAMED = "Wyniki pliku {name} mają nazwę {stem}, bo pod jego nazwą leżą już inne wyniki."
UPO_PATIENCE = timedelta(minutes=5)  # an accepted row waits that long for its UPO, then goes without
FINAL = frozenset({Status.ACCEPTED, Status.REJECTED, Status.CLASH, Status.BAD, Status.SKIPPED, Status.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class ResultLine:
    """A row for the ERP, and whether it will not change any more."""

    ordinal: int
    row: ResultRow
    final: bool


def write_results(tools: Tools) -> None:
    """Bring the result files of every drop up to what the ledger says."""
    with tools.ledger.begin() as transaction:
        read = drops.drops(transaction, tools.company_id, DropState.READ, DropState.REFUSED)
    for drop in read:
        guarded(tools, f"wyniki pliku {drop.name}", _write, tools, drop)


def _write(tools: Tools, drop: Drop) -> None:
    with tools.ledger.begin() as transaction:
        told = _result_files(transaction, tools, drop)
        if told.complete and not drop.stored:  # and it lies in the archive
            drops.mark_reported(transaction, drop.id)
        if told.complete:
            return
        lines = lines_of(transaction, tools, drop)
    new = [line for line in lines if line.final and line.ordinal not in told.final]
    first_due = tools.now() - drop.taken_at >= tools.company.results_latest
    everything = all(line.final for line in lines)
    if not told.parts and (everything or first_due):
        _part(tools, drop, 1, lines, told)
    elif told.parts and new:
        _part(tools, drop, told.parts + 1, new, told)
    elif not told.parts:
        _in_progress(tools, drop, lines, told)
    if everything:
        _remove_in_progress(tools, told)


@dataclass(frozen=True, slots=True)
class _ResultFiles:
    """What result files have said so far."""

    parts: int
    final: frozenset[int]
    progress: Any  # the result_file row of w-toku
    complete: bool
    stem: str


def _result_files(transaction: Transaction, tools: Tools, drop: Drop) -> _ResultFiles:
    rows = transaction.rows(sa.select(result_file).where(result_file.c.file == drop.id))
    parts = [row for row in rows if row.kind == "wynik"]
    final = frozenset(int(ordinal) for row in parts for ordinal, status in row.rows.items() if status in FINAL)
    said = {int(ordinal) for row in parts for ordinal in row.rows}
    progress = next((row for row in rows if row.kind == "w-toku"), None)
    stem = next((row.path for row in rows if row.kind != "bledy"), None) or stem_of(transaction, tools, drop)
    return _ResultFiles(len(parts), final, progress, bool(parts) and final >= said and progress is None, stem)


def stem_of(transaction: Transaction, tools: Tools, drop: Drop) -> str:
    """How the results of a drop are called: never over another's, nor over what this ledger does not know.

    Chosen once and kept, before anything is written: a crash in between only repeats the same names.
    """
    kept = drop.options.get("stem")
    if kept:
        return str(kept)
    own = sa.select(source_file.c.company).where(source_file.c.id == drop.id).scalar_subquery()
    others = sa.select(source_file.c.id).where(source_file.c.company == own, source_file.c.id != drop.id)
    taken = transaction.one(
        sa.select(result_file.c.id).where(result_file.c.path == drop.name, result_file.c.file.in_(others))
    )
    stem = drop.name
    if taken or _lie_there(tools, drop.name):
        stem = f"{drop.name}~{drop.taken_at.astimezone(WARSAW):%Y%m%d-%H%M%S}"
        facts.remember(
            transaction, tools.company_id, facts.RENAMED, RENAMED.format(name=drop.name, stem=stem), tools.now()
        )
    drops.name_results(transaction, drop, stem)
    return stem


def _lie_there(tools: Tools, name: str) -> bool:
    """Whether results of that name lie there already: of another ledger, or of one that was lost."""
    start = escape(name)
    results, errors_ = tools.folders.results, tools.folders.errors
    patterns = ((results, f"{start}.wynik*"), (results, f"{start}.w-toku.csv"), (errors_, f"{start}.bledy.*"))
    return any(next(folder.glob(pattern), None) for folder, pattern in patterns)


def _part(tools: Tools, drop: Drop, part: int, lines: list[ResultLine], told: _ResultFiles) -> None:
    """One result file, CSV and JSON; then its row, so that a crash between them only repeats the same bytes."""
    suffix = "wynik" if part == 1 else f"wynik-{part}"
    rows = [line.row for line in lines]
    echo, style = drop.options.get("echo", []), _style(drop)
    content = result_csv(rows, echo, style)
    notes = [
        *drop.options.get("notes", []),
        *([RENAMED.format(name=drop.name, stem=told.stem)] * (told.stem != drop.name)),
    ]
    _copies(tools, drop)
    with tools.ledger.begin() as transaction:
        transaction.point("result.written")
        if part == 1:  # made again, it tells all that later parts told
            for stale in tools.folders.results.glob(f"{escape(told.stem)}.wynik-*"):
                stale.unlink()
        put(tools.folders.results / f"{told.stem}.{suffix}.json", result_json(rows, echo, notes))
        put(tools.folders.results / f"{told.stem}.{suffix}.csv", content)
        if tools.company.ok_files:
            put(tools.folders.results / f"{told.stem}.{suffix}.csv.ok", b"")
        values = {"rows": {str(line.ordinal): line.row.status for line in lines}, "part": part, "kind": "wynik"}
        _note(transaction, tools, drop.id, told.stem, content, values)


def _in_progress(tools: Tools, drop: Drop, lines: list[ResultLine], told: _ResultFiles) -> None:
    """`w-toku`, rewritten whole whenever something changed."""
    content = result_csv([line.row for line in lines], drop.options.get("echo", []), _style(drop))
    sha256 = hashlib.sha256(content).hexdigest()
    if told.progress is not None and told.progress.sha256 == sha256:
        return
    put(tools.folders.results / f"{told.stem}.w-toku.csv", content)
    with tools.ledger.begin() as transaction:
        if told.progress is not None:
            transaction.update(result_file, told.progress.id, sha256=sha256, written_at=naive(tools.now()))
        else:
            _note(transaction, tools, drop.id, told.stem, content, {"rows": {}, "part": 1, "kind": "w-toku"})


def _remove_in_progress(tools: Tools, told: _ResultFiles) -> None:
    if told.progress is None:
        return
    (tools.folders.results / f"{told.stem}.w-toku.csv").unlink(missing_ok=True)
    with tools.ledger.begin() as transaction:
        transaction.connection.execute(result_file.delete().where(result_file.c.id == told.progress.id))


def _note(transaction: Transaction, tools: Tools, file: int, path: str, content: bytes, values: dict[str, Any]) -> None:  # noqa: PLR0913, PLR0917 - a row of the table
    values = {
        "file": file,
        "path": path,
        "sha256": hashlib.sha256(content).hexdigest(),
        "written_at": naive(tools.now()),
        **values,
    }
    transaction.insert(result_file, **values)


def _style(drop: Drop) -> Style:
    encoding = drop.options.get("encoding") or "utf-8-sig"
    return Style("utf-8-sig" if encoding == "utf-8" else encoding, drop.options.get("separator") or ";")


def _copies(tools: Tools, drop: Drop) -> None:
    """XML and UPO beside each other in the month of P_1; the originals are in the ledger."""
    with tools.ledger.begin() as transaction:
        own = [each for _, each in sorted(documents.of_drop(transaction, drop.id).items())]
    for some in batched((each for each in own if each.state is DocumentState.ACCEPTED), COPIES_AT_ONCE):
        with tools.ledger.begin() as transaction:
            files = [copy for each in some for copy in copies_of(transaction, tools, each)]
        put_all(files)


def copies_of(transaction: Transaction, tools: Tools, each: Document) -> list[tuple[Path, bytes]]:
    """The copies of an accepted document, and where they lie."""
    stem = tools.folders.invoices(each.issued) / safe_name(each.number)
    found = [(Path(f"{stem}.xml"), drops.stored(transaction, each.payload))]
    return found + ([(Path(f"{stem}.upo.xml"), drops.stored(transaction, each.upo))] if each.upo else [])


# --- rows ------------------------------------------------------------------------------------------------------------


def lines_of(transaction: Transaction, tools: Tools, drop: Drop) -> list[ResultLine]:
    """The whole truth about a drop: one row for every invoice it speaks of, or one for the refused file."""
    if drop.state is DropState.REFUSED:
        first = next(iter(errors(drop.problems)))
        said = f"{first.message} {first.advice}".strip()
        rows = (first.rows and str(first.rows[0])) or ""
        return [ResultLine(0, ResultRow(drop.name, rows, "", "", Status.BAD, kod=first.code, opis=said), final=True)]
    own = documents.of_drop(transaction, drop.id)
    drawn = pictures.of_drop(transaction, drop.id)
    changed = drop.options.get("severities", "")
    lines = (_line(tools, drop, row, own.get(row.document), drawn) for row in documents.items_of(transaction, drop.id))
    return [_noted(line, changed) if changed else line for line in lines]


def _noted(line: ResultLine, changed: str) -> ResultLine:
    """The row of an invoice that was judged by other severities says so."""
    return replace(line, row=replace(line.row, opis=" | ".join(filter(None, (line.row.opis, changed)))))


def _line(tools: Tools, drop: Drop, row: Any, own: Document | None, drawn: Mapping[int, DrawnPicture]) -> ResultLine:
    base = {
        "plik": drop.name,
        "wiersze": row.rows,
        "numer": row.number,
        "rodzaj": row.kind,
        "przepisane": tuple(row.echo),
    }
    if row.verdict == Verdict.BAD:
        found = errors(drops.problems_from(row.problems))
        said = ResultRow(status=Status.BAD, kod=found[0].code if found else "", opis=_told_of(drop, row), **base)
        return ResultLine(row.ordinal, said, final=True)
    if row.verdict == Verdict.SKIPPED:
        return ResultLine(row.ordinal, ResultRow(status=Status.SKIPPED, opis=row.rule, **base), final=True)
    if own is None:
        return ResultLine(
            row.ordinal,
            ResultRow(status=Status.CLASH, numer_ksef=row.clash, kod="L01", opis=_clash(drop, row), **base),
            final=True,
        )
    return _of_document(tools, own, row, base, drawn.get(own.id, DrawnPicture()))


def _clash(drop: Drop, row: Any) -> str:
    return " | ".join(filter(None, (row.note, _told_of(drop, row))))


def _told_of(drop: Drop, row: Any) -> str:
    """What is wrong with an invoice and what to do, each advice once, behind the last problem that has it."""
    found = errors(problems_of(drop, row))
    later = [{each.advice for each in found[place + 1 :]} for place in range(len(found))]
    told = [
        each.message if each.advice in after else f"{each.message} {each.advice}"
        for each, after in zip(found, later, strict=True)
    ]
    return " | ".join(map(str.strip, told))


def _of_document(tools: Tools, each: Document, row: Any, base: dict[str, Any], drawn: DrawnPicture) -> ResultLine:
    status = STATUS_OF[each.state]
    accepted = each.state is DocumentState.ACCEPTED
    waits_for_upo = _waits_for_upo(tools, each)
    month = f"faktury/{each.issued:%Y-%m}/{safe_name(each.number)}"
    made = ResultRow(
        status=status,
        numer_ksef=each.ksef_number or "",
        data_nadania=_local(each.accepted_at) if accepted else "",
        tryb=each.mode if accepted else "offline" if each.offline else "",
        skrot_sha256=b64encode(bytes.fromhex(each.payload)).decode() if each.state is not DocumentState.DRAFT else "",
        sesja=each.session_ref,
        kod=each.code,
        opis=_description(each, row),
        link_qr=_link(tools, each) if each.state is not DocumentState.DRAFT else "",
        plik_xml=f"{month}.xml" if accepted else "",
        plik_upo=f"{month}.upo.xml" if accepted and each.upo else "",
        plik_pdf=drawn.path,
        **base,
    )
    return ResultLine(
        row.ordinal, made, final=status in FINAL and not waits_for_upo and not _waits_for_picture(tools, each, drawn)
    )


def _waits_for_picture(tools: Tools, each: Document, drawn: DrawnPicture) -> bool:
    """An accepted row waits a little for the picture that the company wants, as it does for its UPO."""
    if each.state is not DocumentState.ACCEPTED or drawn.numbered or not each.accepted_at:
        return False
    if each.form_code != pictures.FORM:
        return False
    offline = issued_offline(each)
    of = tools.company.pictures.of
    signed = tools.company.offline.certificate is not None
    wanted = (of == "all" or (of == "offline" and offline)) and (signed or not offline)
    return wanted and tools.now() - each.accepted_at < UPO_PATIENCE


def _waits_for_upo(tools: Tools, each: Document) -> bool:
    """An accepted row waits a little for its UPO, where it is known in which session KSeF keeps it."""
    if each.state is not DocumentState.ACCEPTED or each.upo or not each.session_ref or not each.accepted_at:
        return False
    return tools.now() - each.accepted_at < UPO_PATIENCE


def _link(tools: Tools, each: Document) -> str:
    """KOD I: it belongs to the exact bytes, so a draft has none."""
    return qr.invoice_link(addresses(tools.settings).qr, qr.CodeFacts(each.seller_nip, each.issued, each.payload))


def _description(each: Document, row: Any) -> str:
    if each.state is DocumentState.DRAFT:
        return "czeka na numer KSeF faktury korygowanej " + ", ".join(number for number, _ in each.corrects)
    return " | ".join(
        filter(None, (row.note, each.error or (each.reason if each.state is not DocumentState.ACCEPTED else "")))
    )


def _local(moment: datetime | None) -> str:
    return f"{moment.astimezone(WARSAW):%Y-%m-%d %H:%M:%S}" if moment else ""
