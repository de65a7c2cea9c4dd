"""A drop whose mapping changed → refused until its samples agree (M24) and, where the company asks, a person did (M25)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bridge.ledger import mappings as ledger
from bridge.mapping.choose import choose
from bridge.model.item import Finished
from bridge.trial import refusal, unconfirmed
from bridge.work.gathering import mappings
from bridge.work.tools import Tools, job_of


def refused(tools: Tools, files: Mapping[str, Path]) -> Finished | None:
    """The end of a drop that is not to be read by its mapping as it is now; None when it may be."""
    name = next(iter(files))
    mapping, _ = choose(name, mappings(tools))
    if mapping is None:
        return None  # reading says why
    with tools.ledger.begin() as transaction:
        read = ledger.was_read(transaction, tools.company_id, mapping.sha256)
        confirmed = ledger.is_confirmed(transaction, tools.company_id, mapping.sha256)
    if tools.company.confirm_after_change and not confirmed:
        problems = [unconfirmed(mapping, name)]
    else:
        problems = [] if read or confirmed else refusal(mapping, job_of(tools, files))
    if not problems:
        return None
    return Finished(problems=tuple(problems), mapping=mapping.name, mapping_sha256=mapping.sha256)
