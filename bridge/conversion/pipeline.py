"""One Source → items, each with a verdict and perhaps a Document: map, count, check, render, validate; no effects.

Used alike by the drop folder, `check` and `convert`. What needs history is asked through `History`; a correction whose
original is on its way becomes a draft, which `finish` renders when the KSeF number is known (ledger.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from bridge.fa3.rules.alike import same_sale
from bridge.fa3.rules.ledger_originals import corrects, key_of, unknown
from bridge.fa3.rules.table import check_all, check_as_far, parsed
from bridge.fa3.totals.as_far import doubted, totalled_as_far
from bridge.fa3.totals.totals import totalled
from bridge.fa3.xml import business, facts
from bridge.mapping.evaluate.apply import apply, missing
from bridge.mapping.evaluate.locate import Places, row_of
from bridge.model.invoice import Invoice
from bridge.model.item import Alike, Closing, Finished, Item, KnownDocument, Made, Mapped, Numbered, OnItsWay
from bridge.model.jsonable import from_plain, to_plain
from bridge.model.outcome import DocumentState, Verdict
from bridge.model.problem import Problem, errors, problem
from bridge.model.table import rows_text
from bridge.model.unread import UNREAD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from bridge.fa3.rules.table import Context
    from bridge.fa3.xml.render import Renderer
    from bridge.fa3.xml.schema import Schema
    from bridge.mapping.language.parts import MappingFile
    from bridge.model.invoice import Original
    from bridge.model.item import History
    from bridge.model.table import Source

FORM_CODE = "FA (3)"
# A line whose invoice is not in the file stops nothing else. A row without a number (D12) refuses the drop: it may be a
# line of the invoice above it, which would then go out incomplete.
ORPHAN = "D10"
TEMPLATE = "szablon"  # of a draft that a mapping's own template will render
REMEMBERED = 5_000  # invoices of this file that the ledger may not have yet
SLICE = 100  # invoices that go through a stage in a row


@dataclass(frozen=True, slots=True)
class Press:
    """What turns an invoice into valid bytes; one per thread, as the schema's error log is not shared."""

    renderer: Renderer
    schema: Schema
    created: datetime  # DataWytworzeniaFa
    template: str = ""  # the mapping's own, "" for ours


@dataclass(slots=True)
class _Tally:
    """What the good invoices of a file came to, for `plik`."""

    net: Decimal = Decimal(0)
    vat: Decimal = Decimal(0)
    gross: Decimal = Decimal(0)
    invoices: int = 0
    lines: int = 0
    bad: bool = False


def items(
    source: Source, mapping: MappingFile, press: Press, context: Context, history: History
) -> Iterator[Item | Finished]:
    """Each invoice of the source in the file's order as far as possible; the last one is Finished.

    Corrections of an original that this file may still bring wait for its end; their ordinals keep the order.
    """
    absent = missing(mapping, source)
    if errors(absent):
        yield _finished(source, mapping, Closing(problems=tuple(absent)))
        return
    run = _Run(Places(mapping, source), press, context, history, _Tally(), {}, {})
    run.context = replace(context, named=run.named)
    waiting: list[tuple[int, Mapped]] = []
    closing, last = Closing(), 0

    def first() -> Iterator[tuple[int, Mapped]]:
        nonlocal closing, last
        for ordinal, mapped in enumerate(apply(mapping, source), start=1):
            if isinstance(mapped, Closing):
                closing, last = mapped, ordinal
            else:
                run.note(mapped)
                if _names_an_original(mapped):
                    waiting.append((ordinal, mapped))
                else:
                    yield ordinal, mapped

    yield from _worked(run, first(), SLICE)
    yield from _worked(run, waiting, 1)  # one by one, as one may correct another
    lonely = [each for each in closing.problems if each.code == ORPHAN]
    for ordinal, found in enumerate(lonely, start=last):
        yield Item(ordinal, rows_text(found.rows), "", "", Verdict.BAD, problems=(found,))
    control = _file_totals(run.tally, closing, source.file)
    closing = replace(closing, problems=tuple(each for each in closing.problems if each not in lonely))
    whole = replace(closing, problems=(*closing.problems, *control))
    yield replace(_finished(source, mapping, whole), places=run.places.kept())


def finish(draft: dict[str, Any], numbers: dict[str, str], press: Press) -> Made:
    """A draft with the KSeF numbers of its originals (by number and day) → its frozen bytes."""
    invoice = from_plain(Invoice, {name: value for name, value in draft.items() if name != TEMPLATE})
    assert invoice.correction is not None
    originals = tuple(
        replace(each, ksef_number=each.ksef_number or numbers.get(key_of(each)))
        for each in invoice.correction.originals
    )
    whole = replace(invoice, correction=replace(invoice.correction, originals=originals))
    xml = press.renderer.render(whole, press.created)
    return _made(whole, xml, business.business_hash(xml))


