"""Whatever somebody writes, the loader answers with a mapping or with its mistakes, and reading by it never raises."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bridge.conversion.drop import batches
from bridge.mapping.language.load import load
from bridge.mapping.language.schema import schema
from bridge.model.errors import FixSetup
from bridge.model.item import Batch, Finished
from bridge.model.job import Job
from bridge.model.settings import Environment

MAPPINGS = Path(__file__).resolve().parents[3] / "mappings"
GOOD = (MAPPINGS / "01_comarch.yaml").read_text("utf-8").split("\n")
NOW = datetime(2026, 2, 10, 12, tzinfo=UTC)
KEYS = st.sampled_from([*schema()["properties"], "gdy", "wartosc", "pliki", "kolumny", "jest", "x"])
SCALARS = st.one_of(
    st.sampled_from(["tak", "[Nr]", "[a, b]", "1-3", "RRRR", '""', "<nip>", "*.csv", "&a", "{x: y}"]),
    st.text(max_size=6),
)
LINES = st.builds(
    "{}{}{}: {}".format, st.sampled_from(["", "  ", "    ", "\t"]), st.sampled_from(["", "- "]), KEYS, SCALARS
)
CELLS = st.one_of(
    st.sampled_from(["", "FS/1", "FS", "03.02.2026", "1,00", "1 000,00-", "23%", "2222222222"]), st.text(max_size=5)
)


def loaded(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "m.yaml")
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        mapping, problems = load(path, [Path(folder)])
        assert mapping is not None or problems
        assert all(each.message for each in problems)


@settings(max_examples=60, deadline=None)
@given(lines=st.lists(LINES, max_size=8))
@example(lines=["mapowanie: 1", "zrodlo:", "  kolumny:", "    a: 3-1"])
def test_any_lines(lines: list[str]) -> None:
    loaded("\n".join(lines))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.integers(0, len(GOOD) - 1), SCALARS)
def test_any_change_of_a_good_mapping(place: int, moved: int, scalar: str) -> None:
    lines = GOOD.copy()
    key, colon, _ = lines[place].partition(":")
    lines[place] = f"{key}{colon} {scalar}"
    lines.insert(moved, lines.pop(place))
    loaded("\n".join(lines))


@settings(max_examples=15, deadline=None)
@given(rows=st.lists(st.lists(CELLS, min_size=21, max_size=21), max_size=4))
def test_any_table_read_by_a_good_mapping(rows: list[list[str]]) -> None:
    heading = next(line for line in GOOD if line.startswith("# Lp;"))[2:]
    quoted = ('"' + cell.replace('"', '""') + '"' for row in rows for cell in row)
    lines = [";".join(next(quoted) for _ in range(21)) for _ in rows]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "01_comarch_x.csv")
        path.write_bytes("\r\n".join([heading, *lines, ""]).encode("cp1250", "replace"))
        job = Job({path.name: path}, "", Environment.SANDBOX, NOW, mapping=str(MAPPINGS / "01_comarch.yaml"))
        try:
            found = list(batches(job))
        except FixSetup:
            return
        assert isinstance(found[-1], Finished)
        assert all(isinstance(each, Batch) for each in found[:-1])
