from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bridge.model.table import OwnColumn, TableLayout
from bridge.reading.heading import names, own_columns, spread


def test_names_are_collapsed_and_equal_ones_numbered() -> None:
    assert names([["Data\nwyst. ", "Netto", "NETTO", ""]]) == ("Data wyst.", "Netto#1", "NETTO#2", "")
    assert names([]) == ()


def test_two_rows_are_joined_and_a_lone_name_stays_alone() -> None:
    assert names([["Lp.", "Nabywca", "Nabywca"], ["", "NIP", "Nazwa", "Uwagi"]]) == (
        "Lp.",
        "Nabywca / NIP",
        "Nabywca / Nazwa",
        "Uwagi",
    )
    assert names([["Kod"], ["Kod"]]) == ("Kod",)


def test_a_group_reaches_to_the_next() -> None:
    assert spread(["", "A", "", " ", "B", ""]) == ["", "A", "A", "A", "B", "B"]


def test_own_names_point_to_exactly_one_column() -> None:
    def told(heading: tuple[str, ...], *columns: OwnColumn) -> tuple[dict[str, int], list[str]]:
        places, problems = own_columns(heading, TableLayout(columns=columns), "f.csv")
        return dict(places), [each.code for each in problems]

    buyer = OwnColumn("nabywca", headings=("Kontrahent", "Nabywca"))
    assert told(("Nr", "NABYWCA"), buyer) == ({"nabywca": 1}, [])
    assert told(("Kontrahent", "Nabywca"), buyer) == ({}, ["P19"])
    assert told(("Nr",), buyer, OwnColumn("x", letter="B"), OwnColumn("y", index=2)) == ({}, ["P02", "P02", "P02"])
    assert told(("Nr", "Cena"), OwnColumn("cena", letter="A")) == ({}, ["P19"])
    assert told(("Nr", "Cena"), OwnColumn("cena", letter="B")) == ({"cena": 1}, [])


@given(st.lists(st.text(max_size=5), max_size=10))
def test_every_column_has_its_own_name(cells: list[str]) -> None:
    heading = names([cells])
    assert len(heading) == len(cells)
