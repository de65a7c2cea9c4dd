"""An XML that is an invoice already: dropped, it is sent byte for byte; given to check and convert, it is judged."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

from offices import NIP, Program, drop, rows, run, today

from bridge.sandbox import Running

MINIMAL = Path(__file__).resolve().parents[1] / "data" / "fa3" / "minimal" / "01-vat.xml"


def ready(number: str = "GOTOWA/1") -> bytes:
    text = MINIMAL.read_text("utf-8")
    text = re.sub(r"<P_2>[^<]*", f"<P_2>{number}", text, count=1)
    text = re.sub(r"<P_1>[^<]*", f"<P_1>{today():%Y-%m-%d}", text, count=1)
    return re.sub(r"(<Podmiot1>.*?<NIP>)\d+", rf"\g<1>{NIP}", text, count=1, flags=re.DOTALL).encode()


def test_a_ready_invoice_is_sent_byte_for_byte(program: Program, office: Path, simulator: Running) -> None:
    xml = ready()
    drop(office, "faktura z innego programu.xml", xml)
    assert run(program, office) == 0
    (row,) = rows(office, "faktura z innego programu.xml")
    assert (row["status"], row["numer"], row["rodzaj"]) == ("przyjeta", "GOTOWA/1", "VAT")
    (accepted,) = simulator.accepted()
    assert accepted["hash"] == row["skrot_sha256"] == b64encode(hashlib.sha256(xml).digest()).decode()
    assert (office / "outbox" / row["plik_xml"]).read_bytes() == xml


def test_dropped_again_it_is_not_sent_again(program: Program, office: Path, simulator: Running) -> None:
    drop(office, "pierwsza.xml", ready())
    run(program, office)
    drop(office, "druga.xml", ready())
    run(program, office)
    (row,) = rows(office, "druga.xml")
    assert (row["status"], row["opis"]) == ("przyjeta", "przyjęta już wcześniej")
    assert len(simulator.store.kept.invoices) == 1


def test_a_spoiled_one_is_refused_and_told(program: Program, office: Path, simulator: Running) -> None:
    drop(office, "zepsuta.xml", ready().replace(b"<P_15>", b"<P_15>sto "))
    run(program, office)
    (row,) = rows(office, "zepsuta.xml")
    assert (row["status"], row["kod"], row["numer"]) == ("bledna", "RA06", "GOTOWA/1")
    assert "P_15" in row["opis"]
    assert simulator.accepted() == []


def test_check_and_convert_take_it_without_settings(command: Callable[..., int], tmp_path: Path) -> None:
    (tmp_path / "gotowa.xml").write_bytes(MINIMAL.read_bytes())
    assert command(tmp_path, "check", "gotowa.xml") == 0
    assert command(tmp_path, "convert", "gotowa.xml", "--out", "xml") == 0
    (made,) = (tmp_path / "xml").iterdir()
    assert made.read_bytes() == MINIMAL.read_bytes()


def test_table_writes_no_empty_workbook(command: Callable[..., int], tmp_path: Path) -> None:
    (tmp_path / "zla.xml").write_text("<JPK/>")
    assert command(tmp_path, "table", "nie_ma.xml", "--out", "a.xlsx") == 2
    assert command(tmp_path, "table", "zla.xml", "--out", "a.xlsx") == 1
    assert not (tmp_path / "a.xlsx").exists()
    (tmp_path / "dobra.xml").write_bytes(MINIMAL.read_bytes())
    assert command(tmp_path, "table", "dobra.xml", "zla.xml", "--out", "a.xlsx") == 1
    assert (tmp_path / "a.xlsx").exists()
