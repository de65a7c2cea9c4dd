"""The vocabulary → JSON Schema (draft 7) of a mapping, for editors: completion and Polish descriptions (yaml-language-server).

It knows keys and shapes, not meaning: an editor helps while typing, the loader decides. A list in brackets and a list by
dashes look the same to a schema, so both are let pass here and told apart by the loader.
"""

from __future__ import annotations

import json
from typing import Any

from bridge.mapping.language.compile import ACTIONS, FIELD_KEYS, MEANT, VERBS
from bridge.mapping.language.dictionaries import FILE_KEYS
from bridge.mapping.language.source import (
    APOSTROPHES,
    DECIMALS,
    ENCODINGS,
    KEYS,
    NEGATIVES,
    SEPARATORS,
    SERIAL,
    TABLE_KEYS,
    THOUSANDS,
)
from bridge.mapping.language.vocabulary import HEADER_SECTIONS, PARTS, REPEATED, WORDS
from bridge.model.table import FORMATS

Schema = dict[str, Any]
FILE = "mapowanie.schema.json"
_TEXT: Schema = {"type": ["string", "number", "boolean", "null"]}
_TEXTS: Schema = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
_COLUMNS: Schema = {"type": "array", "items": _TEXT, "description": "kolumny w nawiasie: [Nr dok.]"}
_FLAG: Schema = {"enum": ["tak", "nie", True, False]}
_PER: Schema = {"enum": ["faktura", "wiersz"]}
_SOURCE: dict[str, tuple[str, Schema]] = {
    "pliki": ("wzorzec nazw plików; * zastępuje dowolny tekst", _TEXT),
    "format": ("bez tego: po zawartości", {"enum": list(FORMATS)}),
    "kodowanie": ("bez tego mostek rozpoznaje je sam; Mazovii nie rozpoznaje", {"enum": list(ENCODINGS)}),
    "separator": (
        "słowem: średnik, przecinek, tab, kreska; inny znak w cudzysłowie",
        {"anyOf": [{"enum": [*SEPARATORS, "średnik"]}, {"pattern": r"^[^\w\s;,|]$"}]},
    ),
    "cudzyslow": ("nie: cudzysłowy są zwykłymi znakami", _FLAG),
    "znak_ucieczki": ("znak, po którym separator jest zwykłym znakiem", _TEXT),
    "wiersze_naglowka": ("1; 5-6, gdy nagłówek ma dwa wiersze; brak", _TEXT),
    "arkusz": ("nazwa arkusza", _TEXT),
    "format_daty": (f"np. DD.MM.RRRR; lista od myślników; {SERIAL}", _TEXTS),
    "znak_dziesietny": ("jak program pisze ułamki", {"enum": list(DECIMALS)}),
    "separator_tysiecy": ("co stoi między grupami cyfr oprócz spacji", {"enum": list(THOUSANDS)}),
    "zapis_ujemnych": ("oprócz minusa z przodu", _TEXTS | {"examples": [*NEGATIVES, "minus na końcu"]}),
    "dopisek_kwoty": ("teksty, które mogą stać za kwotą: zł, EUR", _TEXTS),
    "puste_znaczy": ("teksty, które znaczą „nic”: brak, 0001-01-01", _TEXTS),
    "apostrof_na_poczatku": (
        "usun: '62-200 to 62-200; zostaw: apostrof należy do tekstu",
        {"enum": [*APOSTROPHES, "usuń"]},
    ),
    "jedna_faktura_to": ("kolumny, po których poznać jedną fakturę", _COLUMNS),
    "naglowek_w_pierwszym_wierszu": ("tak: puste komórki dalszych wierszy faktury znaczą „jak wyżej”", _FLAG),
    "znacznik": ("plik, bez którego zestawu się nie czyta", _TEXT),
    "kolumny": ("własne nazwy kolumn: od-do, numer pola, litera albo lista nagłówków", {"type": "object"}),
    "tabele": ("nagłówki i pozycje w osobnych plikach, arkuszach albo rekordach", {"type": "object"}),
}
_TABLE: dict[str, tuple[str, Schema]] = {
    "rekord": ("litera albo słowo na początku wiersza", _TEXT),
    "klucz": ("kolumny, które łączą tabelę z fakturą", _COLUMNS),
    "pomin": ("tak: tabela znana i niepotrzebna", _FLAG),
}
_TOP: dict[str, tuple[str, Schema]] = {
    "mapowanie": ("wersja języka", {"enum": [1, "1"]}),
    "przyklad": ("tak: przykład, którego nikt jeszcze nie przyjął; poza piaskownicą nie obejmuje plików", _FLAG),
    "dolacz": ("wspólne pliki; ten plik jest ostatni i wygrywa", _TEXTS),
    "slowniki": (
        "po lewej tekst z pliku, po prawej wartość na fakturze",
        {"type": "object", "additionalProperties": {"type": ["object", "null"], "additionalProperties": _TEXT}},
    ),
    "slowniki_z_plikow": (
        "duże słowniki w CSV albo XLSX",
        {"type": "object", "additionalProperties": {"type": "object", "propertyNames": {"enum": list(FILE_KEYS)}}},
    ),
    "pozycja_zbiorcza": ("tak: plik nie ma pozycji, a mapowanie ma je zrobić", _FLAG),
    "zasady": ("waga sprawdzeń: ostrzezenie, blad, wylaczona", {"type": "object", "additionalProperties": _TEXT}),
    "szablon": ("własny szablon faktury", _TEXT),
}


