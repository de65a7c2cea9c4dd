from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from bridge.app import logs
from bridge.model.errors import FixSetup


@pytest.fixture
def log(tmp_path: Path) -> Iterator[structlog.stdlib.BoundLogger]:
    logs.keep(tmp_path)
    yield structlog.get_logger("bridge.app.service")
    own = logging.getLogger("bridge")
    for handler in own.handlers:
        handler.close()
    own.handlers.clear()
    structlog.reset_defaults()


def lines(data: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (data / "logs" / "bridge.log").read_text("utf-8").splitlines()]


def test_a_name_from_a_file_cannot_forge_a_line(log: structlog.stdlib.BoundLogger, tmp_path: Path) -> None:
    log.warning("trouble", company="1111111111", sentence='zły\n{"event": "podrobiony"}\x1b[2J.csv')
    (line,) = lines(tmp_path)
    assert (line["event"], line["level"], line["company"]) == ("trouble", "warning", "1111111111")
    assert line["sentence"].startswith("zły\n")


def test_a_mistake_of_ours_comes_with_its_traceback(log: structlog.stdlib.BoundLogger, tmp_path: Path) -> None:
    log.error("our mistake", exc_info=ZeroDivisionError("0"))
    assert "ZeroDivisionError" in lines(tmp_path)[0]["exception"]


def test_the_log_is_bounded(log: structlog.stdlib.BoundLogger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "SIZE", 500)
    monkeypatch.setattr(logs, "KEPT", 2)
    logs.keep(tmp_path)
    for number in range(50):
        log.info("started", companies=number)
    files = sorted(path.name for path in (tmp_path / "logs").iterdir())
    assert files == ["bridge.log", "bridge.log.1", "bridge.log.2"]
    assert lines(tmp_path)[-1]["companies"] == 49


def test_a_folder_that_cannot_be_written_must_be_mended(tmp_path: Path) -> None:
    (tmp_path / "logs").touch()
    with pytest.raises(FixSetup, match="logs"):
        logs.keep(tmp_path)
