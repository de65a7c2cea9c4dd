"""Pull: the boxes of metadata, export and download (protocol.md, 12.1), over real HTTP, held against the contract."""

from __future__ import annotations

import io
import json
import zipfile
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from bridge.sandbox import Running
from bridge.sandbox.faults import PACKAGES
from tests.support.party import BUYER, IV, KEY, NIP, Party, good, hash_of, invoice

NOON = datetime(2026, 5, 11, 12, tzinfo=UTC)
SPAN = {"dateType": "PermanentStorage", "from": "2026-05-01T00:00:00Z", "to": "2026-06-01T00:00:00Z"}


@pytest.fixture
def sold(simulator: Running, owner: Party) -> list[str]:
    """Five invoices, one a minute; their KSeF numbers."""
    session = owner.open()
    made = []
    for minute in range(5):
        simulator.store.clock.frozen = NOON.replace(minute=minute)
        made.append(owner.send(invoice(f"FV/{minute}"), session)["ksefNumber"])
    return made


def numbers(found: dict[str, Any]) -> list[str]:
    return [each["invoiceNumber"] for each in found["invoices"]]


FILTERS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "all": ({}, ["FV/0", "FV/1", "FV/2", "FV/3", "FV/4"]),
    "number": ({"invoiceNumber": "FV/3"}, ["FV/3"]),
    "seller": ({"sellerNip": "9999999999"}, []),
    "buyer": ({"buyerIdentifier": {"type": "Nip", "value": BUYER}}, ["FV/0", "FV/1", "FV/2", "FV/3", "FV/4"]),
    "buyer of another kind": ({"buyerIdentifier": {"type": "None"}}, []),
    "amount": ({"amount": {"type": "Brutto", "from": 100000000}}, []),
    "currency": ({"currencyCodes": ["EUR"]}, []),
    "mode": ({"invoicingMode": "Offline"}, []),
    "self-billing": ({"isSelfInvoicing": True}, []),
    "form": ({"formType": "FA_RR"}, []),
    "kind": ({"invoiceTypes": ["Kor"]}, []),
    "attachment": ({"hasAttachment": True}, []),
    "range with both ends": (
        {"dateRange": {**SPAN, "from": "2026-05-11T12:01:00Z", "to": "2026-05-11T12:03:00Z"}},
        ["FV/1", "FV/2", "FV/3"],
    ),
    "by day of issue": (
        {"dateRange": {"dateType": "Issue", "from": "2026-05-11T00:00:00+02:00", "to": "2026-05-11T00:00:00+02:00"}},
        ["FV/0", "FV/1", "FV/2", "FV/3", "FV/4"],
    ),
}


@pytest.mark.parametrize("name", FILTERS)
def test_metadata_by_every_filter(name: str, owner: Party, sold: list[str]) -> None:
    filters, wanted = FILTERS[name]
    assert numbers(owner.search(**{"dateRange": SPAN, **filters})) == wanted


def test_metadata_sorted_paged_and_truncated(simulator: Running, owner: Party, sold: list[str]) -> None:
    assert numbers(owner.search(page="?sortOrder=Desc", dateRange=SPAN))[0] == "FV/4"
    simulator.store.settings["truncate_at"] = 3
    told = owner.search(dateRange=SPAN)
    assert (numbers(told), told["hasMore"], told["isTruncated"]) == (["FV/0", "FV/1", "FV/2"], True, True)
    session = owner.open()
    simulator.store.settings["truncate_at"] = 10_000
    for more in range(7):
        owner.send(invoice(f"GV/{more}"), session)
    first, second = owner.search(dateRange=SPAN), owner.search(page="?pageOffset=1&pageSize=10", dateRange=SPAN)
    assert (len(first["invoices"]), first["hasMore"], len(second["invoices"]), second["hasMore"]) == (
        10,
        True,
        2,
        False,
    )


def test_the_range_has_at_most_100_days(owner: Party) -> None:
    span = {**SPAN, "to": "2026-08-10T00:00:00Z"}
    assert owner.refused("POST", "/invoices/query/metadata", {"subjectType": "Subject1", "dateRange": span}) == 21405


