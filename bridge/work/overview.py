"""The ledger → `stan.json` and `stan.html` in the outbox, rewritten when something changed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict

from bridge.files.state import state_html, state_json
from bridge.files.writing import put
from bridge.ledger.overview import overview
from bridge.ledger.tables import company
from bridge.work.tools import WARSAW, Tools


def write_overview(tools: Tools, troubles: Sequence[str]) -> None:
    """Both files, when they would differ from the last ones in more than their moment; troubles are kept for `status`."""
    keep_troubles(tools, troubles)
    with tools.ledger.begin() as transaction:
        seen = overview(transaction, tools.company_id, tools.company.nip, tools.company.name, tools.now())
    state = asdict(seen) | {
        "at": f"{seen.at.astimezone(WARSAW):%Y-%m-%d %H:%M:%S}",
        "environment": tools.settings.environment.value,
    }
    for each in state["waiting"]:
        each["until"] = f"{each['until'].astimezone(WARSAW):%Y-%m-%d %H:%M}" if each["until"] else ""
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
