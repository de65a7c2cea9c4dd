"""An offline invoice that KSeF refused reaches it all the same, with the content that the buyer holds."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bridge.fa3.xml import business
from bridge.fa3.xml.business import HASH_VERSION, business_hash
from bridge.fa3.xml.repair import repaired
from bridge.ledger import documents, drops
from bridge.ledger.documents import Document
from bridge.model.item import Finished, Item, Made
from bridge.model.outcome import DocumentState as D
from bridge.model.outcome import Verdict
from bridge.model.problem import problem
from tests.support.outage import Lighthouse, set_offline, with_certificate
from tests.support.world import NIP, WARSAW, World, xml_of

WEDNESDAY = datetime(2026, 3, 4, 9, 0, tzinfo=WARSAW)


@pytest.fixture
def offline(world: World, tmp_path: Path) -> World:
    """Every invoice is issued offline and sent at once."""
    world.to(WEDNESDAY)
    Lighthouse(world)
    with_certificate(world, tmp_path)
    set_offline(world, mode="offline24")
    return world


def dropped(world: World, number: str, xml: bytes) -> int:
    """One drop with this very invoice; its id."""

    def compare(old: bytes, new: bytes) -> tuple[Any, str]:
        clash = business.differences(old, new).clash
        return [problem("L01", ": ".join(map(str, each))) for each in clash], ""

    made = Made(
        NIP, "VAT", number, number, world.today, xml, None, business_hash(xml), HASH_VERSION, "FA (3)", attachment=False
    )
    world.dropped += 1
    copy = world.tools.folders.in_progress / f"{world.dropped}-plik.csv"
    copy.parent.mkdir(exist_ok=True)
    copy.write_text("a;b\r\n1;2\r\n", "utf-8")
    with world.ledger.begin() as transaction:
        stored = drops.Copy(copy.name, "00" * 32, 1)
        id_ = drops.take(transaction, world.tools.company_id, "plik.csv", stored, world.moment)
        drops.start(transaction, id_, world.moment)
        filing = drops.Filing(world.tools.company_id, id_, compare, world.moment)
        drops.add(transaction, filing, [Item(1, "1", number, "VAT", Verdict.GOOD, made=made)])
        drops.finish(transaction, id_, Finished(), world.moment)
    return id_


def living(world: World) -> Document:
    """The one document that is not dead."""
    (found,) = world.documents(D.READY, D.HELD, D.SENDING, D.ACCEPTED)
    return found


def b64(sha256: str) -> str:
    return b64encode(bytes.fromhex(sha256)).decode()


def later(xml: bytes) -> bytes:
    """The same content in a file made anew."""
    assert b"2026-05-11T07:30:00Z" in xml
    return xml.replace(b"2026-05-11T07:30:00Z", b"2026-05-12T08:00:00Z")


def test_a_mended_mapping_sends_the_same_content_as_a_technical_correction(offline: World) -> None:
    offline.simulator.fault(invoice="FS/1", code=450)
    xml = xml_of("FS/1", offline.today)
    dropped(offline, "FS/1", xml)
    offline.work()
    held = living(offline)
    assert held.state is D.HELD
    assert "ksef-bridge retry" in held.reason
    assert (held.offline, held.offline_mode, held.technical) == (True, "offline24", "")
    first = held.payload
    dropped(offline, "FS/1", later(xml))
    offline.work()
    assert living(offline).state is D.ACCEPTED
    assert living(offline).technical == first
    (sent,) = _accepted(offline)
    assert sent.corrects == b64(first)
    assert sent.offline
    assert [each.mode for each in offline.sessions()][-1] == "interactive"


def _accepted(world: World) -> list[Any]:
    return [each for each in world.simulator.store.kept.invoices.values() if each.ksef_number]


def test_what_the_bridge_can_mend_goes_without_a_person(offline: World) -> None:
    xml = xml_of("FS/1", offline.today).replace(b"<Fa>", b"<?druk szybko?><Fa>")
    dropped(offline, "FS/1", xml)
    offline.work()
    assert living(offline).state is D.ACCEPTED
    (sent,) = _accepted(offline)
    assert b"<?druk" not in sent.plain
    assert business_hash(sent.plain) == business_hash(xml)
    assert [each.state for each in offline.documents()] == [D.REJECTED, D.ACCEPTED]
    assert sent.corrects == b64(offline.documents()[0].payload)


def test_a_second_refusal_still_names_the_first_invoice(offline: World) -> None:
    offline.simulator.fault(invoice="FS/1", code=450, count=2)
    xml = xml_of("FS/1", offline.today)
    dropped(offline, "FS/1", xml)
    offline.work()
    first = living(offline).payload
    dropped(offline, "FS/1", later(xml))
    offline.work()
    assert (living(offline).state, living(offline).technical) == (D.HELD, first)
    dropped(offline, "FS/1", later(xml).replace(b"08:00:00Z", b"09:00:00Z"))
    offline.work()
    assert living(offline).state is D.ACCEPTED
    (sent,) = _accepted(offline)
    assert sent.corrects == b64(first)


def test_other_content_is_no_technical_correction(offline: World) -> None:
    offline.simulator.fault(invoice="FS/1", code=450)
    xml = xml_of("FS/1", offline.today)
    dropped(offline, "FS/1", xml)
    offline.work()
    before = living(offline)
    id_ = dropped(offline, "FS/1", xml.replace(b"Towar A", b"Towar B"))
    offline.work()
    assert living(offline) == before
    with offline.ledger.begin() as transaction:
        (row,) = documents.items_of(transaction, id_)
    assert (row.document, row.note) == (None, drops.ISSUED_OFFLINE)
    assert _accepted(offline) == []


def test_missing_rights_are_given_and_the_same_bytes_go(offline: World) -> None:
    offline.simulator.fault(invoice="FS/1", code=410)
    dropped(offline, "FS/1", xml_of("FS/1", offline.today))
    offline.work()
    held = living(offline)
    assert "ksef-bridge release" in held.reason
    with offline.ledger.begin() as transaction:
        documents.release(transaction, held.id, offline.now(), by_person=True)
    offline.work()
    (sent,) = _accepted(offline)
    assert (sent.corrects, b64(held.payload)) == ("", sent.hash)


def test_an_online_invoice_that_is_refused_stays_refused(world: World) -> None:
    Lighthouse(world)
    world.simulator.fault(invoice="FS/1", code=450)
    dropped(world, "FS/1", xml_of("FS/1", world.today))
    world.work()
    assert [each.state for each in world.documents()] == [D.REJECTED]


def test_its_picture_stays_the_buyers(offline: World) -> None:
    offline.simulator.fault(invoice="FS/1", code=450)
    dropped(offline, "FS/1", xml_of("FS/1", offline.today))
    offline.work()
    (picture,) = offline.tools.company.outbox.rglob("*.pdf")
    given = picture.read_bytes()
    offline.step()
    assert picture.read_bytes() == given


def test_a_new_version_of_an_issued_invoice_never_takes_its_place(offline: World) -> None:
    offline.tools.company = replace(offline.tools.company, offline=replace(offline.tools.company.offline, mode="auto"))
    xml = xml_of("FS/1", offline.today)
    dropped(offline, "FS/1", xml)
    with offline.ledger.begin() as transaction:
        from_first = documents.documents(transaction, offline.tools.company_id, D.READY)[0].id
        transaction.move("document.offline", from_first, offline.now(), offline=True, offline_mode="awaria")
        documents.hold(transaction, from_first, "czeka", None, offline.now())
    dropped(offline, "FS/1", xml.replace(b"Towar A", b"Towar B"))
    assert (living(offline).id, living(offline).state) == (from_first, D.HELD)


# --- what can be mended without a person ------------------------------------------------------------------------------

PLAIN = xml_of("FS/1", WEDNESDAY.date())


@pytest.mark.parametrize(
    "spoiled",
    [
        b"\xef\xbb\xbf" + PLAIN,
        PLAIN.replace(b"<Fa>", b"<!-- uwaga --><Fa>"),
        PLAIN.replace(b"<Fa>", b"<?druk szybko?><Fa>"),
        PLAIN.decode().replace("UTF-8", "ISO-8859-2").encode("iso8859-2"),
        PLAIN.replace(b"<Fa>", b" " * 1_000_000 + b"<Fa>"),
    ],
    ids=["mark", "comment", "instruction", "encoding", "blanks"],
)
def test_wrapping_is_mended_and_content_is_not(spoiled: bytes) -> None:
    made = repaired(spoiled)
    assert made is not None
    assert business_hash(made) == business_hash(PLAIN)
    assert len(made) < 10_000
    assert not made.startswith(b"\xef\xbb\xbf")
    assert repaired(made) is None


@pytest.mark.parametrize("other", [PLAIN, PLAIN.replace(b"Towar A", "Towar\u0085A".encode()), b"<Faktura", b""])
def test_what_is_wrong_with_the_content_is_left_to_a_person(other: bytes) -> None:
    assert repaired(other) is None
