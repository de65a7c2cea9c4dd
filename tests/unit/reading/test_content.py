from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from bridge.model.problem import Problem
from bridge.model.table import Layout
from bridge.reading.open import LARGEST, open_source

SEMICOLON = Layout(separator=";")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(8192)


def refused(tmp_path: Path, data: bytes, name: str, layout: Layout = SEMICOLON) -> Problem:
    path = tmp_path / "x"
    path.write_bytes(data)
    source, problems = open_source({"": path}, {"": name}, layout)
    assert source is None
    (problem,) = problems
    assert problem.file == name
    return problem


@pytest.mark.parametrize(
    ("data", "name", "code", "said"),
    [
        (b"a;b\n1;2\n", "f.xlsx", "P08", "zwykły tekst"),
        (b"a;b\n1;2\n", "F.XLS", "P08", "zwykły tekst"),
        (b"\xef\xbb\xbf\r\n<HTML><body>", "f.xls", "P08", "strona HTML"),
        (b'<?xml version="1.0"?><Workbook/>', "f.xls", "P08", "dokument XML"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "f.xlsx", "P08", "hasłem"),
        (b"PK\x03\x04" + bytes(100), "f.xlsx", "P03", "ucięty"),
        (b"", "f.xlsx", "P07", "pusty"),
        (OLE, "f.xls", "P08", "uszkodzony"),
        (b"<html>", "f.csv", "P16", "HTML"),
    ],
)
def test_each_impostor_has_its_own_sentence(tmp_path: Path, data: bytes, name: str, code: str, said: str) -> None:
    problem = refused(tmp_path, data, name)
    assert (problem.code, said in problem.message, bool(problem.advice)) == (code, True, True)


def test_a_declared_format_must_fit(tmp_path: Path) -> None:
    assert refused(tmp_path, b"a;b\n", "f.csv", Layout(format="xlsx")).code == "P16"
    path = tmp_path / "z.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "a;b\n")
    assert refused(tmp_path, path.read_bytes(), "f.csv", Layout(format="csv")).code == "P16"
    assert refused(tmp_path, path.read_bytes(), "f.xlsx").code == "P08"


def test_a_file_of_a_disk_s_size_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with path.open("wb") as stream:
        stream.truncate(LARGEST + 1)
    _, problems = open_source({"": path}, {"": "f.csv"}, SEMICOLON)
    assert [each.code for each in problems] == ["P22"]
