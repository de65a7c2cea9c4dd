"""Drops: what was taken, read and said; every invoice a drop speaks of becomes an item and perhaps a document."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from bridge.ledger.recall import may_be_recalled, recall
from bridge.ledger.store import DAMAGED, Transaction, aware, naive
from bridge.ledger.tables import company, document, item, payload, source_file
from bridge.model.errors import FixSetup, TryLater
from bridge.model.item import Finished, Item, Made, Place
from bridge.model.outcome import DocumentState, DropState, Verdict
from bridge.model.problem import Problem, Severity, errors, problem
from bridge.model.table import rows_of

# Compares the stored bytes with the dropped ones: what clashes, and in words what differs without weight.
Compare = Callable[[bytes, bytes], tuple[Sequence[Problem], str]]

REFUSED_OFFLINE = "KSeF odrzucił fakturę wystawioną offline"  # how the reason of one that waits to be mended begins
ISSUED_OFFLINE = "pod tym numerem wystawiono już offline fakturę o innej treści"
MENDED = "korekta techniczna: ta sama treść w poprawionym pliku"
OPEN_STATES = (DocumentState.DRAFT, DocumentState.READY, DocumentState.HELD)
DEAD = (DocumentState.REJECTED, DocumentState.CLASH, DocumentState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Drop:
    """One row of `source_file`."""

    id: int
    company: int
    name: str
    stored: str
    sha256: str
    size: int
    state: DropState
    taken_at: datetime
    archived: str
    mapping: str
    options: dict[str, Any]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Of the file as a whole."""
        return problems_from(self.options.get("problems", []))

    @property
    def places(self) -> dict[str, Place]:
        """Vocabulary key → the column it was read from."""
        return {key: Place(*place) for key, place in self.options.get("places", {}).items()}


