"""Invoices found → the encrypted parts of an export package, as the contract has them or spoiled as a fault says."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import warnings
import zipfile
import zlib
from base64 import b64encode
from collections.abc import Iterator
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from bridge.sandbox.metadata import Found, plain
from bridge.sandbox.store import Invoice, Store

METADATA = "_metadata.json"
BOMB = 200_000_000  # bytes of zeros


class Seal(NamedTuple):
    """How the parts of an export are named, packed and encrypted; and what is wrong with them."""

    ref: str
    key: bytes
    iv: bytes
    compression: str
    wrong: str = ""  # a name of faults.PACKAGES


def package(store: Store, found: Found, seal: Seal, *, bare: bool) -> dict[str, Any]:
    """The parts of the archive, and what the status says of it; `bare` has metadata only."""
    fitting = within(found.invoices, int(store.settings["export_bytes"]))
    cut = found.truncated or len(fitting) < len(found.invoices)
    if seal.wrong == "truncated" and len(fitting) > 1:
        fitting, cut = fitting[: len(fitting) // 2], True
    listed = [] if seal.wrong == "empty" else fitting
    archive = _archive(seal.compression, list(_entries(store, listed, seal.wrong, bare=bare))) if listed else b""
    return {
        "parts": _parts(store, archive, seal),
        "count": len(listed),
        "size": len(archive),
        "truncated": cut,
        "mark": found.mark,
        "by": found.by,
        "last": listed[-1] if listed else None,
    }


def within(invoices: list[Invoice], most: int) -> list[Invoice]:
    """As many invoices, in their order, as stay within `most` compressed bytes; metadata do not count."""
    if sum(len(each.plain or b"") for each in invoices) <= most:
        return invoices
    size = 0
    for place, each in enumerate(invoices):
        size += len(zlib.compress(each.plain or b""))
        if size > most:
            return invoices[:place]
    return invoices


def _entries(store: Store, listed: list[Invoice], wrong: str, *, bare: bool) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the archive, in order."""
    files = [] if bare else [(f"{each.ksef_number}.xml", each.plain or b"") for each in listed]
    first = files[0][1] if files else b"<Faktura/>"
    odd = {"name": ("faktura.xml", first), "path": ("../../faktura.xml", first), "bomb": ("zera.xml", bytes(BOMB))}
    yield from files
    if wrong == "twice" and files:
        yield files[0]
    if wrong in odd:
        yield odd[wrong]
    yield METADATA, _metadata(store, listed, wrong)


def _metadata(store: Store, listed: list[Invoice], wrong: str) -> bytes:
    told = [plain(store, each) for each in listed]
    if wrong == "file-hash":
        told[0]["invoiceHash"] = _hash(b"")
    if wrong == "metadata-lacks":
        del told[-1]
    if wrong == "metadata-extra":
        number = str(told[0]["ksefNumber"])
        told.append({**told[0], "ksefNumber": f"{number[:20]}{'0' if number[20] != '0' else '1'}{number[21:]}"})
    content = json.dumps({"invoices": told}, ensure_ascii=False).encode()
    return content[: len(content) // 2] if wrong == "metadata-cut" else content


def _archive(kind: str, entries: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    if kind == "Zip":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped, warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # a name that stands there twice is asked for
            for name, content in entries:
                zipped.writestr(name, content)
    else:
        with tarfile.open(fileobj=out, mode="w:gz") as tarred:
            for name, content in entries:
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                tarred.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def _parts(store: Store, archive: bytes, seal: Seal) -> list[dict[str, Any]]:
    """The archive cut into parts, each encrypted by itself."""
    size, ending = int(store.settings["export_part_bytes"]), "zip" if seal.compression == "Zip" else "tar.gz"
    cuts = enumerate(range(0, len(archive), size), 1)
    return [_part(archive[at : at + size], seal, f"{seal.ref}-{place:03}.{ending}.aes") for place, at in cuts]


def _part(plain_part: bytes, seal: Seal, name: str) -> dict[str, Any]:
    pad, encryptor = PKCS7(128).padder(), Cipher(algorithms.AES(seal.key), modes.CBC(seal.iv)).encryptor()
    padded = pad.update(plain_part) + pad.finalize()
    sealed = encryptor.update(padded) + encryptor.finalize()
    return {
        "name": name,
        "content": sealed,
        "size": len(plain_part),
        "hash": _hash(b"" if seal.wrong in ("hash", "hashes") else plain_part),
        "sealed_hash": _hash(b"" if seal.wrong == "hashes" else sealed),
    }


def _hash(content: bytes) -> str:
    return b64encode(hashlib.sha256(content).digest()).decode()