def judged(invoice: Invoice, press: Press, context: Context) -> tuple[Made | None, list[Problem]]:
    """One totalled invoice through rules, rendering and schema; None with the errors that stand against it."""
    problems = check_all([invoice], context)[0]
    xml = press.renderer.render(invoice, press.created)
    root, wrong = parsed(xml, context.severities)
    problems += wrong
    if root is not None:
        problems += press.schema.judge(root)
    if errors(problems):
        return None, problems
    return _made(invoice, xml, business.business_hash(xml)), problems


@dataclass(slots=True)
class _Run:
    places: Places
    press: Press
    context: Context
    history: History
    tally: _Tally
    own: dict[str, list[KnownDocument]]  # the invoices of this file by number, as far as they have one
    seen: dict[str, Alike]  # by likeness, the latest of this file and of the ledger
    unmade: set[str] = field(default_factory=set)  # numbers of rows that could not even become an invoice

    def note(self, mapped: Mapped) -> None:
        """Remember an invoice of this file before it is judged: good until `spoil` says otherwise."""
        if mapped.number and mapped.invoice:
            known = KnownDocument(
                mapped.invoice.number, mapped.invoice.kind.value, mapped.invoice.issued, DocumentState.READY, ""
            )
            spoiled = bool(errors(mapped.problems))
            self.own.setdefault(facts.number_key(known.number), []).append(known._replace(spoiled=spoiled))
        elif mapped.number and not mapped.skipped:
            self.unmade.add(facts.number_key(mapped.number))

    def spoil(self, invoice: Invoice) -> None:
        """An invoice of this file turned out bad: nothing may wait for it."""
        key = facts.number_key(invoice.number)
        self.own[key] = [
            each._replace(spoiled=each.spoiled or (each.kind, each.issued) == (invoice.kind.value, invoice.issued))
            for each in self.own.get(key, [])
        ]

    def here(self, original: Original) -> list[KnownDocument]:
        """What this file has under the number of an original, the bad ones marked."""
        key = facts.number_key(original.number)
        unmade = [KnownDocument(original.number, "", original.issued, DocumentState.READY, "", spoiled=True)]
        return [*self.own.get(key, []), *(unmade if key in self.unmade else ())]

    def named(self, seller: str, number: str) -> tuple[KnownDocument, ...]:
        """What the ledger and this file have under a number; the file's bad ones are nowhere."""
        own = (each for each in self.own.get(facts.number_key(number), ()) if not each.spoiled)
        return (*self.history.named(seller, number), *own)


def _names_an_original(mapped: Mapped) -> bool:
    """Whether it waits for the end of the file: what it corrects or settles may stand further down."""
    if mapped.invoice is None:
        doubtful = mapped.doubtful
        return doubtful is not None and (
            doubtful.correction is not None or doubtful.advances is UNREAD or bool(doubtful.advances)
        )
    originals = mapped.invoice.correction.originals if mapped.invoice.correction else ()
    known = [*(each.ksef_number for each in originals), *(each.ksef_number for each in mapped.invoice.advances)]
    return not all(known)


@dataclass(slots=True)
class _Work:
    """One invoice on its way through the stages."""

    ordinal: int
    mapped: Mapped
    invoice: Invoice
    problems: list[Problem] = field(default_factory=list)
    doubtful: bool = False  # it has errors from before, and the rules are asked only about the rest
    draft: bool = False  # an original of it has no KSeF number yet
    stopped: bool = False  # by errors; what only follows from them is not said
    xml: bytes = b""
    root: Any = None  # the parsed document; None when it cannot be parsed
    made: Made | None = None
    likeness: str = ""

    def stop_if_wrong(self) -> None:
        self.stopped = self.doubtful or bool(errors(self.problems))


def _worked(run: _Run, numbered: Iterable[tuple[int, Mapped]], at_once: int) -> Iterator[Item]:
    """Items in their order. Each stage takes some invoices in a row: that spares the processor's caches a quarter."""
    numbered = iter(numbered)
    while some := list(islice(numbered, at_once)):
        works = {ordinal: work for ordinal, mapped in some if (work := _work(ordinal, mapped))}
        for stage in (_count, _resolve, _check, _render, _read_back, _validate, _compare, _finish):
            stage(run, [work for work in works.values() if not work.stopped])
        for ordinal, mapped in some:
            yield _item(run, ordinal, mapped, works.get(ordinal))


def _work(ordinal: int, mapped: Mapped) -> _Work | None:
    """An invoice that goes through the stages, or the rest of one that has errors; of what a rule refused nothing."""
    if mapped.invoice and not errors(mapped.problems):
        return _Work(ordinal, mapped, mapped.invoice)
    return _Work(ordinal, mapped, mapped.doubtful, doubtful=True) if mapped.doubtful else None


