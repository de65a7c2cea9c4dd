"""What went wrong → an answer in either of KSeF's error formats (protocol.md, 1.4)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge.sandbox.numbers import stamp
from bridge.sandbox.realtime import real_now

TEXTS = {
    9101: "Nieprawidłowy dokument.",
    9102: "Brak podpisu.",
    9103: "Za dużo podpisów.",
    9105: "Nieprawidłowy podpis.",
    21001: "Nieczytelna treść.",
    21111: "Nieprawidłowe wyzwanie autoryzacyjne.",
    21115: "Nieprawidłowy certyfikat.",
    21117: "Identyfikator podmiotu nie pasuje do typu kontekstu.",
    21155: "Przekroczono limit faktur w sesji.",
    21157: "Nieprawidłowy rozmiar części pliku.",
    21161: "Przekroczono dozwoloną liczbę części pliku.",
    21164: "Faktura nie istnieje.",
    21165: "Faktura nie jest jeszcze dostępna.",
    21166: "Korekta techniczna już istnieje.",
    21167: "Status faktury nie pozwala na korektę techniczną.",
    21173: "Brak sesji o wskazanym numerze referencyjnym.",
    21175: "Brak eksportu o wskazanym numerze referencyjnym.",
    21178: "Nie znaleziono UPO.",
    21180: "Status sesji uniemożliwia wykonanie operacji.",
    21181: "Nieprawidłowe żądanie eksportu faktur.",
    21182: "Osiągnięto limit trwających eksportów.",
    21183: "Początek zakresu wykracza poza kompletny zbiór danych.",
    21184: "Sesja tymczasowo niedostępna.",
    21205: "Nie przesłano zadeklarowanej części pliku.",
    21208: "Przekroczono czas wysyłki.",
    21217: "Nieprawidłowe kodowanie znaków.",
    21301: "Brak autoryzacji.",
    21304: "Brak uwierzytelnienia o wskazanym numerze.",
    21308: "Próba użycia metod autoryzacyjnych osoby zmarłej.",
    21401: "Dokument nie jest zgodny ze schemą.",
    21402: "Nieprawidłowy rozmiar pliku.",
    21403: "Nieprawidłowy skrót pliku.",
    21405: "Błąd walidacji danych wejściowych.",
    21406: "Konflikt podpisu i typu identyfikatora.",
    21418: "Nieprawidłowy token kontynuacji.",
    21470: "Nieznany lub wycofany klucz publiczny.",
    25001: "Brak danych do wniosku dla logowania tokenem.",
    25002: "Tą metodą logowania nie można złożyć wniosku.",
    25003: "Dane we wniosku CSR różnią się od danych podmiotu.",
    25004: "Nieprawidłowy format albo podpis CSR.",
    25005: "Nie znaleziono wniosku.",
    25006: "Osiągnięto limit wniosków.",
    25007: "Osiągnięto limit certyfikatów.",
    25008: "Nie znaleziono certyfikatu.",
    25009: "Certyfikatu nie można unieważnić.",
    25010: "Nieprawidłowy typ albo długość klucza.",
    25011: "Nieprawidłowy algorytm podpisu CSR.",
    26001: "Nie można nadać tokenowi uprawnień, których nie ma autor.",
    26002: "W tym kontekście nie można utworzyć tokena.",
    30001: "Obiekt już istnieje.",
    71001: "Faktura nie istnieje.",
    71002: "Za dużo identyfikatorów.",
    71004: "Faktury mają różnych sprzedawców.",
    71005: "Powtórzony numer KSeF.",
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

_DETAILS = {
    401: "Wymagane jest uwierzytelnienie.",
    403: "Brak dostępu.",
    410: "Minął czas przechowywania.",
    429: "Za dużo żądań.",
}


def _problem(request: Request, refusal: Refusal) -> Response:
    body: dict[str, Any] = {
        "title": _TITLES.get(refusal.status, "Error"),
        "status": refusal.status,
        "instance": request.url.path,
        "detail": _DETAILS.get(refusal.status, "Żądanie jest nieprawidłowe."),
        "timestamp": stamp(real_now()),
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
    moment = stamp(real_now())
    return {"exception": {"exceptionDetailList": [detail], "serviceCode": trace, "timestamp": moment}}


def _too_many(request: Request, refusal: Refusal, *, modern: bool) -> Response:
    if modern:
        return _problem(request, refusal)
    status = {"code": 429, "description": "Too Many Requests", "details": refusal.details}
    return JSONResponse({"status": status}, 429, refusal.headers)
