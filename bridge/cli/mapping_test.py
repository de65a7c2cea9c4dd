"""`mapping test`: mappings and their samples → agreements and differences, printed; expectations and confirmations kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.app import wiring
from bridge.cli import common, show
from bridge.conversion.samples import Trial, expectation, save, trials
from bridge.ledger.mappings import confirm as confirmed
from bridge.mapping.language.load import load
from bridge.model.errors import WrongRequest
from bridge.model.problem import errors

if TYPE_CHECKING:
    from bridge.mapping.language.parts import MappingFile
    from bridge.model.settings import Company, Settings


def run(paths: Sequence[Path], config: Path, nip: str, *, save: bool, confirm: bool) -> int:
    """Every sample of these mappings; 1 when one differs or a mapping has mistakes."""
    settings = common.settings_of(config) if config.exists() else None
    company = common.company_of(settings, nip) if settings else None
    folders = company.mappings if company else (Path("mappings"),)
    found = list(paths) or sorted(path for folder in folders for path in folder.glob("*.yaml"))
    if not found:
        message = f"w folderze {folders[0]} nie ma mapowań."
        raise WrongRequest(message)
    codes = [_try_mapping(path, settings, company, keep=save, confirm=confirm) for path in found]
    return max(codes)


def _try_mapping(path: Path, settings: Settings | None, company: Company | None, *, keep: bool, confirm: bool) -> int:
    folder = path.resolve().parent
    roots = tuple(company.mappings) if company and folder in company.mappings else (folder,)
    mapping, problems = load(path, roots)
    if mapping is None:
        show.problems(show.console(), problems)
        return common.INVOICES
    reading = (
        wiring.job(settings, company, {}, common.now())
        if settings and company
        else wiring.job_without_settings({}, common.now())
    )
    tried = trials(mapping, replace(reading, mappings=roots))
    for each in tried:
        _print(mapping, each, keep=keep)
    if not tried:
        show.console().print(
            f"{path.name}: brak próbek; włóż plik, który pasuje do `zrodlo.pliki`, do {folder / 'probki'}"
        )
    if any(each.differences for each in tried):
        return common.INVOICES
    if confirm:
        _confirm(mapping, settings, company)
    return common.GOOD


def _print(mapping: MappingFile, trial: Trial, *, keep: bool) -> None:
    out = show.console()
    rows = [tuple(row) for row in trial.found]
    if trial.expected is None:
        out.print(show.table(f"{mapping.name}: {trial.path.name}", type(trial.found[0])._fields if rows else (), rows))
        show.problems(out, errors(trial.problems))
        said = f"zapisano {save(trial).name}" if keep else "obejrzyj wyniki i dodaj --save, jeśli są dobre"
        out.print(f"Nie ma pliku {expectation(trial.path).name}: {said}")
    elif trial.differences:
        out.print(f"{mapping.name}: {trial.path.name}: RÓŻNICE", style="red")
        for line in trial.differences:
            out.print(f"  {line}")
        show.problems(out, errors(trial.problems))
    else:
        out.print(f"{mapping.name}: {trial.path.name}: zgodne ({len(rows)})")


def _confirm(mapping: MappingFile, settings: Settings | None, company: Company | None) -> None:
    if settings is None or company is None:
        message = "potwierdzenie zapisuje się w księdze: podaj --config."
        raise WrongRequest(message)
    with common.asked(settings, company) as (transaction, owner):
        confirmed(transaction, owner, mapping.sha256, common.clock_of(settings.environment)())
    show.console().print(f"{mapping.name}: potwierdzone; mostek czyta nim pliki, dopóki się nie zmieni.")
