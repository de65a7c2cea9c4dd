"""A piece of a step → done, or stopped for a reason of its own that is kept and told; nothing else stops with it.

The one place where an exception that nobody expected is caught: it is a mistake of this program, is logged with its
traceback, and is told in `status`, `stan.html` and the exit code as such.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from bridge.model.errors import BridgeError, FixSetup, TryLater
from bridge.system.causes import cause_and_advice, of_the_world

if TYPE_CHECKING:
    from bridge.work.tools import Tools

log = structlog.get_logger("bridge.work")

MISTAKE = (
    "Nasz błąd (program, nie dane), {what}: {kind}. Reszta idzie dalej; mostek spróbuje jeszcze raz. Wyślij autorom "
    "mostka dziennik {log}."
)


@dataclass(frozen=True, slots=True)
class Stopped:
    """What was stopped, why, and the sentence for a person."""

    what: str
    error: Exception
    sentence: str

    @property
    def is_mistake(self) -> bool:
        """Whether this program is at fault."""
        return not isinstance(self.error, BridgeError)


def guarded(tools: Tools, what: str, act: Callable[..., object], *with_: object) -> Stopped | None:
    """Do it; what stopped it, if anything did. `what` names it in Polish: „wyniki pliku a.csv”."""
    try:
        act(*with_)
    except Exception as error:  # noqa: BLE001 - see above: the one place
        stopped = stopped_by(tools, what, error)
        tools.stopped.append(stopped)
        return stopped
    return None


def stopped_by(tools: Tools, what: str, error: Exception) -> Stopped:
    """The reason in words; a mistake of ours is logged the first time it is met."""
    if isinstance(error, BridgeError):
        return Stopped(what, error, str(error))
    if isinstance(error, OSError) and of_the_world(error):
        where = f" ({error.filename})" if error.filename else ""
        later = TryLater(f"{what[:1].upper()}{what[1:]}: nie udało się{where}: {cause_and_advice(error)}.")
        return Stopped(what, later, str(later))
    kind = type(error).__name__
    if (what, kind) not in tools.logged:
        tools.logged.add((what, kind))
        log.error("our mistake", company=tools.company.nip, what=what, exc_info=error)
    place = tools.settings.data / "logs" / "bridge.log"
    return Stopped(what, error, MISTAKE.format(what=what, kind=kind, log=place))


def for_a_person(stopped: list[Stopped]) -> list[FixSetup]:
    """What only a person can change."""
    return [each.error for each in stopped if isinstance(each.error, FixSetup)]
