from __future__ import annotations

from pathlib import Path

import pytest

from bridge.model.problem import Problem
from bridge.model.table import Layout, OwnColumn, Row, Source, TableLayout
from bridge.reading.open import open_source

LAYOUT = Layout(
    "rekordy",
    "iso-8859-2",
    separator="|",
    quotes=False,
    escape="\\",
    heading_rows=(),
    tables=(
        TableLayout("naglowki", record="H", columns=(OwnColumn("numer", index=2), OwnColumn("kwota", index=3))),
        TableLayout("pozycje", record="L", columns=(OwnColumn("nr", index=2), OwnColumn("nazwa", index=3))),
        TableLayout("U", record="U", columns=(OwnColumn("tekst", index=2),)),
        TableLayout("X", record="X", skipped=True),
        TableLayout("Z", record="Z", columns=(OwnColumn("ile", index=2),), once=True),
    ),
)
GOOD = 'H|1|5.00\nL|1|Wąż 4" \\| gumowy\nX|cokolwiek\nL|1|Śruba\n\nZ|1\n'


def opened(tmp_path: Path, text: str) -> tuple[Source | None, list[Problem]]:
    path = tmp_path / "a"
    path.write_bytes(text.encode("iso8859-2"))
    return open_source({"": path}, {"": "rekordy.txt"}, LAYOUT)


def test_each_record_type_is_a_table(tmp_path: Path) -> None:
    source, problems = opened(tmp_path, GOOD)
    assert source, problems
    tables = {name: list(table.rows()) for name, table in source.tables.items()}
    assert tables == {
        "naglowki": [Row(1, ("H", "1", "5.00"))],
        "pozycje": [Row(2, ("L", "1", 'Wąż 4" | gumowy')), Row(4, ("L", "1", "Śruba"))],
        "U": [],
        "Z": [Row(6, ("Z", "1"))],
    }
    assert source.tables["pozycje"].heading == ("", "nr", "nazwa")
    assert source.tables["U"].own == {"tekst": 0}, "a type without any row still has its columns"


@pytest.mark.parametrize(
    ("text", "code", "rows"),
    [
        (GOOD.replace("Z|1\n", ""), "P04", ()),
        (GOOD + "Z|1\n", "P16", ()),
        (GOOD.replace("X|", "Y|"), "P23", (3,)),
        (GOOD.replace("L|1|Śruba", "L|1"), "P15", (4,)),
        (GOOD.replace("L|1|Śruba", "L|1|Śruba|9"), "P14", (4,)),
        ("H|1|5.00\nL|1|a\nL|1", "P03", (3,)),
    ],
)
def test_what_is_wrong_has_its_code_and_row(tmp_path: Path, text: str, code: str, rows: tuple[int, ...]) -> None:
    source, problems = opened(tmp_path, text)
    assert source is None
    assert [(each.code, each.rows) for each in problems] == [(code, rows)]


def test_surplus_empty_fields_at_the_end_are_let_pass(tmp_path: Path) -> None:
    source, problems = opened(tmp_path, GOOD.replace("L|1|Śruba", "L|1|Śruba||"))
    assert source, problems
    assert list(source.tables["pozycje"].rows())[1] == Row(4, ("L", "1", "Śruba"))


def test_a_column_beyond_the_record_is_missing(tmp_path: Path) -> None:
    _, problems = opened(tmp_path, "H|1\nL|1|a\nZ|1\n")
    assert [(each.code, each.sheet) for each in problems] == [("P02", "naglowki")]
