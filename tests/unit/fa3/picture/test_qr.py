"""KOD I and KOD II: the worked examples of fa3.md 6.2-6.3, decoded and verified by others than what made them."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode, urlsafe_b64decode
from datetime import date
from pathlib import Path

import pytest
import segno
import zxingcpp
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from PIL import Image

from bridge.fa3.picture.qr import CodeFacts, IssuerContext, OfflineKey, certificate_link, invoice_link, serial_of, svg
from bridge.model.errors import FixSetup

TEST = "https://qr-test.ksef.mf.gov.pl"
EXAMPLE = CodeFacts("1234563218", date(2026, 5, 11), "2712c851a2aef446b6503f111c724076850a26f02b33d5b4a7bee918e490bc31")
SERIAL = "01F20A5D352AE590"
SIGNED = (
    "qr-test.ksef.mf.gov.pl/certificate/Nip/1234563218/1234563218/01F20A5D352AE590"
    "/JxLIUaKu9Ea2UD8RHHJAdoUKJvArM9W0p77pGOSQvDE"
)
OWNER = IssuerContext("Nip", "1234563218")


def _decoded(link: str) -> str:
    """By zxing, from the pixels that the SVG describes."""
    rows = _modules(svg(link))
    scale = 6
    image = Image.new("L", (len(rows[0]) * scale, len(rows) * scale), 255)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                image.paste(0, (x * scale, y * scale, (x + 1) * scale, (y + 1) * scale))
    (found,) = zxingcpp.read_barcodes(image)
    assert found.format == zxingcpp.BarcodeFormat.QRCode
    return found.text


def _modules(text: str) -> list[list[bool]]:
    """The dark modules of segno's SVG: one path of horizontal strokes, with relative moves."""
    width = int(re.search(r'width="(\d+)"', text)[1])  # type: ignore[index]
    rows = [[False] * width for _ in range(width)]
    x, y = 0.0, 0.0
    for kind, first, second in re.findall(r"([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?", re.search(r' d="([^"]+)"', text)[1]):  # type: ignore[index]
        if kind == "M":
            x, y = float(first), float(second)
        elif kind == "m":
            x, y = x + float(first), y + float(second)
        else:
            for column in range(int(x), int(x + float(first))):
                rows[int(y)][column] = True
            x += float(first)
    return rows


def _verified(link: str, public: ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> str:
    """What was signed, when the signature is right; raises InvalidSignature else."""
    signed, _, signature = link.removeprefix("https://").rpartition("/")
    raw = urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    if isinstance(public, rsa.RSAPublicKey):
        public.verify(raw, signed.encode(), padding.PSS(padding.MGF1(SHA256()), 32), SHA256())
    else:
        r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
        public.verify(encode_dss_signature(r, s), signed.encode(), ec.ECDSA(SHA256()))
    return signed


def test_code_one_is_the_worked_example() -> None:
    expected = f"{TEST}/invoice/1234563218/11-05-2026/JxLIUaKu9Ea2UD8RHHJAdoUKJvArM9W0p77pGOSQvDE"
    assert invoice_link(TEST, EXAMPLE) == expected
    assert _decoded(expected) == expected


@pytest.mark.shared
def test_the_worked_example_is_the_hash_of_its_file(shared: Path) -> None:
    content = (shared / "fa3" / "minimal" / "01-vat.xml").read_bytes()
    assert hashlib.sha256(content).hexdigest() == EXAMPLE.sha256


def test_code_one_is_the_official_example() -> None:
    official = f"{TEST}/invoice/1111111111/01-02-2026/UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE"
    sha256 = urlsafe_b64decode(official.rpartition("/")[2] + "=").hex()
    assert invoice_link(f"{TEST}/", CodeFacts("1111111111", date(2026, 2, 1), sha256)) == official


def test_the_hash_in_the_link_is_the_hash_of_the_api_in_another_alphabet() -> None:
    api = b64encode(bytes.fromhex(EXAMPLE.sha256)).decode()
    assert api == "JxLIUaKu9Ea2UD8RHHJAdoUKJvArM9W0p77pGOSQvDE="
    assert invoice_link(TEST, EXAMPLE).endswith(api.replace("+", "-").replace("/", "_").rstrip("="))


def test_code_two_by_an_elliptic_key_is_verified_and_short() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    link = certificate_link(TEST, EXAMPLE, OWNER, OfflineKey(SERIAL, key))
    assert _verified(link, key.public_key()) == SIGNED
    assert len(link) == 216
    assert _decoded(link) == link
    assert certificate_link(TEST, EXAMPLE, OWNER, OfflineKey(SERIAL, key)) == link


def test_code_two_by_rsa_is_verified() -> None:
    key = rsa.generate_private_key(65537, 2048)
    link = certificate_link(TEST, EXAMPLE, OWNER, OfflineKey(SERIAL, key))
    assert _verified(link, key.public_key()) == SIGNED
    assert len(link) == 472
    assert len(link.rpartition("/")[2]) == 342
    assert _decoded(link) == link


@pytest.mark.parametrize("kind", ["Nip", "InternalId", "NipVatUe", "PeppolId"])
def test_the_context_stands_in_the_signed_text(kind: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    link = certificate_link(TEST, EXAMPLE, IssuerContext(kind, "1234563218-00001"), OfflineKey(SERIAL, key))
    assert f"/certificate/{kind}/1234563218-00001/1234563218/{SERIAL}/" in _verified(link, key.public_key())


def test_keys_that_ksef_does_not_take_are_refused() -> None:
    with pytest.raises(FixSetup, match="P-256"):
        certificate_link(TEST, EXAMPLE, OWNER, OfflineKey(SERIAL, ec.generate_private_key(ec.SECP384R1())))
    with pytest.raises(FixSetup, match="2048"):
        certificate_link(TEST, EXAMPLE, OWNER, OfflineKey(SERIAL, rsa.generate_private_key(65537, 1024)))


def test_a_serial_number_has_sixteen_digits() -> None:
    assert serial_of(0x01F20A5D352AE590) == SERIAL


def test_the_code_is_no_micro_code_and_keeps_its_quiet_zone() -> None:
    drawn = _modules(svg(invoice_link(TEST, EXAMPLE)))
    assert not any(any(row) for row in drawn[:4])
    assert not any(any(row[:4]) for row in drawn)
    assert segno.make_qr(invoice_link(TEST, EXAMPLE), error="m").symbol_size(border=4)[0] == len(drawn)


def test_no_key_shows_in_a_representation() -> None:
    assert "PrivateKey" not in repr(OfflineKey(SERIAL, ec.generate_private_key(ec.SECP256R1())))
