from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.reading.excel.number_format import shown_date, shown_number

N = "\u00a0"


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        ("2222222222", "General", "2222222222"),
        ("0.99", "General", "0,99"),
        ("-5", "General", "-5"),
        ("5901234123457", "General", "5901234123457"),
        ("0.333333333333333", "General", None),
        ("0.23", "0%", "23%"),
        ("0.085", "0.00%", "8,50%"),
        ("7", "000", "007"),
        ("1234", "000", "1234"),
        ("950", "00-000", "00-950"),
        ("62200", "00-000", "62-200"),
        ("2222222222", "000-000-00-00", "222-222-22-22"),
        ("2222222222", "000\\-000\\-00\\-00", "222-222-22-22"),
        ("1234567.5", "#,##0.00", f"1{N}234{N}567,50"),
        ("1014", '#,##0.00\\ "zł"', f"1{N}014,00 zł"),
        ("1014", "#,##0.00\\ [$zł-415]", f"1{N}014,00 zł"),
        ("-50", '#,##0.00\\ "zł";[Red]\\-#,##0.00\\ "zł"', "-50,00 zł"),
        ("0", '#,##0.00;-#,##0.00;"-"', None),
        ("-1.005", "0.00", "-1,01"),
        ("-0.001", "0.00", "0,00"),
        ("2.665", "0.00", "2,67"),
        ("1.5", "0.###", "1,5"),
        ("0.5", "#.00", ",50"),
        ("1E+15", "General", None),
        ("12345678901234567890", "0", None),
        ("0.5", "# ?/?", None),
        ("1234", "0.00E+00", None),
        ("5", "[>100]0;0.0", None),
        ("1500", "0,", None),
        ("5", "@", "5"),
        ("5", '0" szt."', "5 szt."),
    ],
)
def test_numbers_as_polish_excel_shows_them(value: str, code: str, text: str | None) -> None:
    assert shown_number(Decimal(value), code) == text


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("dd.mm.yyyy", "03.02.2026"),
        ("yyyy-mm-dd", "2026-02-03"),
        ("yyyy\\-mm\\-dd;@", "2026-02-03"),
        ("[$-415]dd/mm/yy", "03/02/26"),
        ("yyyy-mm-dd hh:mm:ss", "2026-02-03 08:15:09"),
        ("hh:mm", "08:15"),
        ("mm-dd-yy", None),
        ("d mmmm yyyy", None),
        ("[$-F800]dddd, mmmm dd, yyyy", None),
        ("h:mm AM/PM", None),
        ("General", None),
    ],
)
def test_dates_as_excel_shows_them(code: str, text: str | None) -> None:
    assert shown_date(datetime(2026, 2, 3, 8, 15, 9), code) == text  # noqa: DTZ001 - a cell has no time zone


def test_days_and_times() -> None:
    assert shown_date(date(2026, 2, 3), "dd-mm-yyyy") == "03-02-2026"
    assert shown_date(time(8, 15), "hh:mm") == "08:15"


@given(st.integers(0, 10**15 - 1), st.text('0#.,-% ;@"\\[]_*?E/zł', max_size=10))
def test_any_format_is_known_or_not_but_never_raises(number: int, code: str) -> None:
    text = shown_number(Decimal(number), code)
    assert text is None or isinstance(text, str)
    assert shown_date(date(2026, 2, 3), code) is None


@given(st.decimals(-(10**9), 10**9, places=2))
def test_two_decimals_lose_nothing(number: Decimal) -> None:
    text = shown_number(number, "#,##0.00")
    assert text is not None
    assert Decimal(text.replace(N, "").replace(",", ".")) == number
