"""The signed AuthTokenRequest: right for an independent verifier, and against the Ministry's schema."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree
from signxml.xades.xades import XAdESSignatureConfiguration, XAdESVerifier

from bridge.ksef.credentials import Signer
from bridge.ksef.xades import signed_request

CHALLENGE = "20261124-CR-0123456789-ABCDEF0123-45"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
XADES = "{http://uri.etsi.org/01903/v1.3.2#}"


@pytest.fixture(params=["EC", "RSA"])
def signer(request: pytest.FixtureRequest, make: Callable[..., Signer]) -> Signer:
    made: Signer = make(request.param)
    return made


def test_signxml_verifies_it(signer: Signer, noon: datetime) -> None:
    document = signed_request(CHALLENGE, "1111111111", signer, noon)
    results = XAdESVerifier().verify(
        document, x509_cert=signer.certificate, expect_config=XAdESSignatureConfiguration(expect_references=3)
    )
    signed = results[0].signed_xml
    assert signed is not None
    assert signed.findtext("{*}Challenge") == CHALLENGE


def test_canonicalization_and_cryptography_alone_verify_it(signer: Signer, noon: datetime) -> None:
    root = etree.fromstring(signed_request(CHALLENGE, "1111111111", signer, noon))
    signature = root.find(f"{DS}Signature")
    assert signature is not None
    for reference in signature.iterfind(f"{DS}SignedInfo/{DS}Reference"):
        target = without_signature(root) if not reference.get("URI") else by_id(root, reference.get("URI", "")[1:])
        assert b64decode(reference.findtext(f"{DS}DigestValue", "")) == hashlib.sha256(c14n(target)).digest()
    signed_info = signature.find(f"{DS}SignedInfo")
    assert signed_info is not None
    value = b64decode(signature.findtext(f"{DS}SignatureValue", ""))
    public = signer.certificate.public_key()
    if isinstance(public, ec.EllipticCurvePublicKey):
        assert len(value) == 64, "ECDSA is raw r‖s, not DER"
        halves = (int.from_bytes(value[:32], "big"), int.from_bytes(value[32:], "big"))
        public.verify(encode_dss_signature(*halves), c14n(signed_info), ec.ECDSA(SHA256()))
    else:
        assert isinstance(public, rsa.RSAPublicKey)
        public.verify(value, c14n(signed_info), padding.PKCS1v15(), SHA256())


def test_the_certificate_is_bound_and_the_moment_is_a_minute_ago(signer: Signer, noon: datetime) -> None:
    root = etree.fromstring(signed_request(CHALLENGE, "1111111111", signer, noon))
    bound = root.findtext(f".//{XADES}CertDigest/{DS}DigestValue", "")
    assert b64decode(bound) == signer.certificate.fingerprint(SHA256())
    assert root.findtext(f".//{XADES}SigningTime") == "2026-11-24T11:59:00Z"
    types = [each.get("Type") for each in root.iter(f"{DS}Reference")]
    assert "http://uri.etsi.org/01903#SignedProperties" in types


def test_a_certificate_without_nip_signs_by_fingerprint(make: Callable[..., Signer], noon: datetime) -> None:
    nobody = make(subject=())
    root = etree.fromstring(signed_request(CHALLENGE, "1111111111", nobody, noon))
    assert root.findtext("{*}SubjectIdentifierType") == "certificateFingerprint"


@pytest.mark.shared
@pytest.mark.parametrize("kind", ["EC", "RSA"])
def test_the_ministrys_schema_accepts_it_without_the_signature(
    kind: str, make: Callable[..., Signer], noon: datetime, shared: Path
) -> None:
    root = etree.fromstring(signed_request(CHALLENGE, "1111111111", make(kind), noon))
    schema = etree.XMLSchema(file=str(shared / "ksef/xsd/schemat_auth_v2-1.xsd"))
    schema.assertValid(without_signature(root))


def c14n(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n")


def by_id(root: etree._Element, name: str) -> etree._Element:
    (found,) = [each for each in root.iter() if each.get("Id") == name]
    return found


def without_signature(root: etree._Element) -> etree._Element:
    copy = etree.fromstring(etree.tostring(root))
    signature = copy.find(f"{DS}Signature")
    assert signature is not None
    copy.remove(signature)
    return copy
