"""The administrator's consent to production: a file in the data folder, written once by `doctor --confirm-production`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from bridge.model.settings import Environment, Settings

CONSENT = "zgoda-na-produkcje"


def confirm_production(settings: Settings, now: datetime) -> Path:
    """Keep the administrator's consent to production in the data folder."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = settings.data / CONSENT
    path.write_text(f"{now:%Y-%m-%dT%H:%M:%SZ}\n", "utf-8")
    return path


def consented(settings: Settings) -> bool:
    """Whether this installation may send to where it has legal force."""
    return settings.environment is not Environment.PRODUCTION or (settings.data / CONSENT).is_file()
