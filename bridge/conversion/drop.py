"""A Job → batches of items: opens the file, chooses the mapping, asks the ledger for history, runs the pipeline.

Reads only: the mappings, the file and the ledger. Runs in the calling process or in one of its own (bridge.conversion.processes).
"""

from __future__ import annotations

import csv
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path
from threading import local
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bridge.conversion.history import history_of
from bridge.conversion.pipeline import Press, items
from bridge.conversion.ready_xml import Asked, form_of, item_of
from bridge.conversion.returned import mended, misnamed_copy, own_mapping, reopened, returned, without_totals
from bridge.fa3.nbp import BankRates, bank_rates
from bridge.fa3.rules import severities
from bridge.fa3.rules.table import Context
from bridge.fa3.xml.facts import number_key
from bridge.fa3.xml.read import read
from bridge.fa3.xml.render import Renderer
from bridge.fa3.xml.schema import Schema
from bridge.mapping.language.choose import choose
from bridge.mapping.language.folders import may_be_read
from bridge.mapping.language.load import load
from bridge.mapping.language.sets import placed
from bridge.model.errors import BrokenTemplate, FixSetup, WrongRequest
from bridge.model.item import Batch, Finished, History, Item, Numbered, OnItsWay, UnknownOriginal
from bridge.model.problem import Problem, Severity, errors, problem
from bridge.model.settings import Environment
from bridge.reading.open import open_source
from bridge.reading.roots import known, root_of
from bridge.shipped import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bridge.mapping.language.nodes import Mark
    from bridge.mapping.language.parts import MappingFile
    from bridge.mapping.language.sets import Placed
    from bridge.model.invoice import Invoice
    from bridge.model.job import Job
    from bridge.model.table import Source

EXAMPLE_SELLER = {"sprzedawca.nazwa": "Firma Testowa ŻÓŁW Sp. z o.o.", "sprzedawca.adres_linia1": "ul. Próbna 1"}
BATCH = 500  # items handed over in one transaction
NOT_READ = frozenset({"P07", "P10", "P16"})  # what readers and the choice of a mapping say of a strange XML
WARSAW = ZoneInfo("Europe/Warsaw")


def batches(job: Job) -> Iterator[Batch | Finished]:
    """The items of a drop in batches, then Finished; raises FixSetup when a mapping or the schema cannot be used."""
    form = form_of(job.files[job.name]) if len(job.files) == 1 else None
    if form is not None:
        yield Batch((item_of(job, form, lambda: asked(job)),))
        changed = severities.severity_note(job.severities)
        sent = f"gotowa faktura {form.code}: wysyłana bez zmian, bajt w bajt"
        yield Finished(notes=(sent, *filter(None, [changed])), severities=changed, proven=True)
        return
    mapping, found = mapping_of(job)
    if mapping is None or errors(found):
        yield Finished(problems=tuple(_named(job, found)))
        return
    back = returned(job)
    if back and back.partial:
        mapping = without_totals(mapping)
    drop = placed(mapping, tuple(job.files))
    absent = [] if back else _absent(job, mapping, drop)
    source, broken = (None, absent) if absent else opened(job, mapping, drop)
    if source is None or errors(broken):
        yield Finished(
            problems=(*found, *_named(job, broken)),
            mapping=mapping.name,
            mapping_sha256=mapping.sha256,
            mapping_text=mapping.text,
        )
        return
    press = Press(renderer(mapping.template), schema(job.schema_dir), job.now, mapping.template)
    history = history_of(job)
    own = job.nip or mapping.seller_nip
    context = context_of(job, own, {**job.severities, **mapping.severities}, history)
    everything = items(source, mapping, press, context, history)
    held: list[Item] = []
    for each in everything:
        if isinstance(each, Finished):
            yield Batch(tuple(held))
            changed = severities.severity_note({**job.severities, **mapping.severities})
            end = replace(each, severities=changed, notes=(*each.notes, *filter(None, [changed])))
            end = mended(end) if back else end
            yield _proof(job, end, trigger=job.trigger or bool(drop.marker) or back is not None)
            return
        held.append(each)
        if len(held) == BATCH:
            yield Batch(tuple(held))
            held = []


