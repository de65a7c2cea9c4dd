"""The shipped jpk_fa.yaml: whatever an element of JPK_FA(4) says of an invoice is carried to FA(3) or stops it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bridge.mapping.evaluate.apply import apply, missing
from bridge.mapping.language.load import load
from bridge.model.item import Mapped
from bridge.model.problem import errors
from bridge.reading.jpk_fa import TABLES
from bridge.reading.open import open_source
from bridge.shipped import shipped

if TYPE_CHECKING:
    from bridge.model.invoice import Invoice

MAPPINGS = shipped("mappings")
SAMPLE = MAPPINGS / "probki" / "przyklady" / "firma_JPK_FA_2026-02.xml"
# Said again or computed: the seller stands in the mapping, sums come from the lines, an empty mark says nothing new.
COMPUTED = {"P_3C", "P_3D", *(tag for tag in TABLES["naglowki"][1] if re.match(r"P_1[34]_", tag))}
FLAGS = {"P_16", "P_17", "P_18", "P_18A", "P_19", "P_20", "P_21", "P_22", "P_23", "P_106E_2", "P_106E_3"}
FILLED = {
    "KodWaluty": "EUR",
    "P_1": "2026-02-19",
    "P_6": "2026-02-18",
    "P_2A": "inny",
    "P_4A": "DE",
    "P_4B": "2222222222",
    "P_5A": "SK",
    "P_5B": "3333333333",
    "P_15": "1.00",
    "P_106E_3A": "procedura marży - towary używane",
    "RodzajFaktury": "KOREKTA",
}
ABOUT_ANOTHER = {  # what belongs to a flag or a kind that is itself refused, or explains one
    *("P_20A", "P_20B", "P_21A", "P_21B", "P_21C", "P_22A", "P_22B", "P_22C"),
    *("PrzyczynaKorekty", "OkresFaKorygowanej"),
}
CARRIED_OR_STOPPED = [tag for tag in TABLES["naglowki"][1] if tag not in COMPUTED | ABOUT_ANOTHER]


def _read(folder: Path, text: str) -> Mapped:
    """The first invoice of a file of this text."""
    path = folder / "firma_JPK_FA_2026-02.xml"
    path.write_text(text, "utf-8")
    mapping, mistakes = load(MAPPINGS / "jpk_fa.yaml", [MAPPINGS])
    assert mapping, mistakes
    source, broken = open_source({"": path}, {"": path.name}, mapping.layout)
    assert source, broken
    assert missing(mapping, source) == []
    return next(each for each in apply(mapping, source) if isinstance(each, Mapped))


def _with(text: str, tag: str, value: str, element: str = "Faktura") -> str:
    """The sample with this element in its first invoice or line."""
    head, start, rest = text.partition(f"<tns:{element}>")
    inside, end, tail = rest.partition(f"</tns:{element}>")
    inside = re.sub(rf"\s*<tns:{tag}>[^<]*</tns:{tag}>", "", inside)
    return f"{head}{start}{inside}<tns:{tag}>{value}</tns:{tag}>{end}{tail}"


def _content(made: Mapped) -> Invoice | None:
    return made.invoice and replace(made.invoice, rows=())


@pytest.mark.parametrize("tag", CARRIED_OR_STOPPED)
@pytest.mark.parametrize("true", ["true", "1"])
def test_every_element_is_carried_or_stops_the_invoice(tmp_path: Path, tag: str, true: str) -> None:
    text = SAMPLE.read_text("utf-8")
    value = true if tag in FLAGS else FILLED.get(tag, "jakiś tekst")
    before, after = _read(tmp_path, text), _read(tmp_path, _with(text, tag, value))
    assert not errors(before.problems)
    assert errors(after.problems) or _content(after) != _content(before)


@pytest.mark.parametrize("tag", ["P_20", "P_21", "P_22"])
def test_what_fa3_asks_more_about_is_refused(tmp_path: Path, tag: str) -> None:
    found = errors(_read(tmp_path, _with(SAMPLE.read_text("utf-8"), tag, "true")).problems)
    assert [each.code for each in found] == ["D17"]
    assert tag in found[0].message


@pytest.mark.parametrize(
    ("written", "scheme"),
    [
        ("procedura marży - towary używane", "3_1"),
        ("procedura marży - dzieła sztuki", "3_2"),
        ("procedura marży - przedmioty kolekcjonerskie i antyki", "3_3"),
    ],
)
def test_margin_is_carried_by_its_words(tmp_path: Path, written: str, scheme: str) -> None:
    text = _with(_with(SAMPLE.read_text("utf-8"), "P_106E_3", "true"), "P_106E_3A", written)
    made = _read(tmp_path, text)
    assert made.invoice
    assert made.invoice.annotations.margin == scheme


def test_margin_without_words_is_refused(tmp_path: Path) -> None:
    assert errors(_read(tmp_path, _with(SAMPLE.read_text("utf-8"), "P_106E_3", "true")).problems)


@pytest.mark.parametrize(
    ("tag", "value", "attribute"),
    [("P_9B", "10.39", "gross_price"), ("P_11A", "103.94", "gross"), ("P_10", "1.00", "discount"), ("P_12_XII", "21", "foreign_rate")],
)  # fmt: skip
def test_every_amount_of_a_line_is_carried(tmp_path: Path, tag: str, value: str, attribute: str) -> None:
    text = SAMPLE.read_text("utf-8")
    for other in ("P_9A", "P_11", "P_12") if tag in ("P_9B", "P_11A") else ():
        text = _with(text, other, "", "FakturaWiersz") if other != "P_12" else text
    made = _read(tmp_path, _with(text, tag, value, "FakturaWiersz"))
    assert made.invoice
    assert str(getattr(made.invoice.lines[0], attribute)) == value


def test_the_gross_of_a_net_line_is_compared_and_not_printed(tmp_path: Path) -> None:
    made = _read(tmp_path, _with(SAMPLE.read_text("utf-8"), "P_11A", "103.94", "FakturaWiersz"))
    assert made.invoice
    line = made.invoice.lines[0]
    assert (line.gross, str(line.erp_gross)) == (None, "103.94")
