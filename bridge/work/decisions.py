"""What a person decides about one invoice or file → the change in the ledger or the inbox: release, withdraw, retry.

Each function raises WrongRequest, in Polish, when the decision cannot be carried out; then nothing has changed.
"""

from __future__ import annotations

import glob
import shutil
from datetime import datetime
from pathlib import Path

from bridge.ledger import decisions, documents, drops
from bridge.ledger.documents import Document
from bridge.ledger.overview import items_named
from bridge.ledger.store import Transaction
from bridge.model.errors import WrongRequest
from bridge.model.text import xml_collapsed
from bridge.work.offline import moment_of

ISSUED = (
    "faktura {number} jest wystawiona offline i nabywca mógł już dostać jej obraz: musi trafić do KSeF do {until}. "
    "Jeśli na pewno jej nie wydano, powtórz z --not-handed-over."
)
WITHDRAWN = "wycofana przez człowieka"
OUTSIDE_KSEF = ("RF05", "RF29")  # the rules that doubt an invoice "outside KSeF"; a person may confirm it


def release(transaction: Transaction, owner: int, number: str, now: datetime) -> list[Document]:
    """Release the held invoices of this number; return every document of that number as it was before."""
    found = documents.by_number(transaction, owner, number)
    released = [documents.release(transaction, each.id, now, by_person=True) for each in found]
    _must_have_changed(number, found, released, "zwolnić")
    return found


def withdraw(transaction: Transaction, owner: int, number: str, now: datetime, *, not_handed_over: bool) -> None:
    """Withdraw the invoices of this number that are not on their way.

    An invoice issued offline is withdrawn only when a person confirms that its buyer did not get the picture.
    """
    found = documents.by_number(transaction, owner, number)
    issued = [each for each in found if each.offline and not each.state.final]
    if issued and not not_handed_over:
        raise WrongRequest(ISSUED.format(number=number, until=moment_of(issued[0].until)))
    withdrawn = [documents.withdraw(transaction, each.id, WITHDRAWN, now) for each in found]
    _must_have_changed(number, found, withdrawn, "wycofać")


def _must_have_changed(number: str, found: list[Document], changed: list[bool], what: str) -> None:
    if not any(changed):
        states = ", ".join(each.state for each in found) or "nie ma takiej"
        raise WrongRequest(f"faktury {number} nie da się teraz {what} ({states}).")


def other_invoice(transaction: Transaction, owner: int, file: str, number: str, now: datetime) -> list[str]:
    """Keep that the invoices "outside KSeF" named by document `number` of `file` are older ones; return their numbers."""
    found = drops.problems_from(kept for row in items_named(transaction, owner, file, number) for kept in row.problems)
    originals = sorted({each.value for each in found if each.code in OUTSIDE_KSEF and each.value})
    if not originals:
        raise WrongRequest(f"w pliku {file} nie ma dokumentu {number} odrzuconego kodem RF05 albo RF29.")
    for each in originals:
        decisions.decide(transaction, owner, xml_collapsed(number), each, now)
    return originals


def drop_again(copy: Path, name: str, inbox: Path) -> None:
    """Copy the archived files of drop `name` back into the inbox; `copy` is the archived first of them."""
    for member, source in members(copy, name).items():
        _copied_whole(source, inbox / member)


def members(copy: Path, name: str) -> dict[str, Path]:
    """Return the archived files of a drop by the names that they had: one, or all of a set."""
    prefix = copy.name.removesuffix(name)
    found = {path.name.removeprefix(prefix): path for path in copy.parent.glob(f"{glob.escape(prefix)}*")}
    return {member: path for member, path in sorted(found.items()) if not member.endswith(".mapowanie.yaml")}


def _copied_whole(source: Path, target: Path) -> None:
    """Make a copy that appears whole; never over a file that is there."""
    if target.exists():
        raise WrongRequest(f"w {target.parent} leży już plik {target.name}.")
    temporary = target.with_name(f".{target.name}.tmp")
    shutil.copyfile(source, temporary)
    temporary.replace(target)
