"""The simulator as a server on this machine: in a thread for tests and the demo, or blocking for the command line."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import uvicorn

from bridge.sandbox.app import application
from bridge.sandbox.store import Store

LOOPBACK = "127.0.0.1"


class Running:
    """`with Running() as ksef: ksef.url`; with `state` it remembers its keys and invoices in that file."""

    def __init__(self, state: Path | None = None, port: int = 0, **settings: Any) -> None:
        self.store = Store(state)
        self.store.settings.update(settings)
        config = uvicorn.Config(
            application(self.store), host=LOOPBACK, port=port, log_level="critical", lifespan="off", ws="none"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self.url = ""

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise OSError("the simulator could not listen")
            time.sleep(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://{LOOPBACK}:{port}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self.store.save()

    def accepted(self) -> list[dict[str, Any]]:
        """The invoices it has accepted."""
        listed: list[dict[str, Any]] = httpx.get(f"{self.url}/_sim/state").json()["invoices"]
        return listed

    def fault(self, **rule: Any) -> None:
        """Add a fault rule."""
        httpx.post(f"{self.url}/_sim/faults", json=rule).raise_for_status()

    def reset(self) -> None:
        """Forget everything but the keys."""
        httpx.post(f"{self.url}/_sim/reset").raise_for_status()


def serve(port: int, state: Path | None = None) -> None:
    """Listen on loopback until interrupted."""
    uvicorn.run(application(Store(state)), host=LOOPBACK, port=port, log_level="warning", lifespan="off")
