"""An EPP file (EDI++ 1.11: Subiekt and others) → two tables of fixed columns, `naglowki` and `pozycje`.

Documents stand in pairs [NAGLOWEK] + [ZAWARTOSC]; names of goods, reasons of corrections, end dates and split payment
stand in dictionary sections at the end and are joined here. A correction's line carries nine fields "before": it
becomes two rows (InsERT, "Komunikacja EDI++ 1.11"; erp-exports.md, section 1.2).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from bridge.model.problem import Problem, problem
from bridge.model.table import NO_VALUES, CellValue, Layout, Row, Source, Table, Untold
from bridge.reading.content import Content
from bridge.reading.contract import Reader
from bridge.reading.delimited import Fields, records
from bridge.reading.text import LISTED, TextFile, mixed_encodings, open_text, watched, without_ctrl_z

if TYPE_CHECKING:
    from pathlib import Path

# Column → which field of a document's heading, from 1; "" kinds are texts, "kwota" numbers, "data" dates.
HEADING: Mapping[str, tuple[int, str]] = {
    "rodzaj": (1, ""),
    "status": (2, ""),
    "numer": (7, ""),
    "numer_korygowanej": (8, ""),
    "data_korygowanej": (9, "data"),
    "numer_zamowienia": (10, ""),
    "kod_nabywcy": (12, ""),
    "nazwa_skrocona": (13, ""),
    "nazwa": (14, ""),
    "miasto": (15, ""),
    "kod": (16, ""),
    "ulica": (17, ""),
    "nip": (18, ""),
    "kategoria": (19, ""),
    "miejsce": (21, ""),
    "data_wystawienia": (22, "data"),
    "data_sprzedazy": (23, "data"),
    "liczba_pozycji": (25, "kwota"),
    "ceny_netto": (26, ""),
    "suma_netto": (28, "kwota"),
    "suma_vat": (29, "kwota"),
    "suma_brutto": (30, "kwota"),
    "forma_platnosci": (34, ""),
    "termin": (35, "data"),
    "zaplacono": (36, "kwota"),
    "do_zaplaty": (37, "kwota"),
    "stan_szczegolny": (41, ""),
    "wystawil": (42, ""),
    "odebral": (43, ""),
    "waluta": (47, ""),
    "kurs": (48, "kwota"),
    "uwagi": (49, ""),
    "komentarz": (50, ""),
    "rodzaj_transakcji": (55, ""),
    "kraj": (60, ""),
    "prefiks_ue": (61, ""),
    "nabywca_z_ue": (62, ""),
}
JOINED = ("przyczyna_korekty", "data_zakonczenia", "mpp")  # from sections at the end, by the document's number
LINE: Mapping[str, tuple[int, str]] = {
    "lp": (1, ""),
    "rodzaj_towaru": (2, ""),
    "kod_towaru": (3, ""),
    "jm": (10, ""),
    "ilosc": (11, "kwota"),
    "cena_netto": (14, "kwota"),
    "cena_brutto": (15, "kwota"),
    "stawka": (16, ""),
    "netto": (17, "kwota"),
    "vat": (18, "kwota"),
    "brutto": (19, "kwota"),
    "opis_uslugi": (21, ""),
    "nazwa_uslugi": (22, ""),
}
MADE = ("numer", "nazwa_towaru", "stan_przed")
BEFORE = {
    "cena_netto": 23,
    "cena_brutto": 24,
    "stawka": 25,
    "ilosc": 26,
    "jm": 27,
    "netto": 29,
    "vat": 30,
    "brutto": 31,
}
INVOICES = frozenset(
    {"FS", "KFS", "FM", "KFM", "RS", "KRS", "PA", "PI"}
)  # documents of sale, whose lines have 22 fields
OFFICE = "0"  # purpose of a file for an accounting office: documents without lines
CODE_PAGES = {"1250": "cp1250", "852": "cp852", "65001": "utf-8"}
OWN_ENCODING = "Wpisz w mapowaniu w `zrodlo.kodowanie` to, w czym plik jest naprawdę zapisany, albo popraw eksport."
SECTION = re.compile(r"\[([A-Z]+)\]")
_INFO = re.compile(rb'\s*\[INFO\]\s+"?[0-9.]+"?,\s*(-?\d+)\s*,\s*(\d+)')


class EppDocument(NamedTuple):
    """One document: its row, its fields, its lines with their rows."""

    number: int
    fields: list[str]
    lines: list[tuple[int, list[str]]]


@dataclass(slots=True)
class _Known:
    """What the first pass found: sections at the end, and what is wrong."""

    goods: dict[str, str] = field(default_factory=dict)  # code → name
    joined: dict[str, dict[str, str]] = field(default_factory=lambda: {name: {} for name in JOINED})
    problems: list[Problem] = field(default_factory=list)


def read(path: Path, shown: str, layout: Layout) -> tuple[Source | None, list[Problem]]:
    """The file as its two tables; P13 for the purpose without lines."""
    with path.open("rb") as stream:
        info = _INFO.match(stream.read(4096).removeprefix(b"\xef\xbb\xbf"))
    if info is None:
        return None, [problem("P16", "Sekcja [INFO] tego pliku EPP jest nieczytelna.", file=shown, rows=(2,))]
    if info[1].decode() == OFFICE:
        return None, [_without_lines(shown)]
    own = "" if layout.encoding else CODE_PAGES.get(info[2].decode(), "")
    text, problems = open_text(path, shown, layout.encoding or own)
    if text is None:
        return None, [_of_the_file(each, own) for each in problems]
    known = _first_pass(text)
    if known.problems:
        return None, known.problems
    tables = {
        "naglowki": _table(text, "naglowki", (*HEADING, *JOINED), lambda document: [_heading(document, known)]),
        "pozycje": _table(text, "pozycje", (*LINE, *MADE), lambda document: _lines(document, known)),
    }
    return Source(shown, "epp", text.encoding.name, tables, text.notes), []


def _of_the_file(found: Problem, own: str) -> Problem:
    """What the file itself says of its encoding is not the mapping's doing."""
    said = (
        found.message.replace(f"Mapowanie mówi {own}", f"Sekcja [INFO] tego pliku mówi {own}") if own else found.message
    )
    return found if said == found.message else replace(found, message=said, advice=OWN_ENCODING)


