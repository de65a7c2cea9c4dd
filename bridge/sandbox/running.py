"""The simulator as a server on this machine: in a thread for tests and the demo, or blocking for the command line."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from bridge.sandbox.app import application
from bridge.sandbox.faults import rule
from bridge.sandbox.store import Store
from bridge.sandbox.switches import wrong
from bridge.sandbox.tls import Tls

LOOPBACK = "127.0.0.1"


class _Protocol(H11Protocol):
    """Hands the connection to the door, so that a fault can cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class Running:
    """`with Running() as ksef: ksef.url`; with `state` it remembers its keys and invoices in that file."""

    def __init__(
        self,
        state: Path | None = None,
        port: int = 0,
        *,
        clock: Path | None = None,
        tls: Path | None = None,
        **settings: Any,
    ) -> None:
        self.store = Store(state)
        if problems := wrong(settings):
            raise ValueError(f"unknown settings of the simulator: {problems}")
        self.store.settings.update(settings)
        if clock is not None:
            self.store.clock.follow(clock)
        self.tls = Tls(tls) if tls is not None else None
        self._server = uvicorn.Server(_config(self.store, port, self.tls))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self.url = ""

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise OSError("the simulator could not listen")
            time.sleep(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http{'s' if self.tls else ''}://{LOOPBACK}:{port}"
        self.admin = httpx.Client(base_url=self.url, verify=self.tls.trusting() if self.tls else True, trust_env=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.admin.close()
        self._server.should_exit = True
        self._thread.join(10)
        self.store.save(now=True)

    def accepted(self) -> list[dict[str, Any]]:
        """The invoices it has accepted."""
        listed: list[dict[str, Any]] = self.admin.get("/_sim/state").json()["invoices"]
        return listed

    def fault(self, **said: Any) -> None:
        """Add a fault rule."""
        self.admin.post("/_sim/faults", json=said).raise_for_status()

    def reset(self) -> None:
        """Forget everything but the keys."""
        self.admin.post("/_sim/reset").raise_for_status()


def _config(store: Store, port: int, tls: Tls | None) -> uvicorn.Config:
    config = uvicorn.Config(
        application(store),
        host=LOOPBACK,
        port=port,
        log_level="critical",
        lifespan="off",
        ws="none",
        http=_Protocol,
        ssl_certfile=tls.certificate if tls else None,
        ssl_keyfile=tls.key if tls else None,
    )
    if tls is not None:
        config.load()
        assert config.ssl is not None
        tls.context = config.ssl
    return config


@dataclass(frozen=True, slots=True)
class Start:
    """With what `serve` begins: the file of its memory, JSON files of faults and settings, a clock file, a TLS folder."""

    state: Path | None = None
    faults: Path | None = None
    settings: Path | None = None
    clock: Path | None = None
    tls: Path | None = None


def furnished(start: Start) -> Store:
    """A memory with all that its files say. Raises ValueError for a file that says something wrong."""
    store = Store(start.state)
    if start.faults is not None:
        store.faults += [rule(each) for each in json.loads(start.faults.read_text("utf-8"))]
    if start.settings is not None:
        said = json.loads(start.settings.read_text("utf-8"))
        if problems := wrong(said):
            raise ValueError(f"{start.settings}: {'; '.join(problems)}")
        store.settings.update(said)
    if start.clock is not None:
        store.clock.follow(start.clock)
    return store


def serve(port: int, start: Start) -> None:
    """Listen on loopback until interrupted."""
    store = furnished(start)
    try:
        uvicorn.Server(_config(store, port, Tls(start.tls) if start.tls else None)).run()
    finally:
        store.save(now=True)
