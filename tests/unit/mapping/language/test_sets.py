"""Which file names make one drop."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from bridge.mapping.language.load import load
from bridge.mapping.language.parts import MappingFile
from bridge.mapping.language.sets import Gathered, gather, placed

MAPPINGS = Path(__file__).resolve().parents[4] / "mappings"


@functools.cache
def shipped(name: str) -> MappingFile:
    mapping, problems = load(MAPPINGS / name, [MAPPINGS])
    assert mapping, problems
    return mapping


SETS = ("04_naglowki_pozycje.yaml", "14_jpk_fa_tabele.yaml", "03_rejestr_web.yaml")


@pytest.mark.parametrize(
    ("names", "drops"),
    [
        (["A_pozycje.csv", "a_zestaw.ok", "A_naglowki.csv"], [(("A_naglowki.csv", "A_pozycje.csv", "a_zestaw.ok"), ())]),
        (["A_naglowki.csv"], [(("A_naglowki.csv",), ("a_pozycje.csv", "a_zestaw.ok"))]),
        (
            ["A_naglowki.csv", "B_pozycje.csv"],
            [
                (("A_naglowki.csv",), ("a_pozycje.csv", "a_zestaw.ok")),
                (("B_pozycje.csv",), ("b_naglowki.csv", "b_zestaw.ok")),
            ],
        ),
        (["A_zestaw.ok"], [(("A_zestaw.ok",), ("a_naglowki.csv", "a_pozycje.csv"))]),
        (["x_JPK_FA_Faktura.txt", "X_jpk_fa_fakturawiersz.TXT"], [(("x_JPK_FA_Faktura.txt", "X_jpk_fa_fakturawiersz.TXT"), ())]),
        (["03_jeden_a.csv", "03_jeden_b.csv"], [(("03_jeden_a.csv",), ()), (("03_jeden_b.csv",), ())]),
        (["nieznany.csv"], [(("nieznany.csv",), ())]),
    ],
)  # fmt: skip
def test_names_make_drops(names: list[str], drops: list[tuple[tuple[str, ...], tuple[str, ...]]]) -> None:
    found = gather(names, [shipped(name) for name in SETS])
    assert found == [Gathered(*each) for each in drops]


def test_files_of_a_drop_are_placed_in_its_tables() -> None:
    found = placed(shipped(SETS[0]), ["A_naglowki.csv", "obcy.csv", "A_pozycje.csv"])
    assert found.files == {"naglowki": "A_naglowki.csv", "pozycje": "A_pozycje.csv"}
    assert (found.marker, found.awaited, found.missing, found.strange) == ("", "a_zestaw.ok", (), ("obcy.csv",))


def test_a_mapping_of_single_files_takes_any_name_it_is_given() -> None:
    assert placed(shipped("03_rejestr_web.yaml"), ["cokolwiek.txt"]).files == {"": "cokolwiek.txt"}
