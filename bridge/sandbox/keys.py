"""Public key certificates and what is decrypted with their private halves (protocol.md, 3)."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge.sandbox.numbers import stamp
from bridge.sandbox.problems import bad
from bridge.sandbox.realtime import real_now
from bridge.sandbox.store import Store

USAGES = ("KsefTokenEncryption", "SymmetricKeyEncryption")


async def certificates(request: Request) -> Response:
    """GET /security/public-key-certificates."""
    store: Store = request.app.state.store
    return JSONResponse([_listed(store, usage) for usage in USAGES])


def _listed(store: Store, usage: str) -> dict[str, Any]:
    now = real_now()
    key = store.key(usage)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"KSeF {usage}")])
    begins, ends = now - timedelta(days=1), now + timedelta(days=365)
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
    der = made.public_bytes(Encoding.DER)
    return {
        "certificate": b64encode(der).decode(),
        "certificateId": b64encode(hashlib.sha256(der).digest()).decode(),
        "publicKeyId": key_id(key),
        "validFrom": stamp(begins),
        "validTo": stamp(ends),
        "usage": [usage],
    }


def key_id(key: rsa.RSAPrivateKey) -> str:
    """Base64 of the SHA-256 of SubjectPublicKeyInfo."""
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b64encode(hashlib.sha256(der).digest()).decode()


def private(store: Store, usage: str, wanted: str | None) -> rsa.RSAPrivateKey:
    """The key of a usage; 21470 when the client names another one."""
    key = store.key(usage)
    if wanted and wanted != key_id(key):
        raise bad(21470)
    return key
