"""Settled files of the inbox → drops: a file alone, or the whole set that a mapping describes (mapping.md, "Tables").

A set is waited for until `wait_for_whole` after its last file came; then it is taken as it is, and its reading says
what is missing (P12). Nothing of a file is read here.
"""

from __future__ import annotations

from collections.abc import Sequence

from bridge.conversion.drop import mappings_of
from bridge.mapping.language.choose import awake
from bridge.mapping.language.folders import may_be_read
from bridge.mapping.language.parts import MappingFile
from bridge.mapping.language.sets import Gathered, gather, is_trigger
from bridge.model.errors import BridgeError
from bridge.work.tools import Tools


def gathered(tools: Tools, settled: Sequence[str], clock: float) -> list[Gathered]:
    """Group settled files into drops that are complete, or have waited `wait_for_whole`."""
    if not settled:
        return []
    return [each for each in gather(settled, mappings(tools)) if _is_due(tools, each, clock)]


def whole_of(tools: Tools, names: Sequence[str]) -> Sequence[str]:
    """The drop of which these files were taken before a crash, with what of it still lies in the inbox."""
    there = [name for name in tools.found if name not in names]
    drops = gather([*names, *there], mappings(tools))
    return next((each.names for each in drops if set(names) <= set(each.names)), names)


def may_be_empty(tools: Tools, name: str) -> bool:
    """Whether that file is the trigger of a set."""
    return is_trigger(name, mappings(tools))


def awaited(tools: Tools) -> list[str]:
    """What of the inbox waits, in words: files that still grow, and sets that are not whole."""
    if not tools.seen:
        return []
    try:
        known = mappings(tools)
    except BridgeError:  # mappings that cannot be read are told as what is in the way
        known = []
    said = []
    for each in gather(list(tools.seen), known):
        if each.missing:
            said.append(f"{', '.join(each.names)}: czeka na {', '.join(each.missing)}")
        else:
            said += [f"{name}: czeka, aż plik przestanie się zmieniać i będzie cały" for name in each.names]
    return said


def _is_due(tools: Tools, drop: Gathered, clock: float) -> bool:
    if not drop.missing:
        return True
    known = {name.casefold() for name in tools.seen}
    if any(name.casefold() in known for name in drop.missing):
        return False  # it is there, and not yet quiet
    youngest = max(tools.seen[name].since for name in drop.names)
    return clock - youngest >= tools.company.wait_for_whole.total_seconds()


def mappings(tools: Tools) -> Sequence[MappingFile]:
    """The company's mappings, loaded anew only when a file of theirs changed."""
    may_be_read(tools.company.mappings)
    found = (path for folder in tools.company.mappings for path in sorted(folder.rglob("*.yaml")))
    stamp = tuple((path, path.stat().st_mtime_ns) for path in found)
    if tools.mappings[0] != stamp:
        tools.mappings = (stamp, awake(mappings_of(tools.job({}))[0], tools.settings.environment))
    return tools.mappings[1]
