"""`zrodlo` of a mapping → the reader's Layout, and the Formats of its numbers and dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.mapping.convert import Formats, date_pattern
from bridge.mapping.nodes import Columns, Node, Section, Text, Values, fold_key
from bridge.model.table import Layout, OwnColumn, TableLayout
from bridge.model.text import folded

if TYPE_CHECKING:
    from bridge.mapping.compile import Compiler

KEYS = (
    "pliki",
    "format",
    "kodowanie",
    "separator",
    "cudzyslow",
    "znak_ucieczki",
    "wiersze_naglowka",
    "arkusz",
    "format_daty",
    "znak_dziesietny",
    "separator_tysiecy",
    "zapis_ujemnych",
    "dopisek_kwoty",
    "puste_znaczy",
    "apostrof_na_poczatku",
    "jedna_faktura_to",
    "naglowek_w_pierwszym_wierszu",
    "znacznik",
    "kolumny",
    "tabele",
)
TABLE_KEYS = ("pliki", "arkusz", "rekord", "klucz", "kolumny", "pomin")
FORMATS = {name: name for name in ("csv", "stala_szerokosc", "rekordy", "xlsx", "xlsb", "xls", "ods", "epp", "jpk_fa")}
ENCODINGS = {name: name for name in ("utf-8", "cp1250", "iso-8859-2", "cp852", "mazovia", "utf-16")}
SEPARATORS = {"srednik": ";", "przecinek": ",", "tab": "\t", "kreska": "|"}
DECIMALS = {"przecinek": ",", "kropka": "."}
THOUSANDS = {"kropka": ".", "przecinek": ",", "apostrof": "'"}
NEGATIVES = {"minus na koncu": "behind", "nawiasy": "parentheses"}
SERIAL = "numer seryjny"


def layout(compiler: Compiler, source: Section) -> Layout:
    """How a reader reads the file."""
    entries = _folded(source)

    def choice(key: str, known: dict[str, str]) -> str:
        return compiler.choice(entries[key], key, known) if key in entries else ""

    return Layout(
        format=choice("format", FORMATS),
        encoding=choice("kodowanie", ENCODINGS),
        separator=choice("separator", SEPARATORS),
        quotes=compiler.flag(entries["cudzyslow"], "cudzyslow") if "cudzyslow" in entries else True,
        escape=compiler.text(entries["znak_ucieczki"], "znak_ucieczki") if "znak_ucieczki" in entries else "",
        heading_rows=_heading_rows(compiler, entries.get("wiersze_naglowka")),
        tables=_tables(compiler, entries),
    )


def formats(compiler: Compiler, source: Section) -> Formats:
    """How the file writes numbers, dates and nothing."""
    entries = _folded(source)
    written = compiler.texts(entries["format_daty"], "format_daty") if "format_daty" in entries else ()
    for each in written:
        if each != SERIAL and date_pattern(each) is None:
            compiler.say(
                entries["format_daty"].at,
                "M20",
                f"„{each}” nie jest zapisem daty.",
                "Przykłady: DD.MM.RRRR, RRRR-MM-DD, DD-MM-RR.",
            )
    negatives = {
        compiler.choice(Text(each, entries["zapis_ujemnych"].at), "zapis_ujemnych", NEGATIVES)
        for each in (compiler.texts(entries["zapis_ujemnych"], "zapis_ujemnych") if "zapis_ujemnych" in entries else ())
    }
    empty = compiler.texts(entries["puste_znaczy"], "puste_znaczy") if "puste_znaczy" in entries else ()
    apostrophe = entries.get("apostrof_na_poczatku")
    return Formats(
        decimal=compiler.choice(entries["znak_dziesietny"], "znak_dziesietny", DECIMALS)
        if "znak_dziesietny" in entries
        else "",
        thousands=compiler.choice(entries["separator_tysiecy"], "separator_tysiecy", THOUSANDS)
        if "separator_tysiecy" in entries
        else "",
        minus_behind="behind" in negatives,
        parentheses="parentheses" in negatives,
        suffixes=compiler.texts(entries["dopisek_kwoty"], "dopisek_kwoty") if "dopisek_kwoty" in entries else (),
        dates=tuple(each for each in written if each != SERIAL),
        serial=SERIAL in written,
        empty=frozenset(folded(each) for each in empty),
        drop_apostrophe=apostrophe is not None
        and bool(compiler.choice(apostrophe, "apostrof_na_poczatku", {"usun": "usun"})),
    )


def _folded(section: Section) -> dict[str, Node]:
    return {fold_key(key): node for key, node in section.entries.items()}


def _heading_rows(compiler: Compiler, node: Node | None) -> tuple[int, ...]:
    if node is None:
        return (1,)
    written = compiler.text(node, "wiersze_naglowka")
    if fold_key(written) == "brak":
        return ()
    parts = written.replace(" ", "").split("-")
    if not all(part.isascii() and part.isdecimal() and int(part) > 0 for part in parts) or len(parts) > 2:
        compiler.say(node.at, "M20", f"„wiersze_naglowka” nie może być „{written}”.", "Przykłady: 1, 5-6, brak.")
        return (1,)
    first, last = int(parts[0]), int(parts[-1])
    return tuple(range(first, last + 1))


def _tables(compiler: Compiler, entries: dict[str, Node]) -> tuple[TableLayout, ...]:
    own = _own(compiler, entries.get("kolumny"))
    if "tabele" not in entries:
        sheet = compiler.text(entries["arkusz"], "arkusz") if "arkusz" in entries else ""
        return (TableLayout(sheet=sheet, columns=own),)
    found = compiler.section(entries["tabele"], "tabele")
    return tuple(_table(compiler, name, node) for name, node in found.entries.items()) if found else ()


def _table(compiler: Compiler, name: str, node: Node) -> TableLayout:
    found = compiler.section(node, name, TABLE_KEYS)
    entries = _folded(found) if found else {}

    def text(key: str) -> str:
        return compiler.text(entries[key], key) if key in entries else ""

    skipped = "pomin" in entries and compiler.flag(entries["pomin"], "pomin")
    return TableLayout(
        name, text("pliki"), text("arkusz"), text("rekord"), _own(compiler, entries.get("kolumny")), skipped
    )


def _own(compiler: Compiler, node: Node | None) -> tuple[OwnColumn, ...]:
    found = compiler.section(node, "kolumny") if node is not None else None
    return tuple(_own_column(compiler, name, each) for name, each in found.entries.items()) if found else ()


def _own_column(compiler: Compiler, name: str, node: Node) -> OwnColumn:
    if isinstance(node, Values):
        return OwnColumn(name, headings=compiler.texts(node, name))
    if isinstance(node, Columns):
        return OwnColumn(name, headings=tuple(each.value for each in node.names))
    written = compiler.text(node, name).replace(" ", "")
    first, dash, last = written.partition("-")
    if first.isdecimal() and (not dash or last.isdecimal()) and int(first) > 0:
        if dash and int(last) < int(first):
            compiler.say(node.at, "M20", f"„{written}”: koniec jest przed początkiem.")
        return OwnColumn(name, span=(int(first), int(last))) if dash else OwnColumn(name, index=int(first))
    if written.isascii() and written.isalpha() and written.isupper() and len(written) <= 3:
        return OwnColumn(name, letter=written)
    compiler.say(
        node.at,
        "M20",
        f"„{written}” nie jest miejscem kolumny.",
        "Podaj od-do (1-16), numer pola (7), literę (M) albo listę nagłówków.",
    )
    return OwnColumn(name)
