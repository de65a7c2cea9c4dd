"""The ways in which the world is broken; the type of an error is the next action.

What is wrong with data is never raised: it is a `Problem` (bridge.model.problem) and travels beside the value.
"""

from __future__ import annotations

from datetime import timedelta


class BridgeError(Exception):
    """Root of the bridge's own exceptions; never raised itself."""


class FixSetup(BridgeError):  # noqa: N818 - named by what to do next, not by what happened
    """A person must change configuration, credentials, folders or rights; trying again cannot help."""


class WrongRequest(FixSetup):
    """A command asked for what is not there or cannot be done now; nothing in the settings is wrong."""


class BrokenTemplate(FixSetup):
    """The own template of one mapping cannot be used: the drops of that mapping are refused, nothing else waits."""


class TryLater(BridgeError):  # noqa: N818
    """Nothing left us, or the other side said wait: the same step may be repeated unchanged.

    `after` is how long the other side asked to wait, None when it did not say.
    """

    def __init__(self, message: str, after: timedelta | None = None) -> None:
        super().__init__(message)
        self.after = after


class Unsure(BridgeError):  # noqa: N818
    """It may have arrived: ask KSeF what it has, never repeat blindly."""
