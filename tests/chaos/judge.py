"""What the simulator accepted and what lies in the folders → what was lost, doubled, told wrongly, or left over."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from tests.chaos.office import Firm, Office, numbered

MINE = (".gitignore", ".ksef-bridge", ".ksef-bridge-sandbox.json")  # the last two are the ledger's marks
# Not accepted, and no other document of its number is: a restored ledger may have given up what KSeF had already.
UNDECIDED = """
SELECT state, count(*) FROM document WHERE state != 'ACCEPTED' AND NOT EXISTS (
    SELECT 1 FROM document AS other WHERE other.state = 'ACCEPTED' AND document.state IN ('WITHDRAWN', 'CLASH')
    AND (other.company, other.kind, other.number_key) = (document.company, document.kind, document.number_key)
) GROUP BY state
"""
NOT_FINAL = {"oczekuje", "wstrzymana"}  # what a result may say an hour after the file was taken; a later one follows


@dataclass(slots=True)
class Findings:
    """Figures of a run; all lists are empty when all is well."""

    dropped: int = 0
    accepted: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)  # accepted twice, or sent again though KSeF had it (440)
    rows: list[str] = field(default_factory=list)  # result rows that are wrong, missing or doubled
    left: list[str] = field(default_factory=list)  # files that should not be there
    too_many: int = 0  # 429 that the simulator gave of itself

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.rows or self.left or self.too_many)

    def __str__(self) -> str:
        told = [f"{name}: {len(found)} {found[:5] if found else ''}" for name, found in self._lists()]
        return f"dropped {self.dropped}, accepted {self.accepted}, {', '.join(told)}, own 429: {self.too_many}"

    def _lists(self) -> Iterator[tuple[str, list[str]]]:
        yield from (("lost", self.lost), ("doubled", self.doubled), ("rows", self.rows), ("left over", self.left))


def judged(office: Office) -> Findings:
    """Everything of one installation that can be counted from outside."""
    accepted = Counter((each["seller"], each["number"]) for each in office.simulator.accepted())
    numbers = {(each["seller"], each["number"]): each for each in office.simulator.accepted()}
    wanted = list(numbered(office.firms))
    found = Findings(dropped=len(wanted), accepted=accepted.total())
    found.lost = [f"{nip} {number}" for nip, number in wanted if (nip, number) not in accepted]
    found.doubled = [f"{nip} {number}" for (nip, number), count in accepted.items() if count > 1]
    found.doubled += sent_again(office)
    found.lost += [f"nobody dropped {key}" for key in accepted.keys() - set(wanted)]
    found.too_many = office.simulator.store.kept.counts.get("429", 0)
    for firm in office.firms:
        found.rows += _rows(firm, {number: each for (nip, number), each in numbers.items() if nip == firm.nip})
        found.left += _left(firm)
    found.left += _undecided(office) + [str(each) for each in (office.folder / ".ksef-bridge").glob("spool/*")]
    return found


def sent_again(office: Office) -> list[str]:
    """Invoices that came once more although KSeF had accepted them: only its own rule kept them from being doubled."""
    kept = office.simulator.store.kept.invoices.values()
    return [f"440 {each.seller} {each.number}" for each in kept if each.code == 440]


def _rows(firm: Firm, accepted: dict[str, dict[str, str]]) -> list[str]:
    """Each dropped invoice has exactly one final row in one result file, and it says what KSeF says."""
    told = _final(firm)
    wrong = [
        problem
        for row in _told(firm)
        if row["status"] not in NOT_FINAL and not _gone(firm, row) and row["plik"] not in firm.refused
        for problem in _row(firm, row, accepted.get(row["numer"]))
    ]
    wanted = _wanted(firm)
    wrong += [f"{firm.nip} {key}: {told[key]} final rows" for key in wanted if told[key] != 1 and not _twice(firm, key)]
    wrong += [f"{firm.nip}: a row for {key}" for key in told.keys() - wanted]
    return wrong + _untold(firm)


def _gone(firm: Firm, row: dict[str, str]) -> bool:
    """Whether it says that a file is gone that an old ledger had as taken: it came again since."""
    return row["plik"] in firm.restored and row["kod"] == "P40"


def _twice(firm: Firm, key: tuple[str, str]) -> bool:
    """Whether it may have been told twice: by the lost ledger, and by the restored one."""
    return key[0] in firm.restored and _final(firm)[key] > 1


def _untold(firm: Firm) -> list[str]:
    """Odd files: the refused ones are told as such, what is not taken is told in `stan.json` and lies where it lay."""
    good = [f"{row['plik']}: {row['status']}" for row in _told(firm) if _praised(firm, row)]
    told = json.loads((firm.outbox / "stan.json").read_text("utf-8"))["warnings"] if firm.aside else []
    missing = [name for name in firm.aside if not any(name in each for each in told)]
    return (
        good
        + [f"{name}: not told" for name in missing]
        + [f"{each}: gone" for each in firm.untouched if not _there(each)]
    )


def _praised(firm: Firm, row: dict[str, str]) -> bool:
    return row["plik"] in firm.refused and (row["status"], bool(row["kod"])) != ("bledna", True)


def _there(path: Path) -> bool:
    return os.path.lexists(path)


def _row(firm: Firm, row: dict[str, str], accepted: dict[str, str] | None) -> list[str]:
    place = f"{firm.nip} {row['numer']}"
    if accepted is None or row["status"] != "przyjeta":
        return [f"{place}: {row['status']} {row['kod']} {row['opis']}"]
    if (row["numer_ksef"], row["skrot_sha256"]) != (accepted["ksefNumber"], accepted["hash"]):
        return [f"{place}: other number or hash than KSeF's"]
    files = [row["plik_xml"], *([row["plik_upo"]] if row["plik_upo"] else [])]
    return [f"{place}: {name or 'no XML'} is not whole" for name in files if not name or not _whole(firm.outbox / name)]


def _whole(path: Path) -> bool:
    try:
        etree.parse(str(path))
    except (OSError, etree.XMLSyntaxError):
        return False
    return True


def _left(firm: Firm) -> list[str]:
    """Temporary, half and unfinished files."""
    inbox = [each for each in _lying(firm) if each.name not in {*MINE, "README.md"}]
    working = [each for each in (firm.folder / "inbox" / ".w_toku").iterdir() if each not in firm.untouched]
    outbox = [each for each in firm.outbox.rglob("*") if each.is_file()]
    half = [each for each in outbox if each.name.endswith((".tmp", ".part")) or ".w-toku." in each.name]
    half += [each for each in outbox if each.suffix == ".xml" and not _whole(each)]
    hidden = [each for each in outbox if each.name.startswith(".") and each.name not in MINE]
    return [str(each) for each in (*inbox, *working, *half, *hidden)]


def _undecided(office: Office) -> list[str]:
    """The ledger is whole, and nothing in it is undecided."""
    with sqlite3.connect(office.folder / ".ksef-bridge" / "ledger.sqlite") as ledger:
        (whole,) = ledger.execute("PRAGMA integrity_check").fetchone()
        open_ = ledger.execute(UNDECIDED).fetchall()
        sessions = ledger.execute(
            "SELECT state, count(*) FROM ksef_session WHERE state NOT IN ('DONE', 'FAILED', 'ABANDONED') GROUP BY state"
        ).fetchall()
    return [f"{count} {state}" for state, count in (*open_, *sessions)] + ([] if whole == "ok" else [whole])


def finished(office: Office) -> bool:
    """Every dropped invoice has its final row, as the last thing to happen; the cheap questions first."""
    for firm in office.firms:
        folder = firm.outbox / "wyniki"
        if firm.waiting or any(each.suffix == ".csv" for each in _lying(firm)) or list(folder.glob("*.w-toku.csv")):
            return False
        if sum(1 for _ in folder.glob("*.wynik.csv")) < len(firm.dropped) + len(firm.refused):
            return False
    return all(_wanted(firm) <= _final(firm).keys() for firm in office.firms)


def _wanted(firm: Firm) -> set[tuple[str, str]]:
    """File and number of every row there must be."""
    return {(name, number) for name, numbers in firm.dropped.items() for number in numbers} | {
        (name, "") for name in firm.refused
    }


def _lying(firm: Firm) -> list[Path]:
    """What waits in the inbox to be taken."""
    inbox = firm.folder / "inbox"
    return [each for each in inbox.iterdir() if each not in firm.untouched and each.name != ".w_toku"]


def _final(firm: Firm) -> Counter[tuple[str, str]]:
    """Final rows of each invoice over all result files."""
    return Counter((row["plik"], row["numer"]) for row in _told(firm) if row["status"] not in NOT_FINAL)


def _told(firm: Firm) -> Iterator[dict[str, str]]:
    for path in sorted((firm.outbox / "wyniki").glob("*.wynik*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file, delimiter=";")
