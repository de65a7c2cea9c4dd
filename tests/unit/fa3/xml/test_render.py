from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import sandbox
from lxml import etree

from bridge.fa3.rules.table import check_bytes
from bridge.fa3.xml import business
from bridge.fa3.xml.facts import facts, number_key
from bridge.fa3.xml.render import FIELDS, Renderer
from bridge.fa3.xml.schema import NAMESPACE, SHA256, Schema, _package_folder
from bridge.model.errors import FixSetup
from bridge.model.invoice import Invoice
from tests.support.samples import NOW, ORIGINAL, correction, invoice, line

ROOT = Path(__file__).resolve().parents[4]
RENDERER = Renderer((ROOT / "templates",), "fa3.xml.j2")
SCHEMA = Schema.load()
GOLDEN = Path(__file__).parent / "golden"
CASES: dict[str, Invoice] = {
    "vat": invoice(),
    "korekta": correction(),
    "eur": invoice(currency="EUR", lines=(line(exchange_rate=Decimal("4.5005")),)),
    "brutto": invoice(
        prices="brutto", lines=(line(net=None, net_price=None, gross_price=Decimal("10.39"), gross=Decimal("103.90")),)
    ),
}
TEXT = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x17F, exclude_characters="\x7f", exclude_categories=["Cc"]),
    min_size=1,
    max_size=40,
)


@pytest.mark.parametrize("name", CASES)
def test_the_xml_is_the_golden_one_and_valid(name: str) -> None:
    xml = RENDERER.render(CASES[name], NOW)
    golden = GOLDEN / f"{name}.xml"
    assert xml == golden.read_bytes()
    assert SCHEMA.validate(xml) == []
    assert check_bytes(xml) == []


@given(TEXT)
def test_every_text_survives_the_way_into_xml(text: str) -> None:
    xml = RENDERER.render(invoice(lines=(line(name=text),)), NOW)
    assert etree.fromstring(xml).findtext(f".//{{{NAMESPACE}}}P_7") == text


def test_small_prices_have_no_exponent() -> None:
    made = invoice(lines=(line(net_price=Decimal("0.00000012"), quantity=Decimal(1), net=Decimal("0.00")),))
    assert b"<P_9A>0.00000012</P_9A>" in RENDERER.render(made, NOW)


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        ("a & b < \"c\" > 'd'", "a &amp; b &lt; \"c\" &gt; 'd'"),
        (Decimal("0E-8"), "0.00000000"),
        (Decimal("1E+2"), "100"),
    ],
)
def test_values_are_printed_as_canonical_xml_has_them(tmp_path: Path, value: Any, printed: str) -> None:
    (tmp_path / "moj.j2").write_text("{{ f.number }}", "utf-8")
    assert Renderer((tmp_path,), "moj.j2").render(invoice(number=value), NOW).decode() == printed


def test_no_field_of_the_model_has_a_name_that_the_sandbox_guards() -> None:
    guarded = {"format", "format_map"}.union(
        *(names for name, names in vars(sandbox).items() if name.startswith("UNSAFE"))
    )
    guarded |= {name for _, names in sandbox._mutable_spec for name in names}
    assert not {name for name in FIELDS if name in guarded or name.startswith("_")}


def test_a_draft_has_neither_number_nor_mark() -> None:
    made = correction()
    assert made.correction
    draft = replace(made, correction=replace(made.correction, originals=(replace(ORIGINAL, ksef_number=None),)))
    xml = RENDERER.render(draft, NOW)
    assert b"NrKSeF" not in xml


@pytest.mark.parametrize("text", ["{% if %}", "{{ f.nie_ma }}", "{{ f.__class__ }}", "{{ '{0.__class__}'.format(f) }}"])
def test_a_broken_template_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "moj.j2").write_text(text, "utf-8")
    with pytest.raises(FixSetup, match=r"moj\.j2|Szablon"):
        Renderer((tmp_path,), "moj.j2").render(invoice(), NOW)


def test_a_template_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FixSetup, match="Nie ma szablonu"):
        Renderer((tmp_path,), "brak.j2")


@pytest.mark.parametrize(
    ("before", "after", "element"),
    [
        (b"<P_12>23<", b"<P_12>24<", "Fa/FaWiersz/P_12"),
        (b"<P_8B>10<", b"<P_8B>1,0<", "Fa/FaWiersz/P_8B"),
        (b"<JST>2</JST>", b"", "Podmiot2/GV"),
        (b"<P_7>\xc5\x9aruba M8<", b"<P_7><", "Fa/FaWiersz/P_7"),
        (b"<NIP>2222222222<", b"<NIP>0222222222<", "Podmiot2/DaneIdentyfikacyjne/NIP"),
        (b"<P_9A>8.45<", b"<P_9A>8.123456789<", "Fa/FaWiersz/P_9A"),
        (b"<P_1>2026-05-11<", b"<P_1>11.05.2026<", "Fa/P_1"),
        (b"<KodWaluty>PLN<", b"<KodWaluty>PLZ<", "Fa/KodWaluty"),
        (b"<FormaPlatnosci>6<", b"<FormaPlatnosci>9<", "Fa/Platnosc/FormaPlatnosci"),
        (b"<P_15>103.94<", b"<P_15>103.945<", "Fa/P_15"),
    ],
)
def test_what_the_schema_refuses_is_told_in_polish_with_its_element(before: bytes, after: bytes, element: str) -> None:
    xml = RENDERER.render(invoice(), NOW)
    assert before in xml
    found = SCHEMA.validate(xml.replace(before, after))
    assert [each.element for each in found] == [element]
    assert found[0].message.startswith(f"Element {element}")


