"""`check` and `convert`: files → what the inbox would make of them, printed; nothing is filed and nothing is sent."""

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


def check(
    files: Files,
    config: common.Config = common.CONFIG,
    mapping: common.MappingName = "",
    company: common.Nip = "",
    as_json: common.Json = False,
) -> None:
    """Sprawdź pliki: odczytaj, zmapuj, policz; niczego nie zapisuj i nie wysyłaj."""
    from bridge.cli import show

    where = _where(files, config, mapping, company)
    checked = [_checked(where, drop) for drop in _drops(where, files)]
    if as_json:
        show.as_json({"files": [_plain(each) for each in checked]})
    else:
        for each in checked:
            _print(show.console(), each)
    raise typer.Exit(common.exit_code(_code(each) for each in checked))


def convert(
    files: Files,
    out: Annotated[Path, typer.Option("--out", help="Folder na pliki XML; musi być pusty albo nie istnieć.")],
    config: common.Config = common.CONFIG,
    mapping: common.MappingName = "",
    company: common.Nip = "",
    originals: Annotated[
        Path | None, typer.Option("--originals", help="CSV: numer;data;numer_ksef faktur korygowanych.")
    ] = None,
    as_json: common.Json = False,
) -> None:
    """Zamień pliki na FA(3): to samo co check, a XML każdej dobrej faktury trafia do folderu."""
    from bridge.cli import show
    from bridge.files.names import safe_name

    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
        message = f"folder {out} nie jest pusty, a mostek niczego nie nadpisuje."
        raise WrongRequest(message)
    where = _where(files, config, mapping, company, originals)
    checked = [_checked(where, drop) for drop in _drops(where, files)]
    written = 0
    for each in checked:
        for item in each.items:
            if item.made and item.made.xml:
                written += 1
                (out / f"{written:05d}-{safe_name(item.number)}.xml").write_bytes(item.made.xml)
    if as_json:
        show.as_json({"files": [_plain(each) for each in checked], "written": written, "out": str(out)})
    else:
        for each in checked:
            _print(show.console(), each)
        show.console().print(f"Zapisano {written} plików XML w {out}")
    raise typer.Exit(common.exit_code(_code(each) for each in checked))


@dataclass(frozen=True, slots=True)
class _Where:
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


def _where(files: Sequence[Path], config: Path, mapping: str, nip: str, originals: Path | None = None) -> _Where:
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
    return _Where(settings, nip, mapping, originals_of(originals) if originals else {}, now)


def _checked(where: _Where, files: Mapping[str, Path]) -> CheckedFile:
    from bridge.app.checking import checked

    job = where.job(files)
    file = job.files[job.name]
    with _spinner(file) as told:
        found = checked(job, where.company(file), told)
    return CheckedFile(file, tuple(found.items), found.end, found.notes)


def _drops(where: _Where, files: Sequence[Path]) -> list[Mapping[str, Path]]:
    """The files as the drops they are: each alone, or the members of a set in one folder together."""
    from bridge.conversion.drop import mappings_of
    from bridge.mapping.language.sets import gather

    folders: dict[Path, dict[str, Path]] = {}
    for file in files:
        folders.setdefault(file.parent, {})[file.name] = file
    found: list[Mapping[str, Path]] = []
    for named in folders.values():
        known, _ = mappings_of(where.job(named))
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


def _code(checked: CheckedFile) -> int:
    from bridge.model.outcome import Verdict
    from bridge.model.problem import errors

    bad = errors(checked.end.problems) or any(item.verdict is Verdict.BAD for item in checked.items)
    return common.INVOICES if bad else common.GOOD


def _plain(checked: CheckedFile) -> dict[str, Any]:
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


def _print(out: Console, checked: CheckedFile) -> None:
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
