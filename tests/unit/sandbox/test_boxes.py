"""Each box of the simulator's checklist (platform, keys and signing in, sending, limits) over real HTTP."""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from bridge.ksef.client import Ksef
from bridge.ksef.credentials import Signer
from bridge.ksef.crypto import seal as sealed
from bridge.ksef.limits import Unpaced
from bridge.ksef.xades import signed_request
from bridge.model.errors import FixSetup
from bridge.sandbox import Running
from bridge.sandbox.identity import seal

NIP = "1111111111"
INVOICE = (Path(__file__).parents[1] / "fa3" / "xml" / "golden" / "vat.xml").read_bytes()
MODERN = {"X-Error-Format": "problem-details"}


def invoice(number: str = "FV/1") -> bytes:
    return INVOICE.replace(b"FV/1/05/2026", number.encode())


def send(ksef: Ksef, xml: bytes) -> Any:
    opened = ksef.open_online("FA (3)")
    ref = ksef.send(opened.ref, opened.key, opened.iv, xml)
    return ksef.invoice(opened.ref, str(ref))


def test_names_in_any_case_and_unknown_ones_ignored(loose: httpx.Client, access: dict[str, str]) -> None:
    body = {"Permissions": ["InvoiceRead"], "DESCRIPTION": "opis tokenu", "cosNowego": 1}
    assert loose.post("/tokens", json=body, headers=access).status_code == 202


def test_both_error_formats(http: httpx.Client, access: dict[str, str]) -> None:
    old = http.post("/tokens", json={}, headers=access)
    assert old.json()["exception"]["exceptionDetailList"][0]["exceptionCode"] == 21405
    new = http.post("/tokens", json={}, headers=access | MODERN)
    assert new.headers["content-type"].startswith("application/problem+json")
    assert new.json()["errors"][0]["code"] == 21405
    assert http.get("/rate-limits").json()["status"] == 401
    assert (
        http.post("/tokens", content=b"{", headers=access).json()["exception"]["exceptionDetailList"][0][
            "exceptionCode"
        ]
        == 21001
    )


def test_references_and_numbers_have_their_shape(ksef: Ksef) -> None:
    told = send(ksef, invoice())
    assert re.fullmatch(r"\d{8}-EE-[A-F0-9]{10}-[A-F0-9]{10}-[A-F0-9]{2}", told.ref)
    assert re.fullmatch(rf"{NIP}-\d{{8}}-[0-9A-F]{{12}}-[0-9A-F]{{2}}", told.ksef_number)


def test_the_clock_can_be_frozen(simulator: Running, ksef: Ksef) -> None:
    moment = datetime(2026, 5, 11, 12, tzinfo=UTC)
    httpx.post(f"{simulator.url}/_sim/clock", json={"frozen": moment.isoformat()})
    assert send(ksef, invoice()).acquired == moment


def test_memory_survives_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "ksef.bin"
    key, certificate = seal(NIP, "Firma", datetime.now(UTC))
    for expected in (200, 440):
        with (
            Running(state=state) as simulator,
            Ksef(
                f"{simulator.url}/v2", NIP, lambda: Signer(certificate, key), Unpaced(), now=lambda: datetime.now(UTC)
            ) as ksef,
        ):
            assert send(ksef, invoice()).code == expected


def test_public_keys_and_a_withdrawn_one(http: httpx.Client, access: dict[str, str]) -> None:
    listed = http.get("/security/public-key-certificates").json()
    assert {each["usage"][0] for each in listed} == {"KsefTokenEncryption", "SymmetricKeyEncryption"}
    for each in listed:
        spki = x509.load_der_x509_certificate(b64decode(each["certificate"])).public_key()
        assert spki is not None
        assert len(each["publicKeyId"]) == 44
    body = {
        "formCode": {"systemCode": "FA (3)", "schemaVersion": "1-0E", "value": "FA"},
        "encryption": {
            "encryptedSymmetricKey": "AAAA",
            "initializationVector": b64encode(b"i" * 16).decode(),
            "publicKeyId": "x" * 44,
        },
    }
    told = http.post("/sessions/online", json=body, headers=access | MODERN)
    assert told.json()["errors"][0]["code"] == 21470


