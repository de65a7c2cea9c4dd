"""Nouns of the days on which KSeF does not answer: modes, what Latarnia says, announced outages (protocol.md, 9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Mode(StrEnum):
    """How an invoice is issued; `document.offline_mode` keeps all but the first."""

    ONLINE = "online"
    OFFLINE24 = "offline24"  # the taxpayer's own trouble or choice (art. 106nda)
    UNAVAILABLE = "niedostepnosc"  # announced maintenance (art. 106nh)
    FAILURE = "awaria"  # announced failure (art. 106nf)


class Beacon(StrEnum):
    """What Latarnia says; UNKNOWN when it says nothing that can be understood."""

    AVAILABLE = "AVAILABLE"
    MAINTENANCE = "MAINTENANCE"
    FAILURE = "FAILURE"
    TOTAL_FAILURE = "TOTAL_FAILURE"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Outage:
    """One announced event: the evidence of a deadline."""

    event: int  # Latarnia's eventId
    category: Beacon
    title: str
    began: datetime
    ended: datetime | None
    version: int = 1

    def open_at(self, moment: datetime) -> bool:
        """Whether it has begun and not ended."""
        return self.began <= moment and (self.ended is None or moment < self.ended)
