from __future__ import annotations

import hashlib
from base64 import b64decode

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7
from hypothesis import given
from hypothesis import strategies as st

from bridge.ksef import crypto


@given(st.binary(max_size=100))
def test_what_is_sealed_opens_to_the_same_bytes_and_hashes(payload: bytes) -> None:
    key, iv = crypto.new_key()
    sealed = crypto.seal(payload, key, iv)
    encrypted = b64decode(sealed.encrypted)
    decryptor = Cipher(AES256(key), CBC(iv)).decryptor()
    unpadder = PKCS7(128).unpadder()
    assert unpadder.update(decryptor.update(encrypted) + decryptor.finalize()) + unpadder.finalize() == payload
    assert b64decode(sealed.hash) == hashlib.sha256(payload).digest()
    assert b64decode(sealed.encrypted_hash) == hashlib.sha256(encrypted).digest()
    assert (sealed.size, sealed.encrypted_size) == (len(payload), len(encrypted))


@pytest.mark.parametrize(("plain", "encrypted"), [(6480, 6496), (16037, 16048), (0, 16)])
def test_the_iv_does_not_stand_before_the_ciphertext(plain: int, encrypted: int) -> None:
    assert len(crypto.encrypt(bytes(plain), *crypto.new_key())) == encrypted


def test_a_secret_is_encrypted_with_oaep_sha256() -> None:
    private = rsa.generate_private_key(65537, 2048)
    encrypted = crypto.encrypt_for(private.public_key(), b"k" * 174)
    assert len(encrypted) == 344
    oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
    assert private.decrypt(b64decode(encrypted), oaep) == b"k" * 174