def test_a_challenge_is_good_once_and_for_ten_minutes(simulator: Running, http: httpx.Client) -> None:
    key, certificate = seal(NIP, "Firma", datetime.now(UTC))
    challenge = http.post("/auth/challenge").json()["challenge"]
    body = signed_request(challenge, NIP, Signer(certificate, key), datetime.now(UTC))
    xml = {"Content-Type": "application/xml"}
    assert http.post("/auth/xades-signature", content=body, headers=xml).status_code == 202
    assert http.post("/auth/xades-signature", content=body, headers=xml | MODERN).json()["errors"][0]["code"] == 21111
    late = http.post("/auth/challenge").json()["challenge"]
    httpx.post(f"{simulator.url}/_sim/clock", json={"shift": 601})
    body = signed_request(late, NIP, Signer(certificate, key), datetime.now(UTC))
    assert http.post("/auth/xades-signature", content=body, headers=xml | MODERN).json()["errors"][0]["code"] == 21111


def test_a_changed_request_does_not_verify(loose: httpx.Client) -> None:
    key, certificate = seal(NIP, "Firma", datetime.now(UTC))
    challenge = loose.post("/auth/challenge").json()["challenge"]
    body = signed_request(challenge, NIP, Signer(certificate, key), datetime.now(UTC)).replace(
        b"<Nip>1111111111", b"<Nip>5555555555"
    )
    told = loose.post("/auth/xades-signature", content=body, headers={"Content-Type": "application/xml", **MODERN})
    assert told.json()["errors"][0]["code"] == 9105
    assert loose.post("/auth/xades-signature", json={}).status_code == 415


def test_tokens_are_redeemed_once_and_of_the_right_kind(http: httpx.Client) -> None:
    key, certificate = seal(NIP, "Firma", datetime.now(UTC), key="rsa")
    challenge = http.post("/auth/challenge").json()["challenge"]
    body = signed_request(challenge, NIP, Signer(certificate, key), datetime.now(UTC))
    begun = http.post("/auth/xades-signature", content=body, headers={"Content-Type": "application/xml"}).json()
    bearer = {"Authorization": f"Bearer {begun['authenticationToken']['token']}"}
    assert http.get(f"/auth/{begun['referenceNumber']}", headers=bearer).json()["status"]["code"] == 200
    tokens = http.post("/auth/token/redeem", headers=bearer).json()
    assert http.post("/auth/token/redeem", headers=bearer | MODERN).json()["errors"][0]["code"] == 21301
    access = {"Authorization": f"Bearer {tokens['accessToken']['token']}"}
    assert http.post("/auth/token/refresh", headers=access).status_code == 401
    refresh = {"Authorization": f"Bearer {tokens['refreshToken']['token']}"}
    assert http.post("/auth/token/refresh", headers=refresh).status_code == 200
    assert http.get("/auth/sessions", headers=access).json()["items"][0]["isCurrent"] is True
    assert http.delete("/auth/sessions/current", headers=access).status_code == 204
    assert http.post("/auth/token/refresh", headers=refresh | MODERN).json()["errors"][0]["code"] == 21301


def test_a_stranger_needs_a_grant(simulator: Running) -> None:
    key, certificate = seal("5555555555", "Biuro", datetime.now(UTC))

    def client() -> Ksef:
        return Ksef(
            f"{simulator.url}/v2", NIP, lambda: Signer(certificate, key), Unpaced(), now=lambda: datetime.now(UTC)
        )

    with client() as ksef, pytest.raises(FixSetup, match="uprawnie"):
        ksef.rate_limits()
    body = {
        "contextIdentifier": {"type": "Nip", "value": NIP},
        "authorizedIdentifier": {"type": "Nip", "value": "5555555555"},
        "permissions": [{"permissionType": "InvoiceWrite", "description": "wysyła faktury"}],
    }
    httpx.post(f"{simulator.url}/v2/testdata/permissions", json=body)
    with client() as ksef:
        assert send(ksef, invoice()).code == 200


def test_tokens_are_listed_and_revoked(http: httpx.Client, access: dict[str, str]) -> None:
    made = http.post(
        "/tokens", json={"permissions": ["InvoiceWrite"], "description": "do listy"}, headers=access
    ).json()
    assert [each["referenceNumber"] for each in http.get("/tokens", headers=access).json()["tokens"]] == [
        made["referenceNumber"]
    ]
    assert http.delete(f"/tokens/{made['referenceNumber']}", headers=access).status_code == 204
    assert http.get(f"/tokens/{made['referenceNumber']}", headers=access).json()["status"] == "Revoked"


FATES = {
    "accepted": (invoice(), 200),
    "bad schema": (invoice().replace(b"<P_12>23", b"<P_12>24"), 450),
    "not XML": (b"<Faktura", 450),
    "byte order mark": (b"\xef\xbb\xbf" + invoice(), 430),
    "processing instruction": (invoice().replace(b"<Faktura", b"<?x y?><Faktura", 1), 450),
    "issued tomorrow": (
        invoice().replace(b"<P_1>2026-05-11", f"<P_1>{datetime.now(UTC).date() + timedelta(days=2)}".encode()),
        450,
    ),
    "of another seller": (invoice().replace(b"<NIP>1111111111", b"<NIP>5555555555"), 410),
    "too large": (invoice().replace(b"</Faktura>", b" " * 1_000_000 + b"</Faktura>"), 430),
}


