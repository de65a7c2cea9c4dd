"""Folders of mappings → FixSetup when they cannot be looked into: that is no verdict on anybody's file (P10)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from bridge.model.errors import FixSetup
from bridge.system.causes import cause_and_advice


def may_be_read(folders: Iterable[Path]) -> None:
    """FixSetup for a folder, or a mapping in it, that is not there or may not be read."""
    for folder in folders:
        try:
            with os.scandir(folder) as entries:
                names = [entry.path for entry in entries if entry.name.endswith(".yaml")]
            for name in names:
                os.close(os.open(name, os.O_RDONLY))
        except OSError as error:
            place = error.filename or folder
            raise FixSetup(
                f"Mapowań w {place} nie da się odczytać: {cause_and_advice(error)}. Pliki czekają."
            ) from error
