from __future__ import annotations

import random
from pathlib import Path

import pytest

from bridge.reading.encoding import CODECS, MOJIBAKE, look, score, settle
from bridge.reading.mazovia import LETTERS
from tests.support import polish


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.csv"


def settled(path: Path, data: bytes, declared: str = "") -> str:
    path.write_bytes(data)
    encoding, problems = settle(look(path), declared, "x.csv")
    assert (encoding is None) == bool(problems)
    return encoding.name if encoding else f"{problems[0].code} {problems[0].message}"


def test_at_most_one_in_a_hundred_is_wrong_and_two_are_refused(tmp_path: Path) -> None:
    for encoding, counts in polish.table(100, tmp_path).items():
        assert counts["wrong"] <= 1, encoding
        assert counts["refused"] <= 2, encoding


@pytest.mark.parametrize("encoding", ["cp1250", "iso-8859-2", "cp852"])
@pytest.mark.parametrize("text", ["łóżko", "Gdańsk", "ul. Święcicka 12/4", "Żarówka", "ŁÓDŹ, ul. Żółwia"])
def test_one_cell_is_enough(path: Path, text: str, encoding: str) -> None:
    data = text.encode(CODECS[encoding])
    name = settled(path, data)
    assert name.startswith("P01") or data.decode(CODECS[name]) == text


def test_what_can_be_two_things_is_refused(path: Path) -> None:
    assert settled(path, "RÓŻNE".encode("cp1250")).startswith("P01")  # is also valid UTF-8
    assert settled(path, b"\xb3").startswith("P01")


def test_ascii_needs_no_recognising(path: Path) -> None:
    path.write_bytes(b"a;b\n")
    encoding, _ = settle(look(path), "", "x.csv")
    assert encoding
    assert (encoding.name, encoding.note) == ("utf-8", "")


def test_a_declaration_is_held_against_the_file(path: Path) -> None:
    assert settled(path, "Wartość".encode(), "cp1250") == "P01 Mapowanie mówi cp1250, a plik jest zapisany w UTF-8."
    assert (
        settled(path, "Wartość".encode("utf-16"), "cp1250")
        == "P01 Mapowanie mówi cp1250, a plik jest zapisany w UTF-16."
    )
    assert settled(path, "źródło światła ąę".encode("iso8859-2"), "cp1250").startswith("P01")
    assert settled(path, "Wartość".encode("cp1250"), "cp1250") == "cp1250"
    assert settled(path, "RÓŻNE".encode("cp1250"), "cp1250") == "cp1250"
    assert settled(path, "Müller & Söhne".encode("cp1250"), "cp1250") == "cp1250"
    assert settled(path, b"only ascii", "cp852") == "cp852"
    assert settled(path, b"only ascii", "utf-16") == "P01 Mapowanie mówi utf-16, a plik jest zapisany w UTF-8."


def test_frames_of_dos_prints_are_no_letters(path: Path) -> None:
    page = "┌──────┬─────┐\n│ Ilość│ 5   │\n│ Wąż  │ 2   │\n└──────┴─────┘\n".replace("Ilość│", "Ilość │")
    assert settled(path, page.encode("cp852")) == "cp852"


def test_polish_scores_above_its_own_mojibake() -> None:
    text = "Wartość łóżka"
    assert score(text) > 0 > score(text.encode().decode("cp1250"))
    assert MOJIBAKE.search(text.encode().decode("cp1250"))
    assert not MOJIBAKE.search("Zażółć gęślą jaźń, „Ćma” – Müller & Söhne, 5 m² ZAŻÓŁĆ GĘŚLĄ JAŹŃ")


def test_mazovia_is_read_when_declared(path: Path) -> None:
    assert bytes([0x86, 0x8D, 0xA1]).decode("mazovia") == "ąćŻ"
    text = "".join(LETTERS.values()) + "│ü"
    assert text.encode("mazovia").decode("mazovia") == text
    assert settled(path, "ŻÓŁW".encode("mazovia"), "mazovia") == "mazovia"
    path.write_bytes("zażółć\r\n".encode("mazovia"))
    with path.open(encoding="mazovia", newline="") as stream:
        assert stream.read() == "zażółć\r\n"


def test_a_look_tells_of_both_ends(path: Path) -> None:
    path.write_bytes(b"a\r\nb\r\n\x1a")
    assert (look(path).ended, look(path).ctrl_z) == (True, True)
    path.write_bytes(b"a\nb")
    assert (look(path).ended, look(path).ctrl_z) == (False, False)
    path.write_bytes("a\n".encode("utf-16"))
    assert look(path).ended
    path.write_bytes(b"x" * 1024 * 1024)
    assert look(path).endless_line


WORDS = [
    "POTWIERDŹ TYTUŁEM",
    "ŻÓŁTY",
    "ŚRUBA M8",
    "Łożysko",
    "wąż",
    "Część",
    "Książka",
    "żarówka",
    "ŹRÓDŁO",
    "Gwóźdź",
    "Pęd",
    "kołnierz",
    "SZKŁO",
    "Transport",
    "zł",
    "płyta",
    "mąka",
    "ser żółty",
    "DRÓT",
    "Kłódka",
    "śnieg",
    "próg",
    "ćma",
    "KOŃ",
    "Świeca",
    "szt.",
    "PĘDZEL",
    "łańcuch",
    "jeż",
    "bułka",
    "ĆWIEK",
    "źrebię",
]


@pytest.mark.parametrize("written", ["mazovia", "cp852", "cp1250", "iso8859-2"])
def test_no_small_file_is_read_with_wrong_letters(path: Path, written: str) -> None:
    """Programs of DOS drop one invoice at a time: right letters, or P01 with the candidates."""
    chance, refused = random.Random(5), 0
    for _ in range(500):
        lines = [
            f"FV/{row};{' '.join(chance.sample(WORDS, chance.randint(1, 3)))}" for row in range(chance.randint(1, 3))
        ]
        text = "Nr;Towar\r\n" + "\r\n".join(lines)
        path.write_bytes(text.encode(written))
        encoding, _ = settle(look(path), "", "x.csv")
        refused += encoding is None
        assert encoding is None or path.read_bytes().decode(encoding.codec) == text
    assert refused < (501 if written == "mazovia" else 50)


def test_a_refused_encoding_shows_what_each_candidate_reads(path: Path) -> None:
    path.write_bytes("Nr;Towar\r\n1;mąka\r\n".encode("mazovia"))
    _, (problem,) = settle(look(path), "", "x.csv")
    assert (problem.code, "mazovia: „mąka”" in problem.message, "cp852: „mćka”" in problem.message) == (
        "P01",
        True,
        True,
    )
