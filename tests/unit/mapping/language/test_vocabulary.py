from __future__ import annotations

import csv
import re
from pathlib import Path

from bridge.mapping.converters.convert import CONVERTERS
from bridge.mapping.language.vocabulary import KEYS_OF, PARTS, WORDS, Word, section_of

ELEMENTS = Path(__file__).resolve().parents[3] / "data" / "fa3" / "elements.csv"
with ELEMENTS.open(encoding="utf-8", newline="") as _file:
    ROWS = list(csv.DictReader(_file, delimiter=";"))
PATHS = {row["path"][1:]: row for row in ROWS}


def test_every_element_of_fa3_has_a_key_or_the_section_it_belongs_to() -> None:
    assert len(PATHS) == 405
    assert [path for path in PATHS if not section_of(path)] == []


def test_every_element_that_holds_a_value_has_its_own_key() -> None:
    holders = [path for path in PATHS if not any(other.startswith(f"{path}/") for other in PATHS)]
    assert [path for path in holders if path not in KEYS_OF] == []


def test_no_word_speaks_of_an_element_that_fa3_does_not_have() -> None:
    assert [path for path in KEYS_OF if path not in PATHS and "@" not in path] == []
    assert [part for part in PARTS.values() if part.element and part.element not in PATHS] == []


def test_a_word_takes_what_its_element_takes() -> None:
    wrong = [word for word in WORDS if word.takes and not _fits(word)]
    assert wrong == []


def _fits(word: Word) -> bool:
    row = PATHS.get(word.element)
    if word.takes not in CONVERTERS or not word.meaning:
        return False
    if row and row["maxLength"] and not row["enum"] and word.takes not in ("account", "eu_number", "vat_ue"):
        return word.limit in (0, int(row["maxLength"]))
    return not row or not row["fractionDigits"] or (word.takes, word.limit) == ("number", int(row["fractionDigits"]))


def test_a_part_may_repeat_as_often_as_its_element() -> None:
    for part in PARTS.values():
        if part.element in PATHS and part.element not in ("Fa", "Naglowek"):
            assert part.most == int(PATHS[part.element]["max"]), part


def test_keys_are_ascii_and_each_stands_once() -> None:
    keys = [word.key for word in WORDS]
    assert len(keys) == len(set(keys))
    assert all(re.fullmatch(r"[a-z0-9_.]+", key) for key in keys)
