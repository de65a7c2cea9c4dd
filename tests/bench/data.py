"""A number of rows → the measured CSV: 25 columns, cp1250, five lines an invoice, made by rule and not by chance."""

from __future__ import annotations

import csv
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEAD = [
    "nr_faktury",
    "data_wyst",
    "data_sprz",
    "nip_nab",
    "nazwa_nab",
    "ulica",
    "kod_miasto",
    "kraj",
    "waluta",
    "nr_klienta",
    "termin",
    "forma",
    "rachunek",
    "lp",
    "indeks",
    "nazwa_towaru",
    "jm",
    "ilosc",
    "cena_netto",
    "netto",
    "stawka",
    "vat",
    "brutto",
    "gtu",
    "uwagi",
]
GOODS = (
    "Śruba M8x40 ocynk",
    "Łożysko kulkowe 6204-2RS",
    "Wkręt do drewna & blach 4x50",
    "Żarówka LED E27",
    "Pręt <M10>",
)
FIRMS = ("Hurtownia Żelazna sp. z o.o.", "F.H.U. Jan Kowalski & Syn", "Zakłady Mięsne Łuków S.A.", "Gmina Święte")
RATES = (23, 23, 23, 8, 5)


def write(path: Path, rows: int) -> None:
    """Write the file; the same number of rows gives the same bytes."""
    with path.open("w", encoding="cp1250", newline="") as file:
        out = csv.writer(file, delimiter=";", lineterminator="\r\n")
        out.writerow(HEAD)
        out.writerows(_rows(rows))


def _rows(count: int) -> Iterator[list[str]]:
    for row in range(count):
        invoice, line = divmod(row, 5)
        day = f"2026-{invoice % 9 + 2:02d}-{invoice % 28 + 1:02d}"
        quantity, price = (invoice * 7 + line * 3) % 40 + 1, Decimal((invoice * 131 + line * 977) % 90000 + 99) / 100
        rate = RATES[(invoice + line) % 5]
        net = quantity * price
        vat = (net * rate / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
        head = [
            f"FV/2026/{invoice:07d}",
            day,
            day,
            "1111111111",
            FIRMS[invoice % 4],
            "ul. Źródlana 12/4",
            "61-001 Poznań",
            "PL",
            "PLN",
        ]
        head += [f"K{invoice % 20000:06d}", day, "6", "", str(line + 1), f"IDX-{(invoice * 5 + line) % 5000:05d}"]
        yield [
            *head,
            GOODS[(invoice + line) % 5],
            "szt.",
            *map(_pl, (quantity, price, net)),
            str(rate),
            *map(_pl, (vat, net + vat)),
            "",
            "uwaga",
        ]


def _pl(value: Decimal | int) -> str:
    return str(value).replace(".", ",")
