"""What a person at the command line meets: true exit codes, Polish sentences, UTF-8, help that is not cut."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.cli import app

MAPPINGS = Path(__file__).resolve().parents[2] / "mappings"
SAMPLE = MAPPINGS / "probki" / "przyklady" / "01_comarch_pozycje_cp1250.csv"


def run(*arguments: str, cwd: Path, **more: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, **more}
    command = (sys.executable, "-m", "bridge", *arguments)
    root = str(Path(__file__).resolve().parents[2])
    return subprocess.run(
        command, cwd=cwd, env={**environment, "PYTHONPATH": root}, capture_output=True, check=False, timeout=60
    )


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("runn",), "Nie ma polecenia runn."),
        (("run", "--onse"), "Nie ma opcji --onse."),
        (("run", "--wait", "x"), "Zła wartość: --wait."),
        (("run", "--wait"), "Opcja --wait wymaga wartości."),
        (("check",), "Brakuje: FILES."),
        (("status", "a", "b"), "Za dużo argumentów: a b."),
        (("mapping", "new", "niema.csv"), "Nie ma pliku niema.csv."),
        (("check", "niema.csv"), "Nie ma pliku niema.csv."),
        (("init", "plik/firma"), "System nie pozwolił: jeden z folderów w tej ścieżce jest plikiem"),
    ],
)
def test_a_wrong_command_is_answered_in_polish_with_2(tmp_path: Path, typed: tuple[str, ...], said: str) -> None:
    (tmp_path / "plik").touch()
    done = run(*typed, cwd=tmp_path)
    told = done.stderr.decode("utf-8")
    assert done.returncode == 2
    assert told.startswith(said)
    assert "Traceback" not in told
    assert "ustawienia" not in told


@pytest.mark.parametrize("console", ["cp1250", "ascii", "cp852"])
@pytest.mark.parametrize("typed", [("--help",), ("run", "--help"), ("mapping", "words", "termin")])
def test_output_is_utf_8_whatever_the_console_says(tmp_path: Path, typed: tuple[str, ...], console: str) -> None:
    done = run(*typed, cwd=tmp_path, PYTHONUTF8="0", PYTHONIOENCODING=console)
    assert done.returncode == 0, done.stderr
    assert any(letter in done.stdout.decode("utf-8") for letter in "ąćęłńóśźż")


def test_the_list_of_commands_is_not_cut(tmp_path: Path) -> None:
    for group in ((), ("mapping",), ("cert",)):
        listed = run(*group, "--help", cwd=tmp_path).stdout.decode("utf-8").partition("Commands:")[2]
        assert listed
        assert "..." not in listed
    assert all(each.callback and each.callback.__doc__ for each in app.registered_commands)


def test_version_is_told(tmp_path: Path) -> None:
    assert run("--version", cwd=tmp_path).stdout.startswith(b"ksef-bridge 0.")


@pytest.mark.skipif(sys.platform == "win32", reason="a shell's pipe")
def test_a_reader_that_goes_away_leaves_the_exit_code_true(tmp_path: Path) -> None:
    """`check … | head -1`: good invoices are 0, faulty ones 1, also when nobody reads to the end."""
    mapping = MAPPINGS / "01_comarch.yaml"
    bad = tmp_path / "zly.csv"
    bad.write_bytes(SAMPLE.read_bytes().replace(b"23%", b"29%"))
    for file, code in ((SAMPLE, 0), (bad, 1)):
        shell = f'{sys.executable} -m bridge check {file} --mapping {mapping} --json | true; echo "${{PIPESTATUS[0]}}"'
        done = subprocess.run(["bash", "-c", shell], capture_output=True, check=False, cwd=MAPPINGS.parent)
        assert done.stdout.strip() == str(code).encode(), done.stderr.decode()
        assert b"Traceback" not in done.stderr
