"""A drop whose mapping changed → refused until its samples agree (M24) and, where the company asks, a person did (M25)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from bridge.conversion.samples import refusal, unconfirmed
from bridge.ledger import mappings as ledger
from bridge.ledger.store import Ledger
from bridge.mapping.language.choose import choose
from bridge.mapping.language.parts import MappingFile
from bridge.model.item import Finished
from bridge.model.job import Job
from bridge.work.drops_of_inbox import mappings
from bridge.work.tools import Tools


def refused(tools: Tools, files: Mapping[str, Path]) -> Finished | None:
    """The end of a drop that is not to be read by its mapping as it is now; None when it may be."""
    past = tools.ledger, tools.company_id
    return refused_now(past, mappings(tools), tools.job(files), confirm=tools.company.confirm_after_change)


def refused_now(
    past: tuple[Ledger, int] | None, known: Sequence[MappingFile], reading: Job, *, confirm: bool
) -> Finished | None:
    """The same for whoever asks beside the service; `past` is None while no ledger knows the company."""
    mapping, _ = choose(reading.name, known, reading.environment)
    if mapping is None:
        return None  # reading says why
    read = confirmed = False
    if past is not None:
        held, owner = past
        with held.begin() as transaction:
            read = ledger.was_read(transaction, owner, mapping.sha256)
            confirmed = ledger.is_confirmed(transaction, owner, mapping.sha256)
    if confirm and not confirmed:
        problems = [unconfirmed(mapping, reading.name)]
    else:
        problems = [] if read or confirmed else refusal(mapping, reading, known)
    if not problems:
        return None
    return Finished(problems=tuple(problems), mapping=mapping.name, mapping_sha256=mapping.sha256)
