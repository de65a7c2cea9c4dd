"""KSeF in a box: a simulator of the KSeF 2.x API over real HTTP with real cryptography; imports nothing of the bridge."""

from __future__ import annotations

from typing import Any

__all__ = ["Running", "Start", "serve"]


def __getattr__(name: str) -> Any:
    """Loaded when first asked for, so that naming the package costs nothing."""
    if name not in __all__:
        raise AttributeError(name)
    from bridge.sandbox import running  # noqa: PLC0415 - see above

    return getattr(running, name)
