"""The vocabulary → the universal workbook: its sheets, their columns, and the mapping that reads it (uniwersalne.yaml).

One row of „Faktury” is an invoice, one sheet is one part that repeats. Every sheet begins with „Faktura”, what ties its
rows to the invoice; parts inside parts name the part around them too. Nothing stands here that the vocabulary does not say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bridge.mapping.converters.named import NAMED
from bridge.mapping.language.vocabulary import PARTS, REPEATED, WORDS, Part, Word
from bridge.model.vat import RATES

INVOICE = "Faktura"
LEFT_OUT = frozenset({"naglowek", "kontrola", "plik"})  # not of the invoice
FIRST = (
    "faktura",
    "nabywca",
    "sprzedawca",
    "platnosc",
    "sumy",
    "korekta",
)  # on the sheet of invoices; then as in FA(3)
SECOND_SPELLINGS = frozenset({"vat_ue", "percent"})  # of what has a column of its own: prefix and number, an amount
ALWAYS = {"faktura.powtorz_date_sprzedazy": "tak"}  # P_6 is kept as it is, equal to P_1 or not
_PLAIN = re.compile(r"[\w][\w \-–./()%]*")
INTRODUCTION = """\
# Skoroszyt uniwersalny: każda faktura FA(3), jeden arkusz na każdą powtarzającą się część.
# Pusty formularz: ksef-bridge table --empty --out faktury.xlsx; gotowe faktury: ksef-bridge table *.xml --out faktury.xlsx.
# Ten plik powstaje ze słownika mostka (make docs). Kwoty: puste albo „policz” znaczy, że liczy je mostek; „podane”, że są
# takie jak w skoroszycie, a mostek tylko je sprawdza (docs/adr/0018-universal-workbook.md).
"""


@dataclass(frozen=True, slots=True)
class UniversalSheet:
    """One sheet: the columns that tie it to others, its own number, and a column per word."""

    title: str
    section: str  # "" = the sheet of invoices
    keys: tuple[str, ...]  # headings: Faktura, then the numbers of the parts around
    own: str  # heading of its own number, when parts stand inside it
    words: tuple[Word, ...]

    @property
    def table(self) -> str:
        """Its name in the mapping."""
        return {"": "naglowki", "pozycja": "pozycje"}.get(self.section, self.section.replace(".", "_"))

    @property
    def heading(self) -> tuple[str, ...]:
        """All headings, in order."""
        return (*self.keys, *([self.own] if self.own else []), *(heading(word) for word in self.words))


def sheets() -> tuple[UniversalSheet, ...]:
    """„Faktury”, „Pozycje” and a sheet per part, in the order of the schema."""
    sections = [part.section for part in PARTS.values() if part.most == 1 and part.section not in LEFT_OUT]
    sections.sort(key=lambda section: FIRST.index(section) if section in FIRST else len(FIRST))
    once = tuple(word for section in sections for word in _words(section))
    lines = UniversalSheet(PARTS["pozycja"].sheet, "pozycja", (INVOICE,), "", _words("pozycja"))
    parts = (
        UniversalSheet(part.sheet, section, _keys(part), _own(part), _words(section))
        for section, part in REPEATED.items()
    )
    return (UniversalSheet(PARTS["faktura"].sheet, "", (), INVOICE, once), lines, *parts)


def heading(word: Word) -> str:
    """The heading of a word's column."""
    return word.label[:1].upper() + word.label[1:]


def choices(word: Word) -> tuple[str, ...]:
    """What a cell of this word may hold, where that is a short list."""
    listed = {
        "flag": ("tak", "nie"),
        "kind": ("VAT", "KOR", "ZAL", "ROZ", "UPR", "KOR_ZAL", "KOR_ROZ"),
        "prices": ("netto", "brutto"),
        "vat_method": ("od_sumy", "z_pozycji"),
        "amounts": ("policz", "podane"),
        "discount": ("od_ceny", "od_wartosci"),
        "rate": tuple(RATES),
        "gtu": tuple(f"GTU_{place:02d}" for place in range(1, 14)),
        "correction_type": ("1", "2", "3"),
        "status": ("1", "2", "3", "4"),
        "own_bank": ("1", "2", "3"),
        "column_type": ("date", "datetime", "dec", "int", "time", "txt"),
    }
    return listed.get(word.takes) or tuple(NAMED.get(word.takes, {}))


def mapping_text() -> str:
    """uniwersalne.yaml."""
    return f"{INTRODUCTION}mapowanie: 1\nzrodlo:\n{_source()}{''.join(_top())}"


# --- the workbook -----------------------------------------------------------------------------------------------------


def _words(section: str) -> tuple[Word, ...]:
    return tuple(word for word in WORDS if word.section == section and _has_column(word))


def _has_column(word: Word) -> bool:
    """Return whether a word gets its own column (not a second spelling, not what the mapping says itself)."""
    return word.takes not in SECOND_SPELLINGS and word.key not in ALWAYS


def _keys(part: Part) -> tuple[str, ...]:
    around = REPEATED.get(part.around)
    return (*_keys(around), _own(around)) if around else (INVOICE,)


def _own(part: Part) -> str:
    inside = any(each.around == part.section for each in REPEATED.values())
    return f"{part.sheet} – nr" if inside else ""


# --- the mapping ------------------------------------------------------------------------------------------------------


def _source() -> str:
    lines = [
        "  pliki:             uniwersalne*.xlsx",
        "  format_daty:       RRRR-MM-DD",
        "  znak_dziesietny:   przecinek",
        "  apostrof_na_poczatku: zostaw",
        f"  jedna_faktura_to:  [{INVOICE}]",
        "  tabele:",
    ]
    for sheet in sheets():
        lines += [f"    {sheet.table}:", f"      arkusz:        {sheet.title}"]
        if sheet.keys:
            lines.append(f"      klucz:         [{', '.join(map(_name, sheet.keys))}]")
    return "\n".join(lines) + "\n"


def _top() -> list[str]:
    tops = [part for part in PARTS.values() if not part.around and part.section not in LEFT_OUT]
    return [f"{part.section}:\n{_section(part, '  ')}" for part in tops]


def _section(part: Part, indent: str) -> str:
    """The fields of a section and the parts inside it."""
    table = part.section.replace(".", "_")
    lines = [f"{indent}z_tabeli: {table}\n"] if part.section in REPEATED else []
    lines += [
        _field(word, indent) for word in WORDS if word.section == part.section and word.takes not in SECOND_SPELLINGS
    ]
    for inner in PARTS.values():
        if inner.around == part.section:
            lines.append(f"{indent}{inner.name}:\n{_section(inner, indent + '  ')}")
    return "".join(lines)


def _field(word: Word, indent: str) -> str:
    if word.key in ALWAYS:
        return f"{indent}{word.name}: {ALWAYS[word.key]}\n"
    column = f"[{_name(heading(word))}]"
    if word.takes == "flag":
        return f"{indent}{word.name}:\n{indent}  wartosc: {column}\n{indent}  gdy_puste: nie\n"
    return f"{indent}{word.name}: {column}\n"


def _name(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else f'"{name}"'
