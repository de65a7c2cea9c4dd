"""The ledger and the inbox → `stan.json` and `stan.html` in the outbox, rewritten when something changed, at least each minute."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bridge.files.state import state_html, state_json
from bridge.files.writing import put
from bridge.ledger.overview import Overview, overview
from bridge.ledger.tables import company
from bridge.work.drops_of_inbox import awaited
from bridge.work.tools import WARSAW, Tools


def write_overview(tools: Tools, troubles: Sequence[str]) -> None:
    """Both files, when they would differ from the last ones in more than their moment; troubles are kept for `status`."""
    keep_troubles(tools, troubles)
    with tools.ledger.begin() as transaction:
        seen = overview(transaction, tools.company_id, tools.company.nip, tools.company.name, tools.now())
    state = state_of(seen) | {"environment": tools.settings.environment.value, "expected": awaited(tools)}
    known = hashlib.sha256(state_json({key: value for key, value in state.items() if key != "at"})).hexdigest()
    if known == tools.told:
        return
    put(tools.company.outbox / "stan.json", state_json(state))
    put(tools.company.outbox / "stan.html", state_html(state))
    tools.told = known


def keep_troubles(tools: Tools, troubles: Sequence[str]) -> None:
    """What was in the way of this step, for `status`."""
    with tools.ledger.begin() as transaction:
        transaction.update(company, tools.company_id, trouble="\n".join(troubles))


def state_of(seen: Overview) -> dict[str, Any]:
    """An overview as plain values; moments as RFC 3339 with Warsaw's offset."""
    state = asdict(seen)
    state["at"] = moment(seen.at)
    state["pulse"] = {"since": moment(seen.pulse.since), "at": moment(seen.pulse.at)} if seen.pulse else None
    for each in state["waiting"]:
        each["until"] = moment(each["until"])
    for each in state["budgets"]:
        each["frozen_until"] = moment(each["frozen_until"])
    return state


def moment(at: datetime | None) -> str:
    """2026-11-27T14:05:00+01:00; "" for none."""
    return at.astimezone(WARSAW).isoformat(timespec="seconds") if at else ""
