"""What the service tells → lines of JSON in <data>/logs/bridge.log, bounded in size, and the same on standard error.

A person at a terminal reads a sentence with the time of Warsaw, a service manager gets the JSON. Numbers and NIPs, no names
of persons; JSON escapes whatever a name from a file could smuggle in (design.md, section 7). A traceback holds no values:
messages of foreign exceptions may repeat a NIP or a number of the data, so only places and types are kept.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import datetime
from enum import Enum
from functools import partial
from logging.handlers import RotatingFileHandler
from traceback import walk_tb
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import structlog
from rich.console import Console
from rich.text import Text

from bridge.model.errors import BridgeError, FixSetup
from bridge.system.causes import cause_of

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from structlog.typing import EventDict, Processor

SIZE = 5_000_000  # bytes of a file before the next begins
KEPT = 9  # older files beside the current one
WARSAW = ZoneInfo("Europe/Warsaw")
SENTENCES = {
    "started": "mostek pracuje, firm: {companies}",
    "stopped": "mostek zatrzymany, czeka: {waits}",
    "taken": "odebrano plik {file}",
    "read": "odczytano {file}: faktur {invoices}, błędnych {bad}",
    "refused": "ODRZUCONO plik {file} ({codes})",
    "sent": "do KSeF: {invoices} ({numbers})",
    "accepted": "przyjęte przez KSeF: {invoices} ({numbers})",
    "rejected": "ODRZUCONE przez KSeF: {invoices} ({numbers})",
    "held": "wstrzymane: {invoices} ({numbers})",
    "our mistake": "nasz błąd; szczegóły w dzienniku",
}
STYLES = {"warning": "yellow", "error": "bold red"}


class Terminal(Enum):
    """What is told on standard error."""

    ALL = logging.INFO  # `run` that watches
    TROUBLE = logging.WARNING  # one run, whose end is told anyway
    NOTHING = logging.CRITICAL  # a demo, which tells by itself


def keep(data: Path, terminal: Terminal = Terminal.TROUBLE) -> None:
    """Write to the log of a data folder from now on; raises FixSetup when that cannot be written."""
    folder = data / "logs"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = RotatingFileHandler(folder / "bridge.log", maxBytes=SIZE, backupCount=KEPT, encoding="utf-8")
    except OSError as error:
        raise FixSetup(f"Nie da się pisać dziennika w {folder}: {cause_of(error)}.") from error
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        _placed,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    as_json = structlog.processors.JSONRenderer(partial(json.dumps, ensure_ascii=False, default=str))
    file.setFormatter(_formatter(as_json))
    shown: logging.Handler = _People() if sys.stderr.isatty() else logging.StreamHandler(sys.stderr)
    shown.setLevel(terminal.value)
    shown.setFormatter(_formatter(_without_traceback, _sentence if sys.stderr.isatty() else as_json))
    own = logging.getLogger("bridge")
    for handler in own.handlers[:]:
        own.removeHandler(handler)
        handler.close()
    own.handlers = [file, shown]
    own.setLevel(logging.INFO)
    own.propagate = False


def _formatter(*last: Any) -> logging.Formatter:
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return structlog.stdlib.ProcessorFormatter(processors=[remove, *last])


class _People(logging.Handler):
    """Lines for a person, in colour."""

    def __init__(self) -> None:
        super().__init__()
        self._console = Console(stderr=True, highlight=False)

    def emit(self, record: logging.LogRecord) -> None:
        """Print one line."""
        self._console.print(Text(self.format(record), style=STYLES.get(record.levelname.lower(), "")), soft_wrap=True)


def _sentence(_logger: Any, _method: str, told: EventDict) -> str:
    """14:05:01  1111111111  odebrano plik faktury.csv."""
    at = datetime.fromisoformat(told["timestamp"]).astimezone(WARSAW)
    facts = {key: ", ".join(map(str, value)) if isinstance(value, list) else value for key, value in told.items()}
    event = str(told["event"])
    spoken = told.get("sentence") or SENTENCES.get(event, event).format_map(facts)
    return "  ".join(filter(None, (f"{at:%H:%M:%S}", str(told.get("company", "")), spoken)))


def _without_traceback(_logger: Any, _method: str, told: EventDict) -> EventDict:
    """It stands in the file; on the terminal nobody but us could read it."""
    told.pop("exception", None)
    return told


def _placed(_logger: Any, _method: str, told: EventDict) -> EventDict:
    """An exception as its types and places, from the cause on, without the data that its text may repeat."""
    found = told.pop("exc_info", None)
    error = found if isinstance(found, BaseException) else sys.exc_info()[1] if found else None
    if error is not None:
        told["exception"] = where(error)
    return told


def where(error: BaseException) -> str:
    """Types and places of an exception and of its causes; the text of our own ones, which is written for people."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    text = f": {error}" if isinstance(error, BridgeError) else ""
    told = f"{type(error).__module__}.{type(error).__qualname__}{text}\n{_places(error.__traceback__)}"
    return f"{where(cause)}\n{told}" if cause is not None else told


def _places(trace: TracebackType | None) -> str:
    return "\n".join(f"  {frame.f_code.co_filename}:{line} {frame.f_code.co_name}" for frame, line in walk_tb(trace))
