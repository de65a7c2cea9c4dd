"""Example exports through `convert` with the shipped mappings, judged by their sidecars."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner

from bridge.admin.init import start
from bridge.cli import app
from bridge.cli.demo import write_seal
from bridge.sandbox import Running

Bridge = Callable[..., subprocess.CompletedProcess[str]]
Judge = Callable[[str, Path], tuple[int, str]]


class Set(NamedTuple):
    """An example set: its files, the shipped mapping, and what of it is skipped by a rule."""

    files: tuple[str, ...]
    mapping: str
    skipped: tuple[str, ...] = ()


SETS = {
    "01_comarch_pozycje_cp1250": Set(("01_comarch_pozycje_cp1250.csv",), "01_comarch.yaml"),
    "03_jeden_wiersz_faktura_utf8bom": Set(("03_jeden_wiersz_faktura_utf8bom.csv",), "03_rejestr_web.yaml"),
    "04_naglowki_pozycje": Set(("04_pozycje.csv", "04_naglowki.csv"), "04_naglowki_pozycje.yaml"),
    "05_arkusz_naglowki_pozycje": Set(("05_arkusz_naglowki_pozycje.xlsx",), "05_arkusz.yaml"),
    "06_rejestr_tytuly_scalone": Set(("06_rejestr_tytuly_scalone.xlsx",), "06_rejestr.yaml"),
    "08_dos_stala_szerokosc_cp852": Set(("08_dos_stala_szerokosc_cp852.txt",), "08_dos.yaml"),
    "10_korekty_cp1250": Set(("10_korekty_cp1250.csv",), "10_korekty.yaml"),
    "12_rekordy_HL_iso88592": Set(("12_rekordy_HL_iso88592.txt",), "12_rekordy.yaml"),
    "13_sklep_shopify_like": Set(("13_sklep_shopify_like.csv",), "13_sklep.yaml"),
    "14_JPK_FA": Set(("14_JPK_FA_FakturaWiersz.txt", "14_JPK_FA_Faktura.txt"), "14_jpk_fa_tabele.yaml"),
}
EPP = Set(("02_subiekt_komunikacja.epp",), "02_subiekt_epp.yaml", ("FS 3/2026", "PA 15/2026"))


def converted(files: list[Path], mapping: Path, out: Path) -> tuple[int, dict[str, Any]]:
    made = CliRunner().invoke(
        app, ["convert", *map(str, files), "--mapping", str(mapping), "--out", str(out), "--json"]
    )
    (told,) = json.loads(made.stdout)["files"]
    return made.exit_code, told


@pytest.mark.shared
@pytest.mark.parametrize("name", SETS)
def test_a_set_is_fully_right(name: str, judge: Judge, shared: Path, root: Path, tmp_path: Path) -> None:
    own = SETS[name]
    files = [shared / "exports" / file for file in own.files]
    code, told = converted(files, root / "mappings" / own.mapping, tmp_path / "xml")
    right, said = judge(name, tmp_path / "xml")
    assert right == 0, said
    expected = json.loads((shared / "exports" / f"{name}.expected.json").read_text("utf-8"))
    assert _refusals(told) == sorted(each["code"] for each in expected["rejected"])
    assert code == (1 if expected["rejected"] else 0)


def _refusals(told: dict[str, Any]) -> list[str]:
    """Names of the errors: those of the file and one of each invoice that was refused."""
    errors = [each["name"] for each in told["problems"] if each["severity"] == "error"]
    for invoice in told["invoices"]:
        errors += [each["name"] for each in invoice["problems"] if each["severity"] == "error"][:1]
    return sorted(errors)


@pytest.mark.shared
def test_convert_leaves_out_the_correction_that_waits(judge: Judge, shared: Path, root: Path, tmp_path: Path) -> None:
    files = [shared / "exports" / file for file in EPP.files]
    code, told = converted(files, root / "mappings" / EPP.mapping, tmp_path / "xml")
    assert code == 0
    assert [each["number"] for each in told["invoices"] if each["waits"]] == ["KFS 1/2026"]
    assert tuple(each["number"] for each in told["invoices"] if each["verdict"] == "skipped") == EPP.skipped
    _, said = judge("02_subiekt_komunikacja", tmp_path / "xml")
    assert said == "KFS 1/2026: files: 0, expected 1\n2 of 3 invoices right\n"
    shown = CliRunner().invoke(app, ["check", *map(str, files), "--mapping", str(root / "mappings" / EPP.mapping)])
    assert "czeka na numer KSeF" in shown.stdout


@pytest.mark.shared
def test_run_sends_the_correction_after_its_original(
    bridge: Bridge, judge: Judge, shared: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "firma"
    start(folder, nip="1111111111", name="Firma Testowa")
    write_seal(folder / "owner-only" / "ksef.p12", "1111111111", "Firma Testowa", "haslo")
    config = folder / "bridge.toml"
    settings = config.read_text("utf-8").replace("quiet_seconds = 3 ", 'after_deadline = "send"\nquiet_seconds = 0.2')
    config.write_text(settings, "utf-8")
    for file in EPP.files:
        (folder / "inbox" / file).write_bytes((shared / "exports" / file).read_bytes())
    with Running(limits=False) as simulator:
        environment = {"KSEF_BRIDGE_SANDBOX_URL": simulator.url, "KSEF_P12_PASSWORD": "haslo"}
        done = bridge("run", "--once", "--wait", "60", cwd=folder, **environment)
        assert done.returncode == 0, done.stdout + done.stderr
    right, said = judge("02_subiekt_komunikacja", folder / "outbox" / "faktury" / "2026-02")
    assert right == 0, said