def _without_lines(shown: str) -> Problem:
    advice = (
        "W Subiekcie: Dodatki > Komunikacja > Wyślij, jako odbiorcę wybierz „inny program” (nie „biuro rachunkowe”), "
        "i wrzuć nowy plik."
    )
    said = "To plik EPP dla biura rachunkowego: ma sumy VAT, a nie ma pozycji faktur."
    return problem("P13", said, advice=advice, file=shown, rows=(2,))


def _table(file: TextFile, name: str, heading: Sequence[str], made: Callable[[EppDocument], list[Row]]) -> Table:
    def rows() -> Iterator[Row]:
        for each in _documents(file):
            if isinstance(each, EppDocument) and len(each.fields) > 1:
                yield from made(each)

    return Table(name, file.shown, name, tuple(heading), rows)


# --- rows --------------------------------------------------------------------------------------------------------


def _heading(document: EppDocument, known: _Known) -> Row:
    number = _at(document.fields, 7)
    cells = [_cell(_at(document.fields, place), kind) for place, kind in HEADING.values()]
    cells += [_cell(known.joined[name].get(number, ""), "data" if "data" in name else "") for name in JOINED]
    return _row(document.number, cells)


def _lines(document: EppDocument, known: _Known) -> list[Row]:
    return [
        row
        for number, cells in document.lines
        if len(cells) >= 22
        for row in _line(number, cells, _at(document.fields, 7), known)
    ]


def _line(number: int, fields: list[str], document: str, known: _Known) -> list[Row]:
    """The row of a line; of a correction's line the row before, if there was one, and the row after."""
    code = _at(fields, 3)
    name = known.goods.get(code) if code else (_at(fields, 21) or _at(fields, 22))
    named = _Cell(name) if name is not None else _Cell("", Untold(f"towaru „{code}” nie ma w sekcji TOWARY tego pliku"))

    def made(places: Mapping[str, int], state: str) -> Row:
        cells = [_cell(_at(fields, places.get(column, place)), kind) for column, (place, kind) in LINE.items()]
        return _row(number, [*cells, _Cell(document), named, _Cell(state)])

    if len(fields) < 31:
        return [made({}, "nie")]
    was = any(_amount(_at(fields, BEFORE[name])) for name in ("ilosc", "netto"))
    return [made(BEFORE, "tak"), made({}, "nie")] if was else [made({}, "nie")]


class _Cell(NamedTuple):
    text: str
    value: CellValue | None = None


def _row(number: int, cells: Sequence[_Cell]) -> Row:
    values = {place: cell.value for place, cell in enumerate(cells) if cell.value is not None}
    return Row(number, tuple(cell.text for cell in cells), values or NO_VALUES)


