"""The traps of protocol.md, 11, that a company at work can step into: each against the simulator, by its number.

Those of single parts (signatures, ciphertext, QR codes …) have their tests beside these parts; `docs/ksef.md` lists all.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from bridge.admin.rebuild import CompanyPlace, rebuild
from bridge.files.folders import Folders
from bridge.ksef import calls
from bridge.ksef.client import Ksef
from bridge.ksef.credentials import KsefToken
from bridge.ksef.crypto import new_key
from bridge.ksef.limits import Unpaced
from bridge.ksef.sessions import SessionKind
from bridge.ledger import overview
from bridge.ledger.tables import META, document, sending
from bridge.model.errors import FixSetup, TryLater
from bridge.model.outcome import DocumentState
from bridge.work.old_ledger import accept, behind, post_of
from tests.support.world import NIP, WARSAW, World

ACCEPTED, HELD, CLASH, REJECTED = (
    DocumentState.ACCEPTED.value,
    DocumentState.HELD.value,
    DocumentState.CLASH.value,
    DocumentState.REJECTED.value,
)
SEND, CLOSE = r"/sessions/online/[^/]+/invoices", r"/sessions/(online|batch)/[^/]+/close"


def forget(world: World) -> None:
    """As after a restore from an old backup: the ledger does not know that its documents were sent."""
    with world.ledger.begin() as transaction:
        transaction.connection.execute(sending.delete())
        transaction.connection.execute(document.update().values(state="READY", ksef_number=None, session_ref=""))


def settled(world: World, numbers: list[str]) -> None:
    """Each accepted, once."""
    assert world.states() == dict.fromkeys(numbers, ACCEPTED)
    assert world.accepted() == sorted(numbers)


def told(world: World) -> str:
    """What stands in the way, as `status` says it."""
    with world.ledger.begin() as transaction:
        seen = overview.overview(transaction, world.tools.company_id, NIP, "Firma", world.moment)
    return " ".join((*seen.troubles, *seen.warnings))


# --- signing in ------------------------------------------------------------------------------------------------------


def test_trap_01_and_02_a_whole_token_signs_in(world: World) -> None:
    asked = {"permissions": ["InvoiceWrite"], "description": "mostek"}
    token = world.tools.ksef._wire.must(calls.Call("POST", "/tokens", "other"), json=asked).json()["token"]
    with Ksef(
        f"{world.simulator.url}/v2", NIP, lambda: KsefToken(token), Unpaced(), now=real_now, sleep=lambda _: None
    ) as by_token:
        assert by_token.rate_limits()


def real_now() -> datetime:
    return datetime.now(UTC)


def test_trap_07_and_08_the_simulator_refuses_sha1_and_json_and_takes_what_we_sign(world: World) -> None:
    assert world.simulator.store.settings["sha1"] is False
    world.ready(1)
    world.work()
    assert world.accepted()


def test_trap_10_no_rights_yet_stops_the_company_and_the_next_step_signs_in_anew(world: World) -> None:
    world.simulator.fault(do="login", code=415, details=["Brak przypisanych uprawnień"])
    numbers = world.ready(1)
    with pytest.raises(FixSetup, match="uprawnień"):
        world.step()
    world.work()
    settled(world, numbers)


def test_trap_11_a_lost_answer_to_redeem_is_a_new_sign_in(world: World) -> None:
    world.simulator.fault(do="drop", method="POST", path="/auth/token/redeem")
    numbers = world.ready(1)
    world.work()
    settled(world, numbers)


def test_trap_12_a_refresh_that_fails_is_a_new_sign_in_or_a_pause(world: World) -> None:
    world.simulator.store.settings["token_seconds"] = 1.0  # each call needs a new token
    world.simulator.fault(do="refuse", exception=21301, path="/auth/token/refresh")
    world.simulator.fault(do="status", code=500, path="/auth/token/refresh", skip=1)
    numbers = world.ready(2)
    world.work()
    settled(world, numbers)


def test_trap_13_a_revoked_credential_stops_the_company_at_its_next_sign_in(world: World) -> None:
    world.ready(1)
    world.work()
    world.tools.ksef._tokens.sign_out()
    world.simulator.fault(do="login", code=460, details=["Certyfikat odwołany"])
    world.ready(1)
    with pytest.raises(FixSetup, match="certyfikat"):
        world.step()


# --- keys, packages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "count"), [("Online", 1), ("Batch", 3)])
def test_trap_15_a_key_that_ksef_cannot_decrypt_is_fetched_anew_and_all_is_sent_again(
    world: World, kind: str, count: int
) -> None:
    world.simulator.fault(do="session", code=415, kind=kind)
    numbers = world.ready(count)
    world.work()
    settled(world, numbers)
    assert [each.state for each in world.sessions()] == ["FAILED", "DONE"]


def test_trap_16_the_iv_has_sixteen_raw_bytes() -> None:
    key, iv = new_key()
    assert (len(key), len(iv)) == (32, 16)
    assert new_key() != (key, iv)


@pytest.mark.parametrize("code", [405, 420, 430, 435, 500])
def test_trap_18_a_batch_refused_as_a_whole_is_packed_anew(world: World, code: int) -> None:
    world.simulator.fault(do="session", code=code, kind="Batch")
    numbers = world.ready(3)
    world.work(timedelta(minutes=20), done=lambda: set(world.states().values()) == {ACCEPTED}, idle=False)
    settled(world, numbers)
    assert {each.code for each in world.attempts()} == {str(code), "200"}


def test_trap_18_a_batch_refused_again_and_again_waits_for_a_person(world: World) -> None:
    world.simulator.fault(do="session", code=435, kind="Batch", count=None)
    numbers = world.ready(3)
    world.work(timedelta(minutes=20), idle=False)
    assert world.states() == dict.fromkeys(numbers, HELD)
    assert {each.reason.partition(" nie")[0] for each in world.documents()} == {"KSeF 2 razy"}
    assert world.accepted() == []


def test_trap_20_a_sporadic_435_is_sent_once_more_in_a_new_session(world: World) -> None:
    world.simulator.fault(do="fate", invoice=".*", code=435)
    numbers = world.ready(1)
    world.work()
    settled(world, numbers)
    assert len(world.sessions()) == 2


def test_trap_20_and_then_a_person_is_asked(world: World) -> None:
    world.simulator.fault(do="fate", invoice=".*", code=435, count=None)
    (number,) = world.ready(1)
    world.work()
    assert world.states() == {number: HELD}
    assert "435" in world.documents()[0].reason


def test_trap_21_a_proxy_that_refuses_the_opening_is_told(world: World) -> None:
    world.simulator.fault(do="status", code=413, body="empty", path="/sessions/batch")
    numbers = world.ready(3)
    with pytest.raises(FixSetup, match="413"):
        world.step()
    world.work()
    settled(world, numbers)


def test_a_withdrawn_key_is_replaced_and_the_batch_opened_once_more(world: World) -> None:
    world.simulator.fault(do="refuse", exception=21470, path="/sessions/batch")
    numbers = world.ready(3)
    world.work()
    settled(world, numbers)


# --- sessions and status ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    "fault", [{"do": "500-but-works"}, {"do": "drop"}, {"do": "status", "code": 502, "html": True}, {"do": "html"}]
)
def test_trap_22_after_a_lost_answer_to_close_the_status_is_read_first(
    world: World, fault: dict[str, Any], count: int
) -> None:
    world.simulator.fault(method="POST", path=CLOSE, **fault)
    numbers = world.ready(count)
    world.work()
    settled(world, numbers)
    assert len(world.sessions()) == 1


def test_trap_23_a_session_not_seen_yet_is_closed_later(world: World) -> None:
    world.simulator.fault(do="refuse", exception=21173, path=CLOSE, count=2)
    numbers = world.ready(3)
    world.work()
    settled(world, numbers)
    assert len(world.sessions()) == 1


def test_trap_23_a_part_that_storage_lost_is_put_again(world: World) -> None:
    world.simulator.fault(do="lose-part", method="PUT", path="/_sim/storage/.*")
    numbers = world.ready(3)
    world.work()
    settled(world, numbers)
    assert len(world.sessions()) == 1


@pytest.mark.parametrize("code", [401, 403])
def test_a_link_that_has_ended_means_a_new_session(world: World, code: int) -> None:
    world.simulator.fault(do="status", code=code, body="xml", method="PUT", path="/_sim/storage/.*")
    numbers = world.ready(3)
    world.work()
    settled(world, numbers)
    assert [each.state for each in world.sessions()] == ["ABANDONED", "DONE"]


@pytest.mark.parametrize("details", ["Przekroczono czas wysyłki", "Nie przesłano faktur"])
def test_trap_24_a_session_cancelled_after_a_proper_close_is_sent_again(world: World, details: str) -> None:
    world.simulator.fault(do="session", code=440, details=[details], kind="Batch")
    numbers = world.ready(3)
    world.work()
    settled(world, numbers)


def test_trap_25_a_batch_that_cannot_be_closed_is_told_and_closed_as_soon_as_it_can(world: World) -> None:
    world.simulator.fault(do="status", code=503, body="html", html=True, path=CLOSE, count=40)
    numbers = world.ready(3)
    world.work(timedelta(minutes=15), idle=False)
    assert "503" in told(world)
    world.work(timedelta(hours=2), idle=False)
    settled(world, numbers)
    assert len(world.sessions()) == 1


@pytest.mark.parametrize("count", [1, 4])
def test_trap_26_and_28_a_duplicate_with_our_bytes_is_our_own_acceptance(world: World, count: int) -> None:
    numbers = world.ready(count)
    world.work()
    before = {each.number: each.ksef_number for each in world.documents()}
    forget(world)
    world.work()
    settled(world, numbers)
    assert {each.number: each.ksef_number for each in world.documents()} == before


def test_trap_27_a_duplicate_that_names_the_wrong_session_is_settled_by_its_hash(world: World) -> None:
    numbers = world.ready(1)
    world.work()
    forget(world)
    world.simulator.fault(do="fate", invoice=".*", code=440, original="wrong")
    world.work()
    settled(world, numbers)


def test_trap_27_where_nobody_can_tell_a_person_is_asked(world: World) -> None:
    numbers = world.ready(1)
    world.work()
    forget(world)
    world.simulator.fault(do="fate", invoice=".*", code=440, original="missing")
    world.work()
    assert world.states() == dict.fromkeys(numbers, CLASH)
    assert "nie mógł ich porównać" in world.documents()[0].error


def test_trap_29_a_batch_without_one_good_invoice_may_mean_that_all_arrived_before(world: World) -> None:
    numbers = world.ready(3)
    world.work()
    forget(world)
    world.work()
    settled(world, numbers)
    assert [each.code for each in world.sessions()] == ["200", "445"]


def test_trap_30_and_31_processing_for_hours_is_polled_and_never_sent_again(world: World) -> None:
    world.simulator.store.settings |= {"batch_processing": 5400.0, "session_hours": 1.0}  # longer than a session lives
    numbers = world.ready(3)
    world.work(timedelta(hours=2), idle=False)
    settled(world, numbers)
    assert len(world.attempts()) == 3
    assert world.calls("sessionMisc") < 60


def test_trap_31_an_invoice_stuck_in_150_is_asked_about_and_never_sent_again(world: World) -> None:
    world.simulator.fault(do="stuck", invoice=".*", seconds=3 * 3600)
    numbers = world.ready(1)
    world.work(timedelta(hours=4), idle=False)
    settled(world, numbers)
    assert len(world.attempts()) == 1


def test_trap_32_a_session_of_somebody_else_does_not_stop_the_settling(world: World) -> None:
    numbers = world.ready(1)
    world.work()
    forget(world)
    world.simulator.fault(do="forbidden", reason="insufficient-resource-access", path=SEND, method="GET", count=None)
    world.work()
    settled(world, numbers)  # by the metadata of the original


def test_trap_33_no_upo_is_asked_for_what_was_refused(world: World) -> None:
    world.simulator.fault(do="fate", invoice=".*", code=450)
    (number,) = world.ready(1)
    world.work()
    assert world.states() == {number: REJECTED}
    assert not [each for each in world.simulator.store.kept.counts if "upo" in each]
    assert world.calls("sessionMisc") == 0


@pytest.mark.parametrize("fault", ["html", "corrupt", "truncate", "expired"])
def test_trap_34_spoiled_links_to_upos_fall_back_to_the_api(world: World, fault: str) -> None:
    if fault == "expired":
        world.simulator.store.settings["link_seconds"] = -1.0
    else:
        world.simulator.fault(do=fault, path="/_sim/files/upo/.*", count=None)
    numbers = world.ready(5)
    world.work()
    settled(world, numbers)
    assert all(each.upo for each in world.documents())


def test_trap_34_a_spoiled_upo_is_never_kept(world: World) -> None:
    world.simulator.fault(do="corrupt", path=".*upo.*", count=None)
    world.ready(1)
    world.work(timedelta(minutes=3), idle=False)
    assert [each.upo for each in world.documents()] == [None]


@pytest.mark.parametrize("fault", [{"do": "corrupt"}, {"do": "html"}, {"do": "refuse", "exception": 21178}])
def test_trap_34_a_session_without_its_upo_is_settled_by_its_list(world: World, fault: dict[str, Any]) -> None:
    world.simulator.fault(path=r"/sessions/[^/]+/upo/[^/]+", count=None, **fault)
    numbers = world.ready(3)
    world.work()
    settled(world, numbers)


@pytest.mark.parametrize("exception", [21184, 21155, 21180])
def test_trap_35_a_session_that_takes_no_more_is_left_and_another_one_opened(world: World, exception: int) -> None:
    world.simulator.fault(do="refuse", exception=exception, path=SEND, method="POST", skip=1)
    numbers = world.ready(2)
    world.work()
    settled(world, numbers)
    assert [each.full for each in world.sessions()] == [True, False]


# --- what KSeF has of us ---------------------------------------------------------------------------------------------


def rebuilt(world: World, since: datetime | None = None) -> Any:
    place = CompanyPlace(
        world.ledger, world.tools.company_id, Folders(world.tools.company.inbox, world.tools.company.outbox)
    )
    begin = since or world.moment - timedelta(days=400)  # several ranges of KSeF
    return rebuild(place, world.tools.ksef, begin, world.now)


def emptied(world: World) -> None:
    """The ledger is gone; the company's row is all there is."""
    with world.ledger.begin() as transaction:
        for table in reversed(META.sorted_tables):
            if table.name not in ("company", "schema_version"):
                transaction.connection.execute(table.delete())


