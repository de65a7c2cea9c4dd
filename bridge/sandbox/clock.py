"""One clock for all that KSeF's time decides: the machine's, moved, stopped or faster; by file it is shared with others.

The file holds `{"real": moment, "shows": moment, "speed": number}`: at the real moment it shows the other one, and runs
that many times faster from there. A program that reads the same file lives in the same time.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bridge.sandbox.realtime import real_now


@dataclass(slots=True)
class Clock:
    """`shows` at the real moment `real`, and `speed` seconds a second from there; 0 stands still."""

    real: datetime = field(default_factory=real_now)
    shows: datetime = field(default_factory=real_now)
    speed: float = 1.0
    file: Path | None = None

    def now(self) -> datetime:
        """UTC."""
        return self.shows + (real_now() - self.real) * self.speed

    def set(self, shows: datetime, speed: float = 1.0) -> None:
        """Show that moment now, and run so fast from there; the file, where there is one, says so too."""
        self.real, self.shows, self.speed = real_now(), shows.astimezone(UTC), speed
        self.tell()

    def follow(self, file: Path) -> None:
        """Keep the time of that file: take what it says, or write it when it is not there."""
        self.file = file
        if file.exists():
            said = json.loads(file.read_text("utf-8"))
            moments = (datetime.fromisoformat(said[name]).astimezone(UTC) for name in ("real", "shows"))
            self.real, self.shows = moments
            self.speed = float(said["speed"])
        self.tell()

    def tell(self) -> None:
        """Write the file whole, so that a reader never sees half of it."""
        if self.file is None:
            return
        temporary = self.file.with_suffix(".tmp")
        temporary.write_text(json.dumps(self.said()), "utf-8")
        temporary.replace(self.file)

    def said(self) -> dict[str, Any]:
        """As the file and the administrator's answer say it."""
        return {"real": self.real.isoformat(), "shows": self.shows.isoformat(), "speed": self.speed}

    @property
    def shift(self) -> timedelta:
        """How far it is ahead of the machine's."""
        return self.now() - real_now()

    @shift.setter
    def shift(self, ahead: timedelta) -> None:
        self.set(real_now() + ahead)

    @property
    def frozen(self) -> datetime | None:
        """The moment at which it stands still, if it does."""
        return self.shows if self.speed == 0 else None

    @frozen.setter
    def frozen(self, moment: datetime | None) -> None:
        self.set(moment or real_now(), 0.0 if moment else 1.0)
