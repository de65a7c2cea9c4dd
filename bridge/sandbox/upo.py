"""Accepted invoices → a UPO in its version 4-3 (protocol.md, 5.3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lxml import etree

from bridge.sandbox.numbers import WARSAW
from bridge.sandbox.store import Invoice, Session, Store

NAMESPACE = "http://upo.schematy.mf.gov.pl/KSeF/v4-3"


def of_session(store: Store, session: Session) -> bytes:
    """The collective one, of all accepted invoices of a session."""
    own = [store.kept.invoices[ref] for ref in session.invoices]
    return document(store, session, [each for each in own if each.code == 200], whole=True)


def document(store: Store, session: Session, invoices: Sequence[Invoice], *, whole: bool = False) -> bytes:
    """The receipt of these invoices; `whole` adds the description of its pages."""
    del store
    root = etree.Element(f"{{{NAMESPACE}}}Potwierdzenie", nsmap={None: NAMESPACE})  # type: ignore[dict-item]  # the stubs forget default namespaces
    _add(root, "NazwaPodmiotuPrzyjmujacego", "Ministerstwo Finansów")
    _add(root, "NumerReferencyjnySesji", session.ref)
    signed_in = _add(root, "Uwierzytelnienie")
    _add(_add(signed_in, "IdKontekstu"), "Nip", session.context)
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
    _add(root, "NazwaStrukturyLogicznej", "Schemat_FA(3)_v1-0E.xsd")
    _add(root, "KodFormularza", session.form[0])
    for each in invoices:
        _invoice(root, each)
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


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    child.text = text
    return child


def _local(moment: datetime) -> str:
    return moment.astimezone(WARSAW).isoformat(timespec="milliseconds")
