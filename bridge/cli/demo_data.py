"""Shipped samples → the files the demo drops: dates moved so that every P_1 is today, numbers of originals filled in.

Nothing else of a sample changes. A corrected invoice gets the P_1 that it now has; all other dates keep their distance
from their invoice's P_1.
"""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import openpyxl

from bridge.model.identifiers import ksef_crc

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SALES, WORKBOOK, CORRECTIONS = (
    "01_comarch_pozycje_cp1250.csv",
    "05_arkusz_naglowki_pozycje.xlsx",
    "10_korekty_cp1250.csv",
)
FAULTY = "01_comarch_z_bledami.csv"
ISSUED = "Data wystawienia"
OTHER_DATES = ("Data sprzedaży", "Termin płatności", "Termin")
ORIGINAL, ORIGINAL_DATE, ORIGINAL_KSEF = (
    "Nr faktury korygowanej",
    "Data faktury korygowanej",
    "Nr KSeF faktury korygowanej",
)
OUTSIDE = "FS/2/01/2026"  # an invoice that no set holds: issued before KSeF, as the "brak" row says


def sales(sample: Path, today: date) -> bytes:
    """Set 01 with every P_1 today."""
    rows = _read(sample)
    for row in rows[1:]:
        _move(rows[0], row, today)
    return _write(rows)


def faulty(sample: Path, today: date) -> bytes:
    """Set 01 under other numbers, with three faults in it: a rate, a NIP and a date that cannot be."""
    rows = [row for row in _read(sample) if row[:1] != ["Razem"]]
    column = {name: place for place, name in enumerate(rows[0])}
    for row in rows[1:]:
        if len(row) > 1:
            _move(rows[0], row, today)
            row[column["Numer dokumentu"]] = row[column["Numer dokumentu"]].replace("FS/", "FX/")
    rows[2][column["Stawka VAT"]] = "0%"
    rows[4][column["NIP"]] = rows[5][column["NIP"]] = "3333333334"
    rows[9][column["Termin płatności"]] = "31.02.2026"
    return _write(rows)


def workbook(sample: Path, today: date) -> bytes:
    """Set 05 with every P_1 today; the book is otherwise as it was."""
    book = openpyxl.load_workbook(sample)
    midnight = datetime.combine(today, datetime.min.time())
    for cells in book["Faktury"].iter_rows(min_row=2):
        dated = [(cell, cell.value) for cell in cells if isinstance(cell.value, datetime)]
        shift = midnight - dated[0][1]
        for cell, value in dated:
            cell.value = value + shift
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def corrections(sample: Path, today: date, accepted: Mapping[str, str]) -> bytes:
    """Set 10: originals of set 01 by the KSeF numbers they got (`accepted`: number → KSeF number), all others made up."""
    rows = _read(sample)
    column = {name: place for place, name in enumerate(rows[0])}
    for row in rows[1:]:
        if len(row) < len(rows[0]):
            continue
        shift = _move(rows[0], row, today)
        original, ksef = row[column[ORIGINAL]], row[column[ORIGINAL_KSEF]]
        if original in accepted and ksef != "brak":
            row[column[ORIGINAL_DATE]] = f"{today:%d.%m.%Y}"
            row[column[ORIGINAL_KSEF]] = accepted[original]
            continue
        row[column[ORIGINAL_DATE]] = _moved(row[column[ORIGINAL_DATE]], shift)
        if ksef == "brak":
            row[column[ORIGINAL]] = OUTSIDE
        else:
            row[column[ORIGINAL_KSEF]] = _of_today(ksef, today)
    return _write(rows)


def _of_today(ksef: str, today: date) -> str:
    body = f"{ksef[:11]}{today:%Y%m%d}{ksef[19:32]}"
    return f"{body}-{ksef_crc(body)}"


def _move(heading: list[str], row: list[str], today: date) -> timedelta:
    """Move the dates of one row; returns by how much."""
    if len(row) < len(heading) or not row[heading.index(ISSUED)]:
        return timedelta(0)
    place = heading.index(ISSUED)
    shift = today - _date(row[place])
    for name in (ISSUED, *OTHER_DATES):
        if name in heading:
            row[heading.index(name)] = _moved(row[heading.index(name)], shift)
    return shift


def _moved(text: str, shift: timedelta) -> str:
    return f"{_date(text) + shift:%d.%m.%Y}"


def _date(text: str) -> date:
    day, month, year = text.split(".")
    return date(int(year), int(month), int(day))


def _read(sample: Path) -> list[list[str]]:
    with sample.open(encoding="cp1250", newline="") as file:
        return list(csv.reader(file, delimiter=";", strict=True))


def _write(rows: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode("cp1250")
