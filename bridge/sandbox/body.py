"""JSON bodies as KSeF reads them: names in any case, unknown ones ignored, missing ones 21405 (protocol.md, 1.2)."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import UTC, datetime
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


def one_of(value: Any, *known: str) -> str:
    """A value of an enumeration, in whatever case it was written."""
    found = next((each for each in known if each.lower() == str(value).lower()), None)
    if found is None:
        raise bad(21405, f"Nieznana wartość {value}; znane: {', '.join(known)}.")
    return found


def whole(body: Any, name: str, least: int = 0) -> int:
    """A number that must be there, at least so large."""
    found = need(body, name)
    if isinstance(found, bool) or not isinstance(found, int) or found < least:
        raise bad(21405, f"{name}: {found!r} nie jest liczbą od {least}.")
    return found


def moment(value: Any, name: str) -> datetime:
    """A moment in UTC; without an offset it is taken as UTC, as KSeF does (protocol.md, 1.3)."""
    try:
        read = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise bad(21405, f"{name}: {value!r} nie jest chwilą.") from error
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)


def base64_of(value: Any, name: str) -> bytes:
    """Bytes that were written as standard Base64."""
    try:
        return b64decode(str(value), validate=True)
    except ValueError as error:
        raise bad(21405, f"{name}: nieprawidłowy zapis Base64.") from error


def hash_of(body: Any, name: str) -> str:
    """A SHA-256 in Base64: 44 characters."""
    text = str(need(body, name))
    if len(base64_of(text, name)) != 32:
        raise bad(21405, f"{name}: to nie jest skrót SHA-256.")
    return text


def _lower(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key).lower(): _lower(each) for key, each in value.items()}
    return [_lower(each) for each in value] if isinstance(value, list) else value
