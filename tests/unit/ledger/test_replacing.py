"""A new version of an unsent invoice takes its place only when its drop was read to the end and is good."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bridge.ledger import documents, drops
from bridge.ledger.store import Ledger, open_ledger
from bridge.model.errors import TryLater
from bridge.model.item import Finished, Item, Made
from bridge.model.outcome import DocumentState, Verdict
from bridge.model.problem import problem

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
NIP = "1111111111"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = open_ledger(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def company(ledger: Ledger) -> int:
    with ledger.begin() as transaction:
        return drops.company_id(transaction, NIP, "sandbox")


def invoice(content: str, number: str = "FS/1") -> Item:
    made = Made(NIP, "VAT", number, number, date(2026, 11, 25), content.encode(), None, content, 1, "FA (3)")
    return Item(1, "2", number, "VAT", Verdict.GOOD, made=made)


def drop(ledger: Ledger, company: int, *items: Item, end: Finished | None = None, all_or_nothing: bool = False) -> int:
    """Take and read; without `end` the plug is pulled before the last row."""
    with ledger.begin() as transaction:
        id_ = drops.take(transaction, company, "plik.csv", drops.Copy("1-plik.csv", "00", 1), NOW)
        drops.start(transaction, id_, NOW)
    with ledger.begin() as transaction:
        drops.add(transaction, drops.Filing(company, id_, lambda _old, _new: (("Fa/P_15",), ()), NOW), items)
    if end is not None:
        with ledger.begin() as transaction:
            drops.finish(transaction, id_, end, NOW, all_or_nothing=all_or_nothing)
    return id_


def states(ledger: Ledger, company: int) -> list[tuple[str, str]]:
    """Content and state of every document, oldest first."""
    with ledger.begin() as transaction:
        every = documents.documents(transaction, company, *DocumentState)
        return [(drops.stored(transaction, each.payload).decode(), each.state.value) for each in every]


def test_a_good_drop_replaces_what_was_not_sent(ledger: Ledger, company: int) -> None:
    drop(ledger, company, invoice("stara"), end=Finished())
    second = drop(ledger, company, invoice("nowa"), end=Finished())
    assert states(ledger, company) == [("stara", "WITHDRAWN"), ("nowa", "READY")]
    with ledger.begin() as transaction:
        (row,) = documents.items_of(transaction, second)
        assert documents.of_drop(transaction, second)[row.document].state is DocumentState.READY
    assert "zastąpiła" in row.note


@pytest.mark.parametrize("end", [None, Finished(problems=(problem("P03"),))], ids=["plug pulled", "refused"])
def test_a_drop_that_was_not_read_changes_nothing(ledger: Ledger, company: int, end: Finished | None) -> None:
    drop(ledger, company, invoice("stara"), end=Finished())
    drop(ledger, company, invoice("nowa"), end=end)
    assert states(ledger, company) == [("stara", "READY")]


def test_all_or_nothing_keeps_the_old_version_too(ledger: Ledger, company: int) -> None:
    drop(ledger, company, invoice("stara"), end=Finished())
    bad = Item(2, "3", "FS/2", "VAT", Verdict.BAD, problems=(problem("D05"),))
    second = drop(ledger, company, invoice("nowa"), bad, end=Finished(), all_or_nothing=True)
    assert states(ledger, company) == [("stara", "READY")]
    with ledger.begin() as transaction:
        assert [row.verdict for row in documents.items_of(transaction, second)] == [Verdict.BAD, Verdict.BAD]


def test_what_went_out_meanwhile_is_not_replaced(ledger: Ledger, company: int) -> None:
    drop(ledger, company, invoice("stara"), end=Finished())
    second = drop(ledger, company, invoice("nowa"))
    with ledger.begin() as transaction:
        (old,) = documents.documents(transaction, company, DocumentState.READY)
        transaction.move("document.sending", old.id, NOW)
    with pytest.raises(TryLater), ledger.begin() as transaction:
        drops.finish(transaction, second, Finished(), NOW)
    assert states(ledger, company) == [("stara", "SENDING")]
    with ledger.begin() as transaction:
        assert drops.drop(transaction, second).state == "READING"  # and it is read again from nothing
