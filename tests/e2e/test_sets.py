"""Example exports through `convert` with the shipped mappings, judged by their sidecars."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Bridge = Callable[..., subprocess.CompletedProcess[str]]

SETS = {
    "01_comarch_pozycje_cp1250": ("01_comarch_pozycje_cp1250.csv", "01_comarch.yaml"),
    "03_jeden_wiersz_faktura_utf8bom": ("03_jeden_wiersz_faktura_utf8bom.csv", "03_rejestr_web.yaml"),
    "05_arkusz_naglowki_pozycje": ("05_arkusz_naglowki_pozycje.xlsx", "05_arkusz.yaml"),
    "10_korekty_cp1250": ("10_korekty_cp1250.csv", "10_korekty.yaml"),
}


@pytest.mark.shared
@pytest.mark.parametrize("name", SETS)
def test_a_set_is_fully_right(name: str, bridge: Bridge, shared: Path, root: Path, tmp_path: Path) -> None:
    export, mapping = SETS[name]
    out = tmp_path / "xml"
    made = bridge("convert", shared / "exports" / export, "--mapping", root / "mappings" / mapping, "--out", out)
    assert made.returncode == 0, made.stdout + made.stderr
    judge = [
        sys.executable,
        shared / "acceptance" / "compare_expected.py",
        shared / "exports" / f"{name}.expected.json",
        out,
    ]
    judged = subprocess.run(judge, text=True, capture_output=True, check=False)
    assert judged.returncode == 0, judged.stdout
