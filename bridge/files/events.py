"""Changes in inboxes → a wake-up; only a hint, as the scan finds everything (design.md, decision 4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer


class _Waker(FileSystemEventHandler):
    def __init__(self, wake: Event) -> None:
        self._wake = wake

    def on_any_event(self, event: FileSystemEvent) -> None:  # noqa: ARG002 - which event does not matter
        self._wake.set()


@contextmanager
def waking(inboxes: Sequence[Path], wake: Event) -> Iterator[None]:
    """Set `wake` whenever something happens in an inbox that is there; the end of the observer harms nobody."""
    observer = Observer()
    for inbox in inboxes:
        if inbox.is_dir():
            observer.schedule(_Waker(wake), str(inbox))
    observer.start()
    try:
        yield
    finally:
        observer.stop()
        observer.join(2)
