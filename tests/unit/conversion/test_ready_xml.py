"""Invoices that are XML already: known by their root, judged, and handed on byte for byte."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bridge.conversion.drop import batches
from bridge.conversion.ready_xml import form_of
from bridge.model.item import Batch, Finished, Item
from bridge.model.job import Job
from bridge.model.outcome import Verdict
from bridge.model.problem import errors
from bridge.model.settings import Environment

ROOT = Path(__file__).resolve().parents[2]
MINIMAL = ROOT / "data" / "fa3" / "minimal"
NIP = "1111111111"
RR = """<?xml version="1.0" encoding="UTF-8"?>
<Faktura xmlns="http://crd.gov.pl/wzor/2026/03/06/14189/">
  <Podmiot1><DaneIdentyfikacyjne><NIP>9999999999</NIP></DaneIdentyfikacyjne></Podmiot1>
  <Podmiot2><DaneIdentyfikacyjne><NIP>1111111111</NIP></DaneIdentyfikacyjne></Podmiot2>
  <FakturaRR><P_4B>2026-05-11</P_4B><P_4C>RR/1/2026</P_4C><RodzajFaktury>VAT_RR</RodzajFaktury></FakturaRR>
</Faktura>
"""
PEF = """<?xml version="1.0" encoding="UTF-8"?>
<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2">
  <cbc:ID>PEF/1/2026</cbc:ID><cbc:IssueDate>2026-05-11</cbc:IssueDate>
  <cac:AccountingSupplierParty><cac:Party><cac:PartyTaxScheme>
    <cbc:CompanyID>PL1111111111</cbc:CompanyID>
  </cac:PartyTaxScheme></cac:Party></cac:AccountingSupplierParty>
</{root}>
"""
SCHEMA = """<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://crd.gov.pl/wzor/2026/03/06/14189/"
 xmlns="http://crd.gov.pl/wzor/2026/03/06/14189/" elementFormDefault="qualified">
  <xs:element name="Faktura"><xs:complexType><xs:sequence>
    <xs:element name="Podmiot1"/><xs:element name="Podmiot2"/>{more}<xs:element name="FakturaRR"/>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>
"""


def job(path: Path, nip: str = NIP) -> Job:
    now = datetime(2026, 5, 11, 10, tzinfo=UTC)
    return Job({path.name: path}, nip, Environment.SANDBOX, now)


def read(wanted: Job) -> Item:
    (batch, end) = list(batches(wanted))
    assert isinstance(batch, Batch)
    assert isinstance(end, Finished)
    assert end.proven
    (item,) = batch.items
    return item


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "gotowa.xml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("sample", sorted(path.name for path in MINIMAL.iterdir()))
def test_ready_fa3_goes_byte_for_byte(sample: str) -> None:
    xml = (MINIMAL / sample).read_bytes()
    item = read(job(MINIMAL / sample, nip=""))
    assert errors(item.problems) == []
    assert item.made is not None
    assert item.totals is not None
    assert (item.made.xml, item.made.form_code) == (xml, "FA (3)")
    assert item.made.attachment == (sample == "31-zalacznik.xml")


def test_its_facts_are_read() -> None:
    made = read(job(MINIMAL / "01-vat.xml", nip="")).made
    assert made is not None
    assert (made.seller_nip, made.kind, made.issued) == ("1234563218", "VAT", date(2026, 5, 11))


def test_another_companys_invoice_is_refused() -> None:
    item = read(job(MINIMAL / "01-vat.xml"))
    assert (item.verdict, [each.code for each in errors(item.problems)]) == (Verdict.BAD, ["P24"])


def test_a_buyer_may_issue_only_where_the_invoice_says_so() -> None:
    xml = (MINIMAL / "21-samofakturowanie.xml").read_text("utf-8")
    buyer = xml.split("<Podmiot2>")[1].split("<NIP>")[1][:10]
    assert read(job(MINIMAL / "21-samofakturowanie.xml", nip=buyer)).verdict is Verdict.GOOD


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda xml: b"\xef\xbb\xbf" + xml, "RA01"),
        (lambda xml: xml[:-20], "RA02"),
        (lambda xml: xml.replace(b"<P_1>2026", b"<P_1>rok2026"), "RA06"),
        (lambda xml: xml.replace(b"<Naglowek>", b"<?php x?><Naglowek>"), "RA03"),
    ],
)
def test_what_ksef_would_refuse_is_refused_here(spoil: object, code: str, tmp_path: Path) -> None:
    assert callable(spoil)
    path = written(tmp_path, spoil((MINIMAL / "01-vat.xml").read_bytes()))
    item = read(job(path, nip=""))
    assert item.verdict is Verdict.BAD
    assert [each.code for each in errors(item.problems)] == [code]
    assert item.problems[0].file == "gotowa.xml"


FORMS = {
    "FA_RR (1)": (RR, "RR/1/2026", "VAT_RR", "9999999999"),
    "PEF (3)": (PEF.format(root="Invoice"), "PEF/1/2026", "VAT_PEF", NIP),
    "PEF_KOR (3)": (PEF.format(root="CreditNote"), "PEF/1/2026", "KOR_PEF", NIP),
}


@pytest.mark.parametrize("form", FORMS)
def test_other_forms_are_known_by_their_namespace(form: str, tmp_path: Path) -> None:
    content, number, kind, seller = FORMS[form]
    made = read(replace(job(written(tmp_path, content)), without_schema=True)).made
    assert made is not None
    assert (made.form_code, made.number, made.kind, made.seller_nip) == (form, number, kind, seller)
    assert made.xml == content.encode()


def test_without_a_schema_they_are_refused_with_advice(tmp_path: Path) -> None:
    item = read(job(written(tmp_path, RR)))
    (found,) = item.problems
    assert (item.verdict, found.code) == (Verdict.BAD, "P26")
    assert "without_schema" in found.advice


def test_a_schema_in_schema_dir_judges_them(tmp_path: Path) -> None:
    folder = tmp_path / "schematy"
    folder.mkdir()
    wanted = replace(job(written(tmp_path, RR)), schema_dir=folder)
    (folder / "rr.xsd").write_text(SCHEMA.format(more=""), "utf-8")
    assert read(wanted).verdict is Verdict.GOOD
    (folder / "rr.xsd").write_text(SCHEMA.format(more='<xs:element name="Podmiot3"/>'), "utf-8")
    assert [each.code for each in read(wanted).problems] == ["RA06"]


@pytest.mark.parametrize(
    "content", [b"", b"nr;data\r\n", b"<", b"<JPK xmlns='http://jpk.mf.gov.pl/wzor/2022/02/17/02171/'/>", b"PK\x03\x04"]
)
def test_everything_else_is_left_to_mappings(content: bytes, tmp_path: Path) -> None:
    assert form_of(written(tmp_path, content)) is None
