"""A restored backup: noticed before anything is sent, healed by `rebuild`, and nothing that was told is told otherwise."""

from __future__ import annotations

import re
import sqlite3
from base64 import b64decode
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bridge.admin.rebuild import CompanyPlace, rebuild
from bridge.fa3.xml.business import business_hash
from bridge.files.folders import Folders
from bridge.ledger.tables import document, item
from bridge.model.errors import FixSetup
from bridge.model.outcome import DocumentState
from bridge.work import old_ledger, planning, sending
from tests.support.world import NIP, World, xml_of

ACCEPTED, CLASH = DocumentState.ACCEPTED.value, DocumentState.CLASH.value
SINCE = timedelta(days=60)


def file_of(world: World) -> Path:
    return world.tools.settings.data / "ledger.sqlite"


def back_up(world: World) -> Path:
    """As an administrator does it: SQLite's own backup of the running ledger."""
    copy = world.tools.settings.data / "kopia.sqlite"
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(file_of(world))) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


def put_back(world: World, copy: Path) -> None:
    """The old ledger in the place of the present one; the program was started anew."""
    world.ledger.engine.dispose()
    for each in file_of(world).parent.glob("ledger.sqlite*"):
        each.unlink()
    copy.rename(file_of(world))
    world.tools.current, world.tools.marked = False, -1


def asked_ksef(world: World) -> Any:
    company = world.tools.company
    where = CompanyPlace(world.ledger, world.tools.company_id, Folders(company.inbox, company.outbox))
    done = rebuild(where, world.tools.ksef, world.moment - SINCE, world.now)
    assert not done.unfinished
    old_ledger.accept(old_ledger.post_of(world.tools), world.moment)
    return done


def planned(world: World) -> None:
    planning.plan(world.tools, world.pace)


def sent(world: World) -> None:
    """Everything left us, and KSeF has not said anything yet."""
    planning.plan(world.tools, world.pace)
    world.simulator.store.settings |= {"processing": 30.0, "batch_processing": 30.0}
    sending.move_sessions(world.tools, world.pace)
    world.simulator.store.settings |= {"processing": 0.0, "batch_processing": 0.0}


@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize(
    "stage", [None, lambda _world: None, planned, sent], ids=["before", "ready", "planned", "sent"]
)
def test_it_is_noticed_and_healed_whatever_it_held(
    stage: Callable[[World], None] | None, count: int, world: World
) -> None:
    world.ready(1, prefix="DAWNA")
    world.work()
    if stage is None:
        copy = back_up(world)
        numbers = world.ready(count)
    else:
        numbers = world.ready(count)
        stage(world)
        copy = back_up(world)
    world.work()
    before = {each.number: each.ksef_number for each in world.documents()}
    assert set(before) >= set(numbers)
    received = len(world.simulator.store.kept.invoices)
    put_back(world, copy)
    with pytest.raises(FixSetup, match="rebuild"):
        world.step()
    assert len(world.simulator.store.kept.invoices) == received
    asked_ksef(world)
    world.pass_time(timedelta(minutes=1))
    world.work()
    assert {each.number: each.ksef_number for each in world.documents(DocumentState.ACCEPTED)} == before
    assert len(world.simulator.store.kept.invoices) == received
    assert world.accepted() == sorted(before)


def test_an_old_ledger_writes_nothing_over_results_that_it_does_not_know(world: World) -> None:
    world.step()
    copy = back_up(world)
    (number,) = world.ready(1)
    world.work()
    (told,) = (world.tools.company.outbox / "wyniki").glob("*.wynik.csv")
    said = told.read_bytes()
    put_back(world, copy)
    asked_ksef(world)
    world.dropped = 0
    for each in (world.tools.company.outbox / "archiwum").iterdir():
        each.rename(each.with_name("stare"))
    assert world.ready(1) == [number]
    world.work()
    results = sorted((world.tools.company.outbox / "wyniki").glob("*.wynik.csv"))
    assert told.read_bytes() == said
    assert len(results) == 2
    assert all("przyjeta" in each.read_text("utf-8-sig") for each in results)


