"""The words of the mapping language: Polish key ↔ attribute of the model ↔ FA(3) element ↔ converter; the one table.

Its rows are written in bridge.mapping.language.words. From it come the manual, the advice of messages, the universal workbook
and the way a problem of an element finds its column (design.md, 3.7).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from bridge.mapping.language import words as written

_MARK = re.compile(r"[:;,(]")
CELLS = 20  # columns that a table of an attachment may have


class Word(NamedTuple):
    """One key of a section: `nabywca.nip`, `zalaczniki.tabele.opis`."""

    key: str
    attribute: str  # of bridge.model.invoice, below its section's noun: "address.line1"; "" is the part itself
    element: str  # FA(3) path below Faktura; "" when it is never printed
    takes: str  # a converter of bridge.mapping.converters.convert; "" when the bridge fills it
    limit: int  # longest text, or most decimals; 0 when the converter knows
    meaning: str
    covers: tuple[str, ...] = ()  # elements that come and go with this one: PlatnoscInna with OpisPlatnosci
    alone: bool = True  # False: this word by itself does not make a part of its section

    @property
    def label(self) -> str:
        """What it is, in two or three words: the meaning up to its first mark."""
        return _MARK.split(self.meaning, maxsplit=1)[0].strip()

    @property
    def section(self) -> str:
        """The part before the last dot."""
        return self.key.rpartition(".")[0]

    @property
    def name(self) -> str:
        """The part behind the last dot."""
        return self.key.rpartition(".")[2]


class Part(NamedTuple):
    """A section: once in an invoice, or a part that repeats; a dot in its name leads to the section around it."""

    section: str
    attribute: str  # of the invoice, or of the noun of the section around it
    element: str  # FA(3) path below Faktura; "" for what is not one element
    most: int  # how often it may stand there
    meaning: str
    sheet: str = ""  # of the universal workbook; "" for what stands once and so is on the sheet of invoices
    several: str = "one"  # what several rows of one invoice mean: set · list · ask · one (docs/adr/0023)
    identity: tuple[tuple[str, ...], ...] = ()  # set: parts that share one of these are the same; () = all of it
    amount: str = ""  # list: the word whose equal value on all rows may be a repeated header; "" = all of it

    @property
    def around(self) -> str:
        """The section it stands in, "" for the invoice itself."""
        return self.section.rpartition(".")[0]

    @property
    def name(self) -> str:
        """Its key in the section around it."""
        return self.section.rpartition(".")[2]


GROUPS = {
    "@address": written.ADDRESS,
    "@named": written.NAMED,
    "@account": written.ACCOUNT,
    "@contact": written.CONTACT,
}


def _read() -> tuple[dict[str, Part], tuple[Word, ...]]:
    parts: dict[str, Part] = {}
    words: list[Word] = []
    for line in written.WORDS.splitlines():
        if line.startswith("=="):
            part = _part(line, parts)
            parts[part.section] = part
        elif line.startswith("@"):
            words += _group(line, part)
        elif line:
            words.append(_word(line, part))
    return parts, tuple(words)


def _fields(line: str) -> list[str]:
    return [field.strip() for field in line.split("|")]


def _part(line: str, parts: dict[str, Part]) -> Part:
    section, attribute, element, most, meaning, sheet, *several = _fields(line.removeprefix("=="))
    around = parts.get(section.rpartition(".")[0])
    how, _, by = (several or ["one"])[0].partition(" ")
    identity = tuple(tuple(each.split("+")) for each in by.split(" ") if each) if how == "set" else ()
    element = f"{around.element}/{element}" if around else element
    return Part(section, attribute, element, int(most), meaning, sheet, how, identity, by if how == "list" else "")


def _word(line: str, part: Part, prefix: str = "", attribute: str = "", element: str = "") -> Word:
    """A word of a section; prefix, attribute and element are those of the group it was taken from."""
    name, own, elements, takes, limit, meaning = _fields(line)
    below = f"{part.element}/{element}".strip("/")
    paths = tuple(_path(each, below) for each in elements.split("+")) if elements or not own else ("",)
    return Word(
        f"{part.section}.{prefix}{name.removesuffix('*')}",
        ",".join(f"{attribute}.{each}".strip(".") for each in own.split(",")),
        paths[0],
        takes,
        int(limit),
        meaning,
        paths[1:],
        not name.endswith("*"),
    )


def _path(element: str, below: str) -> str:
    return element[1:] if element.startswith("/") else f"{below}/{element}".strip("/")


def _group(line: str, part: Part) -> list[Word]:
    """`@address koresp_ | correspondence | AdresKoresp`: the words of a group, with a prefix and below an attribute."""
    head, *rest = _fields(line)
    group, _, prefix = head.partition(" ")
    attribute, element, whose = [*rest, "", "", ""][:3]
    if group == "@cells":
        return _cells(part, prefix.strip(), attribute, element, whose)
    lines = (each.replace("{}", whose) for each in GROUPS[group].split("\n") if each)
    return [_word(each, part, prefix.strip(), attribute, element) for each in lines]


def _cells(part: Part, prefix: str, attribute: str, element: str, meaning: str) -> list[Word]:
    rows = (f"{prefix}{n} | {attribute}.{n - 1} | {element} | cell | 256 | {meaning} {n}" for n in range(1, CELLS + 1))
    return [_word(row, part) for row in rows]


PARTS, WORDS = _read()
BY_KEY: dict[str, Word] = {word.key: word for word in WORDS if word.takes}
SECTIONS: tuple[str, ...] = tuple(section for section in PARTS if section != "naglowek")
HEADER_SECTIONS = tuple(
    section for section, part in PARTS.items() if part.most == 1 and section not in {"naglowek", "kontrola", "plik"}
)
REPEATED: dict[str, Part] = {section: part for section, part in PARTS.items() if part.most > 1 and section != "pozycja"}
# Of `kontrola`, these two stand in each line.
LINE_KEYS = frozenset(
    {word.key for word in WORDS if word.section == "pozycja"} | {"kontrola.pozycja_vat", "kontrola.pozycja_brutto"}
)
KEYS_OF: dict[str, tuple[str, ...]] = {}  # element → the keys that may give it, the usual one first
for _each in WORDS:
    for _element in (_each.element, *_each.covers):
        KEYS_OF[_element] = (*KEYS_OF.get(_element, ()), _each.key)
KEYS_OF.pop("", None)
BY_ELEMENT: dict[str, str] = {element: keys[0] for element, keys in KEYS_OF.items() if keys[0] in BY_KEY}
# Without these there is no invoice, whatever the file holds; a rule may set them too.
NEEDED = (
    "sprzedawca.nip",
    "sprzedawca.nazwa",
    "sprzedawca.adres_linia1",
    "sprzedawca.kraj",
    "faktura.numer",
    "faktura.rodzaj",
    "faktura.data_wystawienia",
    "faktura.waluta",
)


def section_of(element: str) -> str:
    """What an element path of FA(3) belongs to: a key, or the section whose words stand below it; "" when nothing."""
    if element in KEYS_OF:
        return KEYS_OF[element][0]
    below = next((keys[0] for path, keys in KEYS_OF.items() if path.startswith(f"{element}/")), "")
    return below.rpartition(".")[0]
