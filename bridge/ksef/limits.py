"""Moments of earlier calls + KSeF's limits → how long to wait before the next one; arithmetic only.

KSeF counts three sliding windows at once, per taxpayer and address (protocol.md, sections 7.1-7.3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from bridge.ksef.calls import ANONYMOUS, GLOBAL

NO_WAIT = timedelta()


class Limits(NamedTuple):
    """Calls per window; -1 means no limit in that window."""

    second: int
    minute: int
    hour: int


WINDOWS = Limits(1, 60, 3600)

# Production's defaults; `GET /rate-limits` tells those of a taxpayer.
DEFAULTS: dict[str, Limits] = {
    "onlineSession": Limits(10, 30, 120),
    "onlineSessionClose": Limits(20, 60, 240),
    "invoiceSend": Limits(10, 30, 180),
    "batchSession": Limits(10, 20, 60),
    "batchSessionClose": Limits(20, 40, 120),
    "invoiceStatus": Limits(30, 120, 1200),
    "sessionList": Limits(5, 10, 60),
    "sessionInvoiceList": Limits(10, 20, 200),
    "sessionMisc": Limits(10, 120, 1200),
    "invoiceMetadata": Limits(8, 16, 20),
    "invoiceExport": Limits(8, 16, 20),
    "invoiceExportStatus": Limits(10, 60, 600),
    "invoiceDownload": Limits(8, 16, 64),
    "other": Limits(10, 30, 120),
    ANONYMOUS: Limits(60, -1, -1),
    GLOBAL: Limits(75, -1, -1),
}


class Pace(Protocol):
    """Keeps the count of calls; asked before each attempt."""

    def before(self, bucket: str) -> None:
        """Count one call of the bucket now; raises TryLater(after) when there is no room for it."""

    def frozen(self, bucket: str, after: timedelta) -> None:
        """KSeF said 429: no call of the bucket for that long."""

    def seen(self, address: str) -> None:
        """KSeF saw us at this address: from here on it counts for it."""


class Unpaced:
    """A pace that never waits: for a single visit such as `doctor`."""

    def before(self, bucket: str) -> None:
        """Nothing is counted."""

    def frozen(self, bucket: str, after: timedelta) -> None:
        """Nothing is kept."""

    def seen(self, address: str) -> None:
        """Nothing depends on it."""


def limits_of(bucket: str, known: Mapping[str, Limits] = DEFAULTS) -> Limits:
    """Limits of a bucket; `other:GET /rate-limits` is a counter of its own with the limits of `other`."""
    group = bucket.partition(":")[0]
    return known.get(group) or DEFAULTS.get(group, DEFAULTS["other"])


def wait(calls: Sequence[datetime], limits: Limits, reserve: float, now: datetime) -> timedelta:
    """How long until one more call fits into `reserve` of every window; `calls` in any order."""
    earlier = sorted(calls)
    return max(
        (
            _wait(earlier, room(limit, reserve), timedelta(seconds=window), now)
            for limit, window in zip(limits, WINDOWS, strict=True)
        ),
        default=NO_WAIT,
    )


def room(limit: int, reserve: float) -> int:
    """How many calls of a limit we allow ourselves: at least one, -1 when there is no limit."""
    return -1 if limit < 0 else max(1, int(limit * reserve))


def _wait(earlier: Sequence[datetime], allowed: int, window: timedelta, now: datetime) -> timedelta:
    if allowed < 0 or len(earlier) < allowed:
        return NO_WAIT
    return max(NO_WAIT, earlier[-allowed] + window - now)
