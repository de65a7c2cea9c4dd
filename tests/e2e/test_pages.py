"""What the pages tell people to type works: README's commands in a fresh folder, the unit of systemd, no dead advice."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.model.identifiers import nip_is_right

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "README.pl.md", *sorted((ROOT / "docs").glob("*.md"))]
UNIT = re.compile(r"```ini\n(\[Unit\].*?)```", re.DOTALL)


def block_after(page: Path, heading: str) -> list[str]:
    """The first ```sh block under a heading, a command a line."""
    part = page.read_text("utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = part.split("```sh\n")[1].split("```")[0].splitlines()
    return [line.partition("  #")[0].strip() for line in lines]


@pytest.mark.long
def test_the_first_hour_of_the_readme(tmp_path: Path) -> None:
    """`init --sandbox`, `check`, `sandbox`, `doctor`, `run`: word by word, each with the code that it promises."""
    commands = block_after(ROOT / "README.md", "Use it")
    program = tmp_path / "bin" / "ksef-bridge"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m bridge "$@"\n')
    program.chmod(0o755)
    assert [line.split()[1] for line in commands if line.startswith("ksef-bridge")] == [
        "init",
        "check",
        "sandbox",
        "doctor",
        "run",
    ]
    port = 18_765 + os.getpid() % 1000
    script = ["set -e", *commands[:2]]
    for line in commands[2:]:
        if line.endswith("&"):
            script += [f"{line[:-1]} --port {port} >/dev/null 2>&1 &", "sandbox=$!"]
            script += [f"export KSEF_BRIDGE_SANDBOX_URL=http://127.0.0.1:{port}"]
            script += [f"for _ in $(seq 200); do curl -s -o /dev/null 127.0.0.1:{port}/_sim && break; sleep 0.1; done"]
        else:
            script.append(line)
    script.append("kill $sandbox")
    environment = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)], cwd=tmp_path, env=environment, capture_output=True, timeout=110, check=False
    )
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()


def test_no_page_says_what_is_not_true_yet() -> None:
    for page in PAGES:
        text = page.read_text("utf-8")
        assert "pip install ksef-bridge" not in text, page.name
        for nip in re.findall(r"--nip (\d+)", text):
            assert nip_is_right(nip), f"{page.name}: {nip}"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    found = UNIT.search((ROOT / "docs" / "operations.md").read_text("utf-8"))
    assert found is not None
    unit = tmp_path / "ksef-bridge.app.service"
    unit.write_text(found[1].replace("/opt/ksef-bridge/bin/ksef-bridge", sys.executable).replace("User=erp\n", ""))
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
