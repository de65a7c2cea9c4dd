"""Batch sessions: open, parts by PUT, close; then every invoice of the archive (protocol.md, 4.3)."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
import zlib
from base64 import b64encode
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge.sandbox import processing
from bridge.sandbox.bearer import SENDING, caller
from bridge.sandbox.body import hash_of, json_body, need, one_of, whole
from bridge.sandbox.links import EXPIRED, open_until, root
from bridge.sandbox.online import most, opened, received, writable
from bridge.sandbox.problems import bad
from bridge.sandbox.store import Session, Store

LARGEST, LARGEST_PART, MOST_PARTS = 5_000_000_000, 100_000_016, 50
LONGEST_NAME = 128


async def open_batch(request: Request) -> Response:
    """POST /sessions/batch."""
    store: Store = request.app.state.store
    login = caller(request, *SENDING)
    body = await json_body(request)
    package = need(body, "batchFile")
    parts = need(package, "fileParts")
    if len(parts) > MOST_PARTS:
        raise bad(21161)
    if not parts or whole(package, "fileSize", 1) > LARGEST or not hash_of(package, "fileHash"):
        raise bad(21405, "Paczka ma mieć od 1 do 50 części i najwyżej 5 GB.")
    if any(whole(part, "fileSize", 1) > LARGEST_PART for part in parts):
        raise bad(21157)
    session = opened(store, login, body, "Batch")
    session.checksums = "subject-identifier-validation" in request.headers.get("x-ksef-feature", "")
    session.package = {**package, "compressiontype": one_of(package.get("compressiontype") or "Zip", "Zip", "TarGz")}
    session.parts = {whole(part, "ordinalNumber", 1): {**part, "hash": hash_of(part, "fileHash")} for part in parts}
    links = [
        {
            "ordinalNumber": ordinal,
            "method": "PUT",
            "url": f"{root(request)}/_sim/storage/{session.ref}/{ordinal}",
            "headers": {"x-ms-blob-type": "BlockBlob"},
        }
        for ordinal in sorted(session.parts)
    ]
    return JSONResponse({"referenceNumber": session.ref, "partUploadRequests": links}, 201)


async def put(request: Request) -> Response:
    """PUT of one encrypted part; no authorization, exactly the given header, inside its window."""
    store: Store = request.app.state.store
    session = store.kept.sessions.get(request.path_params["ref"])
    ordinal = request.path_params["part"]
    if session is None or ordinal not in session.parts or request.headers.get("x-ms-blob-type") != "BlockBlob":
        return Response(EXPIRED, 403, media_type="application/xml")
    if "authorization" in request.headers:
        return Response(EXPIRED, 401, media_type="application/xml")
    if store.clock.now() > open_until(session.created, len(session.parts), store.settings["upload_minutes"]):
        return Response(EXPIRED, 403, media_type="application/xml")
    session.parts[ordinal]["content"] = await request.body()
    return Response(status_code=201)


async def close(request: Request) -> Response:
    """POST /sessions/batch/{ref}/close: starts the processing."""
    store: Store = request.app.state.store
    session = writable(request, "Batch")
    late = store.clock.now() > open_until(session.created, len(session.parts), store.settings["upload_minutes"])
    for ordinal, part in session.parts.items():
        if "content" not in part:
            raise bad(21208 if late else 21205, f"Brak części {ordinal}.")
        if len(part["content"]) != int(part["filesize"]):
            raise bad(21157)
    session.closed, session.code = store.clock.now(), 150
    fault = processing.fault_of(store, session)
    if fault is not None:
        processing.fail(store, session, fault.code, fault.details)
    else:
        _unpack(store, session)
        processing.advance(store, session)
    for part in session.parts.values():
        part.pop("content", None)
    return Response(status_code=204)


def _unpack(store: Store, session: Session) -> None:
    """Parts → archive → invoices; a session-level status when one of these steps fails."""
    plain = b""
    for _, part in sorted(session.parts.items()):
        if _hash(part["content"]) != part["hash"]:
            session.code = 405
            return
        opened_part = processing.decrypted(session, part["content"])
        if opened_part is None:
            session.code = 435
            return
        plain += opened_part
    if _hash(plain) != session.package["filehash"]:
        session.code = 405
        return
    try:
        files = _files(plain, session.package["compressiontype"])
    except (zipfile.BadZipFile, tarfile.TarError, OSError, EOFError, zlib.error):
        session.code = 430
        return
    _received(store, session, files)


def _received(store: Store, session: Session, files: list[tuple[str, bytes]]) -> None:
    names = {name for name, _ in files}
    if len(names) < len(files) or any("/" in name or len(name) > LONGEST_NAME for name in names):
        session.code = 430
    elif len(files) > most(store, session):
        session.code = 420
    elif not files:
        session.code, session.details = 440, [processing.EMPTY]
    else:
        for name, content in files:
            invoice = received(store, session, _hash(content), len(content))
            invoice.file_name, invoice.offline = name, session.offline
            processing.take_plain(store, session, invoice, content)


def _files(plain: bytes, kind: str) -> list[tuple[str, bytes]]:
    if kind == "TarGz":
        with tarfile.open(fileobj=io.BytesIO(plain), mode="r:gz") as archive:
            members: list[Any] = [each for each in archive.getmembers() if each.isfile()]
            return [(each.name, content.read()) for each in members if (content := archive.extractfile(each))]
    with zipfile.ZipFile(io.BytesIO(plain)) as zipped:
        return [(name, zipped.read(name)) for name in zipped.namelist()]


def _hash(content: bytes) -> str:
    return b64encode(hashlib.sha256(content).digest()).decode()