def _count(run: _Run, works: Sequence[_Work]) -> None:
    for work in works:
        if work.doubtful:
            work.invoice, found = totalled_as_far(work.invoice)
            work.problems = errors(found)
            continue
        work.invoice, work.problems = totalled(work.invoice)
        if errors(work.problems):
            work.invoice, work.doubtful = doubted(work.invoice), True
        else:
            _add(run.tally, work.invoice)


def _resolve(run: _Run, works: Sequence[_Work]) -> None:
    for work in works:
        if work.doubtful:
            work.invoice = _without_unread_originals(work.invoice)
        work.invoice, work.draft, unknown = _with_originals(run, work.invoice)
        work.problems += unknown


def _check(run: _Run, works: Sequence[_Work]) -> None:
    sure = [work for work in works if not work.doubtful]
    found = check_all([work.invoice for work in sure], run.context)
    rest = [work for work in works if work.doubtful]
    found += [check_as_far(work.invoice, run.context) for work in rest]
    for work, problems in zip([*sure, *rest], found, strict=True):
        work.problems += problems
        work.stop_if_wrong()


def _render(run: _Run, works: Sequence[_Work]) -> None:
    for work in works:
        complete = _as_if_complete(work.invoice) if work.draft else work.invoice
        work.xml = run.press.renderer.render(complete, run.press.created)


def _read_back(run: _Run, works: Sequence[_Work]) -> None:
    for work in works:
        work.root, wrong = parsed(work.xml, run.context.severities)
        work.problems += wrong


def _validate(run: _Run, works: Sequence[_Work]) -> None:
    for work in works:
        if work.root is not None:
            work.problems += run.press.schema.judge(work.root)
        work.stop_if_wrong()


def _compare(run: _Run, works: Sequence[_Work]) -> None:
    """Rule A15: the same content under another number within days is most often one sale exported twice."""
    if not works or run.context.severities.get("A15") == "wylaczona":
        return
    if len(run.seen) > REMEMBERED:
        run.seen.clear()
    for work in works:
        work.likeness = business.likeness(work.xml)
    for known in run.history.alike({work.likeness for work in works}):
        run.seen.setdefault(known.likeness, known)
    for work in works:
        own = Alike(work.likeness, work.invoice.number, facts.number_key(work.invoice.number), work.invoice.issued)
        other = run.seen.setdefault(own.likeness, own)
        found = same_sale(own, other, run.context.severities, work.invoice.rows)
        if found:
            work.problems.append(found)
            work.stop_if_wrong()


def _finish(run: _Run, works: Sequence[_Work]) -> None:
    for work in works:
        canonical = run.press.renderer.canonical
        content = business.hash_of_canonical(work.xml) if canonical else business.hash_of_tree(work.root)
        made = _made(work.invoice, work.xml, content, work.likeness)
        work.made = _draft(made, work.invoice, run.press) if work.draft else made


def _item(run: _Run, ordinal: int, mapped: Mapped, work: _Work | None) -> Item:
    """One verdict: skipped by a rule, bad with its problems, or good with its document."""
    problems = tuple(run.places.located(mapped, mapped.problems))
    if work and work.problems:
        problems += tuple(run.places.located(mapped, [_at(each, work.invoice) for each in work.problems]))
    verdict = Verdict.SKIPPED if mapped.skipped else Verdict.GOOD if work and work.made else Verdict.BAD
    if verdict is Verdict.BAD and mapped.invoice:
        run.spoil(mapped.invoice)
    run.tally.bad = run.tally.bad or verdict is Verdict.BAD
    return Item(
        ordinal,
        rows_text(mapped.rows),
        mapped.number,
        work.invoice.kind.value if work else mapped.kind,
        verdict,
        rule=mapped.skipped,
        problems=problems,
        echo=mapped.echo,
        totals=work.invoice.totals if work and not work.doubtful else None,
        made=work.made if work else None,
        line_rows=tuple(line.row for line in work.invoice.lines) if work and work.made else (),
    )


def _with_originals(run: _Run, invoice: Invoice) -> tuple[Invoice, bool, list[Problem]]:
    """KSeF numbers of originals from the ledger; whether one is still on its way; who is unknown (rule F11)."""
    if invoice.correction is None or invoice.correction is UNREAD:
        return invoice, False, []
    found: list[Problem] = []
    originals: list[Original] = []
    draft = False
    for original in invoice.correction.originals:
        if original.ksef_number or original.outside_ksef:
            originals.append(original)
            continue
        answer = run.history.original(invoice.seller.nip, original.number, original.issued)
        if isinstance(answer, Numbered):
            originals.append(replace(original, ksef_number=answer.ksef_number))
            continue
        originals.append(original)
        own = run.here(original)
        if isinstance(answer, OnItsWay) or any(_is(each, original) and not each.spoiled for each in own):
            draft = True
        else:
            found.append(unknown(original, (*own, *answer.known), invoice.rows))
    return replace(invoice, correction=replace(invoice.correction, originals=tuple(originals))), draft, found


