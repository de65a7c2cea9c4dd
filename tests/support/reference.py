"""Where the reference material lies, when it is at hand; tests that need it carry the marker `shared` (tests/conftest.py)."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("KSEF_BRIDGE_SHARED", ROOT.parent / "shared"))
OFFICIAL = sorted((SHARED / "fa3" / "official").glob("*.xml"))
# For parametrize: without the material one case that is left out, and counted.
OFFICIAL_OR_NONE = OFFICIAL or [Path("none")]
