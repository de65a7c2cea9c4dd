"""`severities` of a company, `zasady` of a mapping → what is wrong with them, and what the results say of them.

Only rules that fa3.md, section 5 leaves free may change their severity: those that KSeF does not hold itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.fa3.rules.file import TEXT_RULES
from bridge.fa3.rules.table import BY_ID

if TYPE_CHECKING:
    from collections.abc import Mapping

WORDS = {"ostrzezenie": "ostrzeżenie", "blad": "błąd", "wylaczona": "wyłączona"}
ELSEWHERE = {*(row[0] for row in TEXT_RULES), "A15"}  # asked of the bytes and of the history, not of the invoice
FREE = frozenset({each.id for each in BY_ID.values() if each.look and not each.keeps} | ELSEWHERE)


def wrong_severities(severities: Mapping[str, str], allowed: tuple[str, ...] = tuple(WORDS)) -> dict[str, str]:
    """Return why the severity of a rule cannot be set so, by the id as it was given."""
    wrong: dict[str, str] = {}
    for given, wanted in severities.items():
        id_ = given.removeprefix("R")
        if id_ not in BY_ID:
            wrong[given] = f"Nie ma reguły R{id_}."
        elif id_ not in FREE:
            wrong[given] = f"Wagi reguły R{id_} nie można zmienić: pilnuje jej także KSeF albo prawo."
        elif wanted not in allowed:
            wrong[given] = f"Reguła R{id_}: „{wanted}” nie jest wagą; możliwe: {', '.join(allowed)}."
    return wrong


def severity_note(severities: Mapping[str, str]) -> str:
    """What every result says: "Zmienione wagi reguł: RB22 wyłączona."; "" when nothing was changed."""
    changed = [f"R{id_} {WORDS[wanted]}" for id_, wanted in sorted(severities.items()) if wanted in WORDS]
    return f"Zmienione wagi reguł: {', '.join(changed)}." if changed else ""
