"""A data folder → the only running instance that works with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from bridge.model.errors import FixSetup
from bridge.system import private


@contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Hold the lock of the data folder; FixSetup when another instance holds it."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    private.close(data)
    lock = FileLock(data / "lock", mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise FixSetup(
            f"Inny uruchomiony ksef-bridge pracuje już na danych w {data}. Zatrzymaj go najpierw."
        ) from error
    try:
        yield
    finally:
        lock.release()