def test_high_water_mark_and_late_records(simulator: Running, owner: Party) -> None:
    simulator.store.clock.frozen = NOON
    simulator.fault(do="late", invoice="FV/1$", seconds=600)
    session = owner.open()
    owner.send(invoice("FV/0"), session)
    simulator.store.clock.frozen = NOON.replace(minute=1)
    late = owner.send(invoice("FV/1"), session)
    simulator.store.clock.frozen = NOON.replace(minute=2)
    owner.send(invoice("FV/2"), session)
    restricted = {**SPAN, "restrictToPermanentStorageHwmDate": True}
    fresh, safe = owner.search(dateRange=SPAN), owner.search(dateRange=restricted)
    assert "permanentStorageDate" not in late
    assert (numbers(fresh), numbers(safe)) == (["FV/0", "FV/2"], ["FV/0"])
    assert fresh["permanentStorageHwmDate"] < "2026-05-11T12:01"
    assert owner.refused("GET", f"/invoices/ksef/{late['ksefNumber']}") == 21165
    beyond = {**restricted, "from": "2026-05-11T12:01:30Z"}
    assert owner.refused("POST", "/invoices/query/metadata", {"subjectType": "Subject1", "dateRange": beyond}) == 21183
    simulator.store.clock.frozen = NOON.replace(minute=30)
    assert numbers(owner.search(dateRange=restricted)) == ["FV/0", "FV/1", "FV/2"]


def test_visible_to_those_who_stand_on_it(owner: Party, party: Callable[..., Party], sold: list[str]) -> None:
    buyer, stranger = party(BUYER), party("9999999999")
    assert numbers(buyer.search("Subject2", dateRange=SPAN)) == ["FV/0", "FV/1", "FV/2", "FV/3", "FV/4"]
    assert buyer.search("Subject1", dateRange=SPAN)["invoices"] == []
    assert stranger.search("Subject2", dateRange=SPAN)["invoices"] == []
    downloaded = good(buyer.call("GET", f"/invoices/ksef/{sold[0]}"))
    assert downloaded.content == invoice("FV/0")
    assert downloaded.headers["x-ms-meta-hash"] == hash_of(downloaded.content)
    assert stranger.call("GET", f"/invoices/ksef/{sold[0]}").status_code == 403
    assert buyer.refused("GET", f"/invoices/ksef/{NIP}-20260511-000000000000-00") == 21164


# --- exports ---------------------------------------------------------------------------------------------------------


def ask(party: Party, kind: str = "Zip", **filters: Any) -> str:
    body = {
        "encryption": party.encryption(),
        "filters": {"subjectType": "Subject1", "dateRange": SPAN, **filters},
        "compressionType": kind,
    }
    ref: str = party.post("/invoices/exports", body)["referenceNumber"]
    return ref


def opened(package: dict[str, Any]) -> bytes:
    """The parts of a package, each decrypted by itself, its hashes compared."""
    whole = b""
    for part in package["parts"]:
        answer = httpx.get(part["url"])
        assert answer.headers["x-ms-meta-hash"] == part["encryptedPartHash"] == hash_of(answer.content)
        decryptor, unpad = Cipher(algorithms.AES(KEY), modes.CBC(IV)).decryptor(), PKCS7(128).unpadder()
        plain = unpad.update(decryptor.update(answer.content) + decryptor.finalize()) + unpad.finalize()
        assert (len(plain), hash_of(plain)) == (part["partSize"], part["partHash"])
        whole += plain
    return whole


def test_export_in_encrypted_parts_with_metadata(simulator: Running, owner: Party, sold: list[str]) -> None:
    simulator.store.settings["export_part_bytes"] = 2000
    told = owner.get(f"/invoices/exports/{ask(owner)}")
    package = told["package"]
    assert told["status"]["code"] == 200
    assert package["invoiceCount"] == 5
    assert len(package["parts"]) > 1
    with zipfile.ZipFile(io.BytesIO(opened(package))) as archive:
        metadata = json.loads(archive.read("_metadata.json"))["invoices"]
        assert {f"{number}.xml" for number in sold} | {"_metadata.json"} == set(archive.namelist())
        for each in metadata:
            assert hash_of(archive.read(f"{each['ksefNumber']}.xml")) == each["invoiceHash"]


def test_export_truncated_empty_and_beyond_the_mark(simulator: Running, owner: Party, sold: list[str]) -> None:
    simulator.store.settings["truncate_at"] = 2
    cut = owner.get(f"/invoices/exports/{ask(owner, 'TarGz')}")["package"]
    assert (cut["invoiceCount"], cut["isTruncated"], cut["compressionType"]) == (2, True, "TarGz")
    assert cut["lastPermanentStorageDate"].startswith("2026-05-11T12:01:00")
    empty = owner.get(f"/invoices/exports/{ask(owner, invoiceNumber='none')}")["package"]
    assert (empty["invoiceCount"], empty["size"], empty["parts"]) == (0, 0, [])
    beyond = {**SPAN, "from": "2026-05-20T00:00:00Z", "restrictToPermanentStorageHwmDate": True}
    assert owner.get(f"/invoices/exports/{ask(owner, dateRange=beyond)}")["status"]["code"] == 420


