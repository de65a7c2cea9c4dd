"""Whatever bytes come, readers answer with a Source or with problems, and rows can be read to their end."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.model.table import Layout, OwnColumn, TableLayout
from bridge.reading.open import open_source
from bridge.reading.sample import guess

SAMPLES = Path(__file__).resolve().parents[3] / "mappings" / "probki" / "przyklady"
SPANS = (TableLayout(columns=(OwnColumn("a", span=(1, 9)), OwnColumn("b", span=(5, 40)))),)
RECORDS = tuple(TableLayout(name, record=name, columns=(OwnColumn("x", index=2),)) for name in "HLUNZ")
LAYOUTS = {
    "": Layout(separator=";"),
    "csv": Layout("csv", separator=",", escape="\\"),
    "stala_szerokosc": Layout("stala_szerokosc", heading_rows=(), tables=SPANS),
    "rekordy": Layout("rekordy", separator="|", heading_rows=(), tables=RECORDS),
    "epp": Layout("epp"),
    "jpk_fa": Layout("jpk_fa"),
}
FILES = [
    "02_subiekt_komunikacja.epp",
    "08_dos_stala_szerokosc_cp852.txt",
    "12_rekordy_HL_iso88592.txt",
    "firma_JPK_FA_2026-02.xml",
    "13_sklep_shopify_like.csv",
]
CHANGES = st.lists(st.tuples(st.integers(0, 10**6), st.binary(max_size=4)), min_size=1, max_size=4)


def read(data: bytes, layout: Layout) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x")
        path.write_bytes(data)
        source, problems = open_source({"": path}, {"": "plik.txt"}, layout)
        assert (source is None) == bool(problems)
        for table in source.tables.values() if source else ():
            assert all(len(row.cells) in {0, len(table.heading)} for row in table.rows())
        guessed, doubts = guess(path, "plik.txt")
        assert (guessed is None) == bool(doubts)


@pytest.mark.parametrize("name", LAYOUTS)
@settings(max_examples=20, deadline=None)
@given(data=st.binary(max_size=300))
def test_any_bytes(name: str, data: bytes) -> None:
    read(data, LAYOUTS[name])


@pytest.mark.parametrize("file", FILES)
@settings(max_examples=8, deadline=None)
@given(changes=CHANGES, cut=st.integers(0, 2000))
def test_any_change_of_a_good_file(file: str, changes: list[tuple[int, bytes]], cut: int) -> None:
    data = bytearray((SAMPLES / file).read_bytes())
    for place, inserted in changes:
        at = place % len(data)
        data[at : at + 1] = inserted
    for layout in LAYOUTS.values():
        read(bytes(data[: len(data) - cut % len(data)]), layout)
