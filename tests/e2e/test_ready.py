"""An XML that is an invoice already: dropped, it is sent byte for byte; given to check and convert, it is judged."""

from __future__ import annotations

import hashlib
import re
import shutil
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.conversion.drop import batches
from bridge.model.item import Batch
from bridge.model.job import Job
from bridge.model.outcome import Verdict
from bridge.model.settings import Environment
from bridge.sandbox import Running
from tests.support.offices import NIP, Program, drop, rows, run, today

MINIMAL = Path(__file__).resolve().parents[1] / "data" / "fa3" / "minimal" / "01-vat.xml"


def ready(number: str = "GOTOWA/1") -> bytes:
    text = MINIMAL.read_text("utf-8")
    text = re.sub(r"<P_2>[^<]*", f"<P_2>{number}", text, count=1)
    text = re.sub(r"<P_1>[^<]*", f"<P_1>{today():%Y-%m-%d}", text, count=1)
    return re.sub(r"(<Podmiot1>.*?<NIP>)\d+", rf"\g<1>{NIP}", text, count=1, flags=re.DOTALL).encode()


def test_a_ready_invoice_is_sent_byte_for_byte(program: Program, office: Path, simulator: Running) -> None:
    xml = ready()
    drop(office, "faktura z innego programu.xml", xml)
    assert run(program, office) == 0
    (row,) = rows(office, "faktura z innego programu.xml")
    assert (row["status"], row["numer"], row["rodzaj"]) == ("przyjeta", "GOTOWA/1", "VAT")
    (accepted,) = simulator.accepted()
    assert accepted["hash"] == row["skrot_sha256"] == b64encode(hashlib.sha256(xml).digest()).decode()
    assert (office / "outbox" / row["plik_xml"]).read_bytes() == xml


def test_dropped_again_it_is_not_sent_again(program: Program, office: Path, simulator: Running) -> None:
    drop(office, "pierwsza.xml", ready())
    run(program, office)
    drop(office, "druga.xml", ready())
    run(program, office)
    (row,) = rows(office, "druga.xml")
    assert (row["status"], row["opis"]) == ("przyjeta", "przyjęta już wcześniej")
    assert len(simulator.store.kept.invoices) == 1


def test_a_spoiled_one_is_refused_and_told(program: Program, office: Path, simulator: Running) -> None:
    drop(office, "zepsuta.xml", ready().replace(b"<P_15>", b"<P_15>sto "))
    run(program, office)
    (row,) = rows(office, "zepsuta.xml")
    assert (row["status"], row["kod"], row["numer"]) == ("bledna", "RA06", "GOTOWA/1")
    assert "P_15" in row["opis"]
    assert simulator.accepted() == []


def test_check_and_convert_take_it_without_settings(command: Callable[..., int], tmp_path: Path) -> None:
    (tmp_path / "gotowa.xml").write_bytes(MINIMAL.read_bytes())
    assert command(tmp_path, "check", "gotowa.xml") == 0
    assert command(tmp_path, "convert", "gotowa.xml", "--out", "xml") == 0
    (made,) = (tmp_path / "xml").iterdir()
    assert made.read_bytes() == MINIMAL.read_bytes()


def test_table_writes_no_empty_workbook(command: Callable[..., int], tmp_path: Path) -> None:
    (tmp_path / "zla.xml").write_text("<JPK/>")
    assert command(tmp_path, "table", "nie_ma.xml", "--out", "a.xlsx") == 2
    assert command(tmp_path, "table", "zla.xml", "--out", "a.xlsx") == 1
    assert not (tmp_path / "a.xlsx").exists()
    (tmp_path / "dobra.xml").write_bytes(MINIMAL.read_bytes())
    assert command(tmp_path, "table", "dobra.xml", "zla.xml", "--out", "a.xlsx") == 1
    assert (tmp_path / "a.xlsx").exists()


