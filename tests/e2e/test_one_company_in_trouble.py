"""One company that cannot sign in holds back no other, reads and checks its files, and says what a person must do."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bridge.admin.init import start
from bridge.cli import demo_data
from bridge.cli.demo import write_seal
from bridge.sandbox import Running

SAMPLES = Path(__file__).resolve().parents[2] / "mappings" / "probki" / "przyklady"
NIPS = ("1111111111", "5265877635")


def test_a_missing_certificate_stops_only_its_company(
    tmp_path: Path, bridge: Callable[..., subprocess.CompletedProcess[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    noon = datetime.now(UTC).astimezone(ZoneInfo("Europe/Warsaw")).replace(hour=12, minute=0)
    tables = []
    for nip in NIPS:
        start(tmp_path / nip, nip=nip, name=f"Firma {nip}")
        for mapping in (tmp_path / nip / "mappings").rglob("*.yaml"):
            mapping.write_text(mapping.read_text("utf-8").replace("1111111111", nip), "utf-8")
        (tmp_path / nip / "inbox" / demo_data.SALES).write_bytes(
            demo_data.sales(SAMPLES / demo_data.SALES, noon.date()).replace(b"1111111111", nip.encode())
        )
        config = (tmp_path / nip / "bridge.toml").read_text("utf-8")
        table = config[config.index("[[company]]") :].replace("quiet_seconds = 3 ", "quiet_seconds = 0.2")
        for folder in ("inbox", "outbox", "mappings", "owner-only/ksef.p12"):
            table = re.sub(rf'"{folder}"', f'"{nip}/{folder}"', table)
        tables.append(table)
    (tmp_path / "bridge.toml").write_text(
        'environment = "sandbox"\ndata = ".ksef-bridge"\n' + "\n".join(tables), "utf-8"
    )
    write_seal(tmp_path / NIPS[0] / "owner-only" / "ksef.p12", NIPS[0], "Firma", "haslo")
    with Running(limits=False) as simulator:
        simulator.store.clock.shift = noon - datetime.now(UTC)
        monkeypatch.setenv("KSEF_BRIDGE_SANDBOX_URL", simulator.url)
        monkeypatch.setenv("KSEF_P12_PASSWORD", "haslo")
        monkeypatch.setenv("KSEF_BRIDGE_CLOCK", noon.isoformat())
        ran = bridge("run", "--once", "--wait", "40")
        assert ran.returncode == 2, ran.stderr + ran.stdout

        assert {each["ksefNumber"][:10] for each in simulator.accepted()} == {NIPS[0]}
    states = [json.loads((tmp_path / nip / "outbox" / "stan.json").read_text("utf-8")) for nip in NIPS]
    assert states[0]["counts"] == {"przyjeta": 4}
    assert states[0]["troubles"] == []
    assert states[1]["counts"] == {"oczekuje": 4}
    (trouble,) = states[1]["troubles"]
    assert "ksef.p12" in trouble
    told = json.loads(bridge("status", "--json").stdout)["companies"]
    assert [each["troubles"] for each in told] == [[], [trouble]]
