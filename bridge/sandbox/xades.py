"""A signed AuthTokenRequest → what it asks for and who signed it; or why the signature does not hold.

Checked with lxml and cryptography only: every reference's digest, the signature over SignedInfo, and that the signed
properties name the signing certificate (protocol.md, 2.4). Enveloped signatures; both shapes the SDKs make.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree

from bridge.sandbox.problems import bad

DS = "{http://www.w3.org/2000/09/xmldsig#}"
XADES = "{http://uri.etsi.org/01903/v1.3.2#}"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
C14N_11 = "http://www.w3.org/2006/12/xml-c14n11"
DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
METHODS = {
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256": hashes.SHA256(),
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256": hashes.SHA256(),
}


@dataclass(frozen=True, slots=True)
class Signed:
    """What the request says, and the NIP in the certificate that signed it."""

    challenge: str
    context: str
    subject_nip: str
    fingerprint: str


def verified(body: bytes) -> Signed:
    """The request of a valid signature; raises Refusal 9101, 9102, 9105, 21001 or 21115."""
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise bad(21001, str(error)) from error
    signatures = root.findall(f".//{DS}Signature")
    if len(signatures) != 1:
        raise bad(9102 if not signatures else 9103)
    signature = signatures[0]
    certificate = _certificate(signature)
    _references(root, signature)
    _binding(signature, certificate)
    _value(signature, certificate)
    return Signed(
        _text(root, "Challenge"), _text(root, "Nip"), _nip(certificate), certificate.fingerprint(hashes.SHA256()).hex()
    )


def _text(root: Any, name: str) -> str:
    found = next((node.text for node in root.iter() if etree.QName(node).localname == name and node.text), "")
    if not found:
        raise bad(21401, f"Brak elementu {name}.")
    return str(found).strip()


def _certificate(signature: Any) -> x509.Certificate:
    found = signature.find(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate")
    if found is None or not found.text:
        raise bad(9105, "Brak certyfikatu w KeyInfo.")
    try:
        return x509.load_der_x509_certificate(b64decode("".join(found.text.split())))
    except ValueError as error:
        raise bad(21115, "Nieczytelny certyfikat.") from error


def _references(root: Any, signature: Any) -> None:
    """Every digest holds; the root and the signed properties are among what is signed."""
    seen = set()
    for reference in signature.findall(f"{DS}SignedInfo/{DS}Reference"):
        uri, kind = reference.get("URI"), reference.get("Type", "")
        seen.add("root" if uri == "" else kind.rpartition("#")[2])
        wanted = b64decode(reference.findtext(f"{DS}DigestValue") or "")
        method = DIGESTS.get(reference.find(f"{DS}DigestMethod").get("Algorithm", ""))
        if method is None:
            raise bad(9105, "Nieobsługiwany algorytm skrótu.")
        if hashlib.new(method, _signed_bytes(root, reference)).digest() != wanted:
            raise bad(9105, f"Niezgodny skrót referencji „{uri}”.")
    if not {"root", "SignedProperties"} <= seen:
        raise bad(9105, "Format podpisu nie mieści się w dopuszczonych profilach XAdES.")


def _signed_bytes(root: Any, reference: Any) -> bytes:
    transforms = [each.get("Algorithm", "") for each in reference.findall(f"{DS}Transforms/{DS}Transform")]
    method = next((each for each in transforms if each != ENVELOPED), INCLUSIVE)
    uri = reference.get("URI") or ""
    if uri == "":
        return _canonical(_without_signature(root), method)
    matches = root.xpath("//*[@Id=$id]", id=uri.removeprefix("#"))
    if len(matches) != 1:
        raise bad(9105, f"Referencja „{uri}” nie wskazuje jednego elementu.")
    return _canonical(matches[0], method)


def _without_signature(root: Any) -> Any:
    """The document without its signature; the text behind it stays (enveloped transform)."""
    copy = deepcopy(root)
    (signature,) = copy.findall(f".//{DS}Signature")
    parent, before = signature.getparent(), signature.getprevious()
    if signature.tail:
        if before is not None:
            before.tail = (before.tail or "") + signature.tail
        else:
            parent.text = (parent.text or "") + signature.tail
    parent.remove(signature)
    return copy


def _canonical(node: Any, method: str) -> bytes:
    exclusive = method.startswith(EXCLUSIVE)
    if not exclusive and not method.startswith((INCLUSIVE, C14N_11)):
        raise bad(9105, f"Nieobsługiwana transformacja {method}.")
    made: bytes = etree.tostring(
        node, method="c14n", exclusive=exclusive, with_comments=method.endswith("WithComments")
    )
    return made


def _binding(signature: Any, certificate: x509.Certificate) -> None:
    """SigningCertificate or SigningCertificateV2 names the certificate of KeyInfo by digest."""
    digest = next(signature.iter(f"{XADES}CertDigest"), None)
    if digest is None:
        raise bad(9105, "Brak SigningCertificate we właściwościach podpisu.")
    method = DIGESTS.get(digest.find(f"{DS}DigestMethod").get("Algorithm", ""), "")
    der = certificate.public_bytes(Encoding.DER)
    if not method or hashlib.new(method, der).digest() != b64decode(digest.findtext(f"{DS}DigestValue") or ""):
        raise bad(9105, "Skrót certyfikatu nie zgadza się z certyfikatem.")


def _value(signature: Any, certificate: x509.Certificate) -> None:
    info = signature.find(f"{DS}SignedInfo")
    method = info.find(f"{DS}SignatureMethod").get("Algorithm", "")
    algorithm = METHODS.get(method)
    if algorithm is None:
        raise bad(9105, f"Nieobsługiwany algorytm podpisu {method}.")
    signed = _canonical(info, info.find(f"{DS}CanonicalizationMethod").get("Algorithm", INCLUSIVE))
    value = b64decode("".join((signature.findtext(f"{DS}SignatureValue") or "").split()))
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey) and "rsa" in method:
            key.verify(value, signed, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey) and "ecdsa" in method:
            half = len(value) // 2
            halves = int.from_bytes(value[:half]), int.from_bytes(value[half:])
            key.verify(encode_dss_signature(*halves), signed, ec.ECDSA(algorithm))
        else:
            raise bad(9105, "Algorytm podpisu nie pasuje do klucza.")
    except InvalidSignature as error:
        raise bad(9105, "Negatywna weryfikacja podpisu.") from error


def _nip(certificate: x509.Certificate) -> str:
    """From organizationIdentifier VATPL-… of a seal, or serialNumber TINPL-… of a person; "" when neither."""
    for oid in (NameOID.ORGANIZATION_IDENTIFIER, NameOID.SERIAL_NUMBER):
        for attribute in certificate.subject.get_attributes_for_oid(oid):
            found = re.search(r"(?:VATPL|TINPL|NIP).*?(\d{10})", str(attribute.value))
            if found:
                return found[1]
    return ""