def test_a_schema_that_is_not_the_official_one_is_refused(tmp_path: Path) -> None:
    for name in SHA256:
        (tmp_path / name).write_bytes((_package_folder() / name).read_bytes() + b" ")
    with pytest.raises(FixSetup, match="nie jest tym, który ogłosiło"):
        Schema.load(tmp_path)
    with pytest.raises(FixSetup, match="Nie ma schematu"):
        Schema.load(tmp_path / "brak")


def test_own_copies_of_the_schema_serve_as_well(tmp_path: Path) -> None:
    for name in SHA256:
        (tmp_path / name).write_bytes((_package_folder() / name).read_bytes())
    assert Schema.load(tmp_path).validate(RENDERER.render(invoice(), NOW)) == []


@pytest.mark.shared
def test_the_ministrys_own_files_serve_as_well(shared: Path) -> None:
    schema = Schema.load(shared / "fa3" / "xsd")
    for path in sorted((shared / "fa3" / "minimal").glob("*.xml")):
        assert schema.validate(path.read_bytes()) == [], path.name
        assert [each for each in check_bytes(path.read_bytes()) if each.severity == "error"] == [], path.name


def test_the_business_hash_is_blind_to_what_does_not_matter() -> None:
    xml = RENDERER.render(invoice(), NOW)
    ours = business.business_hash(xml)
    later = RENDERER.render(invoice(), NOW.replace(hour=11))
    assert later != xml
    assert business.business_hash(later) == ours
    assert business.business_hash(xml.replace(b"<P_11>84.50<", b"<P_11>84.5<")) == ours
    assert business.business_hash(xml.replace(b"Hurtownia ", b"Hurtownia   ")) == ours
    assert business.business_hash(xml.replace(b"<P_2>FV/1/05/2026<", b"<P_2>FV/2/05/2026<")) != ours
    assert business.business_hash(xml.replace(b"<P_11>84.50<", b"<P_11>84.51<")) != ours


def test_the_business_hash_sees_through_prefixes_indents_and_comments() -> None:
    xml = RENDERER.render(invoice(), NOW)
    tree = etree.fromstring(xml)
    etree.indent(tree, space="\t")
    indented = etree.tostring(tree)
    prefixed = re.sub(rb"<(/?)(\w)", rb"<\1tns:\2", xml.partition(b"?>")[2]).replace(b"xmlns=", b"xmlns:tns=")
    commented = xml.replace(b"<Podmiot2>", b"<!-- nabywca --><Podmiot2><!-- -->").replace(b"Hurt", b"Hu<!-- -->rt")
    for other in (indented, prefixed, commented, xml.replace(b"Hurtownia ", b"Hurtownia&#13;&#10; ")):
        assert other != xml
        assert business.business_hash(other) == business.business_hash(xml)
        assert business.hash_of_tree(etree.fromstring(other)) == business.business_hash(xml)
    assert business.business_hash(xml.replace(b"<P_2>FV/1/", b"<P_2>FV/1.0/")) != business.business_hash(xml)


@pytest.mark.parametrize("name", CASES)
def test_our_template_writes_canonical_xml(name: str) -> None:
    xml = RENDERER.render(CASES[name], NOW)
    assert business.hash_of_canonical(xml) == business.business_hash(xml)


@given(TEXT)
def test_every_text_is_canonical_as_it_is_printed(text: str) -> None:
    xml = RENDERER.render(invoice(number=text, lines=(line(name=text),)), NOW)
    assert business.hash_of_canonical(xml) == business.business_hash(xml)


def test_differences_tell_a_clash_from_a_trifle() -> None:
    xml = RENDERER.render(invoice(), NOW)
    found = business.differences(xml, xml.replace(b"84.50", b"84.60").replace(b"ul. Pr", b"al. Pr"))
    assert ("Fa/FaWiersz/P_11", "84.5", "84.6") in found.clash
    assert [each.path for each in found.warnings] == ["Podmiot1/Adres/AdresL1", "Podmiot2/Adres/AdresL1"]


def test_facts_of_a_document() -> None:
    found = facts(RENDERER.render(correction(), NOW))
    assert (found.kind, found.number, found.form_code) == ("KOR", "FV/1/05/2026", "FA (3)")
    assert found.originals == (ORIGINAL,)
    assert number_key(" FV  1\n") == "FV 1"
