"""`tick`: one idempotent step of one company; the only place with effects (ledger.md, "One function")."""

from __future__ import annotations

from bridge.work.tick import tick
from bridge.work.tools import Tick, Tools

__all__ = ["Tick", "Tools", "tick"]
