"""`zrodlo` of a mapping → the reader's Layout, and the Formats of its numbers and dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.mapping.converters.dates import date_pattern
from bridge.mapping.converters.formats import Formats
from bridge.mapping.language.nodes import Columns, Mark, Node, Section, Text, Values, fold_key
from bridge.mapping.language.parts import Column
from bridge.model.table import FORMATS, Layout, OwnColumn, TableLayout
from bridge.model.text import folded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.mapping.language.compile import Compiler

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
WORDS = {name: name for name in FORMATS}
ENCODINGS = {name: name for name in ("utf-8", "cp1250", "iso-8859-2", "cp852", "mazovia", "utf-16")}
SEPARATORS = {"srednik": ";", "przecinek": ",", "tab": "\t", "kreska": "|"}
DECIMALS = {"przecinek": ",", "kropka": "."}
THOUSANDS = {"kropka": ".", "przecinek": ",", "apostrof": "'"}
NEGATIVES = {"minus na koncu": "behind", "nawiasy": "parentheses"}
APOSTROPHES = {"usun": "usun", "zostaw": "zostaw"}
SERIAL = "numer seryjny"
# Formats whose tables, columns and ways of writing are fixed: table → what joins it to the invoice ("" = once per file).
FIXED: Mapping[str, Mapping[str, str]] = {
    "epp": {"naglowki": "numer", "pozycje": "numer"},
    "jpk_fa": {"naglowki": "P_2A", "pozycje": "P_2B", "podmiot": "", "kontrola": ""},
}


def layout(compiler: Compiler, source: Section) -> Layout:
    """How a reader reads the file."""
    entries = _folded(source)

    def choice(key: str, known: dict[str, str]) -> str:
        return compiler.choice(entries[key], key, known) if key in entries else ""

    written = choice("format", WORDS)
    tables = _tables(compiler, entries)
    if written in FIXED and "tabele" not in entries:
        tables = tuple(TableLayout(name) for name in FIXED[written])
    _places_fit(compiler, source, written, tables)
    return Layout(
        format=written,
        encoding=choice("kodowanie", ENCODINGS),
        separator=_separator(compiler, entries.get("separator")),
        quotes=compiler.flag(entries["cudzyslow"], "cudzyslow") if "cudzyslow" in entries else True,
        escape=compiler.text(entries["znak_ucieczki"], "znak_ucieczki") if "znak_ucieczki" in entries else "",
        heading_rows=_heading_rows(compiler, entries.get("wiersze_naglowka"), written),
        tables=tables,
    )


def _separator(compiler: Compiler, node: Node | None) -> str:
    """A word, or any other sign as it is; signs that have a word are written by it, as YAML reads some of them otherwise."""
    if node is None:
        return ""
    sign = node.value if isinstance(node, Text) else ""
    if len(sign) == 1 and sign.isprintable() and not sign.isalnum() and sign not in {*SEPARATORS.values(), '"', " "}:
        return sign
    return compiler.choice(node, "separator", SEPARATORS)


def key(compiler: Compiler, source: Section, at: Mark) -> tuple[Column, ...]:
    """`jedna_faktura_to`; a format whose tables are fixed says it itself."""
    entries = _folded(source)
    if "jedna_faktura_to" in entries:
        return compiler.columns(entries["jedna_faktura_to"], "jedna_faktura_to")
    fixed = _fixed(entries)
    if fixed:
        return (Column(fixed["naglowki"], "", source.at),)
    compiler.say(
        source.at if source.entries else at,
        "M19",
        "W `zrodlo` brakuje klucza `jedna_faktura_to`.",
        "Napisz, która kolumna odróżnia faktury: jedna_faktura_to: [Nr dok.].",
    )
    return ()


def joins(compiler: Compiler, source: Section) -> dict[str, tuple[Column, ...]]:
    """`klucz` of each table but the one of headers."""
    entries = _folded(source)
    tables = entries.get("tabele")
    if not isinstance(tables, Section):
        fixed = {name: column for name, column in _fixed(entries).items() if column and name != "naglowki"}
        return {name: (Column(column, "", source.at),) for name, column in fixed.items()}
    if "naglowki" not in tables.entries:
        compiler.say(tables.at, "M19", "W `tabele` brakuje tabeli „naglowki”.")
    found = {}
    for name, node in tables.entries.items():
        if isinstance(node, Section) and "klucz" in node.entries:
            found[name] = compiler.columns(node.entries["klucz"], "klucz")
        elif name == "pozycje":
            compiler.say(node.at, "M19", "Tabela „pozycje” musi mieć `klucz`, który łączy ją z nagłówkami.")
    return found


def _fixed(entries: Mapping[str, Node]) -> Mapping[str, str]:
    written = entries.get("format")
    return FIXED.get(fold_key(written.value).lower(), {}) if isinstance(written, Text) else {}


def _places_fit(compiler: Compiler, source: Section, written: str, tables: tuple[TableLayout, ...]) -> None:
    """Places in a line belong to fixed width, record types to records; each needs its format said."""
    columns = [column for table in tables for column in table.columns]
    spans, records = [each for each in columns if each.span], [table for table in tables if table.record]
    if written == "stala_szerokosc" and (not columns or len(spans) < len(columns)):
        said = "Przy stałej szerokości każda kolumna w `kolumny` musi mieć miejsca od-do, np. numer: 1-16."
        compiler.say(source.at, "M20", said)
    elif spans and written != "stala_szerokosc":
        said = f"Kolumna „{spans[0].name}” ma miejsca od-do, a plik nie jest opisany jako stała szerokość."
        compiler.say(source.at, "M20", said, "Dopisz w `zrodlo`: format: stala_szerokosc.")
    if written == "rekordy" and len(records) < len(tables):
        said = "Przy rekordach każda tabela musi mieć klucz `rekord`, np. rekord: H."
        compiler.say(source.at, "M20", said)
    elif records and written != "rekordy":
        said = f"Tabela „{records[0].name}” ma klucz `rekord`, a plik nie jest opisany jako rekordy."
        compiler.say(source.at, "M20", said, "Dopisz w `zrodlo`: format: rekordy.")


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
    apostrophe = (
        compiler.choice(entries["apostrof_na_poczatku"], "apostrof_na_poczatku", APOSTROPHES)
        if "apostrof_na_poczatku" in entries
        else ""
    )
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
        drop_apostrophe=apostrophe == "usun",
        keep_apostrophe=apostrophe == "zostaw",
    )


def _folded(section: Section) -> dict[str, Node]:
    return {fold_key(key): node for key, node in section.entries.items()}


def _heading_rows(compiler: Compiler, node: Node | None, written: str) -> tuple[int, ...]:
    if node is None:
        return () if written in {"stala_szerokosc", "rekordy"} else (1,)
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
    record = text("rekord")
    once = bool(record) and not skipped and name != "naglowki" and "klucz" not in entries
    return TableLayout(
        name, text("pliki"), text("arkusz"), record, _own(compiler, entries.get("kolumny")), skipped, once
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
