"""Real time for what SDKs compare with their own clock: tokens and keys (protocol.md, 12.0)."""

from __future__ import annotations

from datetime import UTC, datetime


def real_now() -> datetime:
    """UTC, whatever the business clock says."""
    return datetime.now(UTC)  # noqa: TID251 - see the first line
