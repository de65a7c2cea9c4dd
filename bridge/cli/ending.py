"""How `run` ended: what the ledger says of it → sentences, or one JSON object, and the exit code."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from bridge.cli import common
from bridge.model.errors import FixSetup

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from bridge.app.service import Outcome
    from bridge.ledger.failures import Happened
    from bridge.ledger.overview import Overview
    from bridge.model.settings import Settings


@dataclass(frozen=True, slots=True)
class Ended:
    """How the work of one company ended."""

    name: str
    happened: Happened
    seen: Overview

    @property
    def waits(self) -> int:
        """Documents and files that are not at their end."""
        return len(self.seen.waiting) + len(self.seen.files_waiting)


def ended(settings: Settings, since: datetime) -> dict[str, Ended]:
    """What the ledger says of this run, by NIP."""
    from bridge.ledger.failures import happened
    from bridge.ledger.overview import overview

    found = {}
    now = common.clock_of(settings.environment)()
    for each in settings.companies:
        with common.asked(settings, each) as (transaction, owner):
            seen = overview(transaction, owner, each.nip, each.name, now)
            found[each.nip] = Ended(each.name, happened(transaction, owner, since), seen)
    return found


def print_outcome(outcome: Outcome, companies: Mapping[str, Ended], *, as_json: bool) -> int:
    """Say how it ended; the exit code."""
    from bridge.cli import show

    waits = max(outcome.waits, sum(each.waits for each in companies.values()))
    code = _code(outcome, companies, waits)
    if as_json:
        show.as_json(
            {
                "waits": waits,
                "broken": {nip: str(failed) for nip, failed in outcome.broken.items()},
                "troubles": dict(outcome.troubles),
                "companies": [
                    {"nip": nip, "counts": each.seen.counts, **asdict(each.happened)} for nip, each in companies.items()
                ],
            }
        )
        return code
    _print(outcome, companies)
    if code == common.GOOD:
        show.console().print("Wszystko zrobione, nic nie czeka.")
    elif waits:
        show.console().print(f"Jeszcze czeka: {waits} (ksef-bridge status mówi, na co)")
    return code


def _print(outcome: Outcome, companies: Mapping[str, Ended]) -> None:
    from bridge.cli import show

    out = show.console()
    for nip, failed in outcome.broken.items():
        out.print(f"{nip}: {failed}", style="bold red")
    for nip, sentences in outcome.troubles.items():
        for sentence in sentences:
            out.print(f"{nip}: {sentence}", style="yellow")
    for each in companies.values():
        for sentence in _sentences(each):
            out.print(sentence)


def _code(outcome: Outcome, companies: Mapping[str, Ended], waits: int) -> int:
    codes = [common.WAITING] if waits else []
    codes += [common.INVOICES for each in companies.values() if not each.happened.good]
    codes += [
        common.SETUP if isinstance(failed, FixSetup) else common.UNAVAILABLE for failed in outcome.broken.values()
    ]
    codes += [common.UNAVAILABLE] * bool(outcome.troubles and outcome.waits)
    return common.exit_code(codes)


def _sentences(each: Ended) -> Iterator[str]:
    """What happened in this run, as far as something did."""
    done = each.happened
    if done.files:
        yield f"{each.name}: plików {done.files}, faktur w nich {done.invoices}, przyjętych przez KSeF {done.accepted}"
    for name in done.refused_files:
        yield f"Odrzucony plik: {name} (dlaczego: outbox/bledy i wyniki)"
    if done.bad or done.rejected:
        yield f"Do poprawy: błędnych faktur {done.bad}, odrzuconych przez KSeF {done.rejected} (outbox/bledy)"
