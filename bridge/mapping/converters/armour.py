"""Marks by which programs keep Excel from touching a text: ="00123" and '62-200. They are not part of the text.

`="…"` has one meaning, the text within, so it is taken off every cell and heading before anything looks at them. A
leading apostrophe may belong to a name ('s-Hertogenbosch): the mapping says whether it goes (`apostrof_na_poczatku`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.mapping.converters.formats import Bad

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bridge.mapping.converters.formats import Formats
    from bridge.model.table import Row, Source, Table

APOSTROPHE = "'"
SIGN = '="'
_WHOLE = re.compile(r'\s*="((?:[^"]|"")*)"\s*')
# ="a"&"b", =TEXT(…), =A1&"/1", =+$B$2, =2*5: only Excel could tell what they come to
_FORMULA = re.compile(
    r'=\s*(?:"|[^\W\d_][\w.]*(?:\(|!\$?[A-Za-z]{1,3}\$?\d)|[+-]?\$?[A-Za-z]{1,3}\$?\d+(?:[-+*/&:]|$)|[+-]?\d[\d.,]*[-+*/&])'
)
_OWN = re.compile(r"'[^\W\d_]{1,2}[-\s]|'[^']*\s[^']*'|'[^\W\d_]*[a-ząćęłńóśźż]+'")  # 's-Hertogenbosch, 'Pod Różą'
_FREE = re.compile(r"nazwa|adres_|tresc|opis|tekst|powod|przyczyna|stopka|miejsce|akapit|komorka|warunki")
KEY = "apostrof_na_poczatku"


def bare(text: str) -> str:
    """The text within `="…"`; any other text as it is."""
    found = _WHOLE.fullmatch(text)
    return found[1].replace('""', '"') if found else text


def unarmoured(source: Source, formats: Formats) -> Source:
    """The source as its program meant it: without `="…"`, and without leading apostrophes where the mapping says so."""
    tables = {name: _table(table, drop=formats.drop_apostrophe) for name, table in source.tables.items()}
    return replace(source, tables=tables)


def _table(table: Table, *, drop: bool) -> Table:
    return replace(table, heading=tuple(map(bare, table.heading)), rows=_rows(table.rows, drop=drop))


def _rows(rows: Callable[[], Iterator[Row]], *, drop: bool) -> Callable[[], Iterator[Row]]:
    clean = False  # a whole pass met no mark: the next ones need not look

    def bare_rows() -> Iterator[Row]:
        nonlocal clean
        met = False
        for row in rows():
            joined = "\n".join(row.cells)  # one look at the whole row: most have no mark at all
            cells: Iterable[str] = row.cells
            if SIGN in joined:
                cells = map(bare, cells)
            if drop and APOSTROPHE in joined:
                cells = map(_without_apostrophe, cells)
            met = met or cells is not row.cells
            yield row if cells is row.cells else row._replace(cells=tuple(cells))
        clean = not met

    return lambda: rows() if clean else bare_rows()


def _without_apostrophe(cell: str) -> str:
    text = cell.lstrip()
    return text[1:] if text.startswith(APOSTROPHE) else cell


def left(text: str, key: str, formats: Formats) -> Bad | None:
    """Why a text that still wears a mark cannot go to an invoice; None when the mark is its own."""
    if _FORMULA.match(text):
        told = f"W komórce stoi formuła Excela, a nie sama wartość: {text}."
        return Bad("D15", told, "Zapisz w eksporcie samą wartość, bez znaku = i bez funkcji.")
    if not text.startswith(APOSTROPHE) or formats.keep_apostrophe or (_FREE.search(key) and _OWN.match(text)):
        return None
    told = f"„{text}” zaczyna się od apostrofu: tak programy oznaczają tekst dla Excela."
    advice = f"Dopisz w sekcji `zrodlo`: {KEY}: usun; a jeśli apostrof należy do tekstu: {KEY}: zostaw."
    return Bad("D15", told, advice)
