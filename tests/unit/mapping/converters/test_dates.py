"""Days and moments by exactly the declared shapes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from bridge.mapping.converters.dates import day, moment
from bridge.mapping.converters.formats import Bad, Formats

POLISH = Formats(dates=("DD.MM.RRRR gg:mm", "DD.MM.RRRR"))
ZONED = Formats(dates=("RRRR-MM-DD gg:mm:ss strefa",))


@pytest.mark.parametrize(
    ("text", "formats", "made"),
    [
        ("2026-02-03T08:30:00", POLISH, datetime(2026, 2, 3, 8, 30)),  # noqa: DTZ001 - as it is written
        ("2026-02-03T08:30:00Z", POLISH, datetime(2026, 2, 3, 8, 30, tzinfo=UTC)),
        ("03.02.2026 08:30", POLISH, datetime(2026, 2, 3, 8, 30)),  # noqa: DTZ001 - as it is written
        ("2026-02-03 08:30:15 +0100", ZONED, datetime(2026, 2, 3, 8, 30, 15, tzinfo=timezone(timedelta(hours=1)))),
    ],
)
def test_a_moment_is_what_is_written(text: str, formats: Formats, made: datetime) -> None:
    assert moment(text, formats, 0) == made


@pytest.mark.parametrize("text", ["03.02.2026", "03.02.2026 25:00", "2026-02-30T08:00:00", "2026-02-03 08:30", "rano"])
def test_a_moment_needs_its_hour_and_is_never_guessed(text: str) -> None:
    assert isinstance(moment(text, POLISH, 0), Bad)


def test_a_day_written_with_its_time_is_that_day() -> None:
    assert day("03.02.2026 08:30", POLISH, 0) == date(2026, 2, 3)


def test_a_text_that_two_shapes_read_differently_is_refused() -> None:
    found = day("03.02.26", Formats(dates=("DD.MM.RR", "MM.DD.RR")), 0)
    assert isinstance(found, Bad)
    assert found.code == "D13"
