"""NBP's yearly archives of table A (CSV, as its page gives them) → the mid rate of a currency on the last working day before.

Nothing is downloaded: the administrator puts `archiwum_tab_a_RRRR.csv` where `bank_rates` of bridge.toml says. A heading
`1USD` or `100JPY` tells for how many units the rate is; rows that are no day (names, table numbers) are passed over.
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

from bridge.model.errors import FixSetup

_HEADING = re.compile(r"(\d+)([A-Z]{3})")
LONGEST_PAUSE = timedelta(days=7)  # between two tables; what is older belongs to no archive that is at hand


@dataclass(frozen=True, slots=True)
class BankRates:
    """Days of table A, oldest first, and the rates of each in PLN for one unit."""

    days: tuple[date, ...] = ()
    rates: tuple[Mapping[str, Decimal], ...] = ()

    def before(self, currency: str, day: date) -> Decimal | None:
        """The rate of the last table before that day (VAT Act art. 31a); None when no archive at hand holds it."""
        place = bisect_left(self.days, day) - 1
        if place < 0 or day - self.days[place] > LONGEST_PAUSE:
            return None
        return self.rates[place].get(currency)


def bank_rates(paths: Iterable[Path]) -> BankRates:
    """The archives together; raises FixSetup for a file that is none."""
    found: dict[date, dict[str, Decimal]] = {}
    for path in paths:
        found |= _archive(path)
    days = sorted(found)
    return BankRates(tuple(days), tuple(found[day] for day in days))


def _archive(path: Path) -> dict[date, dict[str, Decimal]]:
    try:
        with path.open(encoding="cp1250", newline="") as file:
            heading, *rows = list(csv.reader(file, delimiter=";"))
    except (OSError, ValueError) as error:
        raise FixSetup(f"Pliku z kursami NBP {path} nie da się przeczytać: {error}.") from error
    columns = [_HEADING.fullmatch(cell.strip()) for cell in heading]
    tables = {day: _rates(row, columns) for row in rows if row and (day := _day(row[0]))}
    if not tables or not any(tables.values()):
        raise FixSetup(f"Plik {path} nie jest archiwum tabeli A NBP (archiwum_tab_a_RRRR.csv).")
    return tables


def _day(cell: str) -> date | None:
    if not re.fullmatch(r"\d{8}", cell.strip(), re.ASCII):
        return None
    return datetime.strptime(cell.strip(), "%Y%m%d").date()  # noqa: DTZ007 - a day without a time


def _rates(row: list[str], columns: list[re.Match[str] | None]) -> dict[str, Decimal]:
    rates = {}
    for cell, column in zip(row, columns, strict=False):
        if column is None or not cell.strip():
            continue
        try:
            rates[column[2]] = Decimal(cell.strip().replace(",", ".")) / int(column[1])
        except InvalidOperation as error:
            raise FixSetup(f"W archiwum kursów NBP stoi „{cell}” zamiast kursu {column[2]}.") from error
    return rates
