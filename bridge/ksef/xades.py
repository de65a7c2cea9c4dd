"""A challenge → the signed AuthTokenRequest, its final bytes: send them as they are (protocol.md, section 2.4).

Enveloped XAdES-BASELINE-B with SigningCertificateV2, RSA-SHA256 or ECDSA-SHA256 (raw r‖s), by signxml. References
without Transforms mean inclusive canonicalization 1.0, so this is the method throughout.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.xades.xades import XAdESSigner

from bridge.ksef.credentials import Signer

NAMESPACE = "http://ksef.mf.gov.pl/auth/token/2.1"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
CLOCK_SKEW = timedelta(minutes=1)  # a signature from the future is refused


def signed_request(challenge: str, nip: str, signer: Signer, now: datetime) -> bytes:
    """The document of `POST /auth/xades-signature` in UTF-8."""
    method = (
        SignatureMethod.ECDSA_SHA256 if isinstance(signer.key, EllipticCurvePrivateKey) else SignatureMethod.RSA_SHA256
    )
    writer = _Signer(
        signature_algorithm=method,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_0,
    )
    writer.signing_time = now - CLOCK_SKEW
    root = writer.sign(
        request(challenge, nip, signer.identified),
        key=signer.key,
        cert=[signer.certificate],
        always_add_key_value=False,
    )
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def request(challenge: str, nip: str, identified: bool) -> etree._Element:
    """AuthTokenRequest before signing, without any white space between elements."""
    root = etree.Element(f"{{{NAMESPACE}}}AuthTokenRequest", nsmap={None: NAMESPACE})  # type: ignore[dict-item]  # the stubs forget default namespaces
    _add(root, "Challenge", challenge)
    _add(_add(root, "ContextIdentifier"), "Nip", nip)
    _add(root, "SubjectIdentifierType", "certificateSubject" if identified else "certificateFingerprint")
    return root


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    child.text = text
    return child


class _Signer(XAdESSigner):
    """signxml's, with the moment given from outside."""

    signing_time: datetime

    def add_signing_time(self, signed_signature_properties: Any, sig_root: Any, signing_settings: Any) -> None:  # noqa: ARG002 - signxml names them
        """SigningTime in UTC to the second."""
        element = etree.SubElement(signed_signature_properties, f"{{{XADES}}}SigningTime")
        element.text = f"{self.signing_time:%Y-%m-%dT%H:%M:%SZ}"
