"""A JPK_FA file (XML, any variant) → tables `naglowki`, `pozycje`, `podmiot` and `kontrola`, columns as the scheme calls them.

A row's number is the ordinal of its element, as programs write such files in one line. The scheme's own ways of writing
numbers and dates are read as values (Ministry of Finance, JPK_FA(4); erp-exports.md, section 1.3).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from lxml import etree

from bridge.model.problem import Problem, problem
from bridge.model.table import NO_VALUES, CellValue, Layout, Row, Source, Table
from bridge.reading.content import Content
from bridge.reading.contract import Reader

if TYPE_CHECKING:
    from pathlib import Path

_INVOICE = (
    "KodWaluty P_1 P_2A P_3A P_3B P_3C P_3D P_4A P_4B P_5A P_5B P_6 P_13_1 P_14_1 P_14_1W P_13_2 P_14_2 P_14_2W P_13_3 "
    "P_14_3 P_14_3W P_13_4 P_14_4 P_14_4W P_13_5 P_14_5 P_14_5W P_13_6 P_13_7 P_15 P_16 P_17 P_18 P_18A P_19 P_19A P_19B "
    "P_19C P_20 P_20A P_20B P_21 P_21A P_21B P_21C P_22 P_22A P_22B P_22C P_23 P_106E_2 P_106E_3 P_106E_3A RodzajFaktury "
    "PrzyczynaKorekty NrFaKorygowanej OkresFaKorygowanej NrFaZaliczkowej"
)
_LINE = "P_2B P_7 P_8A P_8B P_9A P_9B P_10 P_11 P_11A P_12 P_12_XII"
_SELLER = "NIP PelnaNazwa KodKraju Wojewodztwo Powiat Gmina Ulica NrDomu NrLokalu Miejscowosc KodPocztowy"
_TOTALS = "LiczbaFaktur WartoscFaktur LiczbaWierszyFaktur WartoscWierszyFaktur"
# Table → its elements, and the columns it always has.
TABLES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "naglowki": (("Faktura",), tuple(_INVOICE.split())),
    "pozycje": (("FakturaWiersz",), tuple(_LINE.split())),
    "podmiot": (("Podmiot1",), tuple(_SELLER.split())),
    "kontrola": (("FakturaCtrl", "FakturaWierszCtrl"), tuple(_TOTALS.split())),
}
NUMBERS = re.compile(r"P_(8B|9A|9B|10|11|11A|15|13_\d+|14_\d+W?)|(Liczba|Wartosc)\w+")
DATES = frozenset({"P_1", "P_6", "P_22A"})
NO_DATE = "0001-01-01"  # how programs write an empty date
VAT_RR = "Mostek wysyła faktury VAT RR jako gotowe XML FA_RR (1): wyeksportuj je tak z programu ERP i wrzuć do folderu inbox."
ORDERS = "Zamówień do faktur zaliczkowych (Zamowienie) w tym pliku mostek nie czyta."
_NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,8})?", re.ASCII)


def read(path: Path, shown: str, layout: Layout) -> tuple[Source | None, list[Problem]]:
    """The file as its four tables; P03 and P16 for what is no whole XML, P13 without lines."""
    del layout  # the scheme says it all
    with path.open("rb") as stream:
        if b"JPK_FA_RR" in stream.read(4096):
            said = "To plik JPK_FA_RR: faktury VAT RR, które wystawia nabywca od rolnika ryczałtowego, a nie faktury sprzedaży."
            return None, [problem("P16", said, advice=VAT_RR, file=shown)]
    columns = {name: list(always) for name, (_, always) in TABLES.items()}
    count = dict.fromkeys(TABLES, 0)
    orders = False
    try:
        for name, cells in _elements(path):
            orders = orders or name == ""
            if name:
                count[name] += 1
                columns[name] += [tag for tag in cells if tag not in columns[name]]
    except etree.XMLSyntaxError as error:
        return None, [_broken(error, path, shown)]
    if not count["naglowki"]:
        return None, [problem("P07", "W tym pliku JPK_FA nie ma żadnej faktury.", file=shown)]
    if not count["pozycje"]:
        return None, [problem("P13", "W tym pliku JPK_FA nie ma pozycji (FakturaWiersz).", file=shown)]
    tables = {name: Table(name, shown, name, tuple(each), _rows(path, name, each)) for name, each in columns.items()}
    return Source(shown, "jpk_fa", "", tables, (ORDERS,) if orders else ()), []


def _rows(path: Path, name: str, columns: list[str]) -> Callable[[], Iterator[Row]]:
    def rows() -> Iterator[Row]:
        found: Iterator[dict[str, str]] = (cells for table, cells in _elements(path) if table == name)
        if name == "kontrola":  # two elements, one row
            found = iter([{tag: text for cells in found for tag, text in cells.items()}])
        for number, cells in enumerate(found, 1):
            texts = tuple("" if cells.get(tag) == NO_DATE else cells.get(tag, "") for tag in columns)
            values = {
                place: value for place, tag in enumerate(columns) if (value := _value(tag, texts[place])) is not None
            }
            yield Row(number, texts, values or NO_VALUES)

    return rows


def _value(tag: str, text: str) -> CellValue | None:
    if NUMBERS.fullmatch(tag):
        return Decimal(text) if _NUMBER.fullmatch(text) else None
    if tag not in DATES:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _elements(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Each element that is a row, with its leaves by name; "" for an order."""
    of = {tag: name for name, (tags, _) in TABLES.items() for tag in tags} | {"Zamowienie": ""}
    with path.open("rb") as stream:
        found = etree.iterparse(stream, resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
        for _, element in found:
            name = _name(element)
            if name in of:
                yield of[name], _leaves(element)
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]


def _name(element: etree._Element) -> str:
    """Without its namespace; QName would refuse a prefix that nothing declares."""
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]


def _leaves(element: etree._Element) -> dict[str, str]:
    leaves: dict[str, str] = {}
    for each in element.iter("*"):
        if len(each) == 0 and each is not element:
            leaves.setdefault(_name(each), (each.text or "").strip())
    return leaves


def _broken(error: etree.XMLSyntaxError, path: Path, shown: str) -> Problem:
    row = error.lineno or 1
    if _ends_with_root(path):
        return problem("P16", f"Plik nie jest poprawnym XML (wiersz {row}).", file=shown, rows=(row,))
    return problem("P03", f"Plik XML urywa się w wierszu {row}.", file=shown, rows=(row,))


def _ends_with_root(path: Path) -> bool:
    """Whether the last thing in the file is the end of the element it began with."""
    with path.open("rb") as stream:
        root = re.search(rb"<(?![?!])([\w.:-]+)", stream.read(4096))
        stream.seek(max(0, path.stat().st_size - 256))
        return root is not None and stream.read().rstrip().endswith(b"</" + root[1] + b">")


READER = Reader("jpk_fa", lambda held, head: held is Content.XML and b"JPK_FA" in head, read)
