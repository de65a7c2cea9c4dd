"""Names, links and writing: what comes from outside never becomes a path, and a file appears whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.files.folders import Folders
from bridge.files.lock import only_one
from bridge.files.names import LONGEST_DROP, drop_name, safe_name
from bridge.files.results import COLUMNS, ResultRow, Style, result_csv
from bridge.files.take import archive, in_progress, take
from bridge.files.watch import FileSnapshot, Patience, looked, scan, settled
from bridge.files.writing import put, replace_held, sweep
from bridge.model.errors import FixSetup, TryLater


@given(st.text(max_size=300))
def test_no_number_leaves_its_folder(number: str) -> None:
    name = safe_name(number)
    assert Path(name).name == name
    assert name not in {"", ".", ".."}
    assert not set(name) & set('/\\:*?"<>|\0\n')
    assert not name.startswith(".")
    assert len(name.encode()) < 600
    assert safe_name(number) == name


@given(st.lists(st.text(max_size=40), unique=True, max_size=20))
def test_different_numbers_have_different_names(numbers: list[str]) -> None:
    canonical = {"".join(number) for number in numbers}
    names = {safe_name(number) for number in canonical}
    spoiled = {number for number in canonical if safe_name(number) != number}
    assert len(names) >= len(canonical) - len(spoiled) + bool(spoiled)


@given(st.text(min_size=1, max_size=255).filter(lambda name: "/" not in name and "\0" not in name))
def test_a_drop_is_called_by_a_name_that_every_disk_takes(found: str) -> None:
    name = drop_name(found)
    assert drop_name(name) == name
    assert len(name.encode()) <= LONGEST_DROP
    assert not set(name) & set('/\\:*?"<>|\0\n\r\t')
    assert not name.startswith((".", "~"))
    assert not name.endswith((".", " "))
    assert Path(name).name == name


@pytest.mark.parametrize("name", ["faktury 2026.csv", "sprzedaż (2).xlsx", "a.b.c.csv", "20261127", "dane-1_2~3.epp"])
def test_usual_names_stay(name: str) -> None:
    assert drop_name(name) == name


def test_names_of_a_polish_windows_are_read_as_such() -> None:
    found = os.fsdecode(b"sprzeda\xbf.csv")
    assert drop_name(found).startswith("sprzedaż~")
    assert drop_name(found).endswith(".csv")


def test_of_a_long_name_head_and_tail_stay_for_the_patterns() -> None:
    name = drop_name("01_comarch_" + "ż" * 110 + "_sprzedaz.csv")
    assert name.startswith("01_comarch_")
    assert name.endswith("_sprzedaz.csv")


@pytest.mark.parametrize("reserved", ["con", "NUL.txt", "lpt1", "aux"])
def test_names_that_windows_keeps_for_itself(reserved: str) -> None:
    assert safe_name(reserved).startswith("_")


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    made = Folders(tmp_path / "inbox", tmp_path / "outbox")
    made.inbox.mkdir()
    (made.inbox / ".ksef-bridge").touch()
    made.make()
    return made


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_links_in_the_inbox_are_not_followed(folders: Folders, tmp_path: Path) -> None:
    secret = tmp_path / "haslo.txt"
    secret.write_text("tajne", "utf-8")
    (folders.inbox / "faktury.csv").symlink_to(secret)
    (folders.in_progress / "20261127120000abcdef-faktury.csv").symlink_to(secret)
    (folders.inbox / "folder.csv").mkdir()
    assert scan(folders.inbox) == {}
    assert in_progress(folders) == {}
    assert take(folders, "faktury.csv", "2") is None
    assert secret.read_text("utf-8") == "tajne"


def test_what_is_not_meant_for_us_is_not_seen(folders: Folders) -> None:
    for name in (".ukryty", "~$faktury.xlsx", "a.tmp", "a.part", "Thumbs.db", "desktop.ini", "README.md", ".\n"):
        (folders.inbox / name).touch()
    (folders.inbox / "faktury.csv").write_bytes(b"x")
    assert set(scan(folders.inbox)) == {"faktury.csv"}


def test_a_file_is_taken_when_it_is_quiet_and_whole() -> None:
    now = {"a.csv": (5, 1)}
    known = looked({}, now, 0.0)
    patience = Patience(quiet=3, whole=60)
    whole, open_end, broken = (True, True), (True, False), (False, False)

    def taken(clock: float, seen: tuple[bool, bool], state: dict[str, FileSnapshot] = known) -> list[str]:
        return list(settled(state, clock, patience, lambda _name: seen))

    assert taken(2.9, whole) == []
    assert taken(3.0, whole) == ["a.csv"]
    assert taken(29.9, open_end) == []  # its last line has no end: ten times the quiet time
    assert taken(30.0, open_end) == ["a.csv"]
    assert taken(59.9, broken) == []
    assert taken(60.0, broken) == ["a.csv"]  # so that the reader says what is wrong with it
    grown = looked(known, {"a.csv": (6, 2)}, 2.0)
    assert taken(4.9, whole, grown) == []


def test_a_missing_share_is_told_from_an_empty_folder(folders: Folders) -> None:
    folders.check()
    (folders.inbox / ".ksef-bridge").unlink()
    with pytest.raises(TryLater, match="odłączony"):
        folders.check()


def test_folders_that_cannot_be_made_are_told(tmp_path: Path) -> None:
    (tmp_path / "outbox").touch()
    with pytest.raises(FixSetup, match="Nie da się pisać"):
        Folders(tmp_path / "inbox", tmp_path / "outbox").make()


def test_archiving_twice_is_archiving_once(tmp_path: Path) -> None:
    source, target = tmp_path / "a", tmp_path / "archiwum" / "dzien" / "a"
    source.write_bytes(b"x")
    archive(source, target)
    archive(source, target)
    assert target.read_bytes() == b"x"


def test_a_reader_that_holds_the_file_is_waited_for(tmp_path: Path) -> None:
    """Windows refuses to replace a file that somebody has open."""
    refusals = [PermissionError(13, "Access is denied")] * 3
    slept: list[float] = []

    def stubborn(source: Path, target: Path) -> None:
        if refusals:
            raise refusals.pop()
        source.replace(target)

    new, old = tmp_path / "new", tmp_path / "old"
    new.write_bytes(b"new")
    old.write_bytes(b"old")
    replace_held(new, old, stubborn, slept.append)
    assert old.read_bytes() == b"new"
    assert len(slept) == 3


def test_a_reader_that_never_lets_go_is_told(tmp_path: Path) -> None:
    def never(_source: Path, _target: Path) -> None:
        raise PermissionError(13, "Access is denied")

    slept: list[float] = []
    with pytest.raises(PermissionError):
        replace_held(tmp_path / "new", tmp_path / "old", never, slept.append)
    assert 0 < sum(slept) < 10


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "wynik.csv"
    target.mkdir()
    with pytest.raises(TryLater, match=r"Nie da się zapisać .*wynik\.csv: to jest folder"):
        put(target, b"x")
    assert target.is_dir()
    sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["wynik.csv"]


def test_two_bridges_do_not_share_a_data_folder(tmp_path: Path) -> None:
    with only_one(tmp_path), pytest.raises(FixSetup, match="Inny uruchomiony"), only_one(tmp_path):
        pass
    with only_one(tmp_path):
        pass


def test_letters_that_an_encoding_lacks_are_spoiled_in_descriptions_only() -> None:
    row = ResultRow("a.csv", "2", "FS/1", "VAT", "bledna", opis="cena „5 €” ąę", przepisane=("日本",))
    text = result_csv([row], ["Uwagi"], Style("cp1250", ";")).decode("cp1250")
    head, line = text.split("\r\n")[:2]
    assert head == ";".join([*COLUMNS, "Uwagi"])
    assert "cena „5 €” ąę" in line
    assert line.endswith(";??")
    with pytest.raises(UnicodeEncodeError):  # a number is never altered
        result_csv([ResultRow("a.csv", "2", "日本", "VAT", "bledna")], [], Style("cp1250", ";"))


def test_the_same_rows_give_the_same_bytes() -> None:
    rows = [ResultRow("a.csv", str(n), f"FS/{n}", "VAT", "przyjeta") for n in range(3)]
    assert result_csv(rows, [], Style()) == result_csv(rows, [], Style())
    assert result_csv(rows, [], Style()).startswith(b"\xef\xbb\xbfplik;wiersze;numer;")
