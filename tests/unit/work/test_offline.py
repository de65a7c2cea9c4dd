"""Days on which KSeF does not answer: nothing is lost, nothing goes twice, every deadline and every picture is right."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from bridge.ledger import documents, outages
from bridge.ledger.documents import Document
from bridge.model.offline import Beacon
from bridge.model.outcome import DocumentState as D
from tests.support.outage import FOREVER, Lighthouse, minutes, set_offline, silence, speak, with_certificate
from tests.support.world import WARSAW, World

WEDNESDAY = datetime(2026, 3, 4, 9, 0, tzinfo=WARSAW)


@pytest.fixture
def light(world: World) -> Lighthouse:
    world.to(WEDNESDAY)
    return Lighthouse(world)


@pytest.fixture
def key(world: World, tmp_path: Path) -> ec.EllipticCurvePublicKey:
    return with_certificate(world, tmp_path)


def one(world: World) -> Document:
    (found,) = world.documents()
    return found


def until(each: Document) -> str:
    return f"{each.until.astimezone(WARSAW):%Y-%m-%d %H:%M}" if each.until else ""


def results(world: World) -> list[dict[str, str]]:
    """All rows of all final result files, those of later parts last."""
    found = sorted((world.tools.company.outbox / "wyniki").glob("*.wynik*.csv"), key=lambda path: len(path.name))
    return [row for path in found for row in csv.DictReader(io.StringIO(path.read_text("utf-8-sig")), delimiter=";")]


def text(world: World, path: str) -> str:
    read = pypdf.PdfReader(world.tools.company.outbox / path)
    return re.sub(r"[\s\u200b]", "", "".join(page.extract_text() for page in read.pages))


# --- the scripted day -------------------------------------------------------------------------------------------------


def test_a_day_of_two_announced_failures(world: World, light: Lighthouse, key: ec.EllipticCurvePublicKey) -> None:
    at = [WEDNESDAY.replace(hour=hour) for hour in (10, 15, 17)]
    early = world.ready(2)
    world.work()
    assert world.accepted() == early

    world.to(at[0])
    light.announce(Beacon.FAILURE, at[0])
    silence(world)
    first = world.ready(4)
    minutes(world, 5)
    waiting = world.documents(D.HELD)
    assert [each.number for each in waiting] == first
    assert {(each.offline_mode, each.until) for each in waiting} == {("awaria", None)}
    assert all(_has_both_codes(_picture(world, number)) for number in first)
    bytes_before = {each.number: each.payload for each in waiting}

    world.to(at[1])
    light.end(at[1])
    speak(world)
    world.step()
    world.to(at[1] + timedelta(minutes=3))
    world.work(done=lambda: len(world.accepted()) == 6)
    assert world.accepted() == sorted(early + first)
    sent = {each["number"]: each for each in world.simulator.accepted()}
    assert {sent[number]["mode"] for number in first} == {"Offline"}
    assert {sent[number]["mode"] for number in early} == {"Online"}
    assert {each.number: each.payload for each in world.documents() if each.number in first} == bytes_before
    assert [each.mode for each in world.sessions() if each.offline] == ["batch"]

    world.to(at[2])
    light.announce(Beacon.FAILURE, at[2])
    silence(world)
    second = world.ready(3)
    minutes(world, 5)
    assert [each.number for each in world.documents(D.HELD)] == second

    ended = WEDNESDAY.replace(day=5, hour=8)
    world.to(ended)
    light.end(ended)
    world.step()
    assert {until(each) for each in world.documents(D.HELD, D.READY, D.SENDING)} == {"2026-03-16 23:59"}
    speak(world)
    world.to(ended + timedelta(minutes=3))
    world.work()
    assert world.accepted() == sorted(early + first + second)
    told = {row["numer"]: row for row in results(world)}
    assert {row["status"] for row in told.values()} == {"przyjeta"}
    for number in first + second:
        assert told[number]["tryb"] == "offline"
        assert _has_both_codes(text(world, told[number]["plik_pdf"]), told[number]["numer_ksef"])
        assert _accepted_day(world, number) <= date(2026, 3, 13 if number in first else 16)


def _has_both_codes(shown: str, label: str = "OFFLINE") -> bool:
    return (
        shown.count(label) == 2
        and "CERTYFIKAT" in shown
        and all(f"/{kind}/" in shown for kind in ("invoice", "certificate"))
    )


def _picture(world: World, number: str) -> str:
    (path,) = (world.tools.company.outbox / "faktury").rglob(f"{number.replace('/', '_')}~*.pdf")
    return text(world, str(path.relative_to(world.tools.company.outbox)))


def _accepted_day(world: World, number: str) -> date:
    (found,) = [each for each in world.documents() if each.number == number]
    assert found.accepted_at is not None
    return found.accepted_at.astimezone(WARSAW).date()


# --- single rules -----------------------------------------------------------------------------------------------------


def test_what_was_planned_when_ksef_fell_silent_is_taken_back(world: World, light: Lighthouse, key: Any) -> None:
    silence(world)
    numbers = world.ready(4)
    minutes(world, 3)
    assert {each.state for each in world.documents()} == {D.SENDING}
    minutes(world, 15, step=3)
    assert {each.offline_mode for each in world.documents(D.HELD)} == {"offline24"}
    assert len(world.documents(D.HELD)) == 4
    assert {until(each) for each in world.documents()} == {"2026-03-05 23:59"}
    speak(world)
    minutes(world, 3)
    world.work()
    assert world.accepted() == numbers
    assert {each["mode"] for each in world.simulator.accepted()} == {"Offline"}


def test_what_may_have_arrived_stays_as_it_is(world: World, light: Lighthouse, key: Any) -> None:
    world.simulator.fault(path=r"/sessions/online/[^/]+/invoices", method="POST", do="drop")
    numbers = world.ready(1)
    world.work(done=lambda: bool(world.attempts()) and world.attempts()[-1].state == "SENT")
    silence(world)
    minutes(world, 20, step=4)
    assert one(world).state is D.SENDING
    assert not one(world).offline
    speak(world)
    world.work()
    assert world.accepted() == numbers
    assert one(world).mode == "online"


def test_a_ksef_that_is_there_but_opens_no_session_is_as_good_as_silent(
    world: World, light: Lighthouse, key: Any
) -> None:
    world.simulator.fault(path=r"/sessions/.*", method="POST", do="status", code=503, html=True, count=FOREVER)
    numbers = world.ready(1)
    minutes(world, 12, step=3)
    assert not one(world).offline
    minutes(world, 9, step=3)
    assert one(world).offline_mode == "offline24"
    speak(world)
    world.work(done=lambda: one(world).state is D.ACCEPTED)
    assert (world.accepted(), one(world).mode) == (numbers, "offline")


def test_made_offline_by_ksef_without_a_second_code_is_told(world: World, light: Lighthouse) -> None:
    world.tools.company = replace(world.tools.company, after_deadline="send")
    world.ready(1, issued=date(2026, 3, 3))
    world.work()
    assert one(world).mode == "offline"
    assert "certyfikatu Offline" in (world.tools.company.outbox / "stan.json").read_text("utf-8")


def test_a_short_silence_changes_nothing(world: World, light: Lighthouse, key: Any) -> None:
    silence(world)
    numbers = world.ready(1)
    minutes(world, 10, step=3)
    assert not one(world).offline
    speak(world)
    world.work()
    assert (world.accepted(), one(world).mode) == (numbers, "online")


def test_before_midnight_a_silent_ksef_is_not_waited_for(world: World, light: Lighthouse, key: Any) -> None:
    world.to(WEDNESDAY.replace(hour=23, minute=36))
    silence(world)
    world.ready(1)
    minutes(world, 3)
    assert (one(world).offline_mode, one(world).state) == ("offline24", D.HELD)
    world.to(WEDNESDAY.replace(day=5, hour=8))
    speak(world)
    world.work(done=lambda: one(world).state is D.ACCEPTED)
    assert one(world).mode == "offline"


def test_total_failure_by_latarnias_word_alone_changes_nothing(world: World, light: Lighthouse) -> None:
    light.word = Beacon.TOTAL_FAILURE
    numbers = world.ready(1)
    world.step()
    alarms = (world.tools.company.outbox / "stan.json").read_text("utf-8")
    assert "awarię całkowitą" in alarms
    world.work()
    assert (world.accepted(), one(world).mode) == (numbers, "online")


def test_always_offline_by_choice_goes_at_once_and_has_both_codes(world: World, light: Lighthouse, key: Any) -> None:
    set_offline(world, mode="offline24")
    numbers = world.ready(1)
    world.work()
    assert (world.accepted(), one(world).mode) == (numbers, "offline")
    (row,) = results(world)
    assert "CERTYFIKAT" in text(world, row["plik_pdf"])


def test_without_a_certificate_there_is_an_alarm_and_no_half_picture(world: World, light: Lighthouse) -> None:
    light.announce(Beacon.FAILURE, WEDNESDAY)
    world.ready(1)
    minutes(world, 2)
    assert one(world).offline
    assert "certyfikatu Offline" in (world.tools.company.outbox / "stan.json").read_text("utf-8")
    assert not list(world.tools.company.outbox.rglob("*.pdf"))


def test_never_offline_waits_and_says_so(world: World, light: Lighthouse) -> None:
    set_offline(world, mode="online")
    silence(world)
    world.ready(1)
    minutes(world, 20, step=4)
    assert not one(world).offline
    assert "nie pozwala wystawiać" in (world.tools.company.outbox / "stan.json").read_text("utf-8")


def test_the_queue_is_drained_in_portions(world: World, light: Lighthouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.work.offline.AT_ONCE", 3)
    light.announce(Beacon.MAINTENANCE, WEDNESDAY, WEDNESDAY.replace(hour=12))
    world.ready(7)
    minutes(world, 2)
    assert {each.offline_mode for each in world.documents(D.HELD)} == {"niedostepnosc"}
    assert {until(each) for each in world.documents()} == {"2026-03-05 23:59"}
    world.to(WEDNESDAY.replace(hour=12, minute=1))
    world.step()
    assert len(world.documents(D.HELD)) == 4
    world.work(done=lambda: not world.documents(D.HELD, D.READY, D.SENDING))
    assert len(world.accepted()) == 7
    assert [each.mode for each in world.sessions()] == ["batch", "batch", "interactive"]


def test_an_alarm_comes_an_hour_before_the_deadline(world: World, light: Lighthouse) -> None:
    silence(world)
    set_offline(world, mode="online")
    world.ready(1)
    minutes(world, 2)
    state = world.tools.company.outbox / "stan.json"
    assert "Termin wysłania" not in state.read_text("utf-8")
    world.to(WEDNESDAY.replace(hour=22, minute=51))
    world.step()
    assert "Termin wysłania mija 2026-03-04 23:50: FS/1/1." in state.read_text("utf-8")


def test_a_failure_announced_while_it_waits_moves_the_deadline(world: World, light: Lighthouse, key: Any) -> None:
    silence(world)
    world.ready(1)
    minutes(world, 20, step=4)
    assert until(one(world)) == "2026-03-05 23:59"
    light.announce(Beacon.FAILURE, world.moment)
    minutes(world, 4)
    assert until(one(world)) == ""
    light.end(world.moment)
    minutes(world, 4)
    assert until(one(world)) == "2026-03-13 23:59"
    with world.ledger.begin() as transaction:
        (evidence,) = outages.outages(transaction, "sandbox")
    assert evidence.ended is not None


def test_released_after_its_day_it_goes_as_offline_and_gets_its_second_code(
    world: World, light: Lighthouse, key: Any
) -> None:
    world.ready(1, issued=date(2026, 3, 2))
    minutes(world, 2)
    held = one(world)
    assert (held.state, held.offline) == (D.HELD, False)
    assert "2026-03-03" in held.reason
    assert "kod II" in held.reason
    with world.ledger.begin() as transaction:
        documents.release(transaction, held.id, world.now(), by_person=True)
    world.work()
    assert (one(world).offline_mode, one(world).mode) == ("offline24", "offline")
    (row,) = results(world)
    assert "CERTYFIKAT" in text(world, row["plik_pdf"])


def test_other_forms_have_no_pictures(world: World, light: Lighthouse, key: Any) -> None:
    set_offline(world, mode="offline24")
    world.ready(1, form_code="PEF (3)")
    minutes(world, 1)
    assert one(world).offline
    assert not list(world.tools.company.outbox.rglob("*.pdf"))


def test_a_picture_that_fails_stops_nothing(
    world: World, light: Lighthouse, key: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.fa3.picture.picture.TEMPLATE", "nie-ma.typ")
    set_offline(world, mode="offline24")
    numbers = world.ready(2)
    world.work()
    assert world.accepted() == numbers
    assert {row["plik_pdf"] for row in results(world)} == {""}
    assert "nie powstał" in (world.tools.company.outbox / "stan.json").read_text("utf-8")