RR = f"""<?xml version="1.0" encoding="UTF-8"?>
<Faktura xmlns="http://crd.gov.pl/wzor/2026/03/06/14189/">
  <Naglowek><KodFormularza kodSystemowy="FA_RR (1)" wersjaSchemy="1-1E">FA_RR</KodFormularza>
    <WariantFormularza>1</WariantFormularza><DataWytworzeniaFa>2026-05-11T08:00:00Z</DataWytworzeniaFa></Naglowek>
  <Podmiot1><DaneIdentyfikacyjne><NIP>9999999999</NIP><Nazwa>Jan Rolnik</Nazwa></DaneIdentyfikacyjne>
    <Adres><KodKraju>PL</KodKraju><AdresL1>Wieś 1</AdresL1></Adres></Podmiot1>
  <Podmiot2><DaneIdentyfikacyjne><NIP>{NIP}</NIP><Nazwa>Skup</Nazwa></DaneIdentyfikacyjne>
    <Adres><KodKraju>PL</KodKraju><AdresL1>ul. Próbna 1</AdresL1></Adres></Podmiot2>
  <FakturaRR><KodWaluty>PLN</KodWaluty><P_4B>{{today}}</P_4B><P_4C>RR/1</P_4C><P_11_1>100.00</P_11_1>
    <P_11_2>7.00</P_11_2><P_12_1>107.00</P_12_1><P_12_2>sto siedem złotych</P_12_2>
    <RodzajFaktury>VAT_RR</RodzajFaktury>
    <FakturaRRWiersz><NrWierszaFa>1</NrWierszaFa><P_5>Pszenica</P_5><P_6A>kg</P_6A><P_6B>100</P_6B><P_6C>I</P_6C>
      <P_7>1.00</P_7><P_8>100.00</P_8><P_9>7</P_9><P_10>7.00</P_10><P_11>107.00</P_11></FakturaRRWiersz></FakturaRR>
</Faktura>
"""
PEF = f"""<?xml version="1.0" encoding="UTF-8"?>
<{{root}} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{{root}}-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2">
  <cbc:CustomizationID>urn:cen.eu:en16931:2017</cbc:CustomizationID>
  <cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID>
  <cbc:ID>PEF/{{root}}</cbc:ID><cbc:IssueDate>{{today}}</cbc:IssueDate><cbc:{{root}}TypeCode>380</cbc:{{root}}TypeCode>
  <cbc:DocumentCurrencyCode>PLN</cbc:DocumentCurrencyCode>
  <cac:AccountingSupplierParty><cac:Party><cac:PartyTaxScheme><cbc:CompanyID>PL{NIP}</cbc:CompanyID>
    <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme></cac:Party></cac:AccountingSupplierParty>
  <cac:AccountingCustomerParty><cac:Party><cac:PartyTaxScheme><cbc:CompanyID>PL2222222222</cbc:CompanyID>
    <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme></cac:Party></cac:AccountingCustomerParty>
  <cac:LegalMonetaryTotal><cbc:PayableAmount currencyID="PLN">123.00</cbc:PayableAmount></cac:LegalMonetaryTotal>
  <cac:{{root}}Line><cbc:ID>1</cbc:ID><cbc:{{quantity}}Quantity unitCode="H87">1</cbc:{{quantity}}Quantity>
    <cbc:LineExtensionAmount currencyID="PLN">100.00</cbc:LineExtensionAmount><cac:Item><cbc:Name>Śruba</cbc:Name></cac:Item>
    <cac:Price><cbc:PriceAmount currencyID="PLN">100.00</cbc:PriceAmount></cac:Price></cac:{{root}}Line>
</{{root}}>
"""


@pytest.mark.shared
@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        (RR, Verdict.GOOD),
        (RR.replace("<P_6C>I</P_6C>", "<P_6C/>"), Verdict.BAD),
        (PEF.replace("{root}", "Invoice").replace("{quantity}", "Invoiced"), Verdict.GOOD),
        (PEF.replace("{root}", "CreditNote").replace("{quantity}", "Credited"), Verdict.GOOD),
        (PEF.replace("{root}", "Invoice").replace("{quantity}", "Ordered"), Verdict.BAD),
    ],
)
def test_other_forms_are_held_against_their_official_schemas(
    content: str, verdict: Verdict, shared: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "schematy"
    shutil.copytree(shared / "fa3" / "other-forms", folder)
    shutil.copytree(shared / "fa3" / "xsd", folder, dirs_exist_ok=True)
    path = tmp_path / "gotowa.xml"
    path.write_text(content.replace("{today}", "2026-05-11"), "utf-8")
    wanted = Job({path.name: path}, NIP, Environment.SANDBOX, datetime(2026, 5, 11, 10, tzinfo=UTC), schema_dir=folder)
    batch = next(iter(batches(wanted)))
    assert isinstance(batch, Batch)
    (item,) = batch.items
    assert (item.verdict, {each.code for each in item.problems}) == (
        verdict,
        set() if verdict is Verdict.GOOD else {"RA06"},
    )
