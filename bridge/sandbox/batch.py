"""Batch sessions: open, parts by PUT, close; then every invoice of the archive (protocol.md, 4.3)."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from base64 import b64encode
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge.sandbox import processing
from bridge.sandbox.auth import bearer
from bridge.sandbox.body import json_body, need
from bridge.sandbox.online import MOST, opened, received, session_of
from bridge.sandbox.problems import bad
from bridge.sandbox.store import Session, Store

LARGEST_PART, MOST_PARTS = 100_000_016, 50


async def open_batch(request: Request) -> Response:
    """POST /sessions/batch."""
    store: Store = request.app.state.store
    login = bearer(request, "ContextToken")
    body = await json_body(request)
    package = need(body, "batchFile")
    parts = need(package, "fileParts")
    if len(parts) > MOST_PARTS:
        raise bad(21161)
    if any(int(need(part, "fileSize")) > LARGEST_PART for part in parts):
        raise bad(21157)
    session = opened(store, login, body, "Batch")
    session.package = package
    session.parts = {int(need(part, "ordinalNumber")): dict(part) for part in parts}
    root = f"{request.url.scheme}://{request.headers['host']}"
    links = [
        {
            "ordinalNumber": ordinal,
            "method": "PUT",
            "url": f"{root}/_sim/storage/{session.ref}/{ordinal}",
            "headers": {"x-ms-blob-type": "BlockBlob"},
        }
        for ordinal in sorted(session.parts)
    ]
    return JSONResponse({"referenceNumber": session.ref, "partUploadRequests": links}, 201)


async def put(request: Request) -> Response:
    """PUT of one encrypted part; no authorization, exactly the given header."""
    store: Store = request.app.state.store
    session = store.kept.sessions.get(request.path_params["ref"])
    if (
        session is None
        or request.path_params["part"] not in session.parts
        or request.headers.get("x-ms-blob-type") != "BlockBlob"
    ):
        return Response(status_code=403)
    session.parts[request.path_params["part"]]["content"] = await request.body()
    return Response(status_code=201)


async def close(request: Request) -> Response:
    """POST /sessions/batch/{ref}/close: starts the processing."""
    store: Store = request.app.state.store
    session = session_of(request)
    if session.code != 100:
        raise bad(21180, f"Status sesji: {session.code}.")
    for part in session.parts.values():
        if "content" not in part:
            raise bad(21205)
        if len(part["content"]) != int(part["filesize"]):
            raise bad(21157)
    session.closed, session.code = store.clock.now(), 150
    _unpack(store, session)
    processing.advance(store, session)
    return Response(status_code=204)


def _unpack(store: Store, session: Session) -> None:
    """Parts → archive → invoices; a session-level status when one of these steps fails."""
    plain = b""
    for _, part in sorted(session.parts.items()):
        content = part.pop("content")
        if _hash(content) != part["filehash"]:
            session.code = 405
            return
        opened_part = processing.decrypted(session, content)
        if opened_part is None:
            session.code = 435
            return
        plain += opened_part
    try:
        files = _files(plain, str(session.package.get("compressiontype") or "Zip"))
    except (zipfile.BadZipFile, tarfile.TarError, OSError, EOFError):
        session.code = 430
        return
    if _hash(plain) != session.package["filehash"] or len(files) > MOST:
        session.code = 405 if len(files) <= MOST else 420
        return
    for name, content in files:
        invoice = received(store, session, _hash(content), len(content))
        invoice.file_name, invoice.offline = name, session.offline
        processing.take_plain(store, session, invoice, content)
    if not files:
        session.code, session.details = 440, ["Nie przesłano faktur"]


def _files(plain: bytes, kind: str) -> list[tuple[str, bytes]]:
    if kind.lower() == "targz":
        with tarfile.open(fileobj=io.BytesIO(plain), mode="r:gz") as archive:
            members: list[Any] = [each for each in archive.getmembers() if each.isfile()]
            return [(each.name, content.read()) for each in members if (content := archive.extractfile(each))]
    with zipfile.ZipFile(io.BytesIO(plain)) as zipped:
        return [(name, zipped.read(name)) for name in zipped.namelist()]


def _hash(content: bytes) -> str:
    return b64encode(hashlib.sha256(content).digest()).decode()
