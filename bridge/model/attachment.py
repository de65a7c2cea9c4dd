"""What stands below an invoice: footer registers, and the structured attachment with its tables (fa3.md, section 1.13)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Register:
    """Rejestry."""

    name: str | None = None  # PelnaNazwa
    krs: str | None = None
    regon: str | None = None
    bdo: str | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """MetaDane, TMetaDane."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Heading:
    """Kol: a column of a table; its name may be empty."""

    name: str = ""  # NKom
    type: str = "txt"  # Typ: date datetime dec int time txt


@dataclass(frozen=True, slots=True)
class Cells:
    """Wiersz, Suma: as many texts as the table has columns, or as `width` says; a cell may be empty."""

    cells: tuple[str, ...] = ()
    width: int | None = None


@dataclass(frozen=True, slots=True)
class AttachedTable:
    """Tabela."""

    metadata: tuple[Pair, ...] = ()  # TMetaDane
    description: str | None = None  # Opis
    columns: tuple[Heading, ...] = ()
    rows: tuple[Cells, ...] = ()
    totals: Cells | None = None  # Suma


@dataclass(frozen=True, slots=True)
class Block:
    """BlokDanych."""

    heading: str | None = None  # ZNaglowek
    metadata: tuple[Pair, ...] = ()
    paragraphs: tuple[str, ...] = ()  # Tekst/Akapit
    tables: tuple[AttachedTable, ...] = ()
