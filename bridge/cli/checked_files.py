"""Files named at the command line → what the inbox would make of them, for `check` and `convert` to print."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli import common
from bridge.model.errors import WrongRequest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from rich.console import Console

    from bridge.model.item import Finished, Item
    from bridge.model.job import Job
    from bridge.model.problem import Problem
    from bridge.model.settings import Company, Settings

Files = Annotated[list[Path], typer.Argument(help="Pliki z programu ERP.")]


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """One file and all that was found in it."""

    file: Path
    items: tuple[Item, ...]
    end: Finished
    notes: Mapping[int, str]  # by ordinal, what the ledger adds

    @property
    def problems(self) -> list[Problem]:
        """Of the file and of its invoices, in the order of the file."""
        return [*self.end.problems, *(found for item in self.items for found in item.problems)]


@dataclass(frozen=True, slots=True)
class ReadBy:
    """By what the files are read: the settings, or --mapping alone when there is no bridge.toml."""

    settings: Settings | None
    nip: str
    mapping: str
    originals: Mapping[tuple[str, str], str]
    now: datetime

    def company(self, file: Path) -> Company | None:
        """Whose file it is; None without settings."""
        return common.company_of(self.settings, self.nip, file) if self.settings else None

    def job(self, files: Mapping[str, Path]) -> Job:
        """What a reading of these files needs to know."""
        from bridge.app import wiring

        company = self.company(next(iter(files.values())))
        whole = (
            wiring.job(self.settings, company, files, self.now)
            if self.settings and company
            else wiring.job_without_settings(files, self.now)
        )
        return replace(whole, mapping=self.mapping, originals=self.originals)


def read_by(files: Sequence[Path], config: Path, mapping: str, nip: str, originals: Path | None = None) -> ReadBy:
    """The settings read once; FixSetup when a file is not there, or nothing says by what to read it."""
    from bridge.conversion.drop import originals_of
    from bridge.reading.roots import root_of

    missing = [str(file) for file in files if not file.is_file()]
    if missing:
        message = f"nie ma pliku {', '.join(missing)}."
        raise WrongRequest(message)
    settings = common.settings_of(config) if config.exists() else None
    if settings is None and not mapping and any(root_of(file) is None for file in files):
        message = f"nie ma pliku {config}; podaj --config albo --mapping."
        raise WrongRequest(message)
    now = common.clock_of(settings.environment)() if settings else common.now()
    return ReadBy(settings, nip, mapping, originals_of(originals) if originals else {}, now)


def checked_files(where: ReadBy, files: Sequence[Path]) -> list[CheckedFile]:
    """Read the files as the drops they are, and hold each against the ledger."""
    return [_checked_file(where, drop) for drop in _drops(where, files)]


def _checked_file(where: ReadBy, files: Mapping[str, Path]) -> CheckedFile:
    from bridge.app.checking import checked

    job = where.job(files)
    file = job.files[job.name]
    with _spinner(file) as told:
        found = checked(job, where.company(file), told)
    return CheckedFile(file, tuple(found.items), found.end, found.notes)


def _drops(where: ReadBy, files: Sequence[Path]) -> list[Mapping[str, Path]]:
    """The files as the drops they are: each alone, or the members of a set in one folder together."""
    from bridge.conversion.drop import mappings_of
    from bridge.mapping.language.choose import awake
    from bridge.mapping.language.sets import gather

    folders: dict[Path, dict[str, Path]] = {}
    for file in files:
        folders.setdefault(file.parent, {})[file.name] = file
    found: list[Mapping[str, Path]] = []
    for named in folders.values():
        job = where.job(named)
        known = awake(mappings_of(job)[0], job.environment)
        found += [{name: named[name] for name in drop.names} for drop in gather(named, known)]
    order = {file: place for place, file in enumerate(files)}
    return sorted(found, key=lambda drop: min(order[file] for file in drop.values()))


@contextmanager
def _spinner(file: Path) -> Iterator[Any]:
    """Progress for a person at a terminal; silent in a pipe."""
    from rich.console import Console
    from rich.status import Status

    status = Status(f"{file.name} …", console=Console(stderr=True))
    with status:
        yield lambda count: status.update(f"{file.name}: {count} faktur …")


def code_of(checked: CheckedFile) -> int:
    """Return the exit code of one file: 1 when the file or one of its invoices has errors."""
    from bridge.model.outcome import Verdict
    from bridge.model.problem import errors

    bad = errors(checked.end.problems) or any(item.verdict is Verdict.BAD for item in checked.items)
    return common.INVOICES if bad else common.GOOD


def jsonable(checked: CheckedFile) -> dict[str, Any]:
    """The JSON of design.md, section 5."""
    from bridge.cli import show

    return {
        "file": str(checked.file),
        "mapping": checked.end.mapping,
        "notes": list(checked.end.notes),
        "invoices": [
            {
                "number": item.number,
                "kind": item.kind,
                "rows": item.rows,
                "verdict": item.verdict.value,
                "note": checked.notes.get(item.ordinal, ""),
                "rule": item.rule,
                "waits": bool(item.made and item.made.xml is None),
                "net": item.totals and str(item.totals.net_shown),
                "vat": item.totals and str(item.totals.vat),
                "gross": item.totals and str(item.totals.due),
                "problems": [show.problem_plain(found) for found in item.problems],
            }
            for item in checked.items
        ],
        "problems": [show.problem_plain(found) for found in checked.end.problems],
    }


def print_checked(out: Console, checked: CheckedFile) -> None:
    """Print the invoices of one file as a table, then its notes and problems."""
    from bridge.cli import show

    title = f"{checked.file.name}  (mapowanie: {checked.end.mapping or 'brak'})"
    if checked.items:
        out.print(
            show.table(
                title,
                COLUMNS,
                [_row(item, checked.notes.get(item.ordinal, "")) for item in checked.items],
                right=AMOUNTS,
            )
        )
    for note in checked.end.notes:
        out.print(note, style="dim")
    show.problems(out, checked.problems)


AMOUNTS = ("netto", "VAT", "brutto")
COLUMNS = ("numer", "rodzaj", "wiersze", *AMOUNTS, "ocena", "uwagi")


def _row(item: Item, note: str) -> Sequence[str]:
    from bridge.cli import show
    from bridge.model.outcome import Verdict
    from bridge.model.problem import errors

    wrong = len(errors(item.problems))
    warned = len(item.problems) - wrong
    told = {
        Verdict.BAD: ("bledna", f"błędów: {wrong}"),
        Verdict.SKIPPED: ("pominieta", item.rule),
        Verdict.GOOD: ("dobra", f"uwag: {warned}" if warned else ""),
    }[item.verdict]
    if item.made and item.made.xml is None:
        told = ("czeka", "czeka na numer KSeF faktury " + ", ".join(each.number for each in item.made.corrects))
    told = (told[0], "; ".join(filter(None, (told[1], note))))
    totals = item.totals
    figures = [show.amount(value) for value in (totals.net_shown, totals.vat, totals.due)] if totals else ["", "", ""]
    return [item.number, item.kind, item.rows, *figures, *told]