@dataclass(frozen=True, slots=True)
class Copy:
    """The taken copy of a file, below the inbox."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Filing:
    """What filing an item needs to know."""

    company: int
    drop: int
    compare: Compare
    now: datetime


def company_id(transaction: Transaction, nip: str, environment: str) -> int:
    """The row of a company in an environment, made when it is new."""
    return known_company(transaction, nip, environment) or transaction.insert(company, nip=nip, environment=environment)


def known_company(transaction: Transaction, nip: str, environment: str) -> int | None:
    """The row of a company in an environment; None while it is new."""
    wanted = sa.select(company.c.id).where(company.c.nip == nip, company.c.environment == environment)
    found = transaction.one(wanted)
    return int(found.id) if found else None


def take(transaction: Transaction, owner: int, name: str, copy: Copy, now: datetime) -> int:
    """Note a taken file. Content is not unique: nothing is decided by file."""
    transaction.point("drop.taken")
    return transaction.insert(
        source_file,
        company=owner,
        name=name,
        stored=copy.path,
        sha256=copy.sha256,
        size=copy.size,
        state=DropState.TAKEN,
        taken_at=naive(now),
        options={},
    )


def drops(transaction: Transaction, owner: int, *states: DropState) -> list[Drop]:
    """Return drops that are not fully reported yet, oldest first; `states` filters."""
    wanted = sa.select(source_file).where(source_file.c.company == owner, source_file.c.told.is_(False))
    wanted = wanted.order_by(source_file.c.id)
    return [_drop(row) for row in transaction.rows(wanted.where(source_file.c.state.in_(states)) if states else wanted)]


def mark_reported(transaction: Transaction, id_: int) -> None:
    """Mark a drop as fully reported, so that later ticks skip it."""
    transaction.update(source_file, id_, told=True)


def drop(transaction: Transaction, id_: int) -> Drop:
    """One drop."""
    row = transaction.one(sa.select(source_file).where(source_file.c.id == id_))
    assert row is not None
    return _drop(row)


def start(transaction: Transaction, id_: int, now: datetime) -> bool:
    """Start reading a drop. Deletes items and documents left by an interrupted reading; none of them can have been planned."""
    _forget(transaction, id_)
    return transaction.move("drop.reading", id_, now)


def name_results(transaction: Transaction, held: Drop, stem: str) -> None:
    """How the results of a drop are called from now on."""
    held.options["stem"] = stem
    transaction.update(source_file, held.id, options={**drop(transaction, held.id).options, "stem": stem})


def changed(transaction: Transaction, id_: int, copy: Copy) -> None:
    """A writer still held the taken file and changed it: what is read from now on is this."""
    transaction.update(source_file, id_, sha256=copy.sha256, size=copy.size)


def add(transaction: Transaction, filing: Filing, items: Sequence[Item]) -> None:
    """Items of a drop with their documents; TryLater when a number is being sent with other content just now."""
    transaction.point("items.added")
    made = [each.made for each in items if each.made]
    living = _living(transaction, filing.company, made)
    fresh: dict[Key, Made] = {}
    for new in made:
        if _key(new) not in living:
            fresh.setdefault(_key(new), new)
    ids = _new(transaction, filing, list(fresh.values()))
    rows = []
    for each in items:
        if each.made is None:
            filed = Filed()
        elif fresh.get(_key(each.made)) is each.made:
            filed = Filed(ids[_key(each.made)])
        else:
            filed = _filed(transaction, filing, each.made, living)
        rows.append(_row(filing, each, filed))
    transaction.insert_all(item, rows)


def finish(transaction: Transaction, id_: int, end: Finished, now: datetime, *, all_or_nothing: bool = False) -> None:
    """The reading ended: READ, or REFUSED when the file itself has errors; then it has no items."""
    held = drop(transaction, id_)
    bad = transaction.one(sa.select(item.c.id).where(item.c.file == id_, item.c.verdict == Verdict.BAD))
    if all_or_nothing and bad:
        _hold_back(transaction, id_, now)
    options = {
        **held.options,
        "problems": [plain(each) for each in end.problems],
        "notes": list(end.notes),
        "severities": end.severities,
        "echo": list(end.echo_names),
        "mapping_text": end.mapping_text,
        "encoding": end.encoding,
        "separator": end.separator,
        "places": {key: list(place) for key, place in end.places.items()},
    }
    values = {"options": options, "mapping": end.mapping, "mapping_sha256": end.mapping_sha256}
    if errors(end.problems):
        _forget(transaction, id_)
        transaction.move("drop.refused", id_, now, **values)
    else:
        _succeed(transaction, id_, now)
        transaction.move("drop.read", id_, now, **values)


def archived(transaction: Transaction, id_: int, path: str) -> None:
    """Where the untouched copy lies now."""
    transaction.update(source_file, id_, archived=path, stored="")


def store(transaction: Transaction, kind: str, content: bytes) -> str:
    """Keep bytes under their SHA-256 (hex), which is returned; equal bytes are kept once."""
    return store_all(transaction, [(kind, content)])[0]


def store_all(transaction: Transaction, contents: Sequence[tuple[str, bytes]]) -> list[str]:
    """The same of many (kind, bytes), in their order."""
    keys = [hashlib.sha256(content).hexdigest() for _, content in contents]
    held = {row.sha256 for row in transaction.rows(sa.select(payload.c.sha256).where(payload.c.sha256.in_(keys)))}
    new = {key: each for key, each in zip(keys, contents, strict=True) if key not in held}
    transaction.insert_all(
        payload,
        [{"sha256": key, "kind": kind, "bytes": zlib.compress(content, 1)} for key, (kind, content) in new.items()],
    )
    return keys


def stored(transaction: Transaction, sha256: str) -> bytes:
    """The bytes again."""
    row = transaction.one(sa.select(payload.c.bytes).where(payload.c.sha256 == sha256))
    assert row is not None
    try:
        content = zlib.decompress(row.bytes)
    except zlib.error:
        content = b""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise FixSetup(DAMAGED.format(said=f"bajty {sha256[:12]}… nie są te, które zapisano"))
    return content


# --- one item --------------------------------------------------------------------------------------------------------


KEY = (document.c.seller_nip, document.c.kind, document.c.number_key)
Key = tuple[str, str, str]  # seller, kind, number: what names a document within a company


def _key(made: Made) -> Key:
    return made.seller_nip, made.kind, made.number_key


def _living(transaction: Transaction, owner: int, made: Sequence[Made], *columns: Any) -> dict[Key, Any]:
    """The documents that hold one of these numbers and are not dead; whole, or only these columns of them."""
    rows = transaction.rows(
        sa.select(*(columns or (document,))).where(
            document.c.company == owner,
            document.c.number_key.in_({each.number_key for each in made}),
            document.c.state.not_in(DEAD),
        )
    )
    return {(row.seller_nip, row.kind, row.number_key): row for row in rows}


@dataclass(frozen=True, slots=True)
class Filed:
    """Where an item's invoice stands in the ledger."""

    document: int | None = None
    note: str = ""
    clash: str = ""  # KSeF number of the accepted invoice of other content
    problems: Sequence[Problem] = ()  # how that one differs
    successor: dict[str, Any] | None = None  # of an unsent version that it replaces or mends


