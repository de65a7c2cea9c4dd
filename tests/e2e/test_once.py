"""`run --once` tells the truth: refused 1, held 4, „nic nie czeka” only then; status and stan say what is to be mended."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bridge.admin.init import start
from bridge.cli import app

SAMPLE = (
    Path(__file__).resolve().parents[2] / "mappings" / "probki" / "przyklady" / "01_comarch_pozycje_cp1250.csv"
).read_bytes()
NOON = datetime(2026, 11, 27, 11, tzinfo=UTC)


@pytest.fixture
def firm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of `init` in the sandbox, without anybody who answers as KSeF."""
    monkeypatch.setenv("KSEF_BRIDGE_SANDBOX_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("KSEF_BRIDGE_CLOCK", NOON.isoformat())
    start(tmp_path)
    config = tmp_path / "bridge.toml"
    config.write_text(config.read_text("utf-8").replace("quiet_seconds = 3 ", "quiet_seconds = 0 "), "utf-8")
    return config


def called(*arguments: str, firm: Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*arguments, "--config", str(firm)])
    return done.exit_code, done.stdout


def drop(firm: Path, name: str, content: bytes) -> None:
    (firm.parent / "inbox" / name).write_bytes(content)


def of_today(content: bytes) -> bytes:
    return content.replace(b"2026-02-03", b"2026-11-27")


FAULTS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "no mapping": ("nieznany.csv", lambda content: content),
    "cut in the middle": ("01_comarch_a.csv", lambda content: content[:900]),
    "a bad rate": ("01_comarch_a.csv", lambda content: content.replace(b"23%", b"29%")),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_was_refused_is_told_everywhere(firm: Path, fault: str) -> None:
    name, spoil = FAULTS[fault]
    drop(firm, name, spoil(SAMPLE))
    code, said = called("run", "--once", firm=firm)
    assert "nic nie czeka" not in said
    assert code in (1, 2, 3)
    assert ("Odrzucony plik" in said) or ("Do poprawy" in said)
    code, said = called("status", "--json", firm=firm)
    (company,) = json.loads(said)["companies"]
    assert code in (1, 2)
    assert company["failed"]
    assert all(each["reason"] and each["file"] == name for each in company["failed"])
    assert "Do poprawy" in called("status", firm=firm)[1]
    page = (firm.parent / "outbox" / "stan.html").read_text("utf-8")
    assert "Do poprawy" in page
    assert "Nic nie czeka" not in page


def test_what_was_mended_is_told_no_more(firm: Path) -> None:
    drop(firm, "01_comarch_a.csv", SAMPLE.replace(b"23%", b"29%"))
    called("run", "--once", firm=firm)
    drop(firm, "01_comarch_a.csv", SAMPLE)
    called("run", "--once", firm=firm)
    (company,) = json.loads(called("status", "--json", firm=firm)[1])["companies"]
    assert company["failed"] == []


def test_the_pulse_tells_whether_a_bridge_works(firm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "jeszcze tu nie pracował" in called("status", firm=firm)[1]
    called("run", "--once", firm=firm)
    assert "mostek pracuje od" in called("status", firm=firm)[1]
    from bridge.cli import common  # noqa: PLC0415

    later = NOON + timedelta(minutes=20)
    monkeypatch.setattr(common, "clock_of", lambda _environment: lambda: later)
    assert "mostek nie działa od 2026-11-27 12:" in called("status", firm=firm)[1]
    page = (firm.parent / "outbox" / "stan.html").read_text("utf-8")
    assert "Mostek pracuje od 2026-11-27 12:" in page
    assert "2026-11-27T12:" in page  # what the page's script compares with the clock of whoever reads it
