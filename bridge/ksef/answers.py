"""What KSeF answered → values: moments, refusals in both of its error formats, system warnings (protocol.md, 1.2-1.4).

Parsed defensively: any part may be missing, texts are for people only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from bridge.ksef.codes import EXCEPTIONS, FORBIDDEN, LOGIN, Reaction
from bridge.model.errors import BridgeError, FixSetup, TryLater

_WARNING = re.compile(r"\[(?P<code>[^\]]+)\]: (?P<message>[^|]+)")


@dataclass(frozen=True, slots=True)
class Refused:
    """KSeF understood and said no; nothing happened there."""

    code: int
    description: str
    details: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All that KSeF said, on one line, for people."""
        return " ".join(filter(None, (self.description, *self.details))) + f" (kod {self.code})"


def moment(text: str) -> datetime:
    """ISO 8601 with 0-9 decimals → aware UTC; a naive one is UTC (protocol.md, 1.3)."""
    read = datetime.fromisoformat(text)
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def moment_or_none(text: str | None) -> datetime | None:
    """The same where KSeF may still be silent."""
    return moment(text) if text else None


def refusal(response: httpx.Response) -> Refused | None:
    """The refusal in a 4xx answer, of either format; None for a success."""
    if response.is_success:
        return None
    body = json_object(response)
    listed = _list(body.get("errors")) or _list(_mapping(body.get("exception")).get("exceptionDetailList"))
    entries = [_mapping(each) for each in listed]
    first = entries[0] if entries else {}
    code = first.get("code", first.get("exceptionCode"))
    texts = (first.get("description"), first.get("exceptionDescription"), body.get("detail"), body.get("title"))
    return Refused(
        code if isinstance(code, int) else response.status_code,
        next((str(text) for text in texts if text), response.reason_phrase),
        tuple(str(each) for entry in entries for each in _list(entry.get("details"))),
    )


def error_of(refused: Refused) -> BridgeError | None:
    """The exception a refusal stands for where nobody handles it; None when it is a value."""
    reaction, sentence = EXCEPTIONS.get(refused.code, (None, ""))
    if reaction is None:
        return None
    kind = FixSetup if reaction is Reaction.SETUP else TryLater
    return kind(f"{sentence} KSeF: {refused.text}")


def login_error(refused: Refused) -> BridgeError:
    """The exception a failed authentication status stands for (protocol.md, 2.2)."""
    unknown = (
        Reaction.SETUP if refused.code > 1000 else Reaction.LATER
    )  # an exceptionCode repeats itself, a status may not
    reaction, sentence = LOGIN.get(refused.code, (unknown, "Logowanie do KSeF nie powiodło się."))
    kind = FixSetup if reaction is Reaction.SETUP else TryLater
    return kind(f"{sentence} KSeF: {refused.text}")


def forbidden(response: httpx.Response) -> BridgeError:
    """403: rights or addresses that a person must change, or a firewall that will calm down."""
    body = json_object(response)
    sentence = FORBIDDEN.get(str(body.get("reasonCode")))
    security = "; ".join(f"{key}: {value}" for key, value in _mapping(body.get("security")).items())
    if sentence is None:
        return TryLater(f"Zapora KSeF odrzuciła połączenie. {security}".strip())
    return FixSetup(" ".join(filter(None, (sentence, str(body.get("detail") or ""), security))))


def warnings(response: httpx.Response) -> list[str]:
    """Entries of X-System-Warning, each `code: text`."""
    header = response.headers.get("x-system-warning", "")
    return [f"{found['code']}: {found['message'].strip()}" for found in _WARNING.finditer(header)]


def json_object(response: httpx.Response) -> Mapping[str, Any]:
    """The body as a JSON object; empty when it is anything else."""
    try:
        return _mapping(response.json())
    except ValueError:
        return {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
