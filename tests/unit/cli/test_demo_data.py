from __future__ import annotations

import csv
import io
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from bridge.cli import demo_data
from bridge.cli.demo import waking_hour
from bridge.model.identifiers import is_ksef_number, ksef_crc

TODAY = date(2027, 1, 4)


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("cp1250")), delimiter=";"))


@pytest.fixture
def samples(root: Path) -> Path:
    return root / "mappings" / "probki" / "przyklady"


def test_sales_are_of_today_and_keep_their_distances(samples: Path) -> None:
    found = [row for row in rows(demo_data.sales(samples / demo_data.SALES, TODAY)) if row["Numer dokumentu"]]
    assert {row["Data wystawienia"] for row in found} == {"04.01.2027"}
    assert found[0]["Data sprzedaży"] == "03.01.2027"
    assert found[0]["Termin płatności"] == "18.01.2027"


def test_only_dates_of_a_sample_change(samples: Path) -> None:
    before = (samples / demo_data.SALES).read_bytes().decode("cp1250")
    after = demo_data.sales(samples / demo_data.SALES, TODAY).decode("cp1250")
    dates = {"Data wystawienia", "Data sprzedaży", "Termin płatności"}
    old, new = rows(before.encode("cp1250")), rows(after.encode("cp1250"))
    assert [{k: v for k, v in row.items() if k not in dates} for row in old] == [
        {k: v for k, v in row.items() if k not in dates} for row in new
    ]


def test_workbook_is_of_today(samples: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(demo_data.workbook(samples / demo_data.WORKBOOK, TODAY)))
    assert [row[1].value for row in book["Faktury"].iter_rows(min_row=2)] == [
        datetime.combine(TODAY, datetime.min.time())
    ] * 2


def test_corrections_name_what_was_accepted(samples: Path) -> None:
    number = "1111111111-20270104-0A1B2C3D4E5F-"
    accepted = {name: number + ksef_crc(number) for name in ("FS/1/02/2026", "FS/2/02/2026", "FS/3/02/2026")}
    found = {
        row["Nr korekty"]: row for row in rows(demo_data.corrections(samples / demo_data.CORRECTIONS, TODAY, accepted))
    }
    first, second, fourth = (found[f"KOR/{n}/02/2026"] for n in (1, 2, 4))
    assert first[demo_data.ORIGINAL_KSEF] == accepted["FS/1/02/2026"]
    assert first[demo_data.ORIGINAL_DATE] == "04.01.2027"
    assert second[demo_data.ORIGINAL_KSEF] == "brak"
    assert second[demo_data.ORIGINAL] not in accepted
    made_up = fourth[demo_data.ORIGINAL_KSEF]
    assert is_ksef_number(made_up)
    assert made_up[11:19] == "20270104"
    assert ksef_crc(made_up) == made_up[-2:]


def test_the_faulty_file_has_its_three_faults(samples: Path) -> None:
    found = rows(demo_data.faulty(samples / demo_data.SALES, TODAY))
    assert found[1]["Stawka VAT"] == "0%"
    assert found[3]["NIP"] == "3333333334"
    assert found[8]["Termin płatności"] == "31.02.2026"


@pytest.mark.parametrize(
    ("now", "shown"),
    [
        ("2026-11-25T12:00", "2026-11-25T12:00"),
        ("2026-11-25T23:44", "2026-11-25T23:44"),
        ("2026-11-25T23:47", "2026-11-26T00:05"),
        ("2026-11-25T23:55", "2026-11-26T00:05"),
        ("2026-11-26T00:04", "2026-11-26T00:05"),
        ("2026-11-26T00:06", "2026-11-26T00:06"),
    ],
)
def test_at_midnight_the_demo_shows_the_first_minute_in_which_invoices_are_sent(now: str, shown: str) -> None:
    warsaw = ZoneInfo("Europe/Warsaw")
    there = datetime.fromisoformat(now).replace(tzinfo=warsaw)
    assert waking_hour(there).astimezone(warsaw) == datetime.fromisoformat(shown).replace(tzinfo=warsaw)
