"""Export packages: asked for, built, cut, encrypted, fetched by links, expired (protocol.md, 6.3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge.sandbox import keys
from bridge.sandbox.bearer import READING, caller
from bridge.sandbox.body import base64_of, json_body, need, one_of
from bridge.sandbox.faults import Moment, first
from bridge.sandbox.links import link
from bridge.sandbox.metadata import search
from bridge.sandbox.numbers import stamp
from bridge.sandbox.packing import Seal, package
from bridge.sandbox.problems import Refusal, bad
from bridge.sandbox.store import Invoice, Store

RUNNING = 10  # exports of one subject in one context at a time
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
        seal = Seal(ref, key, iv, made["compression"], what)
        made |= package(store, found, seal, bare=bool(body.get("onlymetadata")))
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
    url, ends = link(request, "export", f"{ref}.{place}", request.app.state.store.settings["export_link_seconds"])
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
