"""The person of the harness: releases what the program holds for a decision, by the command a person would use.

KSeF's status 500 twice on one invoice is such a case: the program sends it a third time only when somebody says so.
"""

from __future__ import annotations

import contextlib
import io
import sqlite3
import sys
from pathlib import Path

from bridge.cli import app


def held(folder: Path) -> list[tuple[str, str]]:
    """Company and number of what waits for a person."""
    with contextlib.closing(sqlite3.connect(folder / ".ksef-bridge" / "ledger.sqlite", timeout=30)) as ledger:
        found: list[tuple[str, str]] = ledger.execute(
            "SELECT company.nip, document.number FROM document JOIN company ON company.id = document.company "
            "WHERE state = 'HELD' AND not_before IS NULL"
        ).fetchall()
    return found


def main() -> None:
    """`release NUMBER` for each, in the folder that this process was started in."""
    for nip, number in held(Path()):
        with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
            app(["release", number, "--company", nip], standalone_mode=False)


if __name__ == "__main__":
    sys.exit(main())
