"""A mapping + the samples beside it → what they come to now, held against what a person once found right.

Samples lie in `probki/` beside the mapping, those of the shipped examples in `probki/przyklady/`; what is expected of `faktury.csv` stands in `faktury.oczekiwane.csv`:
numer;netto;VAT;brutto;pozycji. An invoice that is refused or skipped has that word for its net, a problem of the whole
file is a row without a number and with its code.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from bridge.conversion.drop import batches
from bridge.mapping.language.choose import claims
from bridge.mapping.language.load import load
from bridge.mapping.language.parts import MappingFile
from bridge.mapping.language.sets import gather
from bridge.model.item import Finished, Item, Made
from bridge.model.job import Job
from bridge.model.outcome import Verdict
from bridge.model.problem import Problem, errors, problem
from bridge.shipped import shipped

FOLDER, EXAMPLES, EXPECTED = "probki", "przyklady", ".oczekiwane.csv"
WORDS = {Verdict.BAD: "bledna", Verdict.SKIPPED: "pominieta"}


class SampleTotals(NamedTuple):
    """What one invoice of a sample comes to, as texts with a dot."""

    numer: str
    netto: str = ""
    VAT: str = ""
    brutto: str = ""
    pozycji: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """One sample: its files, what came of it, and what was expected (None: nobody said)."""

    files: Mapping[str, Path]
    found: tuple[SampleTotals, ...]
    expected: tuple[SampleTotals, ...] | None
    problems: tuple[Problem, ...] = ()

    @property
    def path(self) -> Path:
        """The file that names the sample."""
        return next(iter(self.files.values()))

    @property
    def differences(self) -> list[str]:
        """Each difference as a sentence."""
        if self.expected is None:
            return []
        lost = [f"{_totals_line(row)}: tego już nie ma" for row in self.expected if row not in self.found]
        return lost + [f"{_totals_line(row)}: tego nie oczekiwano" for row in self.found if row not in self.expected]


def trials(mapping: MappingFile, job: Job, known: Sequence[MappingFile] = ()) -> list[Trial]:
    """Every sample that this mapping claims, read by it; `job` says who, when, and in which folders.

    Of samples that another one of the `known` mappings claims too, nobody said that they are this one's.
    """
    own = mapping.files[-1].parent / FOLDER
    done = _trials(mapping, job, known, own)
    if mapping.example or _as_shipped(mapping):  # exports of the example firm, whoever's `wspolne` is by now
        job = replace(job, mappings=(shipped("mappings"), *job.mappings))
        tried = load(mapping.files[-1], job.mappings)[0] or mapping
        done += _trials(tried, job, known, own / EXAMPLES)
    return done


def _as_shipped(mapping: MappingFile) -> bool:
    """Whether nobody has changed it since it was shipped."""
    path = mapping.files[-1]
    origin = shipped("mappings") / path.name
    return origin.is_file() and origin.read_bytes() == path.read_bytes()


def _trials(mapping: MappingFile, job: Job, known: Sequence[MappingFile], folder: Path) -> list[Trial]:
    path = str(mapping.files[-1])
    files = {each.name: each for each in sorted(folder.glob("*")) if each.is_file()}
    done = []
    for drop in gather([name for name in files if not name.endswith(EXPECTED)], [mapping]):
        shared = any(claims(each, name) for each in known if each.name != mapping.name for name in drop.names)
        if any(claims(mapping, name) for name in drop.names) and not shared:
            own = {name: files[name] for name in drop.names}
            done.append(_trial(replace(job, files=own, mapping=path, ledger="", nip=mapping.seller_nip)))
    return done


def save(trial: Trial) -> Path:
    """Write what was found as what is expected from now on; raises FileExistsError, as that is said only once."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(SampleTotals._fields)
    writer.writerows([row.numer, *(amount.replace(".", ",") for amount in row[1:])] for row in trial.found)
    path = expectation(trial.path)
    with path.open("x", encoding="utf-8-sig", newline="") as file:
        file.write(text.getvalue())
    return path


def expectation(sample: Path) -> Path:
    """Where it is said what a sample comes to."""
    return sample.with_name(f"{sample.stem}{EXPECTED}")


def refusal(mapping: MappingFile, job: Job, known: Sequence[MappingFile]) -> list[Problem]:
    """M24 when a changed mapping gives other results for its samples than a person found right."""
    said = [f"{each.path.name}: {line}" for each in trials(mapping, job, known) for line in each.differences]
    if not said:
        return []
    more = f" i {len(said) - 3} innych różnic" if len(said) > 3 else ""
    return [
        problem("M24", f"Próbki mapowania {mapping.name} dają co innego: {'; '.join(said[:3])}{more}.", file=job.name)
    ]


def unconfirmed(mapping: MappingFile, file: str) -> Problem:
    """M25 of a mapping that nobody confirmed as it is now."""
    return problem("M25", f"Mapowania {mapping.name} w tej postaci nikt jeszcze nie potwierdził.", file=file)


def _trial(job: Job) -> Trial:
    items: list[Item] = []
    end = Finished()
    for batch in batches(job):
        if isinstance(batch, Finished):
            end = batch
        else:
            items += batch.items
    refused = [SampleTotals("", found.code) for found in errors(end.problems)]
    found = [_row(item) for item in sorted(items, key=lambda item: item.ordinal)]
    told = (*end.problems, *(each for item in items for each in item.problems))
    return Trial(job.files, (*refused, *found), _expected(next(iter(job.files.values()))), told)


def _row(item: Item) -> SampleTotals:
    if not item.number and item.problems:  # a row that belongs to no invoice
        return SampleTotals("", item.problems[0].code)
    if item.totals is None or item.made is None:
        return SampleTotals(item.number, WORDS.get(item.verdict, ""))
    net, vat, gross = (f"{value:.2f}" for value in (item.totals.net, item.totals.vat, item.totals.due))
    return SampleTotals(item.number, net, vat, gross, str(_lines(item.made)))


def _lines(made: Made) -> int:
    return made.xml.count(b"<FaWiersz>") if made.xml else len((made.draft or {}).get("lines", ()))


def _expected(sample: Path) -> tuple[SampleTotals, ...] | None:
    place = expectation(sample)
    return _read(place.read_text("utf-8-sig")) if place.is_file() else None


def _read(text: str) -> tuple[SampleTotals, ...]:
    rows: Iterable[Sequence[str]] = csv.reader(StringIO(text, newline=""), delimiter=";")
    told = [[cell.strip() for cell in row] for row in rows if any(map(str.strip, row))]
    return tuple(_row_of(*(*row, "", "", "", "")[:5]) for row in told[1:])


def _row_of(number: str, *amounts: str) -> SampleTotals:
    net, vat, gross, lines = map(_plain, amounts)
    return SampleTotals(number, net, vat, gross, lines)


def _plain(cell: str) -> str:
    """An amount as people write it in Excel (1 234,50) → as the bridge does."""
    return cell.replace("\u00a0", "").replace(" ", "").replace(",", ".")


def _totals_line(row: SampleTotals) -> str:
    return " ".join(filter(None, row)) or "pusty wiersz"
