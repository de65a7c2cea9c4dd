"""Switches that no other test of this folder turns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx

from bridge.sandbox import Running
from tests.support.party import Party, invoice

NOON = datetime(2026, 5, 11, 12, tzinfo=UTC)
SPAN = {"dateType": "PermanentStorage", "from": "2026-05-01T00:00:00Z", "to": "2026-06-01T00:00:00Z"}


def test_storage_lag_and_a_mark_that_stands_still(simulator: Running, owner: Party) -> None:
    simulator.store.settings |= {"storage_lag": 60.0}
    simulator.store.clock.frozen = NOON
    told = owner.send(invoice())
    assert "permanentStorageDate" not in told
    assert owner.search(dateRange=SPAN)["invoices"] == []
    simulator.store.clock.frozen = NOON + timedelta(seconds=61)
    simulator.store.settings |= {"hwm": "2026-05-11T11:00:00+00:00"}
    restricted = owner.search(dateRange={**SPAN, "restrictToPermanentStorageHwmDate": True})
    assert (restricted["invoices"], restricted["permanentStorageHwmDate"][:19]) == ([], "2026-05-11T11:00:00")
    assert len(owner.search(dateRange=SPAN)["invoices"]) == 1


def test_strict_characters(simulator: Running, owner: Party) -> None:
    odd = invoice().replace(b"<Faktura", b"<?x y?><Faktura", 1)
    assert owner.send(odd)["status"]["code"] == 450
    simulator.store.settings["strict_characters"] = False
    assert owner.send(odd)["status"]["code"] == 200


def test_session_hours_and_upload_minutes(simulator: Running, owner: Party) -> None:
    simulator.store.settings |= {"session_hours": 1.0, "upload_minutes": 5.0}
    opened, session = owner.open_batch({"1.xml": invoice()}), owner.open()
    simulator.store.clock.shift = timedelta(minutes=6)
    assert owner.upload(opened).status_code == 403
    simulator.store.clock.shift = timedelta(minutes=61)
    assert owner.get(f"/sessions/{session}")["status"]["code"] == 440


def test_block_growth(simulator: Running, owner: Party) -> None:
    simulator.store.settings["block_growth"] = 10.0
    simulator.store.clock.frozen = NOON
    told = [owner.call("GET", "/sessions?sessionType=Online") for _ in range(8)]
    assert [each.headers.get("Retry-After") for each in told[5:]] == ["1", "10", "100"]


def test_link_seconds(simulator: Running, owner: Party) -> None:
    simulator.store.settings["link_seconds"] = 5.0
    url = owner.send(invoice())["upoDownloadUrl"]
    assert httpx.get(url).status_code == 200
    simulator.store.clock.shift = timedelta(seconds=6)
    assert httpx.get(url).status_code == 403


def test_batch_processing(simulator: Running, owner: Party) -> None:
    simulator.store.settings["batch_processing"] = 60.0
    told = owner.batch({"1.xml": invoice()})
    assert told["status"]["code"] == 150
    simulator.store.clock.shift = timedelta(seconds=61)
    assert owner.get(f"/sessions/{told['session']}")["status"]["code"] == 200
