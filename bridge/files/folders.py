"""One company's folders → their places; the sentinel says that the inbox is really there (design.md, section 4)."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from bridge.model.errors import FixSetup, TryLater
from bridge.system.causes import cause_and_advice

SENTINEL = ".ksef-bridge"


@dataclass(frozen=True, slots=True)
class Folders:
    """The tree of one company in one environment."""

    inbox: Path
    outbox: Path

    @property
    def in_progress(self) -> Path:
        """Taken files, while they are read."""
        return self.inbox / ".w_toku"

    @property
    def results(self) -> Path:
        """For the ERP."""
        return self.outbox / "wyniki"

    @property
    def errors(self) -> Path:
        """For the accountant."""
        return self.outbox / "bledy"

    def invoices(self, issued: date) -> Path:
        """Copies of XML, UPO and PDF, by the month of P_1."""
        return self.outbox / "faktury" / f"{issued:%Y-%m}"

    def archive(self, day: date) -> Path:
        """Every dropped file unchanged."""
        return self.outbox / "archiwum" / day.isoformat()

    def check(self) -> None:
        """TryLater when the inbox is not there: an unmounted share is an empty folder without its sentinel."""
        if not (self.inbox / SENTINEL).is_file():
            raise TryLater(f"Folderu {self.inbox} nie ma albo brakuje w nim pliku {SENTINEL}: dysk może być odłączony.")

    def make(self) -> None:
        """Make what is missing below an inbox that is there; FixSetup when it may not be written."""
        try:
            for folder in (self.in_progress, self.results, self.errors):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FixSetup(f"Nie da się pisać w {error.filename}: {cause_and_advice(error)}.") from error
        _hide(self.in_progress)


def archived_name(name: str, sha256: str, moment: datetime) -> str:
    """`<time>-<hash8>-<name>`, so that equal names of a day stay apart."""
    return f"{moment:%H%M%S}-{sha256[:8]}-{name}"


def _hide(folder: Path) -> None:
    """From Explorer, which shows folders with a leading dot: nobody is to work in it. Windows only."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - not there elsewhere

        hidden = 2
        ctypes.windll.kernel32.SetFileAttributesW(str(folder), hidden)
