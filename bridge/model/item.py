"""What a drop speaks of: rows mapped to an invoice, a skip or problems; and what is said of the whole file."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.model.invoice import Invoice
    from bridge.model.problem import Problem


@dataclass(frozen=True, slots=True)
class Mapped:
    """The rows of one invoice number and what they came to.

    Exactly one holds: `invoice` (perhaps with warnings), `skipped` (title of the rule), or errors in `problems`.
    """

    number: str
    rows: tuple[int, ...]
    invoice: Invoice | None = None
    skipped: str = ""
    problems: tuple[Problem, ...] = ()
    echo: tuple[str, ...] = ()  # cells that `wyniki.przepisz` repeats in the results
    kind: str = ""  # RodzajFaktury when it is known though the invoice is not


@dataclass(frozen=True, slots=True)
class FileControl:
    """`plik`: what the file says about all its invoices together."""

    net: Decimal | None = None
    vat: Decimal | None = None
    gross: Decimal | None = None
    invoices: int | None = None
    lines: int | None = None
    rows: tuple[int, ...] = ()  # where it says so

    @property
    def given(self) -> bool:
        """Whether the file says anything, which also proves that it is complete."""
        return any(value is not None for value in (self.net, self.vat, self.gross, self.invoices, self.lines))


@dataclass(frozen=True, slots=True)
class Closing:
    """The end of a file: its control totals, how many rows were empty, and problems of no single invoice."""

    control: FileControl = FileControl()
    empty_rows: int = 0
    problems: tuple[Problem, ...] = ()
    echo_names: tuple[str, ...] = ()