def _row(filing: Filing, each: Item, filed: Filed) -> dict[str, Any]:
    return {
        "file": filing.drop,
        "ordinal": each.ordinal,
        "rows": each.rows,
        "number": each.number,
        "kind": each.kind,
        "verdict": each.verdict,
        "rule": each.rule,
        "document": filed.document,
        "note": filed.note,
        "clash": filed.clash,
        "successor": filed.successor,
        "problems": [plain(found) for found in (*each.problems, *filed.problems)],
        "line_rows": list(each.line_rows),
        "echo": list(each.echo),
    }


def standing(transaction: Transaction, owner: int, made: Made, compare: Compare) -> Filed | None:
    """Where the ledger would put an invoice, without filing it; None when its number is new. TryLater as in `add`."""
    living = _living(transaction, owner, [made]).get(_key(made))
    return _against(transaction, living, made, compare) if living else None


def _filed(transaction: Transaction, filing: Filing, made: Made, known: dict[Key, Any]) -> Filed:
    """The same with the bytes stored, from which its successor will be made."""
    key = _key(made)
    living = known.pop(key, None) or _living(transaction, filing.company, [made])[key]
    found = _against(transaction, living, made, filing.compare)
    if found.successor is None:
        return found
    sha256 = store(transaction, *_payload(made))
    successor = {**found.successor, "payload": sha256} if found.successor else _values(filing, made, sha256)
    return replace(found, successor=successor)


def _against(transaction: Transaction, living: Any, made: Made, compare: Compare) -> Filed:
    """What the ledger has under that number, compared (design.md, section 4: each invoice is looked up by its number)."""
    if (living.business_hash, living.hash_version) == (made.business_hash, made.hash_version):
        if living.state == DocumentState.HELD and living.reason.startswith(REFUSED_OFFLINE) and made.xml:
            return Filed(living.id, MENDED, successor={"mends": living.id})
        return Filed(living.id, "przyjęta już wcześniej" if living.state == DocumentState.ACCEPTED else "")
    if living.state == DocumentState.SENDING and not may_be_recalled(transaction, living.id):
        raise TryLater(f"Faktura {made.number} jest właśnie wysyłana z inną treścią; porównam je, gdy KSeF odpowie.")
    if living.offline:  # issued: the buyer may hold its picture, so it is as good as accepted
        return _against_accepted(transaction, living, made, compare)
    if living.state in (*OPEN_STATES, DocumentState.SENDING):
        return Filed(note="zastąpiła wcześniejszą, jeszcze niewysłaną wersję", successor={})
    return _against_accepted(transaction, living, made, compare)


def _against_accepted(transaction: Transaction, living: Any, made: Made, compare: Compare) -> Filed:
    """Other content under a number that KSeF has accepted: a clash, unless only unimportant fields differ."""
    number = living.ksef_number or ""
    if made.xml is None:
        return Filed(clash=number, problems=[problem("L01")])
    decisive, slight = compare(stored(transaction, living.payload), made.xml)
    if decisive:
        return Filed(note="" if number else ISSUED_OFFLINE, clash=number, problems=decisive)
    return Filed(living.id, f"{'przyjęta' if number else 'wystawiona offline'} już wcześniej; drobne różnice: {slight}")


def _succeed(transaction: Transaction, id_: int, now: datetime) -> None:
    """New versions take the place of unsent ones: only now, as a refused drop changes nothing.

    Raises TryLater when one of the old ones is on its way since; the drop is then read again from nothing.
    """
    for row in transaction.rows(sa.select(item).where(item.c.file == id_, item.c.successor.is_not(None))):
        if "mends" in row.successor:
            _mend(transaction, row.successor["mends"], row.successor["payload"], now)
            transaction.update(item, row.id, successor=None)
            continue
        values = {**row.successor, "issued": date.fromisoformat(row.successor["issued"])}
        names = ("company", "seller_nip", "kind", "number_key")
        same = [document.c[name] == values[name] for name in names]
        old = transaction.one(sa.select(document.c.id).where(*same, document.c.state.not_in(DEAD)))
        if old:
            recall(transaction, old.id, now)
        if old and not transaction.move(
            "document.withdrawn", old.id, now, reason="zastąpiła ją nowa wersja z programu ERP"
        ):
            raise TryLater(f"Faktura {values['number']} została właśnie wysłana z inną treścią; porównam je.")
        transaction.update(item, row.id, document=transaction.insert(document, **values), successor=None)


def _mend(transaction: Transaction, held: int, sha256: str, now: datetime) -> None:
    """A technical correction: the bytes made anew, and the hash of the first ones, whose codes the buyer holds."""
    row = transaction.one(sa.select(document).where(document.c.id == held))
    if row is not None and row.payload != sha256:
        values = {"payload": sha256, "technical": row.technical or row.payload, "reason": "", "not_before": None}
        transaction.move("document.mended", held, now, **values)