def test_export_status_is_kept_for_days_and_ten_run_at_once(simulator: Running, owner: Party, sold: list[str]) -> None:
    simulator.store.settings |= {"export_seconds": 60, "scale": 10}
    refs = [ask(owner) for _ in range(10)]
    assert owner.get(f"/invoices/exports/{refs[0]}")["status"]["code"] == 100
    body = {"encryption": owner.encryption(), "filters": {"subjectType": "Subject1", "dateRange": SPAN}}
    assert owner.refused("POST", "/invoices/exports", body) == 21182
    simulator.store.clock.frozen = NOON.replace(day=12)
    assert owner.get(f"/invoices/exports/{refs[0]}")["status"]["code"] == 200
    assert owner.refused("GET", "/invoices/exports/20260511-EH-0000000000-0000000000-00") == 21175
    simulator.store.settings["package_days"] = 3.0
    simulator.store.clock.frozen = NOON.replace(day=16)
    assert owner.get(f"/invoices/exports/{refs[0]}")["status"]["code"] == 210
    simulator.store.clock.frozen = NOON.replace(day=20)
    assert owner.call("GET", f"/invoices/exports/{refs[0]}").status_code == 410


def test_links_expire_and_cannot_be_changed(simulator: Running, owner: Party, sold: list[str]) -> None:
    url = owner.get(f"/invoices/exports/{ask(owner)}")["package"]["parts"][0]["url"]
    assert httpx.get(url).status_code == 200
    assert httpx.get(url.replace("se=", "se=9")).status_code == 403
    simulator.store.clock.frozen = NOON.replace(day=15)
    assert httpx.get(url).status_code == 403
    assert b64decode(owner.encryption()["initializationVector"]) == IV


# --- what OpenAPI 2.9 promises of the mark, of truncation and of packages ---------------------------------------------


@pytest.mark.parametrize("restricted", [True, False])
def test_the_mark_of_a_past_window_is_its_end(
    restricted: bool, simulator: Running, owner: Party, sold: list[str]
) -> None:
    """permanentStorageHwmDate: „dla okresów starszych, będzie to zgodne z warunkami zapytania”."""
    simulator.store.clock.frozen = NOON.replace(day=20)
    past = {**SPAN, "to": "2026-05-11T12:01:30Z", "restrictToPermanentStorageHwmDate": restricted}
    assert owner.search(dateRange=past)["permanentStorageHwmDate"].startswith("2026-05-11T12:01:30")
    package = owner.get(f"/invoices/exports/{ask(owner, dateRange=past)}")["package"]
    assert package["permanentStorageHwmDate"].startswith("2026-05-11T12:01:30")
    newest = owner.search(dateRange={**SPAN, "restrictToPermanentStorageHwmDate": restricted})
    assert newest["permanentStorageHwmDate"].startswith("2026-05-20T12:00:00")


def test_a_client_that_follows_the_contract_gets_every_invoice(
    simulator: Running, owner: Party, sold: list[str]
) -> None:
    """hasMore and isTruncated: go on from the last record's date; hasMore alone: the next page."""
    simulator.store.settings["truncate_at"] = 2
    found, span, turns = set(), dict(SPAN), 0
    while True:
        told = owner.search(dateRange=span)
        found |= set(numbers(told))
        turns += 1
        if not told["hasMore"]:
            break
        assert told["isTruncated"]
        span["from"] = told["invoices"][-1]["permanentStorageDate"]
    assert (found, turns) == ({"FV/0", "FV/1", "FV/2", "FV/3", "FV/4"}, 4)


def test_a_package_is_cut_by_the_size_of_its_compressed_invoices(
    simulator: Running, owner: Party, sold: list[str]
) -> None:
    simulator.store.settings["export_bytes"] = len(invoice("FV/0")) * 2 // 3
    cut = owner.get(f"/invoices/exports/{ask(owner)}")["package"]
    assert 0 < cut["invoiceCount"] < 5
    assert cut["isTruncated"]
    assert cut["lastPermanentStorageDate"].startswith(f"2026-05-11T12:0{cut['invoiceCount'] - 1}:00")


def test_links_of_packages_live_an_hour_and_are_made_anew(simulator: Running, owner: Party, sold: list[str]) -> None:
    ref = ask(owner)
    url = owner.get(f"/invoices/exports/{ref}")["package"]["parts"][0]["url"]
    simulator.store.clock.frozen = NOON.replace(hour=13, minute=30)
    assert httpx.get(url).status_code == 403
    assert httpx.get(owner.get(f"/invoices/exports/{ref}")["package"]["parts"][0]["url"]).status_code == 200
    simulator.store.settings["export_link_seconds"] = 60.0
    short = owner.get(f"/invoices/exports/{ref}")["package"]["parts"][0]["url"]
    simulator.store.clock.frozen = NOON.replace(hour=13, minute=32)
    assert httpx.get(short).status_code == 403
    simulator.store.clock.frozen = NOON.replace(day=18)  # the package lives seven days
    assert owner.get(f"/invoices/exports/{ref}")["status"]["code"] == 200


