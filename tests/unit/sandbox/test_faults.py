"""Each action of the fault rules (protocol.md, 12.4), by HTTP, file and header; none without a test of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bridge.sandbox import Running
from bridge.sandbox.faults import ACTIONS, rule
from bridge.sandbox.running import Start, furnished
from tests.support.party import NIP, Party, authenticated, good, invoice, signer

Check = Callable[[Running, Party, httpx.Client], None]
CHECKS: dict[str, Check] = {}
SESSIONS = "/sessions?sessionType=Online"


def shows(action: str) -> Callable[[Check], Check]:
    def kept(check: Check) -> Check:
        CHECKS[action] = check
        return check

    return kept


@pytest.fixture
def person(loose: httpx.Client, owner: Party) -> Party:
    """Signed in, and not held against the contract."""
    return Party(owner.simulator, loose, NIP, owner.tokens)


@pytest.mark.parametrize("action", ACTIONS)
def test_action(action: str, simulator: Running, person: Party, loose: httpx.Client) -> None:
    CHECKS[action](simulator, person, loose)


@shows("429")
def too_many(simulator: Running, person: Party, loose: httpx.Client) -> None:
    simulator.fault(do="429", path="/sessions", retry_after=2, growing=True, count=2)
    first, second = person.call("GET", SESSIONS), person.call("GET", SESSIONS, X_Error_Format="")
    assert (first.headers["Retry-After"], second.headers["Retry-After"]) == ("2", "4")
    assert (first.json()["status"], second.json()["status"]["code"]) == (429, 429)
    assert person.call("GET", SESSIONS).status_code == 200


@shows("status")
def status(simulator: Running, person: Party, loose: httpx.Client) -> None:
    for body in ("json", "html", "empty", "xml", "waf"):
        simulator.fault(do="status", path="/sessions", code=502, body=body)
    kinds = [person.call("GET", SESSIONS).headers.get("content-type", "").partition(";")[0] for _ in range(5)]
    assert kinds == ["application/json", "text/html", "", "application/xml", "application/problem+json"]


@shows("refuse")
def refuse(simulator: Running, person: Party, loose: httpx.Client) -> None:
    simulator.fault(do="refuse", method="POST", exception=21184, details=["przerwa techniczna"], count=2)
    told = person.call("POST", "/sessions/online", {}).json()["errors"][0]
    assert (told["code"], told["details"]) == (21184, ["przerwa techniczna"])
    assert person.refused("POST", "/sessions/online", {}) == 21184
    assert person.refused("POST", "/sessions/online", {}) == 21405


@shows("forbidden")
def forbidden(simulator: Running, person: Party, loose: httpx.Client) -> None:
    simulator.fault(do="forbidden", path="/sessions", reason="context-type-not-allowed")
    assert person.call("GET", SESSIONS).json()["reasonCode"] == "context-type-not-allowed"


@shows("gone")
def gone(simulator: Running, person: Party, loose: httpx.Client) -> None:
    simulator.fault(do="gone", path="/sessions")
    assert person.call("GET", SESSIONS).status_code == 410


@shows("waf")
def waf(simulator: Running, person: Party, loose: httpx.Client) -> None:
    simulator.fault(do="waf", path="/sessions")
    told = person.call("GET", SESSIONS)
    assert (told.status_code, told.json()["title"]) == (403, "Request blocked")
    assert told.json()["security"]["incidentId"]


@shows("reset")
def reset(simulator: Running, person: Party, loose: httpx.Client) -> None:
    simulator.fault(do="reset", path="/sessions/online")
    before = len(simulator.store.kept.sessions)
    with pytest.raises(httpx.TransportError):
        person.open()
    assert len(simulator.store.kept.sessions) == before


@shows("lose-part")
def lose_part(simulator: Running, person: Party, loose: httpx.Client) -> None:
    simulator.fault(do="lose-part", path="/_sim/storage/.*")
    opened = person.open_batch({"1.xml": invoice()})
    close = f"/sessions/batch/{opened['referenceNumber']}/close"
    assert person.upload(opened).status_code == 201
    assert person.refused("POST", close) == 21205
    assert person.upload(opened).status_code == 201
    assert person.call("POST", close).status_code == 204


@shows("slow")
def slow(simulator: Running, person: Party, loose: httpx.Client) -> None:
    simulator.fault(do="slow", path="/sessions", seconds=0.3)
    with pytest.raises(httpx.ReadTimeout):
        loose.get(SESSIONS, timeout=0.1)
    assert person.call("GET", SESSIONS).status_code == 200


@shows("drop")
def drop(simulator: Running, person: Party, loose: httpx.Client) -> None:
    simulator.fault(do="drop", path="/sessions/online")
    with pytest.raises(httpx.TransportError):
        person.open()
    assert len(simulator.store.kept.sessions) == 1


@shows("hang")
def hang(simulator: Running, person: Party, loose: httpx.Client) -> None:
    simulator.fault(do="hang", path="/sessions/online", seconds=0.2)
    with pytest.raises(httpx.TransportError):
        person.open()
    assert len(simulator.store.kept.sessions) == 1


@shows("500-but-works")
def works_though(simulator: Running, person: Party, loose: httpx.Client) -> None:
    session = person.open()
    person.send(invoice(), session)
    simulator.fault(do="status", code=500, path=".*/close")
    simulator.fault(do="500-but-works", path=".*/close")
    codes = []
    for _ in range(2):
        assert person.call("POST", f"/sessions/online/{session}/close").status_code == 500
        codes.append(person.get(f"/sessions/{session}")["status"]["code"])
    assert codes == [100, 200]  # close returns 500 and works not, then works


@shows("html")
def html(simulator: Running, person: Party, loose: httpx.Client) -> None:
    url = person.send(invoice())["upoDownloadUrl"]
    simulator.fault(do="html", path="/_sim/files/.*")
    assert "<html>" in httpx.get(url).text
    assert "Potwierdzenie" in httpx.get(url).text


@shows("corrupt")
def corrupt(simulator: Running, person: Party, loose: httpx.Client) -> None:
    url = person.send(invoice())["upoDownloadUrl"]
    good_one = httpx.get(url).headers["x-ms-meta-hash"]
    simulator.fault(do="corrupt", path="/_sim/files/.*")
    assert httpx.get(url).headers["x-ms-meta-hash"] != good_one


@shows("truncate")
def truncate(simulator: Running, person: Party, loose: httpx.Client) -> None:
    url = person.send(invoice())["upoDownloadUrl"]
    simulator.fault(do="truncate", path="/_sim/files/.*")
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(url)


@shows("warning")
def warning(simulator: Running, person: Party, loose: httpx.Client) -> None:
    simulator.fault(do="warning", path="/sessions", text="[sig-001]: podpis | [x]: inne")
    assert person.call("GET", SESSIONS).headers["X-System-Warning"] == "[sig-001]: podpis | [x]: inne"


@shows("fate")
def fate(simulator: Running, person: Party, loose: httpx.Client) -> None:
    simulator.store.settings["limits"] = False
    for code in (410, 415, 430, 435, 440, 450, 500, 550):
        simulator.fault(invoice=f"L/{code}$", code=code)
        assert person.send(invoice(f"L/{code}"))["status"]["code"] == code
    first = person.send(invoice("O/1"))
    for original, session in (("right", first["session"]), ("wrong", None), ("missing", "")):
        simulator.fault(do="fate", invoice="O/1", code=440, original=original)
        told = person.send(invoice("O/1"))
        named = told["status"].get("extensions", {}).get("originalSessionReferenceNumber", "")
        assert named == (told["session"] if session is None else session)


@shows("stuck")
def stuck(simulator: Running, person: Party, loose: httpx.Client) -> None:
    session = person.open()
    simulator.fault(do="stuck", invoice="S/1", seconds=60)
    simulator.fault(do="stuck", invoice="S/2", seconds=0)
    refs = [person.send(invoice(f"S/{place}"), session)["referenceNumber"] for place in (1, 2)]
    simulator.store.clock.shift = timedelta(seconds=61)
    assert [person.get(f"/sessions/{session}/invoices/{ref}")["status"]["code"] for ref in refs] == [200, 150]
    simulator.store.clock.shift = timedelta(hours=6)
    assert person.get(f"/sessions/{session}/invoices/{refs[1]}")["status"]["code"] == 150


@shows("late")
def late(simulator: Running, person: Party, loose: httpx.Client) -> None:
    simulator.fault(do="late", invoice="L/1", seconds=60)
    assert "permanentStorageDate" not in person.send(invoice("L/1"))
    assert "permanentStorageDate" in person.send(invoice("L/2"))


@shows("upo-delay")
def upo_delay(simulator: Running, person: Party, loose: httpx.Client) -> None:
    simulator.fault(do="upo-delay", invoice="U/1", seconds=60)
    told = person.send(invoice("U/1"))
    assert "upoDownloadUrl" not in told
    path = f"/sessions/{told['session']}/invoices/{told['referenceNumber']}/upo"
    assert [person.refused("GET", path) for _ in range(2)] == [21178, 21178]
    simulator.store.clock.shift = timedelta(seconds=61)
    assert person.call("GET", path).status_code == 200


@shows("session")
def session(simulator: Running, person: Party, loose: httpx.Client) -> None:
    for code in (405, 420, 430, 435, 440, 445, 500):
        simulator.fault(do="session", kind="Batch", code=code, details=["Przekroczono czas wysyłki"])
        assert person.batch({"1.xml": invoice(f"B/{code}")})["status"]["code"] == code
    simulator.fault(do="session", kind="Online", code=415)
    opened = person.open()
    assert person.get(f"/sessions/{opened}")["status"]["code"] == 415
    assert person.refused("POST", f"/sessions/online/{opened}/invoices", person.body(invoice())) == 21180


@shows("login")
def login(simulator: Running, person: Party, loose: httpx.Client) -> None:
    for code in (415, 425, 450, 460, 470, 480, 500, 550):
        simulator.fault(do="login", code=code, details=["wymuszone"])
        told = authenticated(loose, NIP, signer(NIP))
        assert told["status"]["code"] == code
        refused = loose.post("/auth/token/redeem", headers=told["bearer"] | {"X-Error-Format": "problem-details"})
        assert refused.json()["errors"][0]["code"] == (21308 if code == 470 else 21301)


@shows("export")
def export(simulator: Running, person: Party, loose: httpx.Client) -> None:
    simulator.store.settings["scale"] = 10
    for place in range(4):
        person.send(invoice(f"E/{place}"))
    now = datetime.now(UTC)
    span = {"dateType": "PermanentStorage", "from": (now - timedelta(days=1)).isoformat()}
    body = {"encryption": person.encryption(), "filters": {"subjectType": "Subject1", "dateRange": span}}

    def asked(**said: Any) -> dict[str, Any]:
        if said:
            simulator.fault(do="export", **said)
        ref = person.post("/invoices/exports", body)["referenceNumber"]
        told: dict[str, Any] = person.get(f"/invoices/exports/{ref}")
        return told

    assert [asked(code=code)["status"]["code"] for code in (100, 210, 415, 500, 550)] == [100, 210, 415, 500, 550]
    assert asked(what="empty")["package"]["invoiceCount"] == 0
    cut = asked(what="truncated")["package"]
    assert (cut["invoiceCount"], cut["isTruncated"]) == (2, True)
    whole, lying = asked()["package"]["parts"][0], asked(what="hash")["package"]["parts"][0]
    assert len(lying["partHash"]) == 44
    assert lying["partHash"] == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" != whole["partHash"]


# --- what a rule can say ---------------------------------------------------------------------------------------------


def test_nth_call_count_context_and_time_window(simulator: Running, person: Party) -> None:
    now = datetime.now(UTC)
    simulator.fault(do="gone", path="/sessions", skip=1, count=1, context=NIP)
    simulator.fault(do="gone", path="/sessions", context="9999999999", count=None)
    simulator.fault(do="waf", path="/sessions", since=(now + timedelta(hours=1)).isoformat(), count=None)
    assert [person.call("GET", SESSIONS).status_code for _ in range(3)] == [200, 410, 200]
    simulator.store.clock.shift = timedelta(hours=2)
    assert person.call("GET", SESSIONS).status_code == 403


def test_chance_is_the_seed_s(simulator: Running, loose: httpx.Client) -> None:
    def struck() -> list[int]:
        simulator.admin.post("/_sim/reset", json={"seed": 7}).raise_for_status()
        simulator.fault(do="status", code=503, path="/auth/challenge", chance=0.5, count=None)
        return [loose.post("/auth/challenge").status_code for _ in range(20)]

    first = struck()
    assert set(first) == {200, 503}
    assert struck() == first


def test_rules_are_listed_and_cleared_and_wrong_ones_refused(simulator: Running) -> None:
    assert simulator.admin.post("/_sim/faults", json=[{"do": "reset"}, {"do": "drop", "count": 3}]).status_code == 204
    assert [each["do"] for each in simulator.admin.get("/_sim/faults").json()] == ["reset", "drop"]
    for wrong in (
        {"do": "explode"},
        {"do": "reset", "seconds": 3},
        {"do": "drop", "since": "2026-01-01T00:00:00"},
        {"do": "drop", "path": "("},
        {},
    ):
        assert simulator.admin.post("/_sim/faults", json=wrong).status_code == 400
    assert simulator.admin.delete("/_sim/faults").status_code == 204
    assert simulator.admin.get("/_sim/faults").json() == []


def test_a_header_spoils_one_call(loose: httpx.Client) -> None:
    spoiled = loose.post("/auth/challenge", headers={"X-Sim-Fault": json.dumps({"do": "status", "code": 504})})
    assert (spoiled.status_code, loose.post("/auth/challenge").status_code) == (504, 200)


def test_rules_by_file_are_the_same_format(tmp_path: Path) -> None:
    file = tmp_path / "awarie.json"
    file.write_text(json.dumps([{"do": "429", "retry_after": 5}, {"invoice": "FV/1", "code": 450}]), "utf-8")
    store = furnished(Start(faults=file))
    assert store.faults == [rule({"do": "429", "retry_after": 5}), rule({"do": "fate", "invoice": "FV/1", "code": 450})]


# --- faults that are states of the simulator -------------------------------------------------------------------------


def test_key_rotation_planned_and_emergency(simulator: Running, owner: Party) -> None:
    old = owner.encryption()
    simulator.admin.post("/_sim/keys", json={"usage": "SymmetricKeyEncryption"}).raise_for_status()
    form = {"systemCode": "FA (3)", "schemaVersion": "1-0E", "value": "FA"}
    assert owner.encryption()["publicKeyId"] != old["publicKeyId"]
    owner.post("/sessions/online", {"formCode": form, "encryption": old})
    simulator.admin.post("/_sim/keys", json={"usage": "SymmetricKeyEncryption", "emergency": True}).raise_for_status()
    assert owner.refused("POST", "/sessions/online", {"formCode": form, "encryption": old}) == 21470
    nameless = {name: value for name, value in old.items() if name != "publicKeyId"}
    ref = owner.post("/sessions/online", {"formCode": form, "encryption": nameless})["referenceNumber"]
    assert owner.get(f"/sessions/{ref}")["status"]["code"] == 415


def test_access_ends_early_and_rights_are_taken_midway(simulator: Running, owner: Party, http: httpx.Client) -> None:
    simulator.store.settings["token_seconds"] = 0.1
    short = authenticated(http, NIP, signer(NIP))
    tokens = good(http.post("/auth/token/redeem", headers=short["bearer"])).json()
    simulator.store.settings["token_in_business_time"] = True
    simulator.store.clock.shift = timedelta(seconds=10)
    assert Party(simulator, http, NIP, tokens).call("GET", SESSIONS).status_code == 401


def test_clock_skew_and_midnight_during_a_session(simulator: Running, owner: Party) -> None:
    simulator.store.clock.shift = timedelta(minutes=7)
    told = datetime.fromisoformat(owner.http.post("/auth/challenge").json()["timestamp"][:26] + "+00:00")
    assert timedelta(minutes=6) < told - datetime.now(UTC) < timedelta(minutes=8)
    simulator.store.clock.frozen = datetime(2026, 5, 11, 21, 59, tzinfo=UTC)
    opened = owner.open_batch({"1.xml": invoice("M/1")})
    session = owner.open()
    owner.upload(opened)
    simulator.store.clock.frozen = datetime(2026, 5, 11, 22, 1, tzinfo=UTC)
    owner.call("POST", f"/sessions/batch/{opened['referenceNumber']}/close")
    batch = owner.get(f"/sessions/{opened['referenceNumber']}/invoices")["invoices"][0]
    assert (batch["invoicingMode"], owner.send(invoice("M/2"), session)["invoicingMode"]) == ("Online", "Offline")


def test_outage_with_latarnia_and_an_api_that_says_503(simulator: Running, loose: httpx.Client) -> None:
    at = datetime(2026, 5, 11, 8, tzinfo=UTC)
    simulator.store.clock.frozen = at
    latarnia = httpx.Client(base_url=f"{simulator.url}/latarnia")
    begin, end = at.replace(hour=9), at.replace(hour=12)
    messages = [
        {"eventId": 7, "category": "FAILURE", "start": begin.isoformat()},
        {"eventId": 7, "category": "FAILURE", "start": begin.isoformat(), "end": end.isoformat(), "version": 2},
        {
            "category": "MAINTENANCE",
            "start": at.replace(hour=20).isoformat(),
            "end": at.replace(hour=22).isoformat(),
            "published": at.isoformat(),
        },
    ]
    simulator.admin.post("/_sim/latarnia", json={"messages": messages}).raise_for_status()
    simulator.fault(
        do="status", code=503, body="html", since=begin.isoformat(), until=end.isoformat(), count=None, path="/auth.*"
    )

    def seen(hour: int) -> tuple[str, list[str], int]:
        simulator.store.clock.frozen = at.replace(hour=hour)
        told = latarnia.get("/messages").json()
        return (
            latarnia.get("/status").json()["status"],
            [each["type"] for each in told],
            loose.post("/auth/challenge").status_code,
        )

    assert seen(8) == ("AVAILABLE", ["MAINTENANCE_ANNOUNCEMENT"], 200)
    assert seen(10) == ("FAILURE", ["FAILURE_START", "MAINTENANCE_ANNOUNCEMENT"], 503)
    assert seen(13) == ("AVAILABLE", ["FAILURE_START", "FAILURE_END", "MAINTENANCE_ANNOUNCEMENT"], 200)
    assert seen(21)[0] == "MAINTENANCE"
    assert set(latarnia.get("/messages").json()[0]) == {
        "id", "eventId", "category", "type", "title", "text", "start", "end", "version", "published",
    }  # fmt: skip
    simulator.admin.post("/_sim/latarnia", json={"clear": True, "status": "TOTAL_FAILURE"}).raise_for_status()
    assert latarnia.get("/status").json() == {"status": "TOTAL_FAILURE"}
    simulator.fault(do="status", code=502, body="html", path="/latarnia/.*")
    assert latarnia.get("/status").status_code == 502
    latarnia.close()


def test_storage_refuses_after_its_window(simulator: Running, owner: Party) -> None:
    opened = owner.open_batch({"1.xml": invoice()})
    simulator.store.clock.shift = timedelta(minutes=21)
    assert owner.upload(opened).status_code == 403
    assert owner.refused("POST", f"/sessions/batch/{opened['referenceNumber']}/close") == 21208
    for code in (400, 401, 403):
        simulator.fault(do="status", code=code, body="xml", path="/_sim/storage/.*")
        assert owner.upload(opened).status_code == code
