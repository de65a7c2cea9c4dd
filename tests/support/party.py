"""A client as raw as it gets: signs in as anybody for any NIP, calls the API, and holds every answer to the contract."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import tarfile
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path
from typing import Any

import httpx
from cryptography import x509

from bridge.ksef.credentials import Signer
from bridge.ksef.crypto import encrypt_for
from bridge.ksef.crypto import seal as sealed
from bridge.ksef.xades import signed_request
from bridge.sandbox import Running
from bridge.sandbox.identity import seal

NIP, OFFICE, BUYER = "1111111111", "5555555555", "2222222222"
INVOICE = (Path(__file__).parents[1] / "unit" / "fa3" / "xml" / "golden" / "vat.xml").read_bytes()
KEY, IV = b"k" * 32, b"i" * 16
FORM = {"systemCode": "FA (3)", "schemaVersion": "1-0E", "value": "FA"}


def invoice(number: str = "FV/1", seller: str = NIP, **changes: str) -> bytes:
    """A valid invoice under that number; further changes as old text → new text by keyword pairs old, new."""
    made = INVOICE.replace(b"FV/1/05/2026", number.encode()).replace(b"<NIP>1111111111", f"<NIP>{seller}".encode(), 1)
    for old, new in changes.items():
        made = made.replace(old.encode(), new.encode())
    return made


class Contract:
    """The official OpenAPI, when the reference material is there."""

    def __init__(self, shared: Path) -> None:
        spec = importlib.util.spec_from_file_location("contract_proxy", shared / "acceptance" / "contract_proxy.py")
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        said = json.loads((shared / "ksef" / "openapi-2.9.0.json").read_text("utf-8"))
        self._judge = module.Contract(said, "/v2")

    def problems(self, response: httpx.Response) -> Iterator[str]:
        """What a call, if it was accepted, and its answer have against the contract."""
        request = response.request
        path = request.url.path.removeprefix("/v2")
        template, match = self._judge.find(request.method, path)
        if template is None:
            return
        if response.is_success:
            headers = _headers(request.headers)
            found = self._judge.request(
                request.method, template, match, request.url.query.decode(), headers, request.content
            )
            yield from (f"request {request.method} {template}: {text}" for _, text in found)
        found = self._judge.response(
            request.method, template, response.status_code, _headers(response.headers), response.content
        )
        yield from (f"answer {request.method} {template}: {text}" for _, text in found)


def _headers(headers: httpx.Headers) -> Message:
    made = Message()
    for name, value in headers.multi_items():
        made[name] = value
    return made


@dataclass(slots=True)
class Party:
    """Somebody signed in for a context."""

    simulator: Running
    http: httpx.Client
    context: str
    tokens: dict[str, Any] = field(default_factory=dict)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Any call with the access token; X_Name as a keyword becomes the header X-Name."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        bearer = {"Authorization": f"Bearer {self.tokens['accessToken']['token']}"}
        return self.http.request(
            method, path, json=body, headers={"X-Error-Format": "problem-details"} | bearer | named
        )

    def get(self, path: str, **headers: str) -> Any:
        return good(self.call("GET", path, **headers)).json()

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        answer = good(self.call("POST", path, body, **headers))
        return answer.json() if answer.content else None

    def refused(self, method: str, path: str, body: Any = None) -> int:
        """The code of an exception."""
        told = self.call(method, path, body).json()
        return int(told["errors"][0]["code"]) if "errors" in told else int(told["status"])

    # --- sending ---------------------------------------------------------------------------------------------------

    def encryption(self, key: bytes = KEY) -> dict[str, str]:
        listed = self.http.get("/security/public-key-certificates").json()
        found = [each for each in listed if "SymmetricKeyEncryption" in each["usage"]]
        newest = max(found, key=lambda each: each["validFrom"])
        public: Any = x509.load_der_x509_certificate(b64decode(newest["certificate"])).public_key()
        return {
            "encryptedSymmetricKey": encrypt_for(public, key),
            "initializationVector": b64encode(IV).decode(),
            "publicKeyId": newest["publicKeyId"],
        }

    def open(self, form: Mapping[str, str] = FORM, **headers: str) -> str:
        ref: str = self.post("/sessions/online", {"formCode": form, "encryption": self.encryption()}, **headers)[
            "referenceNumber"
        ]
        return ref

    def body(self, xml: bytes, **more: Any) -> dict[str, Any]:
        made = sealed(xml, KEY, IV)
        return {
            "invoiceHash": made.hash,
            "invoiceSize": made.size,
            "encryptedInvoiceHash": made.encrypted_hash,
            "encryptedInvoiceSize": made.encrypted_size,
            "encryptedInvoiceContent": made.encrypted,
            **more,
        }

    def send(self, xml: bytes, session: str = "", **more: Any) -> dict[str, Any]:
        """Send one invoice, in a session of its own unless one is named; its status."""
        ref = session or self.open()
        sent = self.post(f"/sessions/online/{ref}/invoices", self.body(xml, **more))
        told: dict[str, Any] = self.get(f"/sessions/{ref}/invoices/{sent['referenceNumber']}")
        return told | {"session": ref}

    def open_batch(self, files: Mapping[str, bytes], kind: str = "Zip", **more: Any) -> dict[str, Any]:
        """An opened batch; its answer and the encrypted part under "content"."""
        plain = packed(files, kind)
        part = sealed(plain, KEY, IV)
        package = {
            "fileSize": len(plain),
            "fileHash": part.hash,
            "compressionType": kind,
            "fileParts": [{"ordinalNumber": 1, "fileSize": part.encrypted_size, "fileHash": part.encrypted_hash}],
        }
        body = {"formCode": FORM, "batchFile": package, "encryption": self.encryption(), **more}
        opened: dict[str, Any] = self.post("/sessions/batch", body)
        return opened | {"content": b64decode(part.encrypted)}

    def upload(self, opened: Mapping[str, Any]) -> httpx.Response:
        link = opened["partUploadRequests"][0]
        return httpx.put(link["url"], content=opened["content"], headers=link["headers"])

    def batch(self, files: Mapping[str, bytes], kind: str = "Zip", **more: Any) -> dict[str, Any]:
        """A whole batch; the status of its session."""
        opened = self.open_batch(files, kind, **more)
        assert self.upload(opened).status_code == 201
        good(self.call("POST", f"/sessions/batch/{opened['referenceNumber']}/close"))
        told: dict[str, Any] = self.get(f"/sessions/{opened['referenceNumber']}")
        return told | {"session": opened["referenceNumber"]}

    def search(self, kind: str = "Subject1", page: str = "", **filters: Any) -> dict[str, Any]:
        """Metadata of all days around now."""
        dates = {"dateType": "PermanentStorage", "from": "2026-01-01T00:00:00Z", "to": "2026-04-01T00:00:00Z"}
        filters = {"dateRange": dates, **filters}
        found: dict[str, Any] = self.post(f"/invoices/query/metadata{page}", {"subjectType": kind, **filters})
        return found


def packed(files: Mapping[str, bytes], kind: str) -> bytes:
    out = io.BytesIO()
    if kind == "Zip":
        with zipfile.ZipFile(out, "w") as zipped:
            for name, content in files.items():
                zipped.writestr(name, content)
        return out.getvalue()
    with tarfile.open(fileobj=out, mode="w:gz") as tarred:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tarred.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def good(response: httpx.Response) -> httpx.Response:
    assert response.is_success, (
        f"{response.request.method} {response.request.url}: {response.status_code} {response.text}"
    )
    return response


SEALS: dict[str, Signer] = {}


def signer(nip: str) -> Signer:
    if nip not in SEALS:
        key, certificate = seal(nip, "Firma Testowa", datetime.now(UTC))
        SEALS[nip] = Signer(certificate, key)
    return SEALS[nip]


def authenticated(http: httpx.Client, context: str, who: Signer) -> dict[str, Any]:
    """An authentication begun by signature; its status in the end, with the authentication token."""
    challenge = http.post("/auth/challenge").json()["challenge"]
    body = signed_request(challenge, context, who, datetime.now(UTC))
    begun = good(http.post("/auth/xades-signature", content=body, headers={"Content-Type": "application/xml"})).json()
    bearer = {"Authorization": f"Bearer {begun['authenticationToken']['token']}"}
    return {**good(http.get(f"/auth/{begun['referenceNumber']}", headers=bearer)).json(), "bearer": bearer}


def hash_of(content: bytes) -> str:
    return b64encode(hashlib.sha256(content).digest()).decode()