def opened(job: Job, mapping: MappingFile, drop: Placed) -> tuple[Source | None, list[Problem]]:
    """The files of a drop as one source; a returned workbook of errors as the export that it explains."""
    back = returned(job)
    if back is not None:
        return reopened(job, back, mapping.layout)
    paths = {table: job.files[name] for table, name in drop.files.items()}
    return open_source(paths, drop.files, mapping.layout)


def _absent(job: Job, mapping: MappingFile, drop: Placed) -> list[Problem]:
    """P12: members of the set that did not come, or files that are none of it."""
    missing = (*drop.missing, drop.awaited if job.dropped else "")
    said = [f"Zestaw jest niepełny: nie ma pliku {name}." for name in missing if name]
    said += [f"Plik {name} nie pasuje do żadnego pliku zestawu z mapowania {mapping.name}." for name in drop.strange]
    return [problem("P12", each, file=job.name) for each in said]


def _named(job: Job, found: list[Problem]) -> list[Problem]:
    """P30 in the place of what an XML that no mapping claims or no reader reads is refused for: it says what that is."""
    root = root_of(job.files[job.name]) if len(job.files) == 1 else None
    if root is None or (root.name == "JPK" and not any(each.code == "P10" for each in found)):
        return found  # the reader of JPK_FA says more
    is_ = known(root)
    said = problem("P30", f"Plik {job.name} to {is_.called}.", advice=is_.advice, file=job.name)
    return [said, *(each for each in found if each.code not in NOT_READ)]


def mapping_of(job: Job) -> tuple[MappingFile | None, list[Problem]]:
    """The named mapping, that of a returned copy, or the only one that claims the file; all mistakes at once."""
    good, found = mappings_of(job)
    if job.mapping:
        chosen = good[0] if good else None
    else:
        back = returned(job)
        chosen, claims = own_mapping(job, back, good) if back else choose(job.name, good, job.environment)
        claims = (misnamed_copy(job) if chosen is None and not back else []) or claims
        found = [*claims, *(found if chosen is None else _elsewhere(found, chosen))]
    return chosen, [
        *found,
        *(unusable(chosen, job.nip, job.environment, own_templates=job.own_templates) if chosen else ()),
    ]


def unusable(mapping: MappingFile, nip: str, environment: Environment, *, own_templates: bool) -> list[Problem]:
    """Why this company cannot be served by a mapping that is free of mistakes in itself."""
    found = _wrong_severities(mapping)
    if nip and mapping.seller_nip not in ("", nip):  # a column's NIP: rule B03, invoice by invoice
        found.append(_foreign(mapping, nip))
    if environment is not Environment.SANDBOX:
        found += [
            mark.problem("M27", f"W tym mapowaniu sprzedawcą jest przykład: „{said}”.")
            for said, mark in example(mapping)
        ]
    if mapping.template and not own_templates:
        found.append(_own_template(mapping))
    return found


def example(mapping: MappingFile) -> list[tuple[str, Mark]]:
    """What of the seller's name and address is still that of the shipped example, and where it stands."""
    said = {each.word.key: str(each.constant) for each in mapping.header if each.constant}
    return [(text, mapping.places[key]) for key, text in EXAMPLE_SELLER.items() if said.get(key) == text]


def mappings_of(job: Job) -> tuple[list[MappingFile], list[Problem]]:
    """The named mapping or all of the folders, as far as they have no mistakes; and all mistakes."""
    may_be_read(job.mappings)
    paths = _chosen(job) if job.mapping else sorted(path for folder in job.mappings for path in folder.glob("*.yaml"))
    roots = job.mappings or tuple({path.resolve().parent for path in paths})
    loaded = [load(path, roots) for path in paths]
    good = [mapping for mapping, _ in loaded if mapping is not None]
    return good, [each for _, mistakes in loaded for each in mistakes]


def _chosen(job: Job) -> list[Path]:
    """--mapping: a path, or a name with or without .yaml in one of the folders."""
    candidates = [
        Path(job.mapping),
        *(folder / name for folder in job.mappings for name in (job.mapping, f"{job.mapping}.yaml")),
    ]
    found = [path for path in candidates if path.is_file()]
    if not found:
        message = f"nie ma mapowania {job.mapping}."
        raise WrongRequest(message)
    return found[:1]


def _elsewhere(found: list[Problem], chosen: MappingFile) -> list[Problem]:
    """Mistakes of mappings that do not claim this file do not stop it; they are said as warnings."""
    own = {path.name for path in chosen.files}
    return [each if each.file in own else replace(each, severity=Severity.WARNING) for each in found]