def _cell(text: str, kind: str) -> _Cell:
    """A text; of an amount or date the value too, where it is written as EDI++ writes it."""
    if kind == "kwota":
        return _Cell(text, _amount(text))
    if kind == "data" and re.fullmatch(r"\d{8}(0{6})?", text, re.ASCII):
        try:
            day = datetime.strptime(text[:8], "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            return _Cell(text)
        return _Cell(day.isoformat(), day)
    return _Cell(text)


def _amount(text: str) -> Decimal | None:
    """1297.5000 → 1297.5: the four decimals are the format's, not the amount's."""
    found = re.fullmatch(r"(-?\d{1,18})(?:\.(\d{1,8}))?", text, re.ASCII)
    fraction = (found[2] or "").rstrip("0") if found else ""
    return Decimal(f"{found[1]}.{fraction}" if fraction else found[1]) if found else None


def _at(fields: Sequence[str], place: int) -> str:
    """A field by its number in the specification, from 1."""
    return fields[place - 1].strip() if place <= len(fields) else ""


# --- sections ----------------------------------------------------------------------------------------------------


def _first_pass(file: TextFile) -> _Known:
    """The sections at the end, and everything that is wrong with the file."""
    known = _Known()
    mixed: list[int] = []
    for each in _documents(file, mixed):
        if isinstance(each, Problem):
            known.problems.append(each)
        elif len(each.fields) == 1:
            _learn(known, each)
        elif _at(each.fields, 1) in INVOICES:
            known.problems += _faults(file, each)
    del known.problems[LISTED:]
    if mixed:
        known.problems.insert(0, mixed_encodings(file, mixed))
    return known


def _learn(known: _Known, section: EppDocument) -> None:
    """A section that has only a keyword in its heading."""
    for _, cells in section.lines:
        match section.fields[0].strip().upper():
            case "TOWARY":
                known.goods[_at(cells, 2)] = _at(cells, 5)
            case "PRZYCZYNYKOREKT":
                reasons = known.joined["przyczyna_korekty"]
                said = reasons.get(_at(cells, 1), "")
                reasons[_at(cells, 1)] = (
                    said if _at(cells, 3) in said else "; ".join(filter(None, (said, _at(cells, 3))))
                )
            case "DATYZAKONCZENIA":
                known.joined["data_zakonczenia"][_at(cells, 1)] = _at(cells, 2)
            case "WYMAGALNOSCMPP":
                known.joined["mpp"][_at(cells, 1)] = _at(cells, 2)


def _faults(file: TextFile, document: EppDocument) -> list[Problem]:
    found = []
    said = _at(document.fields, 25)
    number = _at(document.fields, 7)
    if len(document.fields) < 62:
        told = f"Nagłówek dokumentu {number} ma {len(document.fields)} pól, a EDI++ 1.11 daje 62."
        found.append(file.fault("P15", told, document.number))
    elif said.isdecimal() and int(said) != len(document.lines):
        told = f"Dokument {number} zapowiada pozycji: {said}, a w pliku jest ich {len(document.lines)}."
        found.append(file.fault("P05", told, document.number))
    for row, cells in document.lines:
        if len(cells) not in (22, 31):
            told = f"Pozycja dokumentu {number} w wierszu {row} ma {len(cells)} pól, a EDI++ 1.11 daje 22 albo 31."
            found.append(file.fault("P15", told, row))
    return found


def _documents(file: TextFile, mixed: list[int] | None = None) -> Iterator[EppDocument | Problem]:
    """Each heading with its content, as they stand; problems of the text where they occur."""
    section, document = "", EppDocument(0, [], [])
    for number, cells in _rows(file, [] if mixed is None else mixed):
        if isinstance(cells, Problem):
            yield cells
        elif len(cells) == 1 and (mark := SECTION.fullmatch(cells[0].strip())):
            if mark[1] == "NAGLOWEK" and document.fields:
                yield document
            document = EppDocument(0, [], []) if mark[1] == "NAGLOWEK" else document
            section = mark[1]
        elif section == "NAGLOWEK":
            document = EppDocument(number, cells, [])
        elif section == "ZAWARTOSC":
            document.lines.append((number, cells))
    if document.fields:
        yield document


def _rows(file: TextFile, mixed: list[int]) -> Iterator[tuple[int, Any]]:
    """Rows that hold anything, quotes read strictly."""
    layout = Layout(separator=",", heading_rows=())
    with file.open() as stream:
        for number, found in records(Fields(file, layout), watched(file, without_ctrl_z(stream), 1, mixed)):
            if isinstance(found, Problem) or any(map(str.strip, found)):
                yield number, found


READER = Reader(
    "epp", lambda held, head: held is Content.TEXT and bool(_INFO.match(head.removeprefix(b"\xef\xbb\xbf"))), read
)
