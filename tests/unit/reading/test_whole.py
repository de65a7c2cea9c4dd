from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from bridge.reading.whole import Whole, whole


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", Whole("P07")),
        (b"a;b\r\n1;2\r\n", Whole()),
        (b"a;b\n1;2\n\x1a", Whole()),
        (b"a;b\n1;2", Whole(line_end=False)),
        (b"a;b\n1;2\n\0\0\0\0", Whole("P06", line_end=False)),
        (b"\0" * 100, Whole("P06", line_end=False)),
        ("a;b\n".encode("utf-16"), Whole()),
        ("a;b".encode("utf-16"), Whole(line_end=False)),
    ],
)
def test_texts(tmp_path: Path, data: bytes, expected: Whole) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    assert whole(path) == expected
    assert whole(path).sure == (expected == Whole())


def test_a_workbook_needs_its_directory(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "x" * 1000)
    data = path.read_bytes()
    assert whole(path) == Whole()
    for cut in range(1, len(data), 50):
        path.write_bytes(data[:-cut])
        assert whole(path).problem in {"P03", "P07"} or cut > len(data) - 2
    path.write_bytes(data[:500] + bytes(len(data) - 500))
    assert whole(path).problem == "P03"
