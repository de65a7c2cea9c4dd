from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from telling import Tell, told_by


@pytest.fixture
def tell(tmp_path: Path) -> Tell:
    return partial(told_by, tmp_path)
