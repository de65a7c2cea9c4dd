"""Presigned links → bytes put and fetched there, side by side: exactly the given headers, never a token (protocol.md, 4.3, 5.1).

Storage is not the API: no rate limits, no sign-in, answers of its own. A link that has ended is a value, not an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import httpx

from bridge.model.errors import TryLater

TIMEOUT = httpx.Timeout(120.0, connect=10.0)
SIDE_BY_SIDE = 4
CHUNK = 1 << 20
LARGEST = 64 << 20  # bytes of one document; the collective UPO of 10,000 invoices has about 10 MB
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Put(StrEnum):
    """What became of a part."""

    STORED = "stored"
    ENDED = "ended"  # the link is used up, ended or spoiled: 400, 401, 403
    FAILED = "failed"  # it may be put again


@dataclass(frozen=True, slots=True)
class Upload:
    """One part and where KSeF wants it."""

    ordinal: int
    file: Path
    method: str
    url: str
    headers: Mapping[str, str]


def upload(parts: Sequence[Upload]) -> Iterator[tuple[int, Put, str]]:
    """Each part as it ends: its ordinal, what became of it, and what the storage said."""
    with _client(parts[0].url) as client, ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="część") as pool:
        running = {pool.submit(_put, client, part): part.ordinal for part in parts}
        for done in as_completed(running):
            put, said = done.result()
            yield running[done], put, said


def _put(client: httpx.Client, part: Upload) -> tuple[Put, str]:
    size = part.file.stat().st_size
    try:
        with part.file.open("rb") as file:
            chunks = iter(lambda: file.read(CHUNK), b"")
            headers = {**part.headers, "Content-Length": str(size)}
            answer = client.request(part.method, part.url, content=chunks, headers=headers)
    except httpx.RequestError as error:
        return Put.FAILED, f"{type(error).__name__} {error}".strip()
    if answer.is_success:
        return Put.STORED, ""
    ended = answer.status_code in (httpx.codes.BAD_REQUEST, httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)
    return Put.ENDED if ended else Put.FAILED, f"magazyn KSeF odpowiedział {answer.status_code}"


def fetch(urls: Sequence[str]) -> list[tuple[bytes, str] | None]:
    """What stands at each link with its `x-ms-meta-hash`, in their order; None for a link that gives nothing.

    Raises TryLater when not even one gives anything, as then it is the network.
    """
    with _client(urls[0]) as client, ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="upo") as pool:
        fetched = list(pool.map(lambda url: _got(client, url), urls))
    if not any(fetched):
        raise TryLater("Żaden z odnośników KSeF do pobrania dokumentów nie działa.")
    return fetched


def _got(client: httpx.Client, url: str) -> tuple[bytes, str] | None:
    content = bytearray()
    try:
        with client.stream("GET", url) as answer:
            if not answer.is_success:
                return None
            for chunk in answer.iter_bytes():
                content += chunk
                if len(content) > LARGEST:
                    return None  # no document of KSeF: the API is asked instead
    except (httpx.RequestError, httpx.InvalidURL):
        return None
    return bytes(content), answer.headers.get("x-ms-meta-hash", "")


def _client(url: str) -> httpx.Client:
    return httpx.Client(timeout=TIMEOUT, trust_env=httpx.URL(url).host not in _LOOPBACK, http1=True)
