"""The Ministry's public keys, their rotation, and what is decrypted with their private halves (protocol.md, 2.3, 3)."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)
from cryptography.x509.oid import NameOID
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge.sandbox.body import base64_of
from bridge.sandbox.numbers import stamp
from bridge.sandbox.problems import bad
from bridge.sandbox.realtime import real_now
from bridge.sandbox.store import PublicKey, Store

USAGES = ("KsefTokenEncryption", "SymmetricKeyEncryption")
OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
LIFE = timedelta(days=365)
SPKI, NONCE, TAG = 91, 12, 16  # bytes, of P-256 and AES-GCM

Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


async def certificates(request: Request) -> Response:
    """GET /security/public-key-certificates."""
    store: Store = request.app.state.store
    return JSONResponse([_listed(store, key) for key in _all(store) if not key.withdrawn])


def rotate(store: Store, usage: str, *, emergency: bool, curve: bool = False) -> None:
    """A new key; the old one stays listed and accepted, or is withdrawn at once in an emergency."""
    old = [key for key in _all(store) if key.usage == usage]
    newest = max(key.valid_from for key in old)
    store.kept.keys.insert(0, _made(usage, newest + timedelta(seconds=1), curve=curve))
    for key in old:
        key.withdrawn = key.withdrawn or emergency


def opened(store: Store, usage: str, key_id: str | None, text: str) -> bytes | None:
    """What was encrypted for a key; None when none fits; 21470 when the client names one that is not there."""
    content = base64_of(text, "encrypted")
    known = [key for key in _all(store) if key.usage == usage and not key.withdrawn]
    if key_id:
        known = [key for key in known if id_of(private(store, key)) == key_id]
        if not known:
            raise bad(21470)
    return next((plain for key in known if (plain := _decrypted(private(store, key), content)) is not None), None)


def private(store: Store, key: PublicKey) -> Private:
    """The private half, loaded once."""
    if key.private not in store.opened:
        loaded = load_der_private_key(key.private, None)
        assert isinstance(loaded, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
        store.opened[key.private] = loaded
    return store.opened[key.private]


def id_of(key: Private) -> str:
    """Base64 of the SHA-256 of SubjectPublicKeyInfo."""
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b64encode(hashlib.sha256(der).digest()).decode()


def _decrypted(key: Private, content: bytes) -> bytes | None:
    try:
        return key.decrypt(content, OAEP) if isinstance(key, rsa.RSAPrivateKey) else _by_curve(key, content)
    except (ValueError, InvalidTag):
        return None


def _by_curve(key: ec.EllipticCurvePrivateKey, content: bytes) -> bytes:
    """ECDH and AES-GCM; the tag stands behind the text (Java) or before it (C#)."""
    other = load_der_public_key(content[:SPKI])
    if not isinstance(other, ec.EllipticCurvePublicKey):
        raise TypeError("not a point of the curve")
    shared, nonce, rest = AESGCM(key.exchange(ec.ECDH(), other)[:32]), content[SPKI : SPKI + NONCE], content[103:]
    try:
        return shared.decrypt(nonce, rest, None)
    except InvalidTag:
        return shared.decrypt(nonce, rest[TAG:] + rest[:TAG], None)


def _all(store: Store) -> list[PublicKey]:
    known = {key.usage for key in store.kept.keys}
    store.kept.keys += [_made(usage, real_now() - LIFE) for usage in USAGES if usage not in known]
    return store.kept.keys


def _made(usage: str, begins: datetime, *, curve: bool = False) -> PublicKey:
    """A key that is valid long before and after now, so that a moved clock still finds it; a later one begins later."""
    key: Private = ec.generate_private_key(ec.SECP256R1()) if curve else rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"KSeF {usage}")])
    ends = begins + 2 * LIFE
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .sign(key, hashes.SHA256())
    )
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return PublicKey(usage, der, begins, ends, made.public_bytes(Encoding.DER), curve)


def _listed(store: Store, key: PublicKey) -> dict[str, Any]:
    return {
        "certificate": b64encode(key.certificate).decode(),
        "certificateId": b64encode(hashlib.sha256(key.certificate).digest()).decode(),
        "publicKeyId": id_of(private(store, key)),
        "validFrom": stamp(key.valid_from),
        "validTo": stamp(key.valid_to),
        "usage": [key.usage],
    }