def test_form_type_finds_the_form_of_the_session(owner: Party, sold: list[str]) -> None:
    assert len(numbers(owner.search(dateRange=SPAN, formType="FA"))) == 5
    for other in ("PEF", "FA_RR"):
        assert numbers(owner.search(dateRange=SPAN, formType=other)) == []


def test_a_record_below_a_mark_that_was_given_is_found_by_a_second_look(simulator: Running, owner: Party) -> None:
    simulator.store.clock.frozen = NOON
    simulator.fault(do="late", invoice="FV/1$", seconds=600, broken=True)
    session = owner.open()
    for minute in range(3):
        simulator.store.clock.frozen = NOON.replace(minute=minute)
        owner.send(invoice(f"FV/{minute}"), session)
    restricted = {**SPAN, "restrictToPermanentStorageHwmDate": True}
    first = owner.search(dateRange=restricted)
    assert numbers(first) == ["FV/0", "FV/2"]
    assert first["permanentStorageHwmDate"] > "2026-05-11T12:01:59"
    simulator.store.clock.frozen = NOON.replace(minute=30)
    assert numbers(owner.search(dateRange={**restricted, "from": first["permanentStorageHwmDate"]})) == ["FV/2"]
    assert numbers(owner.search(dateRange=restricted)) == ["FV/0", "FV/1", "FV/2"]


def spoiled(simulator: Running, owner: Party, what: str) -> tuple[dict[str, Any], zipfile.ZipFile]:
    simulator.fault(do="export", what=what)
    package = owner.get(f"/invoices/exports/{ask(owner)}")["package"]
    whole = b""
    for part in package["parts"]:
        decryptor, unpad = Cipher(algorithms.AES(KEY), modes.CBC(IV)).decryptor(), PKCS7(128).unpadder()
        whole += unpad.update(decryptor.update(httpx.get(part["url"]).content) + decryptor.finalize())
        whole += unpad.finalize()
    return package, zipfile.ZipFile(io.BytesIO(whole))


@pytest.mark.parametrize("what", sorted(set(PACKAGES) - {"empty", "truncated"}))
def test_a_spoiled_package_is_wrong_in_its_one_way(
    what: str, simulator: Running, owner: Party, sold: list[str]
) -> None:
    package, archive = spoiled(simulator, owner, what)
    part, names = package["parts"][0], archive.namelist()
    content = archive.read("_metadata.json")
    listed = [] if what == "metadata-cut" else json.loads(content)["invoices"]
    answer = httpx.get(part["url"])
    wrong = {
        "hash": part["partHash"] == hash_of(b"") != part["encryptedPartHash"],
        "hashes": part["partHash"] == part["encryptedPartHash"] == answer.headers["x-ms-meta-hash"] == hash_of(b""),
        "file-hash": bool(listed) and listed[0]["invoiceHash"] == hash_of(b""),
        "metadata-cut": not content.endswith(b"}"),
        "metadata-lacks": len(listed) == 4,
        "metadata-extra": len({each["ksefNumber"] for each in listed}) == 6,
        "name": "faktura.xml" in names,
        "path": "../../faktura.xml" in names,
        "twice": len(names) == len(set(names)) + 1,
        "bomb": max(each.file_size for each in archive.infolist()) == 200_000_000,
    }
    assert [name for name, is_so in wrong.items() if is_so] == [what]


def test_a_unit_of_a_group_sees_what_it_issued_as_the_third_subject(
    owner: Party, party: Callable[..., Party], sold: list[str]
) -> None:
    unit = party("9999999999")
    assert numbers(unit.search("Subject3", dateRange=SPAN)) == []
    third = (
        b"<Podmiot3><DaneIdentyfikacyjne><NIP>9999999999</NIP><Nazwa>Jednostka</Nazwa></DaneIdentyfikacyjne>"
        b"<Rola>7</Rola></Podmiot3><Fa>"
    )
    owner.send(invoice("FV/unit").replace(b"<Fa>", third, 1), owner.open())
    assert numbers(unit.search("Subject3", dateRange=SPAN)) == ["FV/unit"]
    assert numbers(unit.search("Subject1", dateRange=SPAN)) == []
