"""Invoices → the rows of the universal workbook, by sheet; the way back is the language itself, by uniwersalne.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from bridge.mapping.converters.named import NAMED
from bridge.mapping.language.vocabulary import PARTS, REPEATED, WORDS, Part, Word
from bridge.mapping.universal.sheets import UniversalSheet, sheets
from bridge.model.invoice import Invoice
from bridge.model.text import collapsed

Value = str | int | Decimal | date
Rows = dict[str, list[tuple[Value | None, ...]]]
WORD_OF = {takes: {code: word for word, code in codes.items()} for takes, codes in NAMED.items()}
# Words of a section that stands once which speak of something that may repeat: platnosc.termin ↔ the sheet of `terminy`.
_FULL = {
    word.key: f"{PARTS[word.section].attribute}.{word.attribute}".strip(".")
    for word in WORDS
    if PARTS[word.section].most == 1
}


def _path(part: Part) -> str:
    """Its attribute from the invoice on, for a part that stands in no other part."""
    return f"{PARTS[part.around].attribute}.{part.attribute}" if part.around else part.attribute


_REPEATED_AT = {_path(part): section for section, part in REPEATED.items() if part.around not in REPEATED}


def rows(invoices: Iterable[Invoice]) -> Rows:
    """Title of a sheet → its rows, one tuple of cells in the order of its heading."""
    made: Rows = {sheet.title: [] for sheet in sheets()}
    taken: set[str] = set()
    for invoice in invoices:
        name = _name(invoice, taken)
        for sheet in sheets():
            made[sheet.title] += _sheet_rows(sheet, invoice, name)
    return made


def altered(made: Rows) -> list[str]:
    """Texts that come back from a workbook otherwise than they went, as the language collapses white space."""
    return [
        text
        for sheet in made.values()
        for row in sheet
        for text in row
        if isinstance(text, str) and any(collapsed(line) != line for line in text.split("\n"))
    ]


def _name(invoice: Invoice, taken: set[str]) -> str:
    """What ties the rows of an invoice together: its number, with a count when that is taken."""
    number = name = collapsed(invoice.number)
    count = 1
    while name in taken:
        count += 1
        name = f"{number} ({count})"
    taken.add(name)
    return name


def _sheet_rows(sheet: UniversalSheet, invoice: Invoice, name: str) -> Iterator[tuple[Value | None, ...]]:
    if not sheet.section:
        yield (name, *(_cell(word, _once(word, invoice)) for word in sheet.words))
        return
    for keys, noun in _nouns(sheet.section, invoice, name):
        yield (*keys, *(_cell(word, _of_part(word, noun)) for word in sheet.words))


def _nouns(section: str, invoice: Invoice, name: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each part of a section with its key cells: the invoice, the numbers of the parts around, its own."""
    part = PARTS[section]
    holders = (
        _nouns(part.around, invoice, name)
        if part.around in REPEATED
        else iter([((name,), _walk(invoice, PARTS[part.around].attribute if part.around else ""))])
    )
    numbered = any(each.around == section for each in REPEATED.values())
    for keys, holder in holders:
        found = _walk(holder, part.attribute) or ()
        if found and _tells(section, found):
            continue
        for count, noun in enumerate(found, start=1):
            yield (*keys, *([str(count)] if numbered else [])), noun


def _tells(section: str, found: tuple[Any, ...]) -> bool:
    """Whether words of the sheet around say all of these parts: there is one, and it has nothing else."""
    part = PARTS[section]
    if part.around in REPEATED:
        path, around = part.attribute, {word.attribute for word in WORDS if word.section == part.around}
    else:
        path, around = _path(part), set(_FULL.values())
    names = {each.removeprefix(f"{path}.") for each in around if each.startswith(f"{path}.")}
    if section == "pozycja" or len(found) != 1 or not (names or path in around):
        return False
    (only,) = found
    if not is_dataclass(only):
        return True
    return all(getattr(only, each.name) in (None, False, ()) or each.name in names for each in fields(only))


def _once(word: Word, invoice: Invoice) -> Any:
    """A word of the sheet of invoices; of a part that may repeat only when it is the only one and told here."""
    if word.key == "faktura.kwoty":
        return True
    if word.section == "sumy":
        return _sum(word, invoice)
    full = _FULL[word.key]
    path = next((each for each in _REPEATED_AT if full == each or full.startswith(f"{each}.")), "")
    return _only(_REPEATED_AT[path], _walk(invoice, path), full[len(path) + 1 :]) if path else _walk(invoice, full)


def _of_part(word: Word, noun: Any) -> Any:
    """A word of a part's own sheet."""
    first, _, rest = word.attribute.partition(".")
    inner = next(
        (each for each, part in REPEATED.items() if (part.around, part.attribute) == (word.section, first)), ""
    )
    return _only(inner, _walk(noun, first), rest) if inner else _walk(noun, word.attribute)


def _only(section: str, found: tuple[Any, ...] | None, path: str) -> Any:
    return _walk(found[0], path) if found and _tells(section, found) else None


def _sum(word: Word, invoice: Invoice) -> Decimal | None:
    if invoice.totals is None:
        return None
    if word.attribute == "due":
        return invoice.totals.due
    name, _, amount = word.attribute.partition(".")
    band = next((each for each in invoice.totals.bands if each.band == name), None)
    value: Decimal | None = getattr(band, amount) if band else None
    return value


def _walk(noun: Any, path: str) -> Any:
    """The value at a path of attributes and places; None where something on the way is not there."""
    for step in filter(None, path.split(".")):
        if noun is None:
            return None
        if not step.isdecimal():
            noun = getattr(noun, step)
        elif int(step) < len(noun):
            noun = noun[int(step)]
        else:
            return None
    return noun


def _cell(word: Word, value: Any) -> Value | None:
    """A value as a cell: words instead of codes, tak for true, nothing for false and empty."""
    if value is None or value is False or value == "":
        return None
    if word.takes in WORD_OF:
        return WORD_OF[word.takes][value]
    if value is True:
        return "podane" if word.takes == "amounts" else "tak"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    assert isinstance(value, str | int | Decimal | date), (word.key, value)
    return value