def test_trap_36_and_40_ranges_overlap_and_each_invoice_is_put_back_once(world: World) -> None:
    numbers = world.ready(5)
    world.work()
    emptied(world)
    assert rebuilt(world).from_copies == 5
    assert rebuilt(world).known == 5
    settled(world, numbers)


def test_trap_37_what_ksef_has_not_stored_yet_is_said_to_be_unfinished(world: World) -> None:
    world.ready(3)
    world.work()
    emptied(world)
    world.simulator.store.settings["hwm"] = (world.moment - timedelta(hours=1)).isoformat()
    assert len(rebuilt(world).unfinished) == 1


def test_trap_38_a_range_behind_the_high_water_mark_is_nothing_new(world: World) -> None:
    world.simulator.fault(do="refuse", exception=21183, path="/invoices/query/metadata", count=None)
    assert rebuilt(world).from_copies == 0


def test_trap_39_a_cut_list_goes_on_from_its_last_moment_as_ksef_wrote_it(world: World) -> None:
    numbers = world.ready(5)
    world.work()
    emptied(world)
    world.simulator.store.settings["truncate_at"] = 10
    assert rebuilt(world).from_copies == 5
    assert set(world.states()) == set(numbers)


def test_trap_41_exports_are_not_used() -> None:
    assert not [each for each in vars(calls).values() if isinstance(each, calls.Call) and "exports" in each.path]


