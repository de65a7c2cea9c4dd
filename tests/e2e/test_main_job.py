"""A dropped export becomes accepted invoices and results, on the simulator, with the real program in a process."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from pathlib import Path

import openpyxl
import pytest

from bridge.cli import demo_data
from bridge.sandbox import Running
from tests.support.offices import NIP, SAMPLES, Program, drop, five_minutes_later, rows, run, sales, today, travel


def test_a_list_of_sales_is_accepted_and_told(program: Program, office: Path, simulator: Running) -> None:
    drop(office, demo_data.SALES, sales())
    ran = run(program, office)
    assert ran == 0
    told = rows(office, demo_data.SALES)
    assert [row["status"] for row in told] == ["przyjeta"] * 4
    assert [row["tryb"] for row in told] == ["online"] * 4
    accepted = {each["number"]: each["ksefNumber"] for each in simulator.accepted()}
    assert {row["numer"]: row["numer_ksef"] for row in told} == accepted
    for row in told:
        xml = (office / "outbox" / row["plik_xml"]).read_bytes()
        assert xml.startswith(b"<?xml")
        hashed = urlsafe_b64encode(hashlib.sha256(xml).digest()).decode().rstrip("=")
        assert row["link_qr"] == f"{simulator.url}/invoice/{NIP}/{today():%d-%m-%Y}/{hashed}"
        assert row["numer_ksef"].encode() in (office / "outbox" / row["plik_upo"]).read_bytes()
    assert not list((office / "inbox" / ".w_toku").iterdir())
    assert json.loads((office / "outbox" / "stan.json").read_text("utf-8"))["counts"] == {"przyjeta": 4}


def test_dropped_again_nothing_is_sent_and_the_same_numbers_are_told(
    program: Program, office: Path, simulator: Running
) -> None:
    drop(office, demo_data.SALES, sales())
    run(program, office)
    first = rows(office, demo_data.SALES)
    drop(office, "inna_nazwa.csv", b"")
    (office / "inbox" / "inna_nazwa.csv").unlink()
    drop(office, "01_comarch_drugi_raz.csv", sales())
    run(program, office)
    second = rows(office, "01_comarch_drugi_raz.csv")
    assert [row["numer_ksef"] for row in second] == [row["numer_ksef"] for row in first]
    assert all("już wcześniej" in row["opis"] for row in second)
    assert len(simulator.accepted()) == 4


def test_other_content_under_an_accepted_number_is_a_clash(program: Program, office: Path, simulator: Running) -> None:
    drop(office, demo_data.SALES, sales())
    run(program, office)
    changed = sales().replace("Książka serwisowa".encode("cp1250"), "Książka kucharska".encode("cp1250"))
    drop(office, "01_comarch_zmiana.csv", changed)
    run(program, office)
    told = {row["numer"]: row for row in rows(office, "01_comarch_zmiana.csv")}
    assert told["FS/1/02/2026"]["status"] == "sprzeczna"
    assert "P_7" in told["FS/1/02/2026"]["opis"]
    assert told["FS/1/02/2026"]["numer_ksef"]
    assert told["FS/2/02/2026"]["status"] == "przyjeta"
    assert len(simulator.accepted()) == 4


def test_a_faulty_file_comes_back_explained_and_its_good_invoice_goes(
    program: Program, office: Path, simulator: Running
) -> None:
    drop(office, demo_data.FAULTY, demo_data.faulty(SAMPLES / demo_data.SALES, today().date()))
    run(program, office)
    told = {row["numer"]: row for row in rows(office, demo_data.FAULTY)}
    assert [row["status"] for row in told.values()] == ["bledna", "bledna", "przyjeta", "bledna"]
    assert {row["kod"] for row in told.values()} == {"D04", "D05", "D13", ""}
    book = openpyxl.load_workbook(office / "outbox" / "bledy" / f"{demo_data.FAULTY}.bledy.xlsx")
    assert book.sheetnames[0] == "Problemy"
    red = [cell for line in book["Dane"].iter_rows() for cell in line if cell.fill.fgColor.rgb == "00FFC7CE"]
    assert {cell.value for cell in red} == {"0%", "3333333334", "31.02.2026"}
    assert all(cell.comment for cell in red)


def test_a_mapping_mended_the_file_dropped_again_is_accepted(program: Program, office: Path) -> None:
    export = sales().replace(b";23%;", b";VAT23;")
    drop(office, demo_data.SALES, export)
    run(program, office)
    assert {row["status"] for row in rows(office, demo_data.SALES)} == {"bledna"}
    rates = office / "mappings" / "wspolne" / "stawki_vat.yaml"
    rates.write_text(rates.read_text("utf-8").replace("    23%: 23\n", "    23%: 23\n    VAT23: 23\n"), "utf-8")
    drop(office, "01_comarch_poprawiony.csv", export)
    run(program, office)
    assert {row["status"] for row in rows(office, "01_comarch_poprawiony.csv")} == {"przyjeta"}


def test_a_correction_waits_for_its_original_in_the_same_run(
    program: Program, office: Path, simulator: Running
) -> None:
    corrections = demo_data.corrections(
        SAMPLES / demo_data.CORRECTIONS, today().date(), {"FS/1/02/2026": "", "FS/3/02/2026": ""}
    )
    drop(office, demo_data.SALES, sales())
    drop(office, demo_data.CORRECTIONS, corrections)
    ran = run(program, office)
    assert ran == 0
    assert {row["status"] for row in rows(office, demo_data.CORRECTIONS)} == {"przyjeta"}
    assert len(simulator.accepted()) == 8


def test_an_unmapped_file_is_told_and_archived(program: Program, office: Path) -> None:
    drop(office, "nieznany.csv", b"a;b\r\n1;2\r\n")
    run(program, office)
    (row,) = rows(office, "nieznany.csv")
    assert (row["status"], row["kod"], row["numer"]) == ("bledna", "P10", "")
    (kept,) = (office / "outbox" / "archiwum").rglob("*nieznany.csv")
    assert kept.read_bytes() == b"a;b\r\n1;2\r\n"


def test_all_or_nothing_holds_the_good_ones_back(program: Program, office: Path, simulator: Running) -> None:
    config = office / "bridge.toml"
    config.write_text(config.read_text("utf-8") + "all_or_nothing = true\n", "utf-8")
    drop(office, demo_data.FAULTY, demo_data.faulty(SAMPLES / demo_data.SALES, today().date()))
    run(program, office)
    assert {row["status"] for row in rows(office, demo_data.FAULTY)} == {"bledna"}
    assert simulator.accepted() == []


def test_a_share_that_is_not_there_is_not_touched(program: Program, office: Path) -> None:
    (office / "inbox" / ".ksef-bridge").unlink()
    drop(office, demo_data.SALES, sales())
    assert run(program, office, wait=0) == 3
    assert (office / "inbox" / demo_data.SALES).exists()


FAULTS = {
    "answer to send lost": {"path": r"/sessions/online/[^/]+/invoices", "method": "POST", "do": "drop"},
    "answer to open lost": {"path": r"/sessions/online", "method": "POST", "do": "drop"},
    "answer to close lost": {"path": r"/sessions/online/[^/]+/close", "method": "POST", "do": "drop"},
    "close says 500 but works": {"path": r"/sessions/online/[^/]+/close", "method": "POST", "do": "500-but-works"},
    "send says 503": {
        "path": r"/sessions/online/[^/]+/invoices",
        "method": "POST",
        "do": "status",
        "code": 503,
        "html": True,
    },
    "429 on send": {
        "path": r"/sessions/online/[^/]+/invoices",
        "method": "POST",
        "do": "status",
        "code": 429,
        "retry_after": 2,
    },
    "status 502 as HTML": {
        "path": r"/sessions/.*/invoices/.*",
        "method": "GET",
        "do": "status",
        "code": 502,
        "html": True,
        "count": 2,
    },
    "cancelled by the system": {"invoice": r"FS/2/.*", "code": 550},
    "processing cancelled by the session": {"invoice": r"FS/3/.*", "code": 405},
}


BATCH_FAULTS = {
    "batch: answer to open lost": {"path": r"/sessions/batch", "method": "POST", "do": "drop"},
    "batch: answer to close lost": {"path": r"/sessions/batch/[^/]+/close", "method": "POST", "do": "drop"},
    "batch: close says 500 but works": {
        "path": r"/sessions/batch/[^/]+/close",
        "method": "POST",
        "do": "500-but-works",
    },
    "batch: close says 503": {
        "path": r"/sessions/batch/[^/]+/close",
        "method": "POST",
        "do": "status",
        "code": 503,
        "html": True,
    },
    "batch: cancelled by the system": {"invoice": r"FS/2/.*", "code": 550},
}


QUICK = {"answer to send lost", "batch: answer to close lost"}


@pytest.mark.parametrize(
    "fault",
    [pytest.param(fault, marks=() if fault in QUICK else pytest.mark.long) for fault in (*FAULTS, *BATCH_FAULTS)],
)
def test_each_fault_ends_as_if_it_had_not_been(fault: str, program: Program, office: Path, simulator: Running) -> None:
    travel(office, "batch" if fault in BATCH_FAULTS else "online")
    simulator.fault(**(FAULTS | BATCH_FAULTS)[fault])
    drop(office, demo_data.SALES, sales())
    ran = run(program, office, wait=6)
    if ran in (
        3,
        4,
    ):  # KSeF did not answer, or an unknown outcome: KSeF is asked for two minutes before anything is sent again
        ran = run(program, office, KSEF_BRIDGE_CLOCK=five_minutes_later())
    assert ran == 0
    assert {row["status"] for row in rows(office, demo_data.SALES)} == {"przyjeta"}
    assert sorted(each["number"] for each in simulator.accepted()) == [f"FS/{place}/02/2026" for place in range(1, 5)]


def test_a_refused_invoice_is_told_in_polish(program: Program, office: Path, simulator: Running) -> None:
    simulator.fault(invoice=r"FS/4/.*", code=450)
    drop(office, demo_data.SALES, sales())
    run(program, office)
    told = {row["numer"]: row for row in rows(office, demo_data.SALES)}
    assert told["FS/4/02/2026"]["status"] == "odrzucona"
    assert told["FS/4/02/2026"]["kod"] == "K450"
    assert told["FS/1/02/2026"]["status"] == "przyjeta"


def test_a_slow_copy_is_taken_only_when_it_is_whole(program: Program, office: Path, simulator: Running) -> None:
    started = subprocess.Popen(
        [sys.executable, "-m", "bridge", "run"], cwd=office, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        content = sales()
        half = len(content) // 2
        target = office / "inbox" / demo_data.SALES
        target.write_bytes(content[:half])
        time.sleep(1.5)
        assert target.exists(), "half a file was taken"
        with target.open("ab") as file:
            file.write(content[half:])
        written = time.monotonic()
        result = office / "outbox" / "wyniki" / f"{demo_data.SALES}.wynik.csv"
        while not result.exists() and time.monotonic() - written < 60:
            time.sleep(0.1)
        assert {row["status"] for row in rows(office, demo_data.SALES)} == {"przyjeta"}
    finally:
        started.send_signal(signal.SIGINT)
        output, _ = started.communicate(timeout=60)
    assert started.returncode in (0, 4), output
    assert b"Traceback" not in output
