"""What a drop speaks of: rows mapped to an invoice, a skip or problems; and what is said of the whole file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from bridge.model.fast_init import quickly_made
from bridge.model.invoice import Invoice, Original, Totals
from bridge.model.outcome import DocumentState, Verdict
from bridge.model.problem import Problem
from bridge.model.table import Row


@dataclass(frozen=True, slots=True)
class Mapped:
    """The rows of one invoice number and what they came to.

    Exactly one holds: `invoice` (perhaps with warnings), `skipped` (title of the rule), or errors in `problems`. Then
    `doubtful` is the invoice with UNREAD where the errors are, as far as the rules can still be asked about it.
    """

    number: str
    rows: tuple[int, ...]
    invoice: Invoice | None = None
    skipped: str = ""
    problems: tuple[Problem, ...] = ()
    echo: tuple[str, ...] = ()  # cells that `wyniki.przepisz` repeats in the results
    kind: str = ""  # RodzajFaktury when it is known though the invoice is not
    sources: tuple[tuple[str, tuple[Row, ...]], ...] = ()  # its rows by table, so that a problem finds its cell
    part_rows: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # section of parts → their rows, in order
    doubtful: Invoice | None = None


class Place(NamedTuple):
    """Where a field of the mapping stands in the file."""

    sheet: str
    column: str  # the heading
    letter: str


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


@quickly_made
@dataclass(frozen=True, slots=True)
class Made:
    """A document as the pipeline made it: frozen bytes, or a draft that waits for the KSeF number of an original."""

    seller_nip: str
    kind: str
    number: str  # P_2 as it will be printed
    number_key: str  # P_2 after XML white-space collapsing, case kept
    issued: date  # P_1
    xml: bytes | None  # None: a draft
    draft: dict[str, Any] | None  # plain JSON of the Invoice (bridge.model.jsonable)
    business_hash: str  # hex; of a draft: without the original's KSeF number
    hash_version: int
    form_code: str  # "FA (3)"
    corrects: tuple[Original, ...] = ()
    attachment: bool = False  # with a Zalacznik: KSeF takes it in batches only, and after a consent
    likeness: str = ""  # hex; equal for invoices that differ in number and days only


@quickly_made
@dataclass(frozen=True, slots=True)
class Item:
    """One invoice a drop speaks of, with its verdict; `made` only when the verdict is GOOD."""

    ordinal: int  # from 1, in the order of the file
    rows: str  # "2-4,7"
    number: str
    kind: str
    verdict: Verdict
    rule: str = ""  # title of the rule that skipped it
    problems: tuple[Problem, ...] = ()
    made: Made | None = None
    echo: tuple[str, ...] = ()
    totals: Totals | None = None  # for people: net, VAT and gross of the invoice
    line_rows: tuple[int, ...] = ()  # the row of each FaWiersz, so that what KSeF says later finds its cell


@dataclass(frozen=True, slots=True)
class Batch:
    """Items handed over together: one transaction."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of a reading: what concerns the whole file; errors among `problems` refuse the drop."""

    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()  # recognised encoding, repairs, hidden rows …
    severities: str = ""  # which rules the company or the mapping weigh otherwise; every result says so
    echo_names: tuple[str, ...] = ()
    mapping: str = ""
    mapping_sha256: str = ""
    mapping_text: str = ""  # the merged mapping, for the archive
    encoding: str = ""  # wyniki.kodowanie
    separator: str = ""  # wyniki.separator
    proven: bool = False  # a control total, trailer or trigger proves that the file is complete
    places: Mapping[str, Place] = field(default_factory=dict)  # vocabulary key → its column, kept for later problems


@dataclass(frozen=True, slots=True)
class Numbered:
    """The original has a KSeF number."""

    ksef_number: str


@dataclass(frozen=True, slots=True)
class OnItsWay:
    """The original is in the ledger and has no number yet."""


class KnownDocument(NamedTuple):
    """A document under some number, in whatever state; of this very file when the ledger does not have it yet."""

    number: str
    kind: str
    issued: date
    state: DocumentState
    ksef_number: str
    spoiled: bool = False  # of this file, with errors


@dataclass(frozen=True, slots=True)
class UnknownOriginal:
    """The ledger does not know the original; `known` is what else it has under that number."""

    known: tuple[KnownDocument, ...] = ()


class Alike(NamedTuple):
    """An invoice, and what it has in common with others."""

    likeness: str
    number: str
    number_key: str
    issued: date


class History(Protocol):
    """What the pipeline asks about the past; answered by the ledger, or by a list of originals."""

    def original(self, seller_nip: str, number: str, issued: date) -> Numbered | OnItsWay | UnknownOriginal:
        """What became of the invoice that a correction names."""

    def named(self, seller_nip: str, number: str) -> tuple[KnownDocument, ...]:
        """Every document of that number, of any day, kind and state, the living first."""

    def is_another(self, number_key: str, original: str) -> bool:
        """Whether a person decided that what this correction corrects is another, older invoice from outside KSeF."""

    def number_used(self, seller_nip: str, kind: str, number_key: str) -> bool:
        """Whether a living document of that number exists."""

    def accepted(self, ksef_number: str) -> bytes | None:
        """The XML of the own invoice that has this KSeF number."""

    def alike(self, likenesses: Collection[str]) -> Iterable[Alike]:
        """Living invoices that differ from these in number and days at the most."""
