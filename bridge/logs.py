"""What the service tells → lines of JSON in <data>/logs/bridge.log, bounded in size, and the same for people on the terminal.

Numbers and NIPs, no names of persons; JSON escapes whatever a name from a file could smuggle in (design.md, section 7).
"""

from __future__ import annotations

import json
import logging
import sys
from functools import partial
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING, Any

import structlog

from bridge.errors import FixSetup
from bridge.model.causes import cause_of

if TYPE_CHECKING:
    from pathlib import Path

    from structlog.typing import EventDict, Processor

SIZE = 5_000_000  # bytes of a file before the next begins
KEPT = 9  # older files beside the current one


def keep(data: Path) -> None:
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
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    terminal = logging.StreamHandler(sys.stderr)
    terminal.setLevel(logging.WARNING)  # people look at the status page; here they see what needs them
    file.setFormatter(_formatter(structlog.processors.JSONRenderer(partial(json.dumps, ensure_ascii=False))))
    terminal.setFormatter(
        _formatter(_without_traceback, structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]))
    )
    own = logging.getLogger("bridge")
    for handler in own.handlers[:]:
        own.removeHandler(handler)
        handler.close()
    own.handlers = [file, terminal]
    own.setLevel(logging.INFO)
    own.propagate = False


def _without_traceback(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """It stands in the file; on the terminal nobody but us could read it."""
    event.pop("exception", None)
    return event


def _formatter(*last: Any) -> logging.Formatter:
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return structlog.stdlib.ProcessorFormatter(processors=[remove, *last])