@pytest.mark.parametrize("fate", FATES)
def test_the_fate_of_an_invoice(fate: str, ksef: Ksef) -> None:
    xml, code = FATES[fate]
    assert send(ksef, xml).code == code


def test_a_duplicate_names_its_original(ksef: Ksef) -> None:
    first, second = send(ksef, invoice()), send(ksef, invoice())
    assert second.code == 440
    assert second.extensions["originalKsefNumber"] == first.ksef_number


def test_sizes_and_hashes_of_what_arrives_are_checked(ksef: Ksef, http: httpx.Client, access: dict[str, str]) -> None:
    opened = ksef.open_online("FA (3)")
    made = sealed(invoice(), opened.key, opened.iv)
    body = {
        "invoiceHash": made.hash,
        "invoiceSize": made.size,
        "encryptedInvoiceHash": made.encrypted_hash,
        "encryptedInvoiceSize": made.encrypted_size,
        "encryptedInvoiceContent": made.encrypted,
    }
    for field, value, code in (("encryptedInvoiceSize", 1, 21402), ("encryptedInvoiceHash", "A" * 43 + "=", 21403)):
        told = http.post(f"/sessions/online/{opened.ref}/invoices", json=body | {field: value}, headers=access | MODERN)
        assert told.json()["errors"][0]["code"] == code
    wrong = http.post(f"/sessions/online/{opened.ref}/invoices", json=body | {"invoiceSize": 1}, headers=access).json()
    assert ksef.invoice(opened.ref, wrong["referenceNumber"]).code == 430
    offline = http.post(
        f"/sessions/online/{opened.ref}/invoices",
        json=body | {"hashOfCorrectedInvoice": made.hash},
        headers=access | MODERN,
    )
    assert offline.json()["errors"][0]["code"] == 21405


def test_a_closed_session_takes_nothing_and_an_empty_one_is_cancelled(ksef: Ksef) -> None:
    opened = ksef.open_online("FA (3)")
    ksef.close_online(opened.ref)
    assert ksef.session(opened.ref).code == 440
    refused = ksef.send(opened.ref, opened.key, opened.iv, invoice())
    assert getattr(refused, "code", None) == 21180


def test_midnight_makes_an_invoice_offline(simulator: Running, ksef: Ksef) -> None:
    httpx.post(f"{simulator.url}/_sim/clock", json={"frozen": "2026-05-11T21:59:00+00:00"})
    assert send(ksef, invoice("przed północą")).mode == "Online"
    httpx.post(f"{simulator.url}/_sim/clock", json={"frozen": "2026-05-11T22:01:00+00:00"})
    assert send(ksef, invoice("po północy")).mode == "Offline"


def test_lists_page_by_token_and_failed_ones_apart(
    simulator: Running, ksef: Ksef, http: httpx.Client, access: dict[str, str]
) -> None:
    simulator.store.settings["limits"] = False
    opened = ksef.open_online("FA (3)")
    for number in range(12):
        ksef.send(opened.ref, opened.key, opened.iv, invoice(f"FV/{number % 11}"))
    page = http.get(f"/sessions/{opened.ref}/invoices?pageSize=10", headers=access).json()
    assert len(page["invoices"]) == 10
    rest = http.get(
        f"/sessions/{opened.ref}/invoices?pageSize=10",
        headers=access | {"x-continuation-token": page["continuationToken"]},
    ).json()
    assert len(rest["invoices"]) == 2
    failed = http.get(f"/sessions/{opened.ref}/invoices/failed", headers=access).json()
    assert [each["status"]["code"] for each in failed["invoices"]] == [440]
    listed = http.get("/sessions?sessionType=Online&pageSize=10", headers=access).json()["sessions"]
    assert listed[0]["totalInvoiceCount"] == 12


def test_a_slow_processing_is_polled(simulator: Running, ksef: Ksef) -> None:
    httpx.post(f"{simulator.url}/_sim/settings", json={"processing": 30})
    opened = ksef.open_online("FA (3)")
    ref = str(ksef.send(opened.ref, opened.key, opened.iv, invoice()))
    assert ksef.invoice(opened.ref, ref).code == 150
    httpx.post(f"{simulator.url}/_sim/clock", json={"shift": 31})
    assert ksef.invoice(opened.ref, ref).code == 200


