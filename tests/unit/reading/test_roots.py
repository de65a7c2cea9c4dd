"""An XML is named for what it is, however broken its beginning; and what is no XML is left alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.conversion.drop import batches
from bridge.model.item import Finished
from bridge.model.job import Job
from bridge.model.settings import Environment
from bridge.reading.roots import known, root_of

FA3 = "http://crd.gov.pl/wzor/2025/06/25/13775/"
FAKTURA = f'<?xml version="1.0" encoding="UTF-8"?>\n<Faktura xmlns="{FA3}"><Podmiot1/></Faktura>'


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "plik.xml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "content",
    [
        FAKTURA,
        FAKTURA.encode("utf-8-sig"),
        FAKTURA.encode("utf-16"),
        FAKTURA.encode("utf-16-le"),
        FAKTURA.encode("utf-16-be"),
        "\n\n  " + FAKTURA,
        "Odpowiedź serwera: 200\n" + FAKTURA,
        FAKTURA[: FAKTURA.index("<Podmiot1")],
        FAKTURA.replace("<Faktura", "<!-- a --><?b c?><!DOCTYPE Faktura [<!ENTITY d 'e'>]><Faktura"),
        FAKTURA.replace("<Faktura", "<tns:Faktura").replace("xmlns=", "xmlns:tns="),
        FAKTURA.replace("<Faktura", "<Faktura xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'\n  "),
    ],
)
def test_the_root_is_seen_through_a_broken_beginning(content: str | bytes, tmp_path: Path) -> None:
    root = root_of(written(tmp_path, content))
    assert root is not None
    assert root.tag == f"{{{FA3}}}Faktura"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nr;data\r\n",
        b"<",
        b"< 5;1\r\n",
        b"PK\x03\x04",
        b"<html><body>",
        b"<!DOCTYPE html><HTML>",
        b"\xd0\xcf\x11\xe0",
    ],
)
def test_what_is_no_xml_is_left_to_mappings(content: bytes, tmp_path: Path) -> None:
    assert root_of(written(tmp_path, content)) is None


STRANGE = {
    "FA (2)": '<Faktura xmlns="http://crd.gov.pl/wzor/2023/06/29/12648/">',
    "FA (1)": '<Faktura xmlns="http://crd.gov.pl/wzor/2021/11/29/11089/">',
    "FA (9)": '<Faktura xmlns="http://crd.gov.pl/wzor/2031/01/01/99999/"><KodFormularza kodSystemowy="FA (9)">',
    "bez przestrzeni nazw": "<Faktura><Naglowek>",
    "UPO": '<Potwierdzenie xmlns="http://upo.schematy.mf.gov.pl/KSeF/v4-3">',
    "potwierdzenie odbioru": '<Potwierdzenie xmlns="http://inne/">',
    "JPK_V7M (3)": '<JPK xmlns="http://crd.gov.pl/wzor/2025/01/01/1/"><KodFormularza kodSystemowy="JPK_V7M (3)">',
    "JPK_MAG (2)": '<tns:JPK xmlns:tns="http://jpk.mf.gov.pl/x/"><tns:KodFormularza kodSystemowy="JPK_MAG (2)">',
    "deklaracja": '<Deklaracja xmlns="http://crd.gov.pl/wzor/2020/1/1/1/">',
    "DespatchAdvice": '<DespatchAdvice xmlns="urn:oasis:names:specification:ubl:schema:xsd:DespatchAdvice-2">',
    "innego wzoru niż PEF": '<Invoice xmlns="http://firma/faktury">',
    "CII": '<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100">',
    "EDI": "<Document-Invoice><Invoice-Header>",
    "pain": '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03">',
    "camt": '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">',
    "ISO 20022": '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.02">',
    "XML 2003": '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
    "NBP": "<tabela_kursow typ='A'>",
    "XSD": '<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema">',
    "XSLT": '<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform">',
    "SOAP": '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">',
    "uwierzytelnienie": "<AuthTokenRequest xmlns='http://ksef.mf.gov.pl/auth/token/2.0'>",
    "elementem Zamowienie": "<Zamowienie>",
}


@pytest.mark.parametrize("called", STRANGE)
def test_a_dropped_one_is_named(called: str, tmp_path: Path) -> None:
    path = written(tmp_path, f'<?xml version="1.0" encoding="UTF-8"?>\n{STRANGE[called]}')
    now = datetime(2026, 5, 11, 10, tzinfo=UTC)
    (end,) = list(batches(Job({path.name: path}, "1111111111", Environment.SANDBOX, now)))
    assert isinstance(end, Finished)
    (found,) = end.problems
    assert found.code == "P30"
    root = root_of(path)
    assert root is not None
    assert known(root).called in found.message
    if called != "uwierzytelnienie":
        assert called in found.message
    assert found.advice
    assert "Wzorce" not in found.message
