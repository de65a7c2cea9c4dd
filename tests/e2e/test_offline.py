"""What a person sees and decides when KSeF does not answer, with the real program and the simulator's own Latarnia."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pypdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bridge.sandbox import Running
from tests.support.offices import NUMBERS, SALES, Program, drop, five_minutes_later, rows, run, sales, set_up, today

Command = Callable[..., int]


@pytest.fixture
def certificate(office: Path) -> None:
    """An Offline certificate in the settings."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Firma Testowa")])
    usages = (
        "digital_signature",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
    )
    usage = x509.KeyUsage(
        content_commitment=True, encipher_only=False, decipher_only=False, **dict.fromkeys(usages, False)
    )
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 0x01F20A5D352AE590)
        .not_valid_before(datetime.now(UTC) - timedelta(days=9))
        .not_valid_after(datetime.now(UTC) + timedelta(days=90))
        .add_extension(usage, critical=True)
        .sign(key, SHA256())
    )
    path = office / "owner-only" / "offline.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(made.public_bytes(Encoding.PEM) + private)
    path.chmod(0o600)
    set_up(office, 'offline = { certificate = { file = "owner-only/offline.pem" } }')


def announce(simulator: Running, began: datetime, ended: datetime | None = None) -> None:
    """A failure, as the Ministry announces it."""
    message = {"category": "FAILURE", "start": began.isoformat(), "eventId": 7}
    messages = [message, *([{**message, "end": ended.isoformat()}] if ended else [])]
    for body in ({"clear": True}, {"messages": messages}):
        httpx.post(f"{simulator.url}/_sim/latarnia", json=body).raise_for_status()


def shown(path: Path) -> str:
    pages = pypdf.PdfReader(io.BytesIO(path.read_bytes())).pages
    return re.sub(r"[\s\u200b]", "", "".join(page.extract_text() for page in pages))


def log(office: Path) -> str:
    return (office / "program.log").read_text("utf-8")


@pytest.mark.usefixtures("certificate")
def test_an_announced_failure_from_the_first_picture_to_the_last(
    program: Program, command: Command, office: Path, simulator: Running
) -> None:
    announce(simulator, today() - timedelta(hours=1))
    drop(office, SALES, sales())
    run(program, office, wait=5)
    assert simulator.accepted() == []
    state = json.loads((office / "outbox" / "stan.json").read_text("utf-8"))
    assert state["counts"] == {"wstrzymana": 4}
    assert any("awarię KSeF" in each for each in state["troubles"])
    waiting = rows(office, SALES, "w-toku")
    assert {(row["status"], row["tryb"]) for row in waiting} == {("wstrzymana", "offline")}
    for row in waiting:
        picture = shown(office / "outbox" / row["plik_pdf"])
        assert picture.count("OFFLINE") == 2
        assert "CERTYFIKAT" in picture
    assert command(office, "withdraw", NUMBERS[0]) == 2
    assert "--not-handed-over" in log(office)
    assert command(office, "withdraw", NUMBERS[0], "--not-handed-over") == 0

    announce(simulator, today() - timedelta(hours=1), today())
    run(program, office, KSEF_BRIDGE_CLOCK=five_minutes_later())
    assert sorted(each["number"] for each in simulator.accepted()) == NUMBERS[1:]
    assert {each["mode"] for each in simulator.accepted()} == {"Offline"}
    told = [row for row in rows(office, SALES) if row["status"] == "przyjeta"]
    assert len(told) == 3
    for row in told:
        picture = shown(office / "outbox" / row["plik_pdf"])
        assert picture.count(row["numer_ksef"]) >= 2
        assert "CERTYFIKAT" in picture


def test_a_person_releases_after_the_day_and_is_told_what_follows(
    program: Program, command: Command, office: Path, simulator: Running
) -> None:
    drop(office, SALES, sales(days=-1))
    run(program, office, wait=3)
    assert {row["status"] for row in rows(office, SALES, "w-toku")} == {"wstrzymana"}
    assert command(office, "release", NUMBERS[0]) == 0
    assert "pójdzie jako offline24" in log(office)
    run(program, office)
    (sent,) = simulator.accepted()
    assert (sent["number"], sent["mode"]) == (NUMBERS[0], "Offline")


def test_storno_is_shown_held_and_sent_when_it_is_released(
    program: Program, command: Command, office: Path, simulator: Running
) -> None:
    drop(office, SALES, sales())
    run(program, office)
    number = rows(office, SALES)[0]["numer_ksef"]
    assert command(office, "storno", number, "--number", "FK/1", "--reason", "pomyłka", "--type", "1") == 0
    assert "Korekta FK/1" in log(office)
    run(program, office, wait=3)
    assert len(simulator.accepted()) == 4
    assert command(office, "storno", number, "--number", "FK/2") == 2
    assert "ma już korektę FK/1" in log(office)
    assert command(office, "release", "FK/1") == 0
    run(program, office)
    assert [each["kind"] for each in simulator.accepted() if each["number"] == "FK/1"] == ["KOR"]
    assert command(office, "storno", "1111111111-20260101-000000000000-00", "--numer", "FK/3") == 2


def test_a_picture_of_an_accepted_invoice_has_its_number(program: Program, command: Command, office: Path) -> None:
    drop(office, SALES, sales())
    run(program, office)
    row = rows(office, SALES)[0]
    assert row["plik_pdf"] == ""
    assert command(office, "picture", str(office / "outbox" / row["plik_xml"]), "--out", "obrazy") == 0
    (picture,) = (office / "obrazy").glob("*.pdf")
    assert shown(picture).count(row["numer_ksef"]) == 2


def test_all_invoices_get_pictures_when_the_company_wants_them(program: Program, office: Path) -> None:
    set_up(office, 'pictures = { of = "all", folder = "pdf" }')
    drop(office, SALES, sales())
    run(program, office)
    for row in rows(office, SALES):
        assert Path(row["plik_pdf"]).is_relative_to(office / "pdf")
        assert row["numer_ksef"] in shown(Path(row["plik_pdf"]))
