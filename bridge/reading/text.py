"""A text file → its lines in the encoding it is written in, or why it cannot be read; what readers of texts share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from bridge.model.problem import Problem, problem
from bridge.reading.encoding import ByteSurvey, Encoding, look, settle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

LISTED = 50  # problems of one file; more only hide the first
NO_LINE_END = "Ostatni wiersz pliku nie ma znaku końca wiersza."


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text file whose encoding is settled, and all that is needed to read it again."""

    path: Path
    shown: str
    encoding: Encoding
    seen: ByteSurvey

    def fault(self, code: str, message: str = "", row: int = 0, **more: object) -> Problem:
        """A problem of this file, at a row where one can be named."""
        return problem(code, message, file=self.shown, rows=(row,) if row else (), **more)

    def open(self) -> TextIO:
        """The stream, line ends as they are: `csv` and form feeds need them so."""
        return self.path.open(encoding=self.encoding.codec, newline="")

    @property
    def notes(self) -> tuple[str, ...]:
        """What the results must say about reading it."""
        return tuple(filter(None, (self.encoding.note, "" if self.seen.ended else NO_LINE_END)))


def open_text(path: Path, shown: str, declared: str) -> tuple[TextFile | None, list[Problem]]:
    """The file in the declared or recognised encoding; P01, P06, P07, P16."""
    seen = look(path)
    problems = _whole(seen, declared, shown)
    encoding, doubts = (None, []) if problems else settle(seen, declared, shown)
    return (TextFile(path, shown, encoding, seen) if encoding else None), problems + doubts


def without_ctrl_z(lines: Iterable[str]) -> Iterator[str]:
    """The lines without DOS's sign for the end of a file."""
    for line in lines:
        if kept := line.rstrip("\x1a"):
            yield kept


def watched(file: TextFile, lines: Iterable[str], first: int, mixed: list[int]) -> Iterator[str]:
    """The lines as they are, noting the numbers of those that are written in another encoding."""
    pattern = file.encoding.foreign
    for number, line in enumerate(lines, first):
        if len(mixed) < LISTED and not line.isascii() and pattern.search(line):
            mixed.append(number)
        yield line


def mixed_encodings(file: TextFile, rows: list[int]) -> Problem:
    """P01 at the rows that `watched` noted."""
    twice = file.encoding.name == "utf-8"
    said = (
        "polskie litery są zapisane w UTF-8 podwójnie"
        if twice
        else f"są wiersze w innym kodowaniu (zwykle UTF-8), a plik jest w {file.encoding.name}"
    )
    advice = "Wyeksportuj plik jeszcze raz w jednym kodowaniu; nie sklejaj plików o różnych kodowaniach."
    return problem("P01", f"Od wiersza {rows[0]} {said}.", advice=advice, file=file.shown, rows=tuple(rows))


def bad_byte(file: TextFile, line: int, error: UnicodeDecodeError) -> Problem:
    """P01, or P03 when the file ends inside a letter; `line` is the one whose reading failed."""
    row = line + error.object.count(b"\n", 0, error.start)
    if error.reason in {"unexpected end of data", "truncated data"}:
        return file.fault("P03", f"Plik urywa się w wierszu {row}, w środku litery.", row)
    name = file.encoding.name
    said = f"W wierszu {row} jest bajt {error.object[error.start]:02X}, którego nie ma w kodowaniu {name}."
    return file.fault("P01", said, row)


def _whole(seen: ByteSurvey, declared: str, shown: str) -> list[Problem]:
    if seen.blank and not seen.nul_row:
        return [problem("P07", file=shown)]
    if seen.nul_row and declared != "utf-16":
        return [
            problem(
                "P06",
                f"Od wiersza {seen.nul_row} w pliku zamiast tekstu są puste bajty: kopiowanie nie dobiegło końca.",
                file=shown,
                rows=(seen.nul_row,),
            )
        ]
    if seen.endless_line:
        return [problem("P16", "Plik ma wiersz dłuższy niż milion znaków: to nie jest tekst.", file=shown)]
    return []
