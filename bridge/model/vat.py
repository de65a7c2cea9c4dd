"""A rate as P_12 writes it → its band of totals and its percentage (fa3.md, section 3.1)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import NamedTuple

GROSZ = Decimal("0.01")
WIDE = Context(prec=80)  # an account number taken for a price is told by the rules, it must not end in an exception


class Rate(NamedTuple):
    """One value of P_12."""

    band: str  # the x of P_13_x
    percent: Decimal | None  # None: no VAT is computed and P_14_x does not exist


def _rate(band: str, percent: int | None) -> Rate:
    return Rate(band, None if percent is None else Decimal(percent))


RATES: dict[str, Rate] = {
    "23": _rate("1", 23),
    "22": _rate("1", 22),
    "8": _rate("2", 8),
    "7": _rate("2", 7),
    "5": _rate("3", 5),
    "4": _rate("4", 4),
    "3": _rate("4", 3),
    "0 KR": _rate("6_1", None),
    "0 WDT": _rate("6_2", None),
    "0 EX": _rate("6_3", None),
    "zw": _rate("7", None),
    "np I": _rate("8", None),
    "np II": _rate("9", None),
    "oo": _rate("10", None),
}

# Bands in the order of the schema; "5" is OSS, "11" the margin scheme.
BANDS = ("1", "2", "3", "4", "5", "6_1", "6_2", "6_3", "7", "8", "9", "10", "11")


def grosze(amount: Decimal) -> Decimal:
    """Rounded half up to 0.01 (VAT Act art. 106e(11)); never -0.00."""
    rounded = amount.quantize(GROSZ, ROUND_HALF_UP, WIDE)
    return rounded or abs(rounded)