def test_trap_42_a_spoiled_download_is_never_put_back(world: World) -> None:
    world.ready(1)
    world.work()
    emptied(world)
    for copy in (world.tools.company.outbox / "faktury").rglob("*.xml"):
        copy.unlink()
    world.simulator.fault(do="truncate", path="/invoices/ksef/.*", count=None)
    with pytest.raises(TryLater):
        rebuilt(world)
    assert world.documents() == []


def test_trap_44_an_invoice_that_is_accepted_and_not_stored_yet_is_accepted(world: World) -> None:
    world.simulator.store.settings["storage_lag"] = 3600.0
    numbers = world.ready(3)
    world.work()
    settled(world, numbers)


def test_an_empty_ledger_beside_sent_invoices_is_noticed(world: World) -> None:
    world.ready(1)
    world.work()
    assert not behind(post_of(world.tools))
    emptied(world)
    assert "rebuild" in behind(post_of(world.tools))
    with pytest.raises(FixSetup, match="rebuild"):
        world.step()
    rebuilt(world)
    accept(post_of(world.tools), world.moment)
    assert not behind(post_of(world.tools))


# --- days and texts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_trap_45_nothing_is_begun_around_midnight(world: World, count: int) -> None:
    world.to(datetime.combine(world.today, time(23, 55), WARSAW))
    world.ready(count)
    world.work(timedelta(minutes=9), idle=False)
    assert world.sessions() == []


