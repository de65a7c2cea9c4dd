"""What the client itself decides: withdrawn keys, pages, spoiled UPOs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from bridge.ksef.client import Ksef
from bridge.ksef.credentials import KsefToken, Signer
from bridge.ksef.crypto import base64, digest
from bridge.ksef.limits import Unpaced
from bridge.ksef.sessions import SessionKind
from bridge.ksef.transport import Wire
from bridge.model.errors import FixSetup, TryLater

NUMBER = "1111111111-20261124-0100001AF629-AF"
UPO = b'<Potwierdzenie xmlns="http://upo.schematy.mf.gov.pl/KSeF/v4-3"/>'


class Small:
    """A server of a few answers by method and path; one key is valid at a time."""

    def __init__(self, certificate: str) -> None:
        self.certificate = certificate
        self.key_id = "first"
        self.asked: list[httpx.Request] = []
        self.answers: dict[str, httpx.Response] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        path = request.url.path.removeprefix("/v2")
        known: dict[str, Callable[[httpx.Request], httpx.Response]] = {
            "/security/public-key-certificates": self.keys,
            "/sessions/online": self.open,
            "/sessions/SO/invoices": self.invoices,
        }
        return known[path](request) if path in known else self.answers[path]

    def keys(self, _: httpx.Request) -> httpx.Response:
        validity = {"validFrom": "2026-01-01T00:00:00Z", "validTo": "2027-01-01T00:00:00Z"}
        entry = {"certificate": self.certificate, "publicKeyId": self.key_id, "usage": ["SymmetricKeyEncryption"]}
        return httpx.Response(200, json=[entry | validity])

    def open(self, request: httpx.Request) -> httpx.Response:
        if json.loads(request.content)["encryption"]["publicKeyId"] != self.key_id:
            return httpx.Response(400, json={"errors": [{"code": 21470, "description": "Klucz wycofany"}]})
        return httpx.Response(201, json={"referenceNumber": "SO", "validUntil": "2026-11-25T00:00:00Z"})

    def invoices(self, request: httpx.Request) -> httpx.Response:
        following = {"": "a", "a": "b", "b": None}
        at = request.headers.get("x-continuation-token", "")
        entry = {
            "ordinalNumber": len(at),
            "referenceNumber": "EE",
            "invoiceHash": at,
            "invoicingDate": "2026-11-24T10:00:00Z",
            "status": {"code": 150, "description": "Trwa przetwarzanie"},
        }
        listed = [entry] if at else []  # a page may be empty though more follow
        return httpx.Response(200, json={"invoices": listed, "continuationToken": following[at]})

    def paths(self) -> list[str]:
        return [each.url.path.removeprefix("/v2") for each in self.asked]


@pytest.fixture
def server(make: Callable[..., Signer]) -> Small:
    return Small(base64(make("RSA").certificate.public_bytes(Encoding.DER)))


@pytest.fixture
def ksef(server: Small, noon: datetime) -> Iterator[Ksef]:
    """Signed in already, as far as these tests care."""
    with Ksef("https://ksef.test/v2", "1111111111", lambda: KsefToken("t"), Unpaced(), now=lambda: noon) as made:
        made._wire.close()
        made._wire = Wire("https://ksef.test/v2", Unpaced(), None, lambda _: None, httpx.MockTransport(server))
        yield made


def test_the_public_key_is_asked_for_once(ksef: Ksef, server: Small) -> None:
    assert ksef.open_online("FA (3)").public_key_id == "first"
    ksef.open_online("FA (3)")
    assert server.paths() == ["/security/public-key-certificates", "/sessions/online", "/sessions/online"]


def test_a_withdrawn_key_is_replaced_and_the_session_opened_once_more(ksef: Ksef, server: Small) -> None:
    ksef.open_online("FA (3)")
    server.key_id = "second"
    assert ksef.open_online("FA (3)").public_key_id == "second"
    assert server.paths()[-3:] == ["/sessions/online", "/security/public-key-certificates", "/sessions/online"]


def test_a_key_that_is_withdrawn_again_and_again_is_no_endless_loop(
    ksef: Ksef, server: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = {"errors": [{"code": 21470, "description": "Klucz wycofany"}]}
    monkeypatch.setattr(server, "open", lambda _: httpx.Response(400, json=refused))
    with pytest.raises(TryLater, match="Klucz wycofany"):
        ksef.open_online("FA (3)")
    assert server.paths().count("/sessions/online") == 2


def test_a_session_that_ksef_does_not_open(ksef: Ksef, server: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = {"errors": [{"code": 21405, "description": "Błąd walidacji", "details": ["formCode"]}]}
    monkeypatch.setattr(server, "open", lambda _: httpx.Response(400, json=refused))
    with pytest.raises(FixSetup, match="formCode"):
        ksef.open_online("FA (3)")


def test_each_session_has_its_own_key(ksef: Ksef) -> None:
    first, second = ksef.open_online("FA (3)"), ksef.open_online("FA (3)")
    assert (len(first.key), len(first.iv)) == (32, 16)
    assert (first.key, first.iv) != (second.key, second.iv)
    assert "key=" not in repr(first)


def test_only_the_token_tells_whether_more_pages_follow(ksef: Ksef) -> None:
    assert [each.hash for each in ksef.invoices("SO")] == ["a", "b"]


def test_a_key_that_ksef_could_not_decrypt_is_forgotten(ksef: Ksef, server: Small) -> None:
    ksef.open_online("FA (3)")
    status = {"code": 415, "description": "Błąd odszyfrowania dostarczonego klucza"}
    moments = {"dateCreated": "2026-11-24T10:00:00Z", "dateUpdated": "2026-11-24T10:00:00Z"}
    server.answers["/sessions/SO"] = httpx.Response(200, json={"status": status, **moments})
    assert ksef.session("SO").code == 415
    ksef.open_online("FA (3)")
    assert server.paths().count("/security/public-key-certificates") == 2


def test_counts_of_listed_sessions(ksef: Ksef, server: Small, noon: datetime) -> None:
    entry = {
        "referenceNumber": "SO",
        "status": {"code": 445, "description": "x", "details": ["a"]},
        "dateCreated": "2026-11-24T10:00:00Z",
        "totalInvoiceCount": 3,
        "successfulInvoiceCount": 0,
        "failedInvoiceCount": 3,
    }
    server.answers["/sessions"] = httpx.Response(200, json={"sessions": [entry]})
    (found,) = ksef.find_sessions(noon, SessionKind.BATCH)
    assert (found.ref, found.code, found.invoices, found.accepted, found.refused) == ("SO", 445, 3, 0, 3)
    assert dict(server.asked[-1].url.params) == {
        "sessionType": "Batch",
        "dateCreatedFrom": "2026-11-24T12:00:00Z",
        "pageSize": "1000",
    }


@pytest.mark.parametrize(("announced", "whole"), [(digest(UPO), True), (digest(b"x"), False), ("", True)])
def test_a_upo_is_held_against_its_hash(ksef: Ksef, server: Small, announced: str, whole: bool) -> None:
    headers = {"x-ms-meta-hash": announced} if announced else {}
    server.answers["/sessions/SO/invoices/EE/upo"] = httpx.Response(200, content=UPO, headers=headers)
    if whole:
        assert ksef.upo("SO", "EE") == UPO
    else:
        with pytest.raises(TryLater, match="uszkodzone"):
            ksef.upo("SO", "EE")


def test_the_hash_of_an_original(ksef: Ksef, server: Small) -> None:
    server.answers["/invoices/query/metadata"] = httpx.Response(
        200, json={"invoices": [{"ksefNumber": NUMBER, "invoiceHash": "skrót"}]}
    )
    assert ksef.hash_of(NUMBER) == "skrót"
    asked = json.loads(server.asked[-1].content)
    assert asked["ksefNumber"] == NUMBER
    assert asked["dateRange"]["from"] == "2026-11-23T00:00:00Z"
    server.answers["/invoices/query/metadata"] = httpx.Response(200, json={"invoices": []})
    assert ksef.hash_of(NUMBER) is None
    assert ksef.hash_of("to nie jest numer") is None
