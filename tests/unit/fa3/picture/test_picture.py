"""A picture shows every leaf of its invoice, verbatim or in the words of the law, whatever the invoice holds."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pypdf
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import Image

from bridge.fa3.picture import qr
from bridge.fa3.picture.blocks import PictureTable
from bridge.fa3.picture.labels import LABELS
from bridge.fa3.picture.leaves import amount
from bridge.fa3.picture.picture import Stamp, pages, picture
from bridge.fa3.picture.view import view
from tests.support.reference import OFFICIAL_OR_NONE

DATA = Path(__file__).resolve().parents[3] / "data" / "fa3"
MINIMAL = sorted((DATA / "minimal").glob("*.xml"))
NUMBER = "1234563218-20260302-010020A0B1C2-D4"
KOD_1 = qr.invoice_link("https://qr-test.ksef.mf.gov.pl", qr.CodeFacts("1234563218", date(2026, 5, 11), "2f" * 32))
ACCEPTED = Stamp(ksef_number=NUMBER, accepted="przyjęta 2026-03-02 12:31:05", invoice_link=KOD_1)

# What codes mean (fa3.md, 1.2-1.11), as far as the examples use them: not taken from the code under test.
SAID = {
    ("RodzajFaktury", "KOR"): "Faktura korygująca",
    ("RodzajFaktury", "ZAL"): "Faktura zaliczkowa",
    ("RodzajFaktury", "ROZ"): "Faktura rozliczeniowa",
    ("RodzajFaktury", "UPR"): "Faktura uproszczona",
    ("RodzajFaktury", "KOR_ZAL"): "Korekta faktury zaliczkowej",
    ("RodzajFaktury", "KOR_ROZ"): "Korekta faktury rozliczeniowej",
    ("P_16", "1"): "Metoda kasowa",
    ("P_16", "2"): "Metoda kasowa: nie",
    ("P_17", "1"): "Samofakturowanie",
    ("P_17", "2"): "Samofakturowanie: nie",
    ("P_18", "1"): "Odwrotne obciążenie",
    ("P_18", "2"): "Odwrotne obciążenie: nie",
    ("P_18A", "1"): "Mechanizm podzielonej płatności",
    ("P_18A", "2"): "Mechanizm podzielonej płatności: nie",
    ("P_19", "1"): "Zwolnienie od podatku",
    ("P_19N", "1"): "zwolniona: nie",
    ("P_22", "1"): "Wewnątrzwspólnotowa dostawa nowych środków transportu",
    ("P_22N", "1"): "Nowe środki transportu: nie",
    ("P_42_5", "1"): "art. 42 ust. 5 ustawy: tak",
    ("P_42_5", "2"): "art. 42 ust. 5 ustawy: nie",
    ("P_23", "1"): "Uproszczona procedura trójstronna",
    ("P_23", "2"): "trójstronna (art. 135–138): nie",
    ("P_PMarzy", "1"): "Procedura marży",
    ("P_PMarzy_2", "1"): "Procedura marży dla biur podróży",
    ("P_PMarzy_3_1", "1"): "Procedura marży – towary używane",
    ("P_PMarzyN", "1"): "Procedura marży: nie",
    ("JST", "1"): "jednostki podrzędnej JST: tak",
    ("JST", "2"): "jednostki podrzędnej JST: nie",
    ("GV", "1"): "członka grupy VAT: tak",
    ("GV", "2"): "członka grupy VAT: nie",
    ("BrakID", "1"): "Bez numeru identyfikacyjnego: tak",
    ("Rola", "1"): "FAKTOR",
    ("Rola", "2"): "ODBIORCA",
    ("Rola", "3"): "PODMIOT PIERWOTNY",
    ("Rola", "4"): "DODATKOWY NABYWCA",
    ("Rola", "5"): "WYSTAWCA FAKTURY",
    ("Rola", "7"): "SAMORZĄDU TERYTORIALNEGO – WYSTAWCA",
    ("Rola", "8"): "SAMORZĄDU TERYTORIALNEGO – ODBIORCA",
    ("Rola", "9"): "GRUPY VAT – WYSTAWCA",
    ("Rola", "10"): "GRUPY VAT – ODBIORCA",
    ("TypKorekty", "1"): "w dacie ujęcia faktury pierwotnej",
    ("TypKorekty", "2"): "w dacie wystawienia faktury korygującej",
    ("TypKorekty", "3"): "w innej dacie",
    ("NrKSeF", "1"): "Numer KSeF",
    ("NrKSeFN", "1"): "wystawiona poza KSeF",
    ("NrKSeFZN", "1"): "wystawiona poza KSeF",
    ("FP", "1"): "Faktura do paragonu",
    ("TP", "1"): "Powiązania między nabywcą a dostawcą",
    ("StanPrzed", "1"): "stan przed korektą",
    ("StanPrzedZ", "1"): "stan przed korektą",
    ("Zaplacono", "1"): "Zapłacono: tak",
    ("ZnacznikZaplatyCzesciowej", "1"): "Zapłata: częściowa",
    ("FormaPlatnosci", "1"): "gotówka",
    ("FormaPlatnosci", "2"): "karta",
    ("FormaPlatnosci", "6"): "przelew",
    ("RachunekWlasnyBanku", "2"): "do pobierania należności",
    ("RodzajTransportu", "3"): "drogowy",
    ("OpisLadunku", "11"): "paczka",
    ("OpisLadunku", "13"): "paleta",
    ("P_12_Zal_15", "1"): "Załącznik nr 15 do ustawy: tak",
}
CODED = {name for name, _ in SAID}


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b]", "", text)


def text_of(pdf: bytes) -> str:
    return squeezed("\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages))


def leaves_of(xml: bytes) -> list[tuple[str, str]]:
    parser = etree.XMLParser(remove_comments=True, remove_pis=True)
    found = [each for each in etree.fromstring(xml, parser).iter() if not len(each) and (each.text or "").strip()]
    return [(etree.QName(each).localname, (each.text or "").strip()) for each in found]


def missing(xml: bytes) -> list[tuple[str, str]]:
    shown = text_of(picture(xml, ACCEPTED))
    return [leaf for leaf in leaves_of(xml) if not _is_shown(*leaf, shown)]


def _is_shown(name: str, value: str, shown: str) -> bool:
    if name in CODED and (name, value) != ("RodzajFaktury", "VAT"):
        return squeezed(SAID[name, value]) in shown
    return squeezed(value) in shown or squeezed(value.replace(".", ",")) in shown


@pytest.mark.parametrize("path", MINIMAL, ids=lambda path: path.stem)
def test_every_leaf_of_a_minimal_invoice_is_shown(path: Path) -> None:
    assert missing(path.read_bytes()) == []


@pytest.mark.shared
@pytest.mark.parametrize("path", OFFICIAL_OR_NONE, ids=lambda path: path.stem)
def test_every_leaf_of_an_official_example_is_shown(path: Path) -> None:
    assert missing(path.read_bytes()) == []


def test_what_is_not_shown_would_be_found() -> None:
    shown = text_of(picture(MINIMAL[0].read_bytes(), ACCEPTED))
    assert not _is_shown("P_7", "Towar, którego na fakturze nie ma", shown)
    assert not _is_shown("P_16", "1", shown.replace("Metodakasowa", ""))


def test_every_leaf_of_fa3_has_a_polish_name() -> None:
    with (DATA / "elements.csv").open(encoding="utf-8", newline="") as file:
        paths = [row["path"] for row in csv.DictReader(file, delimiter=";")]
    inner = {path.rpartition("/")[0] for path in paths}
    assert {path.rpartition("/")[2] for path in paths if path not in inner} - set(LABELS) == set()


def _with(old: str, new: str, name: str = "01-vat.xml") -> bytes:
    text = (DATA / "minimal" / name).read_text("utf-8")
    assert old in text
    return text.replace(old, new, 1).encode()


def test_an_element_of_a_later_schema_is_shown_under_its_own_name() -> None:
    shown = text_of(picture(_with("<P_2>", "<NowePole>wartość z przyszłości</NowePole><P_2>"), ACCEPTED))
    assert squeezed("Pozostałe dane") in shown
    assert squeezed("NowePole: wartość z przyszłości") in shown


MARKUP = (
    '#panic("x") *gwiazdki* _pod_ $x^2$ `kod` @odsyłacz <etykieta> [nawias] \\u{1F4A5} // /* #include "/etc/passwd"'
)


def test_markup_in_data_is_only_text() -> None:
    escaped = MARKUP.replace("&", "&amp;").replace("<", "&lt;")
    shown = text_of(picture(_with("Towar A", escaped), ACCEPTED))
    assert squeezed(MARKUP) in shown


letters = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S"), max_codepoint=0x17F), min_size=1, max_size=60
)


@settings(max_examples=6, deadline=None)
@given(letters)
def test_any_name_is_drawn_as_it_is(name: str) -> None:
    root = etree.fromstring((DATA / "minimal" / "01-vat.xml").read_bytes())
    next(root.iter("{*}P_7")).text = name
    assert squeezed(name) in text_of(picture(etree.tostring(root), ACCEPTED))


def test_a_word_without_end_stays_within_the_page() -> None:
    (page,) = pages(_with("Towar A", "W" * 512), ACCEPTED, ppi=40)
    image = Image.open(io.BytesIO(page)).convert("L")
    margin = image.crop((int(image.width * 0.93), 0, image.width, image.height))
    assert margin.getextrema() == (255, 255)


def test_a_long_invoice_repeats_its_heading_and_counts_its_pages() -> None:
    text = (DATA / "minimal" / "01-vat.xml").read_text("utf-8")
    row = re.search(r"<FaWiersz>.*?</FaWiersz>", text, re.DOTALL)
    assert row is not None
    rows = "".join(row[0].replace("<NrWierszaFa>1<", f"<NrWierszaFa>{place}<") for place in range(1, 201))
    read = pypdf.PdfReader(io.BytesIO(picture(text.replace(row[0], rows).encode(), ACCEPTED)))
    texts = [squeezed(page.extract_text()) for page in read.pages]
    assert len(texts) == 5
    assert all(f"strona{place}z5" in text for place, text in enumerate(texts, 1))
    assert all("TowarlubusługaIlość" in text for text in texts)
    assert all(page.mediabox[2:] == [pytest.approx(595.3, abs=1), pytest.approx(841.9, abs=1)] for page in read.pages)


def test_a_wide_attachment_lies_across() -> None:
    column = '<Kol Typ="int"><NKom>kWh</NKom></Kol>'
    text = re.sub(r">\s+<", "><", (DATA / "minimal" / "31-zalacznik.xml").read_text("utf-8"))
    assert column in text
    wide = text.replace(column, column * 9).replace("<WKom>20</WKom>", "<WKom>20</WKom>" * 9)
    last = pypdf.PdfReader(io.BytesIO(picture(wide.encode(), ACCEPTED))).pages[-1]
    assert last.mediabox.width > last.mediabox.height


# --- QR codes on the page --------------------------------------------------------------------------------------------


def _codes(xml: bytes, stamp: Stamp) -> set[str]:
    images = [Image.open(io.BytesIO(page)) for page in pages(xml, stamp, ppi=150)]
    return {found.text for image in images for found in zxingcpp.read_barcodes(image)}


def test_the_codes_on_the_page_are_read_by_another_decoder() -> None:
    xml = MINIMAL[0].read_bytes()
    assert _codes(xml, ACCEPTED) == {KOD_1}
    kod_2 = (
        f"https://qr-test.ksef.mf.gov.pl/certificate/Nip/1234563218/1234563218/01F20A5D352AE590/{'b' * 43}/{'a' * 342}"
    )
    assert _codes(xml, Stamp(invoice_link=KOD_1, certificate_link=kod_2)) == {KOD_1, kod_2}


def test_labels_stand_below_the_codes() -> None:
    xml = MINIMAL[0].read_bytes()
    assert text_of(picture(xml, ACCEPTED)).count(NUMBER) == 2
    offline = text_of(picture(xml, Stamp(invoice_link=KOD_1, certificate_link=KOD_1)))
    assert offline.count("OFFLINE") == 2
    assert "CERTYFIKAT" in offline
    assert "OFFLINE" not in text_of(picture(xml, Stamp()))


def test_the_same_invoice_gives_the_same_bytes() -> None:
    xml = MINIMAL[0].read_bytes()
    assert picture(xml, ACCEPTED) == picture(xml, ACCEPTED)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1234567.50", "1 234 567,50"), ("-1000", "-1 000"), ("-0.00", "-0,00"), ("0.5", "0,5"),
        ("999", "999"), ("12a", "12a"), ("", ""), ("-999999.123456", "-999 999,123456"),
    ],
)  # fmt: skip
def test_amounts_keep_every_digit(written: str, read: str) -> None:
    assert amount(written).replace("\N{NO-BREAK SPACE}", " ") == read


def words_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def test_what_is_copied_from_the_page_is_what_stands_in_the_invoice() -> None:
    mail = "ksiegowosc.zobowiazania.dostawcow@bardzo-dluga-nazwa.example"
    xml = _with("<JST>", f"<DaneKontaktowe><Email>{mail}</Email></DaneKontaktowe><JST>", "02b-kor-przed-po.xml")
    told = words_of(picture(xml, ACCEPTED))
    (original,) = re.findall(rb"<NrKSeFFaKorygowanej>([^<]*)<", xml)
    assert "\u200b" not in told
    assert original.decode() in told
    assert mail in told.replace("\n", "")
    assert "\u200b" not in words_of(picture(_with("Towar A", "W" * 300), Stamp(invoice_link=KOD_1)))


def table_of_sums(name: str) -> list[list[str]]:
    (sums,) = [
        block
        for block in view((DATA / "minimal" / name).read_bytes()).blocks
        if isinstance(block, PictureTable) and block.title == "Podsumowanie"
    ]
    rows = [[column.name for column in sums.columns], *([cell.text for cell in row.cells] for row in sums.rows)]
    return [[text.replace("\N{NO-BREAK SPACE}", " ") for text in row] for row in rows]


def test_sums_have_gross_by_rate_and_all_together_with_two_decimals() -> None:
    assert table_of_sums("30-platnosc-mieszane.xml")[0] == [
        "Stawka podatku",
        "Wartość netto",
        "Kwota VAT",
        "Wartość brutto",
    ]
    for path in MINIMAL:
        if b"<P_13_" not in path.read_bytes():
            continue
        head, *rows, last = table_of_sums(path.name)
        assert last[0] == "Razem"
        assert all(re.fullmatch(r"-?[\d ]+,\d\d", text) for row in [*rows, last] for text in row[1:] if text)
        gross = head.index("Wartość brutto")
        figures = [Decimal(row[gross].replace(" ", "").replace(",", ".")) for row in [*rows, last]]
        assert sum(figures[:-1], Decimal(0)) == figures[-1]


def test_the_total_of_the_margin_scheme_is_no_net_amount() -> None:
    (_, band, last) = table_of_sums("19-marza.xml")
    assert band[1] == last[1] == ""
    assert band[-1] == last[-1] != ""