def test_trap_45_what_was_planned_before_midnight_is_not_opened_after_it(world: World) -> None:
    world.to(datetime.combine(world.today, time(23, 49), WARSAW))
    world.simulator.fault(do="status", code=503, html=True, path="/sessions/batch", count=None)
    numbers = world.ready(3)
    world.work(timedelta(minutes=20), idle=False)
    world.simulator.store.faults.clear()
    world.work(timedelta(minutes=5), idle=False)
    assert "Offline" not in {each["mode"] for each in world.simulator.accepted()}
    assert set(world.states()) == set(numbers)
    assert world.accepted() == []


def test_trap_50_words_of_ksef_never_decide(world: World) -> None:
    world.simulator.fault(do="warning", path="/sessions/batch", text="[sig-001]: odrzucona | [xyz]: error 440")
    world.simulator.fault(do="status", code=502, html=True, method="GET", path=r"/sessions/[^/]+", count=2)
    numbers = world.ready(3)
    world.work()
    settled(world, numbers)
    assert "sig-001: odrzucona" in told(world)


def test_trap_51_and_52_logins_are_neither_listed_nor_ended() -> None:
    every = [each for each in vars(calls).values() if isinstance(each, calls.Call)]
    assert not [each for each in every if each.method == "DELETE" or each.path.startswith("/auth/sessions")]


