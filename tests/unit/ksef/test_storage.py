"""What lies behind a link of KSeF's storage is read up to a limit, however long it pretends to be."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from bridge.ksef import storage
from bridge.model.errors import TryLater


class Endless(httpx.SyncByteStream):
    """A document without an end."""

    def __init__(self) -> None:
        self.given = 0

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.given += 1000
            yield b"x" * 1000


def fetched(monkeypatch: pytest.MonkeyPatch, answer: httpx.Response) -> list[tuple[bytes, str] | None]:
    transport = httpx.MockTransport(lambda _request: answer)
    monkeypatch.setattr(storage, "_client", lambda _url: httpx.Client(transport=transport))
    return storage.fetch(["https://magazyn.test/upo"])


def test_a_document_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = httpx.Response(200, content=b"<Potwierdzenie/>", headers={"x-ms-meta-hash": "ab"})
    assert fetched(monkeypatch, answer) == [(b"<Potwierdzenie/>", "ab")]


def test_one_without_end_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "LARGEST", 50_000)
    endless = Endless()
    with pytest.raises(TryLater):
        fetched(monkeypatch, httpx.Response(200, stream=endless))
    assert endless.given < 200_000


def test_a_link_that_has_ended_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TryLater):
        fetched(monkeypatch, httpx.Response(403))
