"""What `init` writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.admin.init import PAGES, start
from bridge.app.settings import load

if TYPE_CHECKING:
    from pathlib import Path


def test_what_init_writes_is_read_back(tmp_path: Path) -> None:
    start(tmp_path / "new", name='Żółw "A"\\B')
    env = {"KSEF_P12_PASSWORD": "x", "KSEF_BRIDGE_SANDBOX_URL": "http://127.0.0.1:9"}
    settings, problems = load(tmp_path / "new" / "bridge.toml", env)
    assert problems == []
    assert settings is not None
    assert settings.api_url == "http://127.0.0.1:9"
    assert settings.companies[0].name == 'Żółw "A"\\B'
    assert (settings.companies[0].inbox / ".ksef-bridge").exists()
    assert any(settings.companies[0].mappings[0].glob("*.yaml"))
    assert {path.name for path in (tmp_path / "new" / "docs").iterdir()} == set(PAGES)


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "bridge.toml").write_text("mine", "utf-8")
    start(tmp_path)
    assert (tmp_path / "bridge.toml").read_text("utf-8") == "mine"
    assert start(tmp_path) == []
