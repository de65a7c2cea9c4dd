from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from tests.support.telling import Tell, told_by


@pytest.fixture
def tell(tmp_path: Path) -> Tell:
    return partial(told_by, tmp_path)
