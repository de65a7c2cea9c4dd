"""Every code has its smallest example, and a person is told exactly what is written beside it."""

from __future__ import annotations

import re

import pytest

from bridge.ksef.codes import INVOICE
from bridge.model.codes import CODES
from docs.generate.cases import BASIS, Case, cases

CASES = cases()
KSEF = {f"K{code}" for code in INVOICE if code >= 400}
ENGLISH = re.compile(r"\b(the|is|invalid|error|element|expected|value|Traceback|None|null)\b")


def test_every_code_has_its_folder() -> None:
    assert {case.code for case in CASES} == set(CODES) | KSEF, "tests/errors/<CODE>/ and `make golden`"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_person_is_told_what_is_written(case: Case) -> None:
    assert case.told() == case.expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_message_names_its_code_says_what_to_do_and_is_polish(case: Case) -> None:
    assert f"[{case.code}]" in case.expected
    (first, *_) = [each for each in case.problems if each.code == case.code]
    assert first.message.endswith((".", "…", "?"))
    assert first.message[0] not in " .,"
    assert first.advice or first.severity == "info"
    assert not ENGLISH.search(first.message + first.advice), first.message
    assert first.file or case.code[0] == "K"


def test_causes_not_consequences() -> None:
    told = {case.name: {each.code for each in case.problems} for case in CASES}
    alone = {name: codes for name, codes in told.items() if name != "D21"}  # a whole file: the cause beside it
    assert all(len(codes) == 1 for codes in alone.values()), alone


def test_the_basic_export_raises_nothing() -> None:
    assert Case(BASIS).problems == []
