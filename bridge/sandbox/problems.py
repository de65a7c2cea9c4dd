"""What went wrong → an answer in either of KSeF's error formats (protocol.md, 1.4)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge.sandbox.numbers import stamp

TEXTS = {
    9105: "Nieprawidłowy podpis.",
    21001: "Nieczytelna treść.",
    21111: "Nieprawidłowe wyzwanie autoryzacyjne.",
    21115: "Nieprawidłowy certyfikat.",
    21155: "Przekroczono limit faktur w sesji.",
    21173: "Brak sesji o wskazanym numerze referencyjnym.",
    21178: "Nie znaleziono UPO.",
    21180: "Status sesji uniemożliwia wykonanie operacji.",
    21301: "Brak autoryzacji.",
    21304: "Brak uwierzytelnienia o wskazanym numerze.",
    21402: "Nieprawidłowy rozmiar pliku.",
    21403: "Nieprawidłowy skrót pliku.",
    21405: "Błąd walidacji danych wejściowych.",
    21470: "Nieznany lub wycofany klucz publiczny.",
}


@dataclass(slots=True)
class Refusal(Exception):  # noqa: N818 - an answer, not a failure of ours
    """Raised by a handler, answered by `answer`."""

    status: int
    code: int = 0
    details: list[str] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


def bad(code: int, *details: str) -> Refusal:
    """HTTP 400 with a code of KSeF."""
    return Refusal(400, code, list(details))


def answer(request: Request, refusal: Refusal) -> Response:
    """In problem details when asked for; 401, 403 and 410 always."""
    modern = "problem-details" in request.headers.get("x-error-format", "").lower()
    if refusal.status == 429:
        return _too_many(request, refusal, modern=modern)
    if refusal.status == 400 and not modern:
        return JSONResponse(_legacy(refusal), 400)
    return _problem(request, refusal)


_TITLES = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 410: "Gone", 429: "Too Many Requests"}


def _problem(request: Request, refusal: Refusal) -> Response:
    body: dict[str, Any] = {
        "title": _TITLES.get(refusal.status, "Error"),
        "status": refusal.status,
        "instance": request.url.path,
        "detail": "Wymagane jest uwierzytelnienie." if refusal.status == 401 else "Żądanie jest nieprawidłowe.",
        "timestamp": stamp(datetime.now(UTC)),  # noqa: TID251 - a log stamp, not the business clock
        "traceId": secrets.token_hex(16),
        **refusal.extra,
    }
    if refusal.status == 400:
        text = TEXTS.get(refusal.code, "Błąd.")
        body["errors"] = [{"code": refusal.code, "description": text, "details": refusal.details}]
    return JSONResponse(body, refusal.status, refusal.headers, media_type="application/problem+json")


def _legacy(refusal: Refusal) -> dict[str, Any]:
    text = TEXTS.get(refusal.code, "Błąd.")
    detail = {"exceptionCode": refusal.code, "exceptionDescription": text, "details": refusal.details}
    trace = f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"
    moment = stamp(datetime.now(UTC))  # noqa: TID251 - a log stamp, not the business clock
    return {"exception": {"exceptionDetailList": [detail], "serviceCode": trace, "timestamp": moment}}


def _too_many(request: Request, refusal: Refusal, *, modern: bool) -> Response:
    if modern:
        return _problem(request, refusal)
    status = {"code": 429, "description": "Too Many Requests", "details": refusal.details}
    return JSONResponse({"status": status}, 429, refusal.headers)
