"""The real program as a process: what a user would type, and what comes back."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Bridge = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def bridge(tmp_path: Path) -> Bridge:
    """Run `ksef-bridge ARGUMENTS…` in a folder of its own; answers with exit code, output and errors."""

    def call(*arguments: str | Path, cwd: Path = tmp_path, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bridge", *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, **environment},
            text=True,
            encoding="utf-8",
            capture_output=True,
            timeout=100,
            check=False,
        )

    return call
