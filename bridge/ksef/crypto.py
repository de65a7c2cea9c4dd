"""Bytes → what KSeF wants of them: AES-256-CBC ciphertext, RSA-OAEP of keys, SHA-256 in Base64 (protocol.md, 4.1).

The ciphertext is bare: the IV does not stand before it, whatever the official description says.
"""

from __future__ import annotations

import hashlib
import os
from base64 import b64encode
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

BLOCK = 16  # bytes


@dataclass(frozen=True, slots=True)
class Sealed:
    """One document ready to send; hashes are Base64 of SHA-256, sizes are bytes."""

    hash: str
    size: int
    encrypted_hash: str
    encrypted_size: int
    encrypted: str  # Base64


def new_key() -> tuple[bytes, bytes]:
    """A fresh AES-256 key (32 bytes) and IV (16 bytes) of one session."""
    return os.urandom(32), os.urandom(BLOCK)


def base64(data: bytes) -> str:
    """Standard Base64 with padding."""
    return b64encode(data).decode("ascii")


def digest(data: bytes) -> str:
    """SHA-256 in Base64, 44 characters, as `invoiceHash`."""
    return base64(hashlib.sha256(data).digest())


def encrypt(data: bytes, key: bytes, iv: bytes) -> bytes:
    """AES-256-CBC with PKCS#7, without the IV: (n // 16 + 1) × 16 bytes."""
    padder = PKCS7(BLOCK * 8).padder()
    encryptor = Cipher(AES256(key), CBC(iv)).encryptor()
    return encryptor.update(padder.update(data) + padder.finalize()) + encryptor.finalize()


def seal(payload: bytes, key: bytes, iv: bytes) -> Sealed:
    """Hash, measure and encrypt the very same bytes."""
    encrypted = encrypt(payload, key, iv)
    return Sealed(digest(payload), len(payload), digest(encrypted), len(encrypted), base64(encrypted))


def encrypt_for(public_key: RSAPublicKey, secret: bytes) -> str:
    """RSA-OAEP with SHA-256 and MGF1-SHA-256, in Base64."""
    padding = OAEP(mgf=MGF1(algorithm=hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
    return base64(public_key.encrypt(secret, padding))
