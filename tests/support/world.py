"""A company at work against the simulator over real HTTP, with a clock that the test moves; documents ready to send."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bridge.fa3.xml.business import HASH_VERSION, business_hash
from bridge.ledger import documents, drops, sessions
from bridge.ledger.documents import Document
from bridge.ledger.sessions import Session
from bridge.ledger.store import Ledger
from bridge.ledger.tables import ksef_session, sending
from bridge.model.item import Finished, Item, Made
from bridge.model.outcome import DocumentState, Verdict
from bridge.sandbox import Running
from bridge.work import tick
from bridge.work.pace import LedgerPace
from bridge.work.sending import next_moment
from bridge.work.tools import Tools

WARSAW = ZoneInfo("Europe/Warsaw")
NIP = "1111111111"
MINIMAL = Path(__file__).resolve().parents[1] / "data" / "fa3" / "minimal"


def xml_of(number: str, issued: date, sample: str = "01-vat.xml") -> bytes:
    """A valid invoice of the company."""
    text = (MINIMAL / sample).read_text("utf-8")
    text = re.sub(r"<P_2>[^<]*", f"<P_2>{number}", text, count=1)
    text = re.sub(r"<P_1>[^<]*", f"<P_1>{issued}", text, count=1)
    return re.sub(r"(<Podmiot1>.*?<NIP>)\d+", rf"\g<1>{NIP}", text, count=1, flags=re.DOTALL).encode()


@dataclass
class World:
    """The simulator, one company's tools, and time."""

    simulator: Running
    tools: Tools
    pace: LedgerPace
    moment: datetime
    dropped: int = 0
    told: list[datetime] = field(default_factory=list)

    def now(self) -> datetime:
        return self.moment

    def pass_time(self, by: timedelta) -> None:
        self.to(self.moment + by)

    def to(self, moment: datetime) -> None:
        """Both clocks, the bridge's and KSeF's, stand at this moment."""
        self.moment = moment
        self.simulator.store.clock.frozen = moment

    @property
    def today(self) -> date:
        return self.moment.astimezone(WARSAW).date()

    @property
    def ledger(self) -> Ledger:
        return self.tools.ledger

    def set(self, **sending: Any) -> None:
        """Settings of `sending`."""
        self.tools.company = replace(self.tools.company, sending=replace(self.tools.company.sending, **sending))

    def ready(self, count: int = 1, sample: str = "01-vat.xml", prefix: str = "FS", **changes: Any) -> list[str]:
        """So many documents of one drop, READY; their numbers."""
        self.dropped += 1
        numbers = [f"{prefix}/{self.dropped}/{place}" for place in range(1, count + 1)]
        items = [self._item(place, number, sample, changes) for place, number in enumerate(numbers, 1)]
        with self.ledger.begin() as transaction:
            copy = drops.Copy("", "00", 1)
            id_ = drops.take(transaction, self.tools.company_id, f"plik{self.dropped}.csv", copy, self.moment)
            drops.start(transaction, id_, self.moment)
            filing = drops.Filing(self.tools.company_id, id_, lambda _old, _new: ((), ()), self.moment)
            drops.add(transaction, filing, items)
            drops.finish(transaction, id_, Finished(), self.moment)
            drops.archived(transaction, id_, f"archiwum/{self.dropped}/plik{self.dropped}.csv")
        kept = self.tools.company.outbox / "archiwum" / str(self.dropped) / f"plik{self.dropped}.csv"
        kept.parent.mkdir(parents=True)
        kept.write_text("numer\n", "utf-8")
        return numbers

    def _item(self, place: int, number: str, sample: str, changes: dict[str, Any]) -> Item:
        issued = changes.get("issued", self.today)
        xml = xml_of(number, issued, sample)
        attachment = b"<Zalacznik>" in xml
        made = Made(
            NIP, "VAT", number, number, issued, xml, None, business_hash(xml), HASH_VERSION, "FA (3)",
            attachment=attachment,
        )  # fmt: skip
        return Item(place, str(place), number, "VAT", Verdict.GOOD, made=replace(made, **changes))

    def step(self) -> datetime:
        """One tick; when it wants the next one."""
        next_at = tick(self.tools, self.pace).next_at
        self.told.append(next_at)
        return next_at

    def work(
        self, most: timedelta = timedelta(minutes=10), done: Callable[[], bool] | None = None, *, idle: bool = True
    ) -> int:
        """Step after step, each when the one before wanted it, until nothing waits for KSeF; how many steps.

        Without `idle` the looks at an empty inbox are left out: from one moment of a session straight to the next.
        """
        end = self.moment + most
        steps = 0
        while self.moment <= end:
            told = tick(self.tools, self.pace)
            steps += 1
            if done() if done else told.waits == 0 and not self.alive():
                return steps
            due = told.next_at if idle else (next_moment(self.tools) or self.moment + timedelta(seconds=60))
            self.to(max(due, self.moment + timedelta(milliseconds=100)))
        return steps

    def alive(self) -> list[Session]:
        with self.ledger.begin() as transaction:
            return sessions.sessions(transaction, self.tools.company_id)

    def documents(self, *states: DocumentState) -> list[Document]:
        with self.ledger.begin() as transaction:
            return documents.documents(transaction, self.tools.company_id, *(states or tuple(DocumentState)))

    def states(self) -> dict[str, str]:
        return {each.number: each.state.value for each in self.documents()}

    def attempts(self) -> list[Any]:
        with self.ledger.begin() as transaction:
            return transaction.rows(sending.select().order_by(sending.c.id))

    def sessions(self) -> list[Any]:
        with self.ledger.begin() as transaction:
            return transaction.rows(ksef_session.select().order_by(ksef_session.c.id))

    def accepted(self) -> list[str]:
        """Numbers that the simulator accepted; one twice would stand here twice."""
        return sorted(each["number"] for each in self.simulator.accepted())

    def calls(self, group: str) -> int:
        """How often a group was called, as the simulator counts."""
        counts = self.simulator.store.kept.counts
        return sum(count for name, count in counts.items() if name.split(" ")[-1] == group)
