"""A signed AuthTokenRequest → what it asks for and who signed it; or why the signature does not hold.

Checked with lxml and cryptography only: every reference's digest, the signature over SignedInfo, and that the signed
properties name the signing certificate (protocol.md, 2.4). Enveloped and enveloping, all algorithms KSeF lists.
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
from lxml import etree

from bridge.sandbox.certificates import ATTRIBUTES
from bridge.sandbox.problems import bad

DS = "{http://www.w3.org/2000/09/xmldsig#}"
XADES = "{http://uri.etsi.org/01903/v1.3.2#}"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
C14N_11 = "http://www.w3.org/2006/12/xml-c14n11"
# Transforms that take the signature out, which is done anyway; XPath and filters are not evaluated beyond that.
WITHOUT_EFFECT = frozenset(
    {ENVELOPED, "http://www.w3.org/TR/1999/REC-xpath-19991116", "http://www.w3.org/2002/06/xmldsig-filter2"}
)
DIGESTS = {
    "http://www.w3.org/2000/09/xmldsig#sha1": "sha1",
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
    "http://www.w3.org/2007/05/xmldsig-more#sha3-256": "sha3_256",
    "http://www.w3.org/2007/05/xmldsig-more#sha3-384": "sha3_384",
    "http://www.w3.org/2007/05/xmldsig-more#sha3-512": "sha3_512",
}
HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),  # noqa: S303 - on KSeF's list; refused here unless a switch allows it
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
    "sha3-256": hashes.SHA3_256(),
    "sha3-384": hashes.SHA3_384(),
    "sha3-512": hashes.SHA3_512(),
}
# How the name of a signature method ends → its key and padding; the hash stands inside the name.
METHODS = (
    (re.compile(r"#(sha1|sha256|sha384|sha512|sha3-\d{3})-rsa-MGF1$"), "pss"),
    (re.compile(r"#rsa-(sha1|sha256|sha384|sha512)$"), "rsa"),
    (re.compile(r"#ecdsa-(sha1|sha256|sha384|sha512|sha3-\d{3})$"), "ecdsa"),
)
# Child of AuthTokenRequest → its form; the order is fixed.
SHAPE = {
    "Challenge": r"\d{8}-CR-[A-F0-9]{10}-[A-F0-9]{10}-[A-F0-9]{2}",
    "ContextIdentifier": None,
    "SubjectIdentifierType": r"certificateSubject|certificateFingerprint",
    "AuthorizationPolicy": None,
}
CONTEXTS = {
    "Nip": r"[1-9]((\d[1-9])|([1-9]\d))\d{7}",
    "InternalId": r"[1-9]((\d[1-9])|([1-9]\d))\d{7}-\d{5}",
    "NipVatUe": r"[1-9]((\d[1-9])|([1-9]\d))\d{7}-[A-Z]{2}\S{2,14}",
    "PeppolId": r"P[A-Z]{2}[0-9]{6}",
}
PERSON = re.compile(r"(?:PNOPL|PESEL).*?(\d{11})")
COMPANY = re.compile(r"(?:VATPL|TINPL|NIP).*?(\d{10})")


@dataclass(frozen=True, slots=True)
class Signed:
    """What the request says, and who signed it: Nip, Pesel or Fingerprint."""

    challenge: str
    context: tuple[str, str]
    subject: tuple[str, str]
    method: str
    person: dict[str, str]
    ips: tuple[str, ...]
    certificate: bytes
    warning: str


def verified(body: bytes, *, strict: bool = True, sha1: bool = False) -> Signed:
    """The request of a valid signature; raises Refusal 9101-9105, 21001, 21115, 21217, 21401, 21406."""
    try:
        body.decode("utf-8")
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except UnicodeDecodeError as error:
        raise bad(21217) from error
    except etree.XMLSyntaxError as error:
        raise bad(9101, str(error)) from error
    signatures = list(root.iter(f"{DS}Signature"))
    if len(signatures) != 1:
        raise bad(9102 if not signatures else 9103)
    signature = signatures[0]
    certificate = _certificate(signature)
    _references(root, signature, sha1=sha1)
    warning = _binding(signature, certificate, strict=strict)
    _value(signature, certificate, sha1=sha1)
    asked = _request(root, signature)
    subject, method = _subject(certificate, asked["SubjectIdentifierType"])
    return Signed(
        asked["Challenge"],
        (asked["type"], asked["value"]),
        subject,
        method,
        _attributes(certificate),
        tuple(asked["ips"].split()),
        certificate.public_bytes(Encoding.DER),
        warning,
    )


def _request(root: Any, signature: Any) -> dict[str, str]:
    """What an AuthTokenRequest asks, held against its schema by hand; 21401 otherwise."""
    node = root if root is not signature else next(root.iter("{*}AuthTokenRequest"), None)
    if node is None or etree.QName(node).localname != "AuthTokenRequest":
        raise bad(21401, "Brak AuthTokenRequest.")
    children = [each for each in node if each is not signature]
    names = [etree.QName(each).localname for each in children]
    if names not in (list(SHAPE), list(SHAPE)[:3]) or any(each.attrib for each in (node, *children)):
        raise bad(21401, f"Elementy w złej kolejności: {', '.join(names)}.")
    said = {name: (each.text or "").strip() for name, each in zip(names, children, strict=True)}
    for name, pattern in SHAPE.items():
        if pattern and not re.fullmatch(pattern, said[name]):
            raise bad(21401, f"{name}: „{said[name]}”.")
    (context,) = list(children[1]) or [None]
    kind = etree.QName(context).localname if context is not None else ""
    value = (context.text or "").strip() if context is not None else ""
    if kind not in CONTEXTS or not re.fullmatch(CONTEXTS[kind], value):
        raise bad(21401, f"ContextIdentifier: {kind} „{value}”.")
    said["ips"] = " ".join(str(each.text).strip() for each in node.iter("{*}Ip4Address", "{*}Ip4Range", "{*}Ip4Mask"))
    return said | {"type": kind, "value": value}


def _subject(certificate: x509.Certificate, wanted: str) -> tuple[tuple[str, str], str]:
    """Who the certificate names, and KSeF's name of the method."""
    names = _attributes(certificate)
    pesel, tin = PERSON.search(names.get("serialNumber", "")), COMPANY.search(names.get("serialNumber", ""))
    company = COMPANY.search(names.get("organizationIdentifier", ""))
    person = "givenName" in names or "surname" in names
    known = company or pesel or tin
    if wanted == "certificateFingerprint":
        if known:
            raise bad(21406)
        return ("Fingerprint", certificate.fingerprint(hashes.SHA256()).hex().upper()), "QualifiedSignature"
    if company and person:
        raise bad(21115, "Pieczęć nie może mieć imienia ani nazwiska.")
    if known is None:
        raise bad(21115, "Certyfikat nie ma identyfikatora podmiotu.")
    if company:
        return ("Nip", company[1]), "QualifiedSeal"
    return (("Pesel", pesel[1]) if pesel else ("Nip", known[1])), "QualifiedSignature"


