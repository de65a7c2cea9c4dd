from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bridge.fa3.nbp import bank_rates
from bridge.model.errors import FixSetup

ARCHIVE = """data;1USD;1EUR;100JPY;nr tabeli;pełny numer tabeli;
;dolar amerykański;euro;jen;;;
20260507;3,6512;4,2500;2,3311;87;087/A/NBP/2026;
20260508;3,6600;4,2611;2,3400;88;088/A/NBP/2026;

kod ISO;USD;EUR;JPY;;;
"""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "archiwum_tab_a_2026.csv"
    path.write_text(ARCHIVE, "cp1250")
    return path


@pytest.mark.parametrize(
    ("currency", "day", "rate"),
    [
        ("EUR", date(2026, 5, 8), "4.2500"),  # the table of the day itself is not the one before it
        ("EUR", date(2026, 5, 11), "4.2611"),  # a Monday: the table of Friday
        ("JPY", date(2026, 5, 8), "0.023311"),  # given for 100
        ("EUR", date(2026, 5, 7), None),  # no table before it
        ("EUR", date(2026, 6, 1), None),  # the archive ends long before
        ("CHF", date(2026, 5, 8), None),
    ],
)
def test_the_rate_of_the_last_working_day_before(archive: Path, currency: str, day: date, rate: str | None) -> None:
    assert bank_rates([archive]).before(currency, day) == (rate and Decimal(rate))


@pytest.mark.parametrize("content", ["", "a;b\n1;2\n", "data;1EUR\n20260507;n/a\n"])
def test_another_file_is_a_mistake_of_the_setup(tmp_path: Path, content: str) -> None:
    path = tmp_path / "kursy.csv"
    path.write_text(content, "cp1250")
    with pytest.raises(FixSetup):
        bank_rates([path])


def test_without_archives_nothing_is_known() -> None:
    assert bank_rates([]).before("EUR", date(2026, 5, 8)) is None
