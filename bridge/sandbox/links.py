"""Links that need no token and expire: UPO, parts of exports, uploads (protocol.md, 5.1, 6.3)."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from bridge.sandbox.numbers import stamp
from bridge.sandbox.store import Store

EXPIRED = "<?xml version='1.0' encoding='utf-8'?><Error><Code>AuthenticationFailed</Code></Error>"


def root(request: Request) -> str:
    """The address the caller used, so that links lead back through the same name."""
    return f"{request.url.scheme}://{request.headers.get('host', 'localhost')}"


def link(request: Request, what: str, ref: str, seconds: float | None = None) -> tuple[str, str]:
    """A signed link to a file, and the moment it ends."""
    store: Store = request.app.state.store
    lives = store.settings["link_seconds"] if seconds is None else seconds
    ends = store.clock.now() + timedelta(seconds=lives)
    query = f"se={ends.timestamp():.6f}"
    return f"{root(request)}/_sim/files/{what}/{ref}?{query}&sig={_sign(store, what, ref, query)}", stamp(ends)


def refused(request: Request) -> Response | None:
    """403 as the storage says it, when the link was changed or is past its end."""
    store: Store = request.app.state.store
    what, ref = request.path_params["what"], request.path_params["ref"]
    ends = request.query_params.get("se", "0")
    good = hmac.compare_digest(_sign(store, what, ref, f"se={ends}"), request.query_params.get("sig", ""))
    if good and store.clock.now().timestamp() <= float(ends):
        return None
    return Response(EXPIRED, 403, media_type="application/xml")


def _sign(store: Store, what: str, ref: str, query: str) -> str:
    return hmac.digest(store.kept.secret, f"{what}/{ref}?{query}".encode(), "sha256").hex()


def open_until(created: datetime, parts: int, minutes: float) -> datetime:
    """The end of an upload window: so many minutes for each part."""
    return created + timedelta(minutes=minutes * parts)
