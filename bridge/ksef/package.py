"""Invoices → one archive, cut into parts and encrypted as it grows; only ciphertext touches the disk (protocol.md, 4.3).

The parts are slices of one archive; each is encrypted by itself with the session's key and IV. Memory stays bounded
whatever the number of invoices: an invoice, a compressor's window and a block of the part at hand.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from bridge.ksef.crypto import BLOCK, base64

PART = 20_000_000  # bytes of a part before encryption: KSeF takes 100 MB, a lost small one is soon sent again
MOST_PARTS = 50
HELD_BACK = 1 << 18  # bytes that a compressor may still hold
LISTING = 200  # bytes of a file's entry in the directory at the end of a ZIP
ZIP, TAR_GZ = "Zip", "TarGz"  # compressionType


@dataclass(frozen=True, slots=True)
class PackagePart:
    """One encrypted part on disk; hash is Base64 of SHA-256, size in bytes, both of the encrypted bytes."""

    ordinal: int
    file: Path
    size: int
    hash: str


@dataclass(frozen=True, slots=True)
class Package:
    """What `POST /sessions/batch` declares: the plain archive as a whole, and its encrypted parts."""

    size: int
    hash: str
    compression: str
    parts: tuple[PackagePart, ...]
    taken: int  # how many of the invoices are in it: the rest would have made it too big


def pack(  # noqa: PLR0913 - the last two are what tests make small
    files: Iterable[tuple[str, bytes]],
    folder: Path,
    key: bytes,
    iv: bytes,
    compression: str = TAR_GZ,
    *,
    part_size: int = PART,
    most_parts: int = MOST_PARTS,
) -> Package:
    """Pack (name, bytes) in their order into `folder`, which must be empty; stops before a part too many."""
    splitter = _Splitter(folder, key, iv, part_size)
    add, finish = (_tar if compression == TAR_GZ else _zip)(cast("BinaryIO", splitter))
    taken = 0
    for name, content in files:
        if taken and splitter.size + len(content) + HELD_BACK + LISTING * taken > part_size * most_parts:
            break
        add(name, content)
        taken += 1
    finish()
    parts = splitter.finish()
    return Package(splitter.size, splitter.hash, compression, parts, taken)


Add = Callable[[str, bytes], None]


def _tar(target: BinaryIO) -> tuple[Add, Callable[[], None]]:
    archive = tarfile.open(fileobj=target, mode="w|gz", format=tarfile.USTAR_FORMAT)  # noqa: SIM115 - closed by finish

    def add(name: str, content: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))

    return add, archive.close


def _zip(target: BinaryIO) -> tuple[Add, Callable[[], None]]:
    archive = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)

    def add(name: str, content: bytes) -> None:
        archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)

    return add, archive.close


class _Splitter(io.RawIOBase):
    """A file that only grows: hashes what is written, cuts it, encrypts each slice into a file of its own."""

    def __init__(self, folder: Path, key: bytes, iv: bytes, part_size: int) -> None:
        super().__init__()
        self.size = 0
        self._folder, self._key, self._iv, self._part_size = folder, key, iv, part_size
        self._plain = hashlib.sha256()
        self._parts: list[PackagePart] = []
        self._current: _Encrypted | None = None

    @property
    def hash(self) -> str:
        """Of all that was written, in Base64."""
        return base64(self._plain.digest())

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        """All of it, in as many parts as it takes."""
        whole = bytes(data)
        self._plain.update(whole)
        self.size += len(whole)
        at = 0
        while at < len(whole):
            if self._current is None:
                self._current = _Encrypted(self._folder, len(self._parts) + 1, self._key, self._iv)
            taken = whole[at : at + self._part_size - self._current.plain]
            self._current.write(taken)
            at += len(taken)
            if self._current.plain == self._part_size:
                self._cut()
        return len(whole)

    def _cut(self) -> None:
        if self._current is not None:
            self._parts.append(self._current.finish())
            self._current = None

    def finish(self) -> tuple[PackagePart, ...]:
        """The parts, all written."""
        self._cut()
        return tuple(self._parts)


class _Encrypted:
    """One part while it grows."""

    def __init__(self, folder: Path, ordinal: int, key: bytes, iv: bytes) -> None:
        self.plain = 0
        self._ordinal, self._path = ordinal, folder / f"{ordinal:03}.aes"
        self._file = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
        self._padder = PKCS7(BLOCK * 8).padder()
        self._encryptor = Cipher(AES256(key), CBC(iv)).encryptor()
        self._hash, self._size = hashlib.sha256(), 0

    def write(self, data: bytes) -> None:
        self.plain += len(data)
        self._put(self._encryptor.update(self._padder.update(data)))

    def _put(self, encrypted: bytes) -> None:
        self._hash.update(encrypted)
        self._size += len(encrypted)
        self._file.write(encrypted)

    def finish(self) -> PackagePart:
        self._put(self._encryptor.update(self._padder.finalize()) + self._encryptor.finalize())
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return PackagePart(self._ordinal, self._path, self._size, base64(self._hash.digest()))
