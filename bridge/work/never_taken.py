"""What lies in an inbox and is never taken → said in `status` and `stan.json`, so that nobody waits for it in vain."""

from __future__ import annotations

from collections.abc import Mapping

from bridge.files.names import drop_name
from bridge.files.take import strangers
from bridge.ledger import facts
from bridge.work.tools import Tools

MOST = 20
ASIDE = "Mostek nie weźmie z inbox: {name} ({why}). Wrzuć zwykły plik albo usuń to stąd."
STRANGE = "W inbox/.w_toku leży obcy plik {name}; tam nikt go nie czyta. Przenieś go do inbox albo usuń."


def keep_reasons(tools: Tools, aside: Mapping[str, str]) -> None:
    """Keep what is set aside, when it is other than before."""
    said = [ASIDE.format(name=drop_name(name), why=why) for name, why in sorted(aside.items())]
    said += [STRANGE.format(name=drop_name(name)) for name in strangers(tools.folders)]
    with tools.ledger.begin() as transaction:
        known = facts.answer(transaction, tools.company_id, facts.ASIDE)
        if (known.value["said"] if known else []) != said[:MOST]:
            facts.learn(transaction, tools.company_id, facts.ASIDE, {"said": said[:MOST]}, tools.now())