def lost_mark(world: World) -> None:
    """Nothing outside the ledger tells that it is old: only KSeF does."""
    outbox = world.tools.company.outbox
    for each in (*outbox.glob(".ksef-bridge*"), *(outbox / "faktury").rglob("*.xml")):
        each.unlink()


def made_anew(world: World, number: str, change: Callable[[str], str]) -> None:
    """The same invoice, rendered again: later, or with other content."""
    xml = change(xml_of(number, world.today).decode()).encode()
    world.dropped = 0
    for each in (world.tools.company.outbox / "archiwum").iterdir():
        each.rename(each.with_name(f"stare-{world.moment:%H%M%S}"))
    world.ready(1, xml=xml, business_hash=business_hash(xml))


def later(text: str) -> str:
    return re.sub(r"<DataWytworzeniaFa>[^<]*", "<DataWytworzeniaFa>2026-11-28T09:09:09Z", text)


def dearer(text: str) -> str:
    return later(text).replace("<P_15>", "<P_15>1", 1)


def sent_and_forgotten(world: World) -> tuple[str, str]:
    world.step()
    copy = back_up(world)
    (number,) = world.ready(1)
    world.work()
    (known,) = world.documents()
    assert known.ksef_number
    put_back(world, copy)
    lost_mark(world)
    return number, known.ksef_number


def test_440_with_other_bytes_is_compared_by_its_content(world: World) -> None:
    number, ksef_number = sent_and_forgotten(world)
    made_anew(world, number, later)
    world.work()
    (own,) = world.documents()
    assert (own.state.value, own.ksef_number) == (ACCEPTED, ksef_number)
    (kept,) = world.simulator.accepted()
    assert bytes.fromhex(own.payload) == b64decode(kept["hash"])
    assert own.upo


def test_440_with_other_content_says_what_differs(world: World) -> None:
    number, ksef_number = sent_and_forgotten(world)
    made_anew(world, number, dearer)
    world.work()
    (own,) = world.documents()
    assert (own.state.value, own.ksef_number) == (CLASH, ksef_number)
    assert "inną fakturę" in own.error
    assert "„" in own.error


def test_rebuild_heals_what_was_called_a_clash(world: World) -> None:
    number, ksef_number = sent_and_forgotten(world)
    made_anew(world, number, later)
    with world.ledger.begin() as transaction:
        transaction.connection.execute(
            document.update().values(state="CLASH", ksef_number=ksef_number, code="K440", error="inna")
        )
        problems = [{"code": "K440", "message": "inna", "advice": ""}]
        transaction.connection.execute(item.update().values(problems=problems))
    with pytest.raises(FixSetup):
        asked_and_stepped(world)
    done = asked_ksef(world)
    assert done.healed == 1
    world.work()
    (accepted,) = world.documents(DocumentState.ACCEPTED)
    assert accepted.ksef_number == ksef_number
    (result,) = [
        each
        for each in (world.tools.company.outbox / "wyniki").glob("*.wynik.csv")
        if ksef_number in each.read_text("utf-8-sig") and "~" in each.name
    ]
    assert "sprzeczna" not in result.read_text("utf-8-sig")


def asked_and_stepped(world: World) -> None:
    """A copy of a UPO that the ledger does not know lies there again."""
    copies = world.tools.company.outbox / "faktury" / "2026-11"
    copies.mkdir(parents=True, exist_ok=True)
    (kept,) = world.simulator.accepted()
    upo = (
        '<Potwierdzenie xmlns="http://upo.schematy.mf.gov.pl/KSeF/v4-3"><Dokument>'
        f"<NumerKSeFDokumentu>{kept['ksefNumber']}</NumerKSeFDokumentu></Dokument></Potwierdzenie>"
    )
    (copies / "x.upo.xml").write_text(upo, "utf-8")
    world.tools.current = False
    world.step()


def test_a_mark_that_cannot_be_read_stops_too(world: World) -> None:
    world.ready(1)
    world.work()
    old_ledger.post_of(world.tools).path.write_text("{", "utf-8")
    with pytest.raises(FixSetup, match="rebuild"):
        world.step()


def test_another_environment_has_a_mark_of_its_own(world: World) -> None:
    post = old_ledger.post_of(world.tools)
    assert NIP in post.nip
    assert post.environment in post.path.name