def _new(transaction: Transaction, filing: Filing, made: Sequence[Made]) -> dict[Key, int]:
    """Ids of new documents, READY with frozen bytes or DRAFT."""
    payloads = store_all(transaction, [_payload(each) for each in made])
    rows = [_values(filing, each, sha256) for each, sha256 in zip(made, payloads, strict=True)]
    transaction.insert_all(document, [{**row, "issued": each.issued} for row, each in zip(rows, made, strict=True)])
    return {key: row.id for key, row in _living(transaction, filing.company, made, document.c.id, *KEY).items()}


def _values(filing: Filing, made: Made, sha256: str) -> dict[str, Any]:
    """The row of a new document, as JSON can keep it."""
    return {
        "company": filing.company,
        "seller_nip": made.seller_nip,
        "kind": made.kind,
        "number": made.number,
        "number_key": made.number_key,
        "issued": made.issued.isoformat(),
        "business_hash": made.business_hash,
        "hash_version": made.hash_version,
        "payload": sha256,
        "state": DocumentState.DRAFT if made.xml is None else DocumentState.READY,
        "form_code": made.form_code,
        "likeness": made.likeness,
        "attachment": made.attachment,
        "corrects": [[original.number, original.issued.isoformat()] for original in made.corrects],
        "drop": filing.drop,
    }


def _payload(made: Made) -> tuple[str, bytes]:
    if made.xml is None:
        return "draft", json.dumps(made.draft, ensure_ascii=False).encode()
    return "xml", made.xml


def _forget(transaction: Transaction, id_: int) -> None:
    """Remove what a reading wrote; documents that other drops point to stay."""
    transaction.connection.execute(item.delete().where(item.c.file == id_))
    pointed = sa.select(item.c.document).where(item.c.document.is_not(None))
    transaction.connection.execute(
        document.delete().where(
            document.c.drop == id_, document.c.state.in_(OPEN_STATES), document.c.id.not_in(pointed)
        )
    )


def _hold_back(transaction: Transaction, id_: int, now: datetime) -> None:
    """`all_or_nothing`: with one bad invoice none of the drop is sent, and each says why."""
    because = problem("D21", file=drop(transaction, id_).name)
    for row in transaction.rows(sa.select(item).where(item.c.file == id_, item.c.verdict == Verdict.GOOD)):
        own = transaction.one(sa.select(document).where(document.c.id == row.document, document.c.drop == id_))
        if own is not None and own.state in OPEN_STATES:
            transaction.move("document.withdrawn", own.id, now, reason=because.message)
        elif row.successor is None:
            continue  # known before this drop: what it is stays as it is
        values = {
            "verdict": Verdict.BAD,
            "document": None,
            "problems": [*row.problems, plain(replace(because, rows=rows_of(row.rows)))],
        }
        transaction.update(item, row.id, successor=None, **values)


def refused(transaction: Transaction, drop_id: int) -> int:
    """How many invoices of a drop KSeF has refused so far."""
    wanted = sa.select(sa.func.count()).select_from(item).join(document, item.c.document == document.c.id)
    states = (DocumentState.REJECTED, DocumentState.CLASH)
    row = transaction.one(wanted.where(item.c.file == drop_id, document.c.state.in_(states)))
    assert row is not None
    return int(row[0])


def blame(transaction: Transaction, document_id: int, problems: Sequence[Problem]) -> None:
    """What KSeF has against a document, kept with every item that speaks of it."""
    for row in transaction.rows(sa.select(item).where(item.c.document == document_id)):
        transaction.update(item, row.id, problems=[*row.problems, *map(plain, problems)])


# --- problems as JSON ------------------------------------------------------------------------------------------------


_NAMES = tuple(each.name for each in fields(Problem))


def plain(found: Problem) -> dict[str, Any]:
    """A problem as JSON, without what is empty."""
    return {name: value for name in _NAMES if (value := getattr(found, name))}


def problems_from(kept: Iterable[dict[str, Any]]) -> tuple[Problem, ...]:
    """Problems again."""
    return tuple(
        replace(
            Problem(**{**each, "rows": tuple(each.get("rows", ()))}), severity=Severity(each.get("severity", "error"))
        )
        for each in kept
    )


def _drop(row: Any) -> Drop:
    taken = aware(row.taken_at)
    assert taken is not None
    return Drop(
        row.id,
        row.company,
        row.name,
        row.stored,
        row.sha256,
        row.size,
        DropState(row.state),
        taken,
        row.archived,
        row.mapping,
        dict(row.options),
    )