def schema() -> Schema:
    """The whole schema."""
    sections = {section: _section(section) for section in PARTS if "." not in section and section != "naglowek"}
    top = {key: _described(*each) for key, each in _TOP.items()}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Mapowanie ksef-bridge",
        "type": "object",
        "required": ["mapowanie"],
        "additionalProperties": False,
        "properties": top | {"zrodlo": _source()} | sections | {
            "pozycje_z_kolumn": _items(_extra_line()),
            "reguly": _items(_rule()),
            "wyniki": _results(),
        },
        "definitions": {"pole": _field()},
    }  # fmt: skip


def text() -> str:
    """The schema as it is written to a file."""
    return json.dumps(schema(), ensure_ascii=False, separators=(",", ":")) + "\n"


def _described(description: str, shape: Schema) -> Schema:
    return shape | {"description": description}


def _object(properties: Schema, *required: str) -> Schema:
    return {
        "type": ["object", "null"],
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _items(shape: Schema) -> Schema:
    return {"type": "array", "items": shape}


def _field() -> Schema:
    """Short form: a text or columns; long form: `wartosc` and what is done with it."""
    meant = _object({MEANT: _TEXT}, MEANT)
    shapes: Schema = dict.fromkeys(FIELD_KEYS, _TEXTS) | {
        "wartosc": {"anyOf": [_TEXTS, meant]},
        "gdy_puste": {"anyOf": [_TEXT, meant, _items({"anyOf": [_TEXTS, meant]})]},
    }
    return {"anyOf": [_TEXTS, meant, _object(shapes, "wartosc")]}


def _section(section: str) -> Schema:
    """Words of a section, and the parts inside it; a part that repeats may also be a list or come from a table."""
    words: Schema = {
        each.name: {"allOf": [{"$ref": "#/definitions/pole"}], "description": _meaning(each.meaning, each.element)}
        for each in WORDS
        if each.section == section and each.takes
    }
    inner: Schema = {part.name: _section(name) for name, part in PARTS.items() if part.around == section}
    properties: Schema = words | inner
    if section in REPEATED:
        own = {
            "z_tabeli": _described("każdy wiersz tej tabeli to jedna część", _TEXT),
            "raz_na": _described("co znaczy kilka wierszy faktury: jedna część na fakturę albo osobna na wiersz", _PER),
        }
        properties = own | properties
    shape = _object(properties)
    if section in REPEATED or section in {"korekta", "pozycja_zamowienia"} or section not in HEADER_SECTIONS:
        shape = {"anyOf": [shape, _items(shape)]}
    return _described(PARTS[section].meaning, shape)


def _meaning(meaning: str, element: str) -> str:
    return f"{meaning} ({element})" if element else meaning


def _source() -> Schema:
    own = {key: _described(*_SOURCE[key]) for key in KEYS}
    table = {key: _described(*(_TABLE | _SOURCE)[key]) for key in TABLE_KEYS}
    tables = {"type": "object", "additionalProperties": _object(table)}
    return _described(
        "które pliki i jak je czytać", _object(own | {"tabele": _described(_SOURCE["tabele"][0], tables)})
    )


def _tests() -> Schema:
    verbs: Schema = dict.fromkeys(VERBS, _TEXTS)
    return _items(_object({"kolumna": _COLUMNS} | verbs, "kolumna"))


def _rule() -> Schema:
    settable = {
        each.key: {"allOf": [{"$ref": "#/definitions/pole"}], "description": _meaning(each.meaning, each.element)}
        for each in WORDS
        if each.takes
    }
    actions = dict.fromkeys(ACTIONS, _FLAG)
    shape = {"opis": _TEXT, "tabela": _TEXT, "gdy": _tests(), "ustaw": _object(settable)}
    return _described("warunek i co z niego wynika", _object(shape | actions, "opis"))


def _extra_line() -> Schema:
    shape = {"opis": _TEXT, "raz_na": _PER, "gdy": _tests(), "pozycja": _section("pozycja")}
    return _described("pozycja zrobiona z kolumn", _object(shape, "pozycja"))


def _results() -> Schema:
    shape = {
        "kodowanie": {"enum": list(ENCODINGS)},
        "separator": {"enum": [*SEPARATORS, "średnik"]},
        "przepisz": _described("kolumny eksportu powtórzone w wynikach", _COLUMNS),
    }
    return _described("pliki wyników", _object(shape))