def _foreign(mapping: MappingFile, nip: str) -> Problem:
    said = f"To mapowanie wystawia faktury firmy {mapping.seller_nip}, a ta firma ma NIP {nip}."
    return mapping.places["sprzedawca.nip"].problem("M02", said)


def _wrong_severities(mapping: MappingFile) -> list[Problem]:
    """M20 for every line of `zasady` that names no rule, or one whose severity is fixed."""
    advice = "Popraw albo usuń ten wiersz; reguły: docs/reguly.md."
    marks = {key.removeprefix("zasady.").removeprefix("R"): mark for key, mark in mapping.places.items()}
    return [
        marks[id_].problem("M20", said, advice) for id_, said in severities.wrong_severities(mapping.severities).items()
    ]


def _own_template(mapping: MappingFile) -> Problem:
    said = "To mapowanie ma własny szablon, a własne szablony są dla tej firmy wyłączone."
    advice = "Usuń `szablon` albo wpisz w bridge.toml w [[company]]: own_templates = true."
    return mapping.places["szablon"].problem("M21", said, advice)


def _proof(job: Job, end: Finished, *, trigger: bool) -> Finished:
    """P20 when nothing proves that the file is complete: a warning, or an error when the company asks for proof."""
    if end.proven or trigger or errors(end.problems):
        return replace(end, proven=end.proven or trigger)
    severity = Severity.ERROR if job.proof_required else Severity.WARNING
    unproven = problem("P20", severity=severity, file=job.name)
    return replace(end, problems=(*end.problems, unproven))


def asked(job: Job) -> Asked:
    """What a ready FA (3) is asked with."""
    history = history_of(job)
    return Asked(schema(job.schema_dir), context_of(job, job.nip, job.severities, history), history)


def context_of(job: Job, nip: str, weights: Mapping[str, str], history: History) -> Context:
    """What rules may know beside the invoice: today in Warsaw, the company, the severities that count for it."""
    return Context(
        today=job.now.astimezone(WARSAW).date(),
        now=job.now,
        own_nip=nip,
        production=job.environment is Environment.PRODUCTION,
        severities=weights,
        number_of=lambda number, issued: _numbered(history.original(nip, number, issued)),
        named=history.named,
        is_another=lambda number, original: history.is_another(number_key(number), original),
        accepted=lambda ksef_number: _invoice(history.accepted(ksef_number)),
        bank_rate=_bank_rates(job.bank_rates).before,
    )


def _invoice(xml: bytes | None) -> Invoice | None:
    return read(xml) if xml is not None else None


@cache
def _bank_rates(paths: tuple[Path, ...]) -> BankRates:
    """Read once per process."""
    return bank_rates(paths)


def _numbered(answer: Numbered | OnItsWay | UnknownOriginal) -> str | None:
    return answer.ksef_number if isinstance(answer, Numbered) else None


def originals_of(path: Path) -> Mapping[tuple[str, str], str]:
    """A CSV `numer;data;numer_ksef` → KSeF numbers by (number, RRRR-MM-DD); raises FixSetup for another shape."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file, delimiter=";") if row]
    if not rows or [cell.strip() for cell in rows[0]] != ["numer", "data", "numer_ksef"]:
        message = f"plik {path.name} musi mieć nagłówek numer;data;numer_ksef."
        raise FixSetup(message)
    return {(number, day): ksef for number, day, ksef in islice(rows, 1, None)}


def renderer(template: str) -> Renderer:
    """One compiled template per process and version of its file; raises BrokenTemplate with its line when it is broken."""
    try:
        version = Path(template).stat().st_mtime_ns if template else 0
    except OSError as error:
        message = f"Nie ma szablonu {template}."
        raise BrokenTemplate(message) from error
    return _compiled(template, version)


@cache
def _compiled(template: str, _version: int) -> Renderer:
    ours = shipped("templates")
    return Renderer((Path(template).parent, ours), Path(template).name) if template else Renderer((ours,), "fa3.xml.j2")


_SCHEMAS = local()


def schema(folder: Path | None) -> Schema:
    """One schema per thread: lxml's error log is not safe to share (design.md, 3.12)."""
    known: dict[Path | None, Schema] = _SCHEMAS.__dict__.setdefault("known", {})
    if folder not in known:
        known[folder] = Schema.load(folder)
    return known[folder]
