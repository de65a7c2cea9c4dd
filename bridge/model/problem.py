"""What is wrong with data → a `Problem`: a value with its place, cause and advice, in Polish; never raised."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bridge.model.codes import CODES

if TYPE_CHECKING:
    from collections.abc import Iterable


class Severity(StrEnum):
    """How much a problem weighs: an error stops its invoice, a warning and an information do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where it stands, what it is, what a person does about it (design.md, 3.1)."""

    code: str  # D04, M06, RB16, K450: letter = who acts (design.md, section 6)
    message: str  # what is wrong, in one Polish sentence, with the value
    advice: str = ""  # what to do, in Polish
    severity: Severity = Severity.ERROR
    file: str = ""  # the name the person gave the file
    sheet: str = ""  # sheet of a workbook or table of a set, "" when there is one
    rows: tuple[int, ...] = ()  # as Notepad or Excel counts them, from 1; for a mapping its line
    column: str = ""  # the heading
    letter: str = ""  # the column as Excel names it: H
    field: str = ""  # vocabulary key: nabywca.nip
    element: str = ""  # FA(3) path below Faktura: Podmiot2/DaneIdentyfikacyjne/NIP
    value: str = ""  # what stands there
    excerpt: str = ""  # the line of a mapping or template with an arrow under the place

    @property
    def name(self) -> str:
        """The code's name for machines, such as NOT_IN_DICTIONARY; rules and KSeF codes name themselves."""
        known = CODES.get(self.code)
        return known.name if known else self.code


def problem(code: str, message: str = "", **where: object) -> Problem:
    """A problem with that code; sentence and advice come from the table unless given."""
    known = CODES[code]
    where.setdefault("advice", known.advice)
    return Problem(code, message or known.sentence, **where)  # type: ignore[arg-type]


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Only those that stop an invoice or a file."""
    return [each for each in problems if each.severity is Severity.ERROR]