def _without_unread_originals(invoice: Invoice) -> Invoice:
    """A doubtful invoice whose correction is UNREAD as a whole when not all is known that finds its originals."""
    found = invoice.correction
    if found is None or found is UNREAD:
        return invoice
    asked = [found.originals, invoice.seller]
    if not any(each is UNREAD for each in asked):
        named = ((each.number, each.issued, each.ksef_number, each.outside_ksef) for each in found.originals)
        asked = [invoice.seller.nip, *chain.from_iterable(named)]
    return replace(invoice, correction=UNREAD) if any(each is UNREAD for each in asked) else invoice


def _is(known: KnownDocument, original: Original) -> bool:
    """Whether an invoice of this file is the one that a correction names: never a correction (rule F09)."""
    return known.issued == original.issued and not corrects(known.kind)


def _as_if_complete(invoice: Invoice) -> Invoice:
    """A draft as it will look, only with its originals outside KSeF: so that the schema can judge it now."""
    assert invoice.correction is not None
    originals = tuple(
        each if each.ksef_number else replace(each, outside_ksef=True) for each in invoice.correction.originals
    )
    return replace(invoice, correction=replace(invoice.correction, originals=originals))


def _draft(made: Made, invoice: Invoice, press: Press) -> Made:
    """The same without bytes; its business hash is taken without the number that is still to come (ledger.md)."""
    unnumbered = press.renderer.render(invoice, press.created)
    draft = to_plain(invoice) | ({TEMPLATE: press.template} if press.template else {})
    return replace(made, xml=None, draft=draft, business_hash=business.business_hash(unnumbered))


def _made(invoice: Invoice, xml: bytes, business_hash: str, likeness: str = "") -> Made:
    """The exact bytes that will be sent, with their business hash (design.md, decision 2)."""
    return Made(
        seller_nip=invoice.seller.nip,
        kind=invoice.kind.value,
        number=invoice.number,
        number_key=facts.number_key(invoice.number),
        issued=invoice.issued,
        xml=xml,
        draft=None,
        business_hash=business_hash,
        hash_version=business.HASH_VERSION,
        form_code=FORM_CODE,
        corrects=invoice.correction.originals if invoice.correction else (),
        attachment=b"<Zalacznik>" in xml,
        likeness=likeness,
    )


def _at(found: Problem, invoice: Invoice) -> Problem:
    """The rows of the line an element belongs to, else all rows of the invoice."""
    if found.rows or not invoice.rows:
        return found
    lines = () if invoice.lines is UNREAD else invoice.lines
    return replace(found, rows=row_of(found.element, [line.row for line in lines]) or invoice.rows)


def _add(tally: _Tally, invoice: Invoice) -> None:
    assert invoice.totals is not None
    tally.net += invoice.totals.net
    tally.vat += invoice.totals.vat
    tally.gross += invoice.totals.due
    tally.invoices += 1
    tally.lines += len(invoice.lines)


def _file_totals(tally: _Tally, closing: Closing, file: str) -> list[Problem]:
    """`plik`: compared to the grosz, and only when no invoice was refused (mapping.md: causes, not consequences)."""
    if tally.bad or errors(closing.problems):
        return []
    control = closing.control
    compared = (
        ("netto", control.net, tally.net),
        ("VAT", control.vat, tally.vat),
        ("brutto", control.gross, tally.gross),
        ("liczba faktur", control.invoices, tally.invoices),
        ("liczba pozycji", control.lines, tally.lines),
    )
    return [
        problem(
            "P05",
            f"Suma kontrolna „{name}” w pliku to {_pl(said)}, a faktury dają {_pl(counted)}.",
            file=file,
            rows=control.rows,
            value=_pl(said),
        )
        for name, said, counted in compared
        if said is not None and said != counted
    ]


def _pl(value: Decimal | int) -> str:
    """As a Polish accountant writes it: 184,50."""
    return str(value).replace(".", ",")


def _finished(source: Source, mapping: MappingFile, closing: Closing) -> Finished:
    return Finished(
        problems=closing.problems,
        notes=source.notes,
        echo_names=closing.echo_names,
        mapping=mapping.name,
        mapping_sha256=mapping.sha256,
        mapping_text=mapping.text,
        encoding=mapping.results.encoding,
        separator=mapping.results.separator,
        proven=closing.control.given,
    )
