"""Packing by hand and back: slices of one archive, each encrypted by itself, nothing in clear on the disk."""

from __future__ import annotations

import hashlib
import io
import random
import tarfile
import zipfile
from base64 import b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.ksef.package import TAR_GZ, ZIP, Package, pack

KEY, IV = bytes(range(32)), bytes(range(16))


def decrypted(package: Package) -> bytes:
    plain = b""
    for part in package.parts:
        decryptor = Cipher(algorithms.AES(KEY), modes.CBC(IV)).decryptor()
        unpad = PKCS7(128).unpadder()
        whole = decryptor.update(part.file.read_bytes()) + decryptor.finalize()
        plain += unpad.update(whole) + unpad.finalize()
    return plain


def unpacked(package: Package) -> list[tuple[str, bytes]]:
    plain = io.BytesIO(decrypted(package))
    if package.compression == ZIP:
        with zipfile.ZipFile(plain) as archive:
            return [(name, archive.read(name)) for name in archive.namelist()]
    with tarfile.open(fileobj=plain, mode="r:gz") as tar:
        return [(each.name, file.read()) for each in tar.getmembers() if (file := tar.extractfile(each))]


def digest(content: bytes) -> str:
    return b64encode(hashlib.sha256(content).digest()).decode()


@pytest.mark.parametrize("compression", [TAR_GZ, ZIP])
@settings(max_examples=25, deadline=None)
@given(contents=st.lists(st.binary(max_size=400), min_size=1, max_size=20), part_size=st.integers(600, 2000))
def test_what_is_packed_comes_out_again(
    tmp_path_factory: pytest.TempPathFactory, compression: str, contents: list[bytes], part_size: int
) -> None:
    files = [(f"{place:06}.xml", content) for place, content in enumerate(contents)]
    package = pack(files, tmp_path_factory.mktemp("spool"), KEY, IV, compression, part_size=part_size)
    assert unpacked(package) == files[: package.taken]
    plain = decrypted(package)
    assert (package.size, package.hash) == (len(plain), digest(plain))
    for part in package.parts:
        encrypted = part.file.read_bytes()
        assert (part.size, part.hash) == (len(encrypted), digest(encrypted))
    sizes = [min(part_size, len(plain) - at) for at in range(0, len(plain), part_size)]
    assert [part.size for part in package.parts] == [(size // 16 + 1) * 16 for size in sizes]


@pytest.mark.parametrize("compression", [TAR_GZ, ZIP])
def test_packing_stops_before_a_part_too_many(tmp_path: Path, compression: str) -> None:
    noise = random.Random(1)  # bytes that do not compress
    files = [(f"{place}.xml", noise.randbytes(30_000)) for place in range(40)]
    package = pack(files, tmp_path, KEY, IV, compression, part_size=200_000, most_parts=5)
    assert len(package.parts) <= 5
    assert 0 < package.taken < 40
    assert unpacked(package) == files[: package.taken]


def test_the_spool_is_for_its_owner_and_holds_nothing_in_clear(tmp_path: Path) -> None:
    package = pack([("1.xml", b"<Faktura/>" * 1000)], tmp_path, KEY, IV, ZIP)
    (file,) = tmp_path.iterdir()
    assert file == package.parts[0].file
    assert file.stat().st_mode & 0o077 == 0
    assert b"Faktura" not in file.read_bytes()
    assert b"PK" not in file.read_bytes()[:2]
