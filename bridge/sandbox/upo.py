"""Accepted invoices → a UPO in its version 4-3 (protocol.md, 5.3)."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from lxml import etree

from bridge.sandbox.certificates import authority
from bridge.sandbox.numbers import WARSAW
from bridge.sandbox.store import Invoice, Session, Store

NAMESPACE = "http://upo.schematy.mf.gov.pl/KSeF/v4-3"
DS = "http://www.w3.org/2000/09/xmldsig#"
CONTEXTS = {
    "Nip": "Nip",
    "InternalId": "IdWewnetrzny",
    "NipVatUe": "IdZlozonyVatUE",
    "PeppolId": "IdDostawcyUslugPeppol",
}
STRUCTURES = {"FA (2)": "Schemat_FA(2)_v1-0E.xsd", "FA (3)": "Schemat_FA(3)_v1-0E.xsd"}


def of_session(store: Store, session: Session) -> bytes:
    """The collective one, of all accepted invoices of a session."""
    own = [store.kept.invoices[ref] for ref in session.invoices]
    return document(store, session, [each for each in own if each.code == 200], whole=True)


def document(store: Store, session: Session, invoices: Sequence[Invoice], *, whole: bool = False) -> bytes:
    """The receipt of these invoices; `whole` adds the description of its pages."""
    root = etree.Element(f"{{{NAMESPACE}}}Potwierdzenie", nsmap={None: NAMESPACE})  # type: ignore[dict-item]  # the stubs forget default namespaces
    _add(root, "NazwaPodmiotuPrzyjmujacego", f"Ministerstwo Finansów{store.settings['upo_suffix']}")
    _add(root, "NumerReferencyjnySesji", session.ref)
    signed_in = _add(root, "Uwierzytelnienie")
    _add(_add(signed_in, "IdKontekstu"), CONTEXTS[session.context_type], session.context)
    if session.token_ref:
        _add(signed_in, "NumerReferencyjnyTokenaKSeF", session.token_ref)
    else:
        _add(signed_in, "SkrotDokumentuUwierzytelniajacego", session.signature_hash)
    if whole:
        pages = _add(root, "OpisPotwierdzenia")
        values = ("1", "1", "1", str(len(invoices)), str(len(invoices)))
        for name, value in zip(
            ("Strona", "LiczbaStron", "ZakresDokumentowOd", "ZakresDokumentowDo", "CalkowitaLiczbaDokumentow"),
            values,
            strict=True,
        ):
            _add(pages, name, value)
    _add(root, "NazwaStrukturyLogicznej", STRUCTURES.get(session.form[0], f"{session.form[0]}.xsd"))
    _add(root, "KodFormularza", session.form[0])
    for each in invoices:
        _invoice(root, each)
    if store.settings["upo_signed"]:
        _sign(store, root)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _invoice(root: etree._Element, each: Invoice) -> None:
    assert each.ksef_number
    assert each.acquired
    node = _add(root, "Dokument")
    _add(node, "NipSprzedawcy", each.seller)
    _add(node, "NumerKSeFDokumentu", each.ksef_number)
    _add(node, "NumerFaktury", each.number or "")
    _add(node, "DataWystawieniaFaktury", each.issued)
    _add(node, "DataPrzeslaniaDokumentu", _local(each.received))
    _add(node, "DataNadaniaNumeruKSeF", _local(each.acquired))
    _add(node, "SkrotDokumentu", each.hash)
    _add(node, "TrybWysylki", each.mode or "Online")


def _sign(store: Store, root: etree._Element) -> None:
    """An enveloped signature of the simulator's authority over the whole document."""
    digest = b64encode(hashlib.sha256(etree.tostring(root, method="c14n", exclusive=True)).digest()).decode()
    signature = etree.SubElement(root, f"{{{DS}}}Signature", nsmap={"ds": DS})
    info = etree.SubElement(signature, f"{{{DS}}}SignedInfo")
    c14n = "http://www.w3.org/2001/10/xml-exc-c14n#"
    etree.SubElement(info, f"{{{DS}}}CanonicalizationMethod", Algorithm=c14n)
    etree.SubElement(info, f"{{{DS}}}SignatureMethod", Algorithm="http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256")
    reference = etree.SubElement(info, f"{{{DS}}}Reference", URI="")
    transforms = etree.SubElement(reference, f"{{{DS}}}Transforms")
    for algorithm in ("http://www.w3.org/2000/09/xmldsig#enveloped-signature", c14n):
        etree.SubElement(transforms, f"{{{DS}}}Transform", Algorithm=algorithm)
    etree.SubElement(reference, f"{{{DS}}}DigestMethod", Algorithm="http://www.w3.org/2001/04/xmlenc#sha256")
    etree.SubElement(reference, f"{{{DS}}}DigestValue").text = digest
    signed = authority(store).sign(etree.tostring(info, method="c14n", exclusive=True), ec.ECDSA(hashes.SHA256()))
    value = b"".join(half.to_bytes(32, "big") for half in decode_dss_signature(signed))
    etree.SubElement(signature, f"{{{DS}}}SignatureValue").text = b64encode(value).decode()


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    child.text = text
    return child


def _local(moment: datetime) -> str:
    return moment.astimezone(WARSAW).isoformat(timespec="milliseconds")