def _attributes(certificate: x509.Certificate) -> dict[str, str]:
    by_oid = {oid: name for name, oid in ATTRIBUTES.items()}
    return {by_oid[each.oid]: str(each.value) for each in certificate.subject if each.oid in by_oid}


def _certificate(signature: Any) -> x509.Certificate:
    found = signature.find(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate")
    if found is None or not found.text:
        raise bad(9105, "Brak certyfikatu w KeyInfo.")
    try:
        return x509.load_der_x509_certificate(b64decode("".join(found.text.split())))
    except ValueError as error:
        raise bad(21115, "Nieczytelny certyfikat.") from error


def _references(root: Any, signature: Any, *, sha1: bool) -> None:
    """Every digest holds; the request and the signed properties are among what is signed."""
    seen = set()
    for reference in signature.findall(f"{DS}SignedInfo/{DS}Reference"):
        uri, kind = reference.get("URI") or "", reference.get("Type", "")
        target = _target(root, signature, uri)
        seen.add("root" if _holds_request(target) else kind.rpartition("#")[2])
        wanted = b64decode(reference.findtext(f"{DS}DigestValue") or "")
        method = DIGESTS.get(reference.find(f"{DS}DigestMethod").get("Algorithm", ""))
        if method is None or (method == "sha1" and not sha1):
            raise bad(9105, "Nieobsługiwany algorytm skrótu.")
        if hashlib.new(method, _signed_bytes(reference, target)).digest() != wanted:
            raise bad(9105, f"Niezgodny skrót referencji „{uri}”.")
    if not {"root", "SignedProperties"} <= seen:
        raise bad(9105, "Format podpisu nie mieści się w dopuszczonych profilach XAdES.")


def _target(root: Any, signature: Any, uri: str) -> Any:
    """What a reference means: the document without its signature, or the one element of that Id."""
    if uri == "":
        if root is signature:
            raise bad(9105, "Podpis otaczający wskazuje sam siebie.")
        return _without_signature(root)
    matches = root.xpath("//*[@Id=$id]", id=uri.removeprefix("#"))
    if len(matches) != 1:
        raise bad(9105, f"Referencja „{uri}” nie wskazuje jednego elementu.")
    return matches[0]


def _holds_request(node: Any) -> bool:
    return next(node.iter("{*}AuthTokenRequest"), None) is not None


def _signed_bytes(reference: Any, target: Any) -> bytes:
    transforms = [each.get("Algorithm", "") for each in reference.findall(f"{DS}Transforms/{DS}Transform")]
    return _canonical(target, next((each for each in transforms if each not in WITHOUT_EFFECT), INCLUSIVE))


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


def _binding(signature: Any, certificate: x509.Certificate, *, strict: bool) -> str:
    """SigningCertificate or SigningCertificateV2 names the certificate of KeyInfo by digest; a warning when lenient."""
    digest = next(signature.iter(f"{XADES}CertDigest"), None)
    if digest is None:
        if strict:
            raise bad(9105, "Brak SigningCertificate we właściwościach podpisu.")
        return "Podpis niezgodny z profilem XAdES: brak SigningCertificate.".translate(ASCII)
    method = DIGESTS.get(digest.find(f"{DS}DigestMethod").get("Algorithm", ""), "")
    der = certificate.public_bytes(Encoding.DER)
    if not method or hashlib.new(method, der).digest() != b64decode(digest.findtext(f"{DS}DigestValue") or ""):
        raise bad(9105, "Skrót certyfikatu nie zgadza się z certyfikatem.")
    return ""


ASCII = str.maketrans("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", "acelnoszzACELNOSZZ")


def _value(signature: Any, certificate: x509.Certificate, *, sha1: bool) -> None:
    info = signature.find(f"{DS}SignedInfo")
    method = info.find(f"{DS}SignatureMethod").get("Algorithm", "")
    name, scheme = next(((m[1], scheme) for pattern, scheme in METHODS if (m := pattern.search(method))), ("", ""))
    if name not in HASHES or (name == "sha1" and not sha1):
        raise bad(9105, f"Nieobsługiwany algorytm podpisu {method}.")
    signed = _canonical(info, info.find(f"{DS}CanonicalizationMethod").get("Algorithm", INCLUSIVE))
    value = b64decode("".join((signature.findtext(f"{DS}SignatureValue") or "").split()))
    try:
        _check(certificate.public_key(), scheme, HASHES[name], value, signed)
    except InvalidSignature as error:
        raise bad(9105, "Negatywna weryfikacja podpisu.") from error


def _check(key: Any, scheme: str, algorithm: hashes.HashAlgorithm, value: bytes, signed: bytes) -> None:
    """Raises InvalidSignature; the value of ECDSA is raw R‖S, as XMLDSIG says, never DER."""
    if isinstance(key, rsa.RSAPublicKey) and scheme == "rsa":
        key.verify(value, signed, padding.PKCS1v15(), algorithm)
    elif isinstance(key, rsa.RSAPublicKey) and scheme == "pss":
        if key.key_size < 2048:
            raise bad(9105, "Klucz RSA jest krótszy niż 2048 bitów.")
        salt = algorithm.digest_size
        key.verify(value, signed, padding.PSS(padding.MGF1(algorithm), salt), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey) and scheme == "ecdsa":
        half = len(value) // 2
        if half != (key.curve.key_size + 7) // 8:
            raise bad(9105, "Podpis ECDSA nie jest zapisany jako R‖S.")
        halves = int.from_bytes(value[:half]), int.from_bytes(value[half:])
        key.verify(encode_dss_signature(*halves), signed, ec.ECDSA(algorithm))
    else:
        raise bad(9105, "Algorytm podpisu nie pasuje do klucza.")
