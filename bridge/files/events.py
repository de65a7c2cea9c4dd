"""Changes in inboxes → a wake-up; only a hint, as the scan finds everything (design.md, decision 4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import structlog
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from bridge.system.causes import cause_of

log = structlog.get_logger("bridge.files")

POLLING = (
    "System nie daje powiadomień o plikach ({cause}); mostek sam zagląda do folderów co 2 s. "
    "W Linuksie podnieś fs.inotify.max_user_instances albo max_user_watches."
)


class _Waker(FileSystemEventHandler):
    def __init__(self, wake: Event) -> None:
        self._wake = wake

    def on_any_event(self, event: FileSystemEvent) -> None:  # noqa: ARG002 - which event does not matter
        self._wake.set()


@contextmanager
def waking(inboxes: Sequence[Path], wake: Event) -> Iterator[None]:
    """Set `wake` whenever something happens in an inbox that is there; the end of the observer harms nobody."""
    observer = Observer()
    try:
        for inbox in inboxes:
            if inbox.is_dir():
                observer.schedule(_Waker(wake), str(inbox))
        observer.start()
    except OSError as error:  # the system's watches are used up; the scan finds everything, a little later
        log.warning("polling", sentence=POLLING.format(cause=cause_of(error)))
        yield
        return
    try:
        yield
    finally:
        observer.stop()
        observer.join(2)
