"""A Job → what the inbox would make of the same files, held against the ledger; nothing is written and nothing is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from bridge.conversion.drop import mappings_of
from bridge.conversion.history import past_of
from bridge.conversion.processes import safely
from bridge.ledger.drops import standing
from bridge.ledger.store import Transaction
from bridge.mapping.evaluate.locate import retraced
from bridge.model.errors import TryLater
from bridge.model.item import Finished, Item
from bridge.model.job import Job
from bridge.model.outcome import Verdict
from bridge.model.problem import Problem, problem
from bridge.model.settings import Company
from bridge.model.table import rows_of
from bridge.work.item_problems import compare
from bridge.work.planning import AHEAD, past
from bridge.work.sample_gate import refused_now
from bridge.work.tools import WARSAW

IN_LEDGER = "jest już w księdze, w drodze do KSeF"
CLASH = "sprzeczna z fakturą {}, która jest już w KSeF"
HELD = "byłaby wstrzymana: {}"


@dataclass(slots=True)
class CheckedDrop:
    """What was read, and what the ledger adds to each invoice, by its ordinal."""

    items: Sequence[Item]
    end: Finished
    notes: dict[int, str] = field(default_factory=dict)


def checked(reading: Job, company: Company | None, told: Callable[[int], object]) -> CheckedDrop:
    """Read a drop to its end, as the service does; `told` hears how many invoices are read."""
    refusal = _refused(reading, company)
    if refusal is not None:
        return CheckedDrop((), refusal)
    items: list[Item] = []
    for batch in safely(reading):
        if isinstance(batch, Finished):
            found = CheckedDrop(sorted(items, key=lambda item: item.ordinal), batch)
            if company is not None:
                _Holding(reading, company, found).hold()
            return found
        items += batch.items
        told(len(items))
    raise AssertionError("a reading ends with Finished")


def _refused(reading: Job, company: Company | None) -> Finished | None:
    """What refuses a drop before it is read (M24, M25); a mapping that a person names is theirs to try."""
    if company is None or reading.mapping:
        return None
    return refused_now(past_of(reading), mappings_of(reading)[0], reading, confirm=company.confirm_after_change)


@dataclass(slots=True)
class _Holding:
    """The invoices of one reading held against the ledger: used numbers, replaced versions, days that have passed."""

    reading: Job
    company: Company
    found: CheckedDrop
    fresh: set[int] = field(default_factory=set)  # ordinals of invoices that this file would send

    def hold(self) -> None:
        known = past_of(self.reading)
        if known is None:
            self.found.items = [self._dated(each) for each in self.found.items]
        else:
            ledger, owner = known
            with ledger.begin() as transaction:
                self.found.items = [self._placed(transaction, owner, each) for each in self.found.items]
        if self.company.all_or_nothing and any(each.verdict is Verdict.BAD for each in self.found.items):
            self.found.items = [self._held_back(each) for each in self.found.items]

    def _placed(self, transaction: Transaction, owner: int, each: Item) -> Item:
        """The item as the ledger would file it."""
        if each.made is None:
            return each
        try:
            filed = standing(transaction, owner, each.made, compare)
        except TryLater as error:
            self.found.notes[each.ordinal] = str(error)
            return each
        if filed is None:
            return self._dated(each)
        self.found.notes[each.ordinal] = filed.note or (IN_LEDGER if filed.document else CLASH.format(filed.clash))
        if filed.successor is not None:
            self.fresh.add(each.ordinal)
        elif filed.document is None:
            told = [self._traced(each, one) for one in filed.problems]
            return replace(each, verdict=Verdict.BAD, made=None, problems=(*each.problems, *told))
        return each

    def _traced(self, each: Item, found: Problem) -> Problem:
        cell = retraced(found, self.found.end.places, rows_of(each.rows), each.line_rows)
        return replace(cell, file=self.reading.name)

    def _dated(self, each: Item) -> Item:
        """A new invoice, with what its day means for sending it."""
        if each.made is None:
            return each
        self.fresh.add(each.ordinal)
        today, issued = self.reading.now.astimezone(WARSAW).date(), each.made.issued
        if issued > today:
            self.found.notes[each.ordinal] = AHEAD.format(day=issued)
        elif issued < today and self.company.after_deadline == "hold":
            self.found.notes[each.ordinal] = HELD.format(past(issued))
        return each

    def _held_back(self, each: Item) -> Item:
        """`all_or_nothing`: with one bad invoice none of the drop is sent."""
        if each.ordinal not in self.fresh:
            return each
        because = problem("D21", file=self.reading.name, rows=rows_of(each.rows))
        return replace(each, verdict=Verdict.BAD, made=None, problems=(*each.problems, because))
