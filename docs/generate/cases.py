"""A folder of tests/errors → the problems that its files cause, as the program tells them to a person.

A folder is named <CODE>[-case]. Its files are the smallest that cause the code, on top of `podstawa/`:
`bridge.toml` alone is read as settings; `mapowanie.yaml` replaces the basic mapping and a data file the basic export;
`mapowania/` offers several mappings to choose from; what stands in `wczesniej/` was accepted by KSeF before;
`ksef.json` is KSeF's answer about the invoice. `komunikat.txt` is what a person is told.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from rich.console import Console

from bridge.app.settings import load
from bridge.cli import show
from bridge.conversion.drop import batches, mapping_of
from bridge.conversion.samples import refusal, unconfirmed
from bridge.ksef.sessions import InvoiceStatus
from bridge.ledger import documents, drops
from bridge.ledger.store import open_ledger
from bridge.model.errors import BrokenTemplate
from bridge.model.item import Batch, Finished
from bridge.model.job import Job
from bridge.model.problem import Problem, problem
from bridge.model.settings import Environment
from bridge.work.item_problems import compare, problems_of, refusals_by_ksef

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bridge.ledger.store import Ledger, Transaction

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "errors"
BASIS = FOLDER / "podstawa"
MESSAGE, MAPPING, SETTINGS, ANSWER = "komunikat.txt", "mapowanie.yaml", "bridge.toml", "ksef.json"
NOW = datetime(2026, 5, 11, 10, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """One folder."""

    folder: Path

    @property
    def name(self) -> str:
        """D05-za-krotki."""
        return self.folder.name

    @property
    def code(self) -> str:
        """D05."""
        return self.name.partition("-")[0]

    @cached_property
    def files(self) -> list[Path]:
        """What a person wrote or the ERP exported, in the order in which it is shown."""
        written = (path for path in self.folder.rglob("*") if path.is_file() and path.name != MESSAGE)
        return sorted(written, key=lambda path: (len(path.relative_to(self.folder).parts), path.name), reverse=True)

    @property
    def expected(self) -> str:
        """What stands in `komunikat.txt`."""
        path = self.folder / MESSAGE
        return path.read_text("utf-8") if path.exists() else ""

    @property
    def data(self) -> Path:
        """The export, its own or the basic one."""
        own = [path for path in self.folder.iterdir() if path.suffix in {".csv", ".xlsx", ".txt", ".epp", ".xml"}]
        return next((path for path in own if path.name != MESSAGE), BASIS / "faktury.csv")

    def told(self) -> str:
        """Every problem as the terminal shows it."""
        out = StringIO()
        show.problems(Console(file=out, width=1000, color_system=None, highlight=False), self.problems)
        return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"

    @cached_property
    def problems(self) -> list[Problem]:
        """What the program says of the folder's files."""
        if (self.folder / SETTINGS).exists() and self.data.parent == BASIS:
            return load(self.folder / SETTINGS, os.environ)[1]
        known = self.code in {"L01", "D21"} or (self.folder / ANSWER).exists()
        return self._remembered() if known else self._read()

    def _read(self) -> list[Problem]:
        if self.code in {"M24", "M25"}:
            return self._changed()
        if self.code in {"U14", "P40"}:  # no file can cause them: a mistake of ours, a file that is gone
            return [problem(self.code, file=self.data.name)]
        try:
            read = list(batches(self._job(self.data)))
        except BrokenTemplate as error:
            return [problem("U20", str(error), file=self.data.name)]
        return _said(read)

    def _changed(self) -> list[Problem]:
        """What is said of a dropped file whose mapping was changed."""
        job = self._job(self.data)
        mapping, _ = mapping_of(job)
        assert mapping
        return refusal(mapping, job, ()) if self.code == "M24" else [unconfirmed(mapping, job.name)]

    def _job(self, data: Path) -> Job:
        choice = self.folder / "mapowania"
        mapping = next(path for path in (self.folder / MAPPING, BASIS / "podstawa.yaml") if path.exists())
        return Job(
            {data.name: data},
            "1111111111",
            Environment.TEST if self.code == "M27" else Environment.SANDBOX,
            NOW,
            mappings=(choice, BASIS) if choice.exists() else (self.folder, BASIS),
            mapping="" if choice.exists() else str(mapping),
            own_templates=self.code == "U20",
            trigger=self.code != "P20",  # a trigger file proves each of the other exports to be complete
        )

    def _remembered(self) -> list[Problem]:
        """What only the ledger knows: earlier exports were accepted, or all invoices of a file hold together."""
        with TemporaryDirectory() as folder:
            ledger = open_ledger(Path(folder))
            try:
                for earlier in sorted((self.folder / "wczesniej").glob("*")):
                    _accept(ledger, self._filed(ledger, earlier))
                drop = self._filed(ledger, self.data)
                if (self.folder / ANSWER).exists():
                    _refuse(ledger, drop, json.loads((self.folder / ANSWER).read_text("utf-8")))
                with ledger.begin() as transaction:
                    return _of_drop(transaction, drop)
            finally:
                ledger.close()

    def _filed(self, ledger: Ledger, data: Path) -> int:
        """The drop of an export that was read to its end."""
        with ledger.begin() as transaction:
            owner = drops.company_id(transaction, "1111111111", "sandbox")
            drop = drops.take(transaction, owner, data.name, drops.Copy(data.name, "", 0), NOW)
            drops.start(transaction, drop, NOW)
            for batch in batches(self._job(data)):
                if isinstance(batch, Finished):
                    drops.finish(transaction, drop, batch, NOW, all_or_nothing=self.code == "D21")
                else:
                    drops.add(transaction, drops.Filing(owner, drop, compare, NOW), batch.items)
        return drop


def cases() -> list[Case]:
    """Every folder, by code."""
    return [Case(path) for path in sorted(FOLDER.iterdir()) if path.is_dir() and path != BASIS]


def _said(read: Iterable[Batch | Finished]) -> list[Problem]:
    found: list[Problem] = []
    for each in read:
        found += each.problems if isinstance(each, Finished) else [p for item in each.items for p in item.problems]
    return found


def _of_drop(transaction: Transaction, drop: int) -> list[Problem]:
    held = drops.drop(transaction, drop)
    return [each for row in documents.items_of(transaction, drop) for each in problems_of(held, row)]


def _refuse(ledger: Ledger, drop: int, answer: dict[str, Any]) -> None:
    """KSeF's answer about every invoice of the drop."""
    status = InvoiceStatus(1, None, None, "", "", NOW, None, None, None, upo_url=None, extensions={}, **answer)
    with ledger.begin() as transaction:
        for row in documents.items_of(transaction, drop):
            xml = drops.stored(transaction, documents.document_of(transaction, row.document).payload)
            drops.blame(transaction, row.document, refusals_by_ksef(status, xml))


def _accept(ledger: Ledger, drop: int) -> None:
    with ledger.begin() as transaction:
        for row in documents.items_of(transaction, drop):
            for step, values in _STEPS:
                transaction.move(step, row.document, NOW, **values)


_STEPS: Sequence[tuple[str, dict[str, str]]] = (
    ("document.sending", {}),
    ("document.accepted", {"ksef_number": "1111111111-20260511-010020A0B1C2-3C"}),
)
