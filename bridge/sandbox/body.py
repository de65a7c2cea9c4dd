"""JSON bodies as KSeF reads them: names in any case, unknown ones ignored, missing ones 21405 (protocol.md, 1.2)."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request

from bridge.sandbox.problems import bad


async def json_body(request: Request) -> dict[str, Any]:
    """The object with its names in lower case, at every depth; 21001 when it is no JSON object."""
    try:
        read = json.loads(await request.body())
    except ValueError as error:
        raise bad(21001, str(error)) from error
    if not isinstance(read, dict):
        raise bad(21001)
    lowered: dict[str, Any] = _lower(read)
    return lowered


def need(body: Any, name: str) -> Any:
    """A value that must be there."""
    found = body.get(name.lower()) if isinstance(body, dict) else None
    if found is None:
        raise bad(21405, f"Pole {name} jest wymagane.")
    return found


def _lower(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key).lower(): _lower(each) for key, each in value.items()}
    return [_lower(each) for each in value] if isinstance(value, list) else value