# --- rights, walls, clocks -------------------------------------------------------------------------------------------


def test_without_a_consent_an_attachment_is_held_and_told_how_to_get_it(world: World) -> None:
    (number,) = world.ready(1, "31-zalacznik.xml")
    world.work(timedelta(minutes=10), idle=False)
    assert world.states() == {number: HELD}
    assert "e-Urzędzie Skarbowym" in world.documents()[0].reason
    consent(world)
    world.work(timedelta(minutes=20), done=lambda: world.states()[number] == ACCEPTED, idle=False)
    settled(world, [number])
    assert [each.mode for each in world.sessions()] == ["batch"]


def consent(world: World) -> None:
    world.simulator.admin.post("/v2/testdata/attachment", json={"nip": NIP}).raise_for_status()


def test_a_credential_that_may_not_ask_for_limits_sends_by_the_defaults(world: World) -> None:
    for path in ("/rate-limits", "/limits/context"):
        world.simulator.fault(do="forbidden", path=path, count=None)
    numbers = world.ready(3)
    world.work()
    settled(world, numbers)


def test_a_firewall_is_waited_out(world: World) -> None:
    world.simulator.fault(do="waf", path="/sessions/batch", count=3)
    numbers = world.ready(3)
    world.work()
    settled(world, numbers)


def test_a_429_is_obeyed_to_the_second_and_nothing_is_lost(world: World) -> None:
    world.simulator.fault(do="429", path="/sessions/batch", retry_after=600)
    numbers = world.ready(3)
    world.work(timedelta(minutes=9), idle=False)
    assert world.calls("batchSession") == 0  # the forced one was answered at the door
    world.work(timedelta(minutes=3), idle=False)
    settled(world, numbers)


def test_a_clock_that_differs_from_ksefs_is_told(world: World) -> None:
    world.ready(1)
    world.work()
    world.tools.ksef._tokens.skew = timedelta(seconds=3)
    world.step()
    assert "Zegar" not in told(world)
    world.tools.ksef._tokens.skew = timedelta(minutes=5)
    world.step()
    assert "różni się od zegara KSeF o 300 s" in told(world)


def test_a_pages_token_that_has_ended_starts_the_list_anew(world: World) -> None:
    world.ready(3)
    world.work()
    (session,) = world.sessions()
    pages = list(world.tools.ksef.invoice_pages(session.ref, token="zapomniany"))
    assert [len(page) for page, _ in pages] == [3]


def test_own_sessions_are_found_again(world: World) -> None:
    world.ready(3)
    world.work()
    found = world.tools.ksef.find_sessions(world.moment - timedelta(days=1), SessionKind.BATCH)
    assert [(each.code, each.accepted) for each in found] == [(200, 3)]


def test_the_spool_is_empty_when_nothing_is_on_its_way(world: World) -> None:
    world.simulator.fault(do="status", code=403, body="xml", method="PUT", path="/_sim/storage/.*")
    world.ready(3)
    world.work()
    spool: Path = world.tools.settings.data / "spool"
    assert list(spool.iterdir()) == []
