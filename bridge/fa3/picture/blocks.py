"""The blocks that a picture is made of, as plain values: what the template draws (templates/faktura.typ)."""

from __future__ import annotations

from dataclasses import dataclass, field

from bridge.fa3.picture.leaves import Fact


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who takes part: role, name, lines of the address, numbers and contacts."""

    role: str
    name: str
    lines: tuple[str, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class FactList:
    """Labels and values under a heading."""

    title: str
    facts: tuple[Fact, ...]
    kind: str = field(default="facts", init=False)


@dataclass(frozen=True, slots=True)
class Notes:
    """Sentences that must be seen."""

    title: str
    facts: tuple[Fact, ...]
    kind: str = field(default="notes", init=False)


@dataclass(frozen=True, slots=True)
class Texts:
    """Paragraphs under a heading."""

    title: str
    paragraphs: tuple[str, ...]
    kind: str = field(default="texts", init=False)


@dataclass(frozen=True, slots=True)
class Total:
    """The amount that matters."""

    label: str
    amount: str
    currency: str
    facts: tuple[Fact, ...]
    kind: str = field(default="total", init=False)


@dataclass(frozen=True, slots=True)
class PictureColumn:
    """A heading; figures stand right, the wide ones share what is left of the page."""

    name: str
    right: bool = False
    wide: bool = False


@dataclass(frozen=True, slots=True)
class PictureCell:
    """A text and what stands below it in small letters."""

    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PictureRow:
    """Cells in the order of the columns; one cell alone goes over all of them."""

    cells: tuple[PictureCell, ...]
    tone: str = ""  # before · after · sum


@dataclass(frozen=True, slots=True)
class PictureTable:
    """A table that may go over pages; its heading is repeated. `part` marks one that opens an attachment's page."""

    title: str
    columns: tuple[PictureColumn, ...]
    rows: tuple[PictureRow, ...]
    facts: tuple[Fact, ...] = ()
    kind: str = field(default="table", init=False)


@dataclass(frozen=True, slots=True)
class Attachment:
    """The attachment: on pages of its own, across when a table is wide."""

    blocks: tuple[FactList | Texts | PictureTable, ...]
    across: bool
    kind: str = field(default="attachment", init=False)


Block = FactList | Notes | Texts | Total | PictureTable | Attachment
