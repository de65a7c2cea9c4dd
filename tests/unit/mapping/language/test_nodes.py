"""What a mapping may not say: YAML's machinery, depth and size, and paths that leave the mappings folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mapping.language.layers import find_inside, layers
from bridge.mapping.language.nodes import DEEPEST, LARGEST, parse

REFUSED = {
    "an anchor": ("mapowanie: &a 1\n", "M05"),
    "an alias": ("a: &x 1\nb: *x\n", "M05"),
    "a tag": ("a: !!python/object:os.system x\n", "M05"),
    "a merge key": ("a: &x\n  b: 1\nc:\n  <<: *x\n", "M05"),
    "a second document": ("a: 1\n---\nb: 2\n", "M05"),
    "a repeated key": ("a: 1\na: 2\n", "M04"),
    "too deep": ("".join(f"{' ' * n}a:\n" for n in range(DEEPEST + 2)), "M10"),
    "deep brackets": ("a: " + "[" * 5000 + "\n", "M10"),
    "a tab": ("a:\n\tb: 1\n", "M08"),
    "nothing": ("", "M03"),
    "a list": ("- a\n- b\n", "M03"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_with_its_code_and_line(what: str) -> None:
    text, code = REFUSED[what]
    _, problems = parse(text.encode(), "moje.yaml")
    assert code in {each.code for each in problems}, problems
    assert all(each.rows and each.message for each in problems)


def test_too_big_and_not_utf8() -> None:
    assert [each.code for each in parse(b"a" * (LARGEST + 1), "x.yaml")[1]] == ["M10"]
    assert [each.code for each in parse("a: ł\n".encode("cp1250"), "x.yaml")[1]] == ["M01"]


@given(st.text(max_size=200))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    tree, problems = parse(text.encode("utf-8", "surrogatepass"), "x.yaml")
    assert tree is not None or problems


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_raise(content: bytes) -> None:
    tree, problems = parse(content, "x.yaml")
    assert tree is not None or problems


@pytest.mark.parametrize(
    "name", ["../tajne.yaml", "a/../../tajne.yaml", "/etc/passwd", "\\\\serwer\\x.yaml", "C:\\x.yaml", "..\\tajne.yaml"]
)
def test_paths_that_leave_the_folder_are_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "tajne.yaml").write_text("mapowanie: 1\n", "utf-8")
    (tmp_path / "mappings").mkdir()
    path, why = find_inside(name, [tmp_path / "mappings"])
    assert path is None
    assert "wychodzi poza folder" in why


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_links_are_refused_whether_file_or_folder(tmp_path: Path) -> None:
    outside, inside = tmp_path / "poza", tmp_path / "mappings"
    outside.mkdir()
    inside.mkdir()
    (outside / "a.yaml").write_text("mapowanie: 1\n", "utf-8")
    (inside / "link.yaml").symlink_to(outside / "a.yaml")
    (inside / "folder").symlink_to(outside)
    for name in ("link.yaml", "folder/a.yaml"):
        path, why = find_inside(name, [inside])
        assert path is None
        assert "dowiązaniem" in why


def test_an_included_file_outside_stops_the_mapping(tmp_path: Path) -> None:
    inside = tmp_path / "mappings"
    inside.mkdir()
    (tmp_path / "tajne.yaml").write_text("mapowanie: 1\n", "utf-8")
    (inside / "m.yaml").write_text("mapowanie: 1\ndolacz: ../tajne.yaml\n", "utf-8")
    _, files, problems = layers(inside / "m.yaml", [inside])
    assert [each.code for each in problems] == ["M21"]
    assert files == [inside / "m.yaml"]


def test_layers_merge_by_law_5(tmp_path: Path) -> None:
    (tmp_path / "wspolne.yaml").write_text(
        "slowniki:\n  s:\n    a: 1\n    b: 2\nfaktura:\n  waluta:\n    wartosc: [W]\n    gdy_puste: PLN\n"
        "reguly:\n  - opis: jeden\n    pomin: tak\n  - opis: dwa\n    pomin: tak\n",
        "utf-8",
    )
    (tmp_path / "m.yaml").write_text(
        "mapowanie: 1\ndolacz: wspolne.yaml\nslowniki:\n  s:\n    b: 3\nfaktura:\n  waluta: EUR\n"
        "reguly:\n  - opis: jeden\n    odrzuc: tak\n  - opis: trzy\n    pomin: tak\n",
        "utf-8",
    )
    tree, files, problems = layers(tmp_path / "m.yaml", [tmp_path])
    assert problems == []
    assert [path.name for path in files] == ["wspolne.yaml", "m.yaml"]
    assert tree is not None
    words = tree.entries["slowniki"].entries["s"].entries  # type: ignore[union-attr]
    assert {key: node.value for key, node in words.items()} == {"a": "1", "b": "3"}
    assert tree.entries["faktura"].entries["waluta"].value == "EUR"  # type: ignore[union-attr]
    titles = [each.entries["opis"].value for each in tree.entries["reguly"].items]  # type: ignore[union-attr]
    assert titles == ["jeden", "dwa", "trzy"]
    assert "odrzuc" in tree.entries["reguly"].items[0].entries  # type: ignore[union-attr]
