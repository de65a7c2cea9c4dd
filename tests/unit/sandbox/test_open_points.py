"""What nobody knows of the real KSeF (protocol.md, 12.5) is a switch; each is shown both ways."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bridge.sandbox import Running
from bridge.sandbox.switches import SWITCHES
from tests.support.party import NIP, Party, good, invoice
from tests.unit.sandbox.test_rights import by_token, login_code

TOMORROW = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()


def sets(simulator: Running, **values: Any) -> None:
    simulator.admin.post("/_sim/settings", json=values).raise_for_status()


@pytest.mark.parametrize(("zone", "mode"), [("Europe/Warsaw", "Offline"), ("UTC", "Online")])
def test_zone_in_which_days_are_compared(zone: str, mode: str, simulator: Running, owner: Party) -> None:
    sets(simulator, day_zone=zone)
    simulator.store.clock.frozen = datetime(2026, 5, 11, 22, 30, tzinfo=UTC)  # half past midnight in Warsaw
    assert owner.send(invoice())["invoicingMode"] == mode


@pytest.mark.parametrize(("zone", "day"), [("Europe/Warsaw", "20260512"), ("UTC", "20260511")])
def test_zone_of_the_date_in_a_number(zone: str, day: str, simulator: Running, owner: Party) -> None:
    sets(simulator, number_zone=zone)
    simulator.store.clock.frozen = datetime(2026, 5, 11, 22, 30, tzinfo=UTC)
    assert owner.send(invoice())["ksefNumber"][11:19] == day


@pytest.mark.parametrize("code", [430, 450])
def test_code_of_a_file_too_large(code: int, simulator: Running, owner: Party) -> None:
    sets(simulator, refusal_size=code)
    large = invoice().replace(b"</Faktura>", b" " * 1_000_000 + b"</Faktura>")
    assert owner.send(large)["status"]["code"] == code


@pytest.mark.parametrize("code", [450, 430])
def test_code_of_a_day_to_come(code: int, simulator: Running, owner: Party) -> None:
    sets(simulator, refusal_day=code)
    ahead = invoice().replace(b"<P_1>2026-05-11", f"<P_1>{TOMORROW}".encode())
    assert owner.send(ahead)["status"]["code"] == code


@pytest.mark.parametrize("code", [450, 430])
def test_code_of_a_wrong_check_digit(code: int, simulator: Running, owner: Party) -> None:
    wrong = invoice().replace(b"<NIP>2222222222", b"<NIP>2222222223")
    assert owner.send(wrong)["status"]["code"] == 200  # as on TEST
    sets(simulator, checksums=True, refusal_checksum=code)
    again = wrong.replace(b"<P_2>FV/1", b"<P_2>FV/2")
    assert owner.send(again)["status"]["code"] == code


@pytest.mark.parametrize(("one_counter", "status"), [(True, 429), (False, 200)])
def test_groups_share_a_counter_or_not(one_counter: bool, status: int, simulator: Running, owner: Party) -> None:
    sets(simulator, shared_groups=one_counter)
    simulator.store.kept.rate_limits[NIP] = {"sessionInvoiceList": (1, 10, 100)}
    session = owner.open()
    assert owner.call("GET", f"/sessions/{session}/invoices").status_code == 200
    assert owner.call("GET", f"/sessions/{session}/invoices/failed").status_code == status


@pytest.mark.parametrize(("days", "code"), [(3.0, 210), (5.0, 200)])
def test_life_of_a_package(days: float, code: int, simulator: Running, owner: Party) -> None:
    sets(simulator, package_days=days)
    span = {"dateType": "Invoicing", "from": datetime.now(UTC).isoformat()}
    body = {"encryption": owner.encryption(), "filters": {"subjectType": "Subject1", "dateRange": span}}
    ref = owner.post("/invoices/exports", body)["referenceNumber"]
    simulator.store.clock.shift = timedelta(days=4)
    assert owner.get(f"/invoices/exports/{ref}")["status"]["code"] == code


@pytest.mark.parametrize(("scale", "status"), [(1.0, 429), (2.0, 200)])
def test_limits_at_night(scale: float, status: int, simulator: Running, owner: Party) -> None:
    sets(simulator, night_scale=scale)
    simulator.store.clock.frozen = datetime(2026, 5, 11, 21, tzinfo=UTC)
    for _ in range(8):
        owner.search()
    span = {"dateType": "Issue", "from": "2026-05-01T00:00:00Z"}
    told = owner.call("POST", "/invoices/query/metadata", {"subjectType": "Subject1", "dateRange": span})
    assert told.status_code == status


@pytest.mark.parametrize(("ends", "code"), [("", 200), ("2027-01-01T00:00:00+01:00", 450)])
def test_end_of_tokens(ends: str, code: int, simulator: Running, owner: Party, http: httpx.Client) -> None:
    made = owner.post("/tokens", {"permissions": ["InvoiceRead"], "description": "token biura"})
    sets(simulator, tokens_end=ends)
    simulator.store.clock.frozen = datetime(2027, 1, 2, tzinfo=UTC)
    assert login_code(http, by_token(http, made["token"]))[0] == code


def test_a_switch_that_is_none_or_of_another_kind_is_refused(simulator: Running) -> None:
    for wrong in ({"speed": 1}, {"limits": 1}, {"scale": "2"}, {"day_zone": 1}, [1]):
        assert simulator.admin.post("/_sim/settings", json=wrong).status_code == 400
    told = good(simulator.admin.get("/_sim/settings")).json()
    assert set(told) == {each.name for each in SWITCHES}
