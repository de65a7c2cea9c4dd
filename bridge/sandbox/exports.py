"""Export packages: asked for, built, cut, encrypted, fetched by links, expired (protocol.md, 6.3)."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zipfile
from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge.sandbox import keys
from bridge.sandbox.bearer import READING, caller
from bridge.sandbox.body import base64_of, json_body, need, one_of
from bridge.sandbox.faults import Moment, first
from bridge.sandbox.links import link
from bridge.sandbox.metadata import Found, plain, search
from bridge.sandbox.numbers import stamp
from bridge.sandbox.problems import Refusal, bad
from bridge.sandbox.store import Invoice, Store

RUNNING = 10  # exports of one subject in one context at a time
LARGEST = 1_000_000_000
STATUS_LIVES = timedelta(days=7)
TEXTS = {
    100: "Eksport faktur w toku",
    200: "Eksport faktur zakończony sukcesem",
    210: "Eksport faktur wygasł i nie jest już dostępny",
    415: "Błąd odszyfrowania dostarczonego klucza",
    420: "Zakres filtrowania wykracza poza dostępny zakres danych",
    500: "Nieznany błąd",
    550: "Operacja została anulowana przez system",
}


async def ask(request: Request) -> Response:
    """POST /invoices/exports."""
    store: Store = request.app.state.store
    login = caller(request, *READING)
    body = await json_body(request)
    filters, (key, iv) = need(body, "filters"), _sealed_with(store, need(body, "encryption"))
    owner, now = (login.context, login.subject), store.clock.now()
    if sum(each["owner"] == owner and _code(store, each) == 100 for each in store.kept.exports.values()) >= RUNNING:
        raise bad(21182)
    found = search(store, login.context, filters)
    fault = first(store.faults, ("export",), Moment(now, context=login.context), store.random)
    ref, what = store.reference("EH"), fault.what if fault else ""
    made: dict[str, Any] = {
        "owner": owner,
        "asked": now,
        "ready": now + timedelta(seconds=store.settings["export_seconds"]),
        "code": 415 if not key else 420 if found is None else 200,
        "compression": one_of(body.get("compressiontype") or "Zip", "Zip", "TarGz"),
    }
    if key and found is not None:
        seal = Seal(ref, key, iv, made["compression"], what == "hash")
        made |= _package_of(store, found, seal, what, bare=bool(body.get("onlymetadata")))
    if fault is not None and not what:
        made["code"] = fault.code
    store.kept.exports[ref] = made
    return JSONResponse({"referenceNumber": ref}, 201)


def _sealed_with(store: Store, encryption: Any) -> tuple[bytes, bytes]:
    """Key and vector of the request; an empty key when it cannot be decrypted, which shows in the status."""
    iv = base64_of(need(encryption, "initializationVector"), "initializationVector")
    if len(iv) != 16:
        raise bad(21405, "Wektor inicjujący ma mieć 16 bajtów.")
    sealed = str(need(encryption, "encryptedSymmetricKey"))
    key = keys.opened(store, "SymmetricKeyEncryption", encryption.get("publickeyid"), sealed)
    return (key if key is not None and len(key) == 32 else b""), iv


def _package_of(store: Store, found: Found, seal: Seal, what: str, *, bare: bool) -> dict[str, Any]:
    """The parts of the archive, and what is told of it."""
    listed = _listed_of(found, what)
    archive = _archive(store, listed, seal.compression, bare=bare) if listed else b""
    return {
        "parts": _parts(store, archive, seal),
        "count": len(listed),
        "size": len(archive),
        "truncated": found.truncated or what == "truncated",
        "mark": found.mark,
        "by": found.by,
        "last": listed[-1] if listed else None,
    }


class Seal(NamedTuple):
    """How the parts of an export are named and encrypted; and whether their hashes lie."""

    ref: str
    key: bytes
    iv: bytes
    compression: str
    lies: bool


def _listed_of(found: Found, what: str) -> list[Invoice]:
    """What goes into the package; a fault may leave all or the later half out."""
    if what == "empty":
        return []
    half = what == "truncated" and len(found.invoices) > 1
    return found.invoices[: len(found.invoices) // 2] if half else found.invoices


def _parts(store: Store, archive: bytes, seal: Seal) -> list[dict[str, Any]]:
    """The archive cut into parts, each encrypted by itself."""
    size, ending = int(store.settings["export_part_bytes"]), "zip" if seal.compression == "Zip" else "tar.gz"
    cuts = enumerate(range(0, len(archive), size), 1)
    return [_part(archive[at : at + size], seal, f"{seal.ref}-{place:03}.{ending}.aes") for place, at in cuts]


def _archive(store: Store, listed: list[Invoice], kind: str, *, bare: bool) -> bytes:
    files = {} if bare else {f"{each.ksef_number}.xml": each.plain or b"" for each in listed}
    told = {"invoices": [plain(store, each) for each in listed]}
    files["_metadata.json"] = json.dumps(told, ensure_ascii=False).encode()
    out = io.BytesIO()
    if kind == "Zip":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
            for name, content in files.items():
                zipped.writestr(name, content)
    else:
        with tarfile.open(fileobj=out, mode="w:gz") as tarred:
            for name, content in files.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                tarred.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def _part(plain_part: bytes, seal: Seal, name: str) -> dict[str, Any]:
    pad, encryptor = PKCS7(128).padder(), Cipher(algorithms.AES(seal.key), modes.CBC(seal.iv)).encryptor()
    padded = pad.update(plain_part) + pad.finalize()
    sealed = encryptor.update(padded) + encryptor.finalize()
    told = b"" if seal.lies else plain_part
    return {"name": name, "content": sealed, "size": len(plain_part), "hash": _hash(told), "sealed_hash": _hash(sealed)}


def _hash(content: bytes) -> str:
    return b64encode(hashlib.sha256(content).digest()).decode()


def _code(store: Store, made: dict[str, Any]) -> int:
    """100 until it is ready, 210 when the package has expired."""
    now = store.clock.now()
    if now < made["ready"]:
        return 100
    return 210 if made["code"] == 200 and now > _expires(store, made) else int(made["code"])


def _expires(store: Store, made: dict[str, Any]) -> datetime:
    ends: datetime = made["ready"] + timedelta(days=store.settings["package_days"])
    return ends


async def status(request: Request) -> Response:
    """GET /invoices/exports/{ref}."""
    store: Store = request.app.state.store
    login = caller(request, *READING)
    ref = request.path_params["ref"]
    made = store.kept.exports.get(ref)
    if made is None or made["owner"] != (login.context, login.subject):
        raise bad(21175)
    if store.clock.now() - made["asked"] > STATUS_LIVES:
        raise Refusal(410)
    code = _code(store, made)
    body: dict[str, Any] = {"status": {"code": code, "description": TEXTS[code]}}
    if code != 100:
        body["completedDate"] = stamp(made["ready"])
    if code == 200:
        body |= {"packageExpirationDate": stamp(_expires(store, made)), "package": _package(request, ref, made)}
    return JSONResponse(body)


LAST = {"Issue": "lastIssueDate", "Invoicing": "lastInvoicingDate", "PermanentStorage": "lastPermanentStorageDate"}


def _package(request: Request, ref: str, made: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {
        "invoiceCount": made["count"],
        "size": made["size"],
        "parts": [_listed(request, ref, place, part) for place, part in enumerate(made["parts"], 1)],
        "isTruncated": made["truncated"],
        "compressionType": made["compression"],
    }
    if made["by"] == "PermanentStorage":
        body["permanentStorageHwmDate"] = stamp(made["mark"])
    last: Invoice | None = made["last"]
    if made["truncated"] and last is not None and last.stored is not None:
        dates = {"Issue": last.issued, "Invoicing": stamp(last.received), "PermanentStorage": stamp(last.stored)}
        body[LAST[made["by"]]] = dates[made["by"]]
    return body


def _listed(request: Request, ref: str, place: int, part: dict[str, Any]) -> dict[str, Any]:
    url, ends = link(request, "export", f"{ref}.{place}")
    return {
        "ordinalNumber": place,
        "partName": part["name"],
        "method": "GET",
        "url": url,
        "partSize": part["size"],
        "partHash": part["hash"],
        "encryptedPartSize": len(part["content"]),
        "encryptedPartHash": part["sealed_hash"],
        "expirationDate": ends,
    }


def part_of(store: Store, ref: str) -> Response:
    """One encrypted part by its link, with the hash of the encrypted bytes beside it."""
    export, _, place = ref.partition(".")
    made = store.kept.exports.get(export)
    if made is None or not place.isdecimal() or not 1 <= int(place) <= len(made.get("parts", ())):
        return Response(status_code=404)
    part = made["parts"][int(place) - 1]
    headers = {"x-ms-meta-hash": part["sealed_hash"]}
    return Response(part["content"], media_type="application/octet-stream", headers=headers)