@pytest.mark.shared
def test_upos_are_valid_and_links_need_no_token(
    ksef: Ksef, shared: Path, http: httpx.Client, access: dict[str, str]
) -> None:
    schema = etree.XMLSchema(etree.parse(str(shared / "ksef" / "xsd" / "upo-v4-3.xsd")))
    opened = ksef.open_online("FA (3)")
    ref = str(ksef.send(opened.ref, opened.key, opened.iv, invoice()))
    ksef.close_online(opened.ref)
    pages = ksef.session(opened.ref).upo_pages
    told = ksef.invoice(opened.ref, ref)
    assert told.upo_url
    linked = httpx.get(told.upo_url)
    assert linked.headers["x-ms-meta-hash"] == b64encode(hashlib.sha256(linked.content).digest()).decode()
    for content in (
        ksef.upo(opened.ref, ref),
        linked.content,
        http.get(f"/sessions/{opened.ref}/upo/{pages[0]}", headers=access).content,
    ):
        assert schema.validate(etree.fromstring(content)), schema.error_log
    assert len(pages) == 1


def test_a_batch_as_tar_gz_in_two_parts(
    simulator: Running, ksef: Ksef, http: httpx.Client, access: dict[str, str]
) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as out:
        for number in range(3):
            content = invoice(f"TGZ/{number}")
            entry = tarfile.TarInfo(f"{number}.xml")
            entry.size = len(content)
            out.addfile(entry, io.BytesIO(content))
    plain = packed.getvalue()
    key, iv = b"k" * 32, b"i" * 16
    halves = [plain[: len(plain) // 2], plain[len(plain) // 2 :]]
    parts = [sealed(half, key, iv) for half in halves]
    listed = http.get("/security/public-key-certificates").json()
    public = next(each for each in listed if each["usage"] == ["SymmetricKeyEncryption"])
    certificate = x509.load_der_x509_certificate(b64decode(public["certificate"]))
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    encrypted: Any = certificate.public_key()
    body = {
        "formCode": {"systemCode": "FA (3)", "schemaVersion": "1-0E", "value": "FA"},
        "batchFile": {
            "fileSize": len(plain),
            "fileHash": b64encode(hashlib.sha256(plain).digest()).decode(),
            "compressionType": "TarGz",
            "fileParts": [
                {"ordinalNumber": place, "fileSize": part.encrypted_size, "fileHash": part.encrypted_hash}
                for place, part in enumerate(parts, 1)
            ],
        },
        "encryption": {
            "encryptedSymmetricKey": b64encode(encrypted.encrypt(key, oaep)).decode(),
            "initializationVector": b64encode(iv).decode(),
        },
    }
    opened = http.post("/sessions/batch", json=body, headers=access).json()
    close = f"/sessions/batch/{opened['referenceNumber']}/close"
    assert http.post(close, headers=access | MODERN).json()["errors"][0]["code"] == 21205
    for upload, part in zip(opened["partUploadRequests"], parts, strict=True):
        content = b64decode(part.encrypted)
        assert httpx.put(upload["url"], content=content, headers=upload["headers"]).status_code == 201
        assert httpx.put(upload["url"], content=content).status_code == 403
    assert http.post(close, headers=access).status_code == 204
    assert ksef.session(opened["referenceNumber"]).accepted == 3


def test_limits_are_told_and_held(simulator: Running, http: httpx.Client, access: dict[str, str]) -> None:
    assert http.get("/rate-limits", headers=access).json()["invoiceSend"] == {
        "perSecond": 10,
        "perMinute": 30,
        "perHour": 180,
    }
    assert http.get("/limits/context", headers=access).json()["onlineSession"]["maxInvoices"] == 10000
    assert "enrollment" in http.get("/limits/subject", headers=access).json()
    answers = [http.get("/sessions?sessionType=Online", headers=access) for _ in range(6)]
    assert [each.status_code for each in answers] == [200] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert answers[-1].json()["status"]["code"] == 429
    httpx.post(f"{simulator.url}/_sim/settings", json={"limits": False})
    assert http.get("/sessions?sessionType=Online", headers=access).status_code == 200


def test_the_same_api_under_its_old_prefix(simulator: Running) -> None:
    assert httpx.post(f"{simulator.url}/api/v2/auth/challenge").status_code == 200
    assert httpx.post(f"{simulator.url}/auth/challenge").status_code == 404


def test_faults_by_http(simulator: Running, loose: httpx.Client) -> None:
    simulator.fault(path="/auth/challenge", do="status", code=503)
    simulator.fault(path="/auth/challenge", do="drop")
    assert loose.post("/auth/challenge").status_code == 503
    with pytest.raises(httpx.RemoteProtocolError):
        loose.post("/auth/challenge")
    assert loose.post("/auth/challenge").status_code == 200
