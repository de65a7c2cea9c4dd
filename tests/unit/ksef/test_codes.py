from __future__ import annotations

import pytest

from bridge.ksef import codes
from bridge.ksef.codes import Action


@pytest.mark.parametrize(
    ("code", "action"),
    [
        (100, Action.POLL),
        (170, Action.POLL),
        (200, Action.ACCEPTED),
        (405, Action.VOID),
        (410, Action.ASK_PERSON),
        (430, Action.REFUSED),
        (440, Action.DUPLICATE),
        (450, Action.REFUSED),
        (550, Action.VOID),
        (499, Action.ASK_PERSON),
    ],
)
def test_of_invoice(code: int, action: Action) -> None:
    assert codes.of_invoice(code).action is action


@pytest.mark.parametrize(
    ("code", "action"),
    [
        (100, Action.POLL),
        (160, Action.POLL),
        (200, Action.EACH),
        (445, Action.EACH),
        (405, Action.VOID),
        (499, Action.ASK_PERSON),
    ],
)
def test_of_session(code: int, action: Action) -> None:
    assert codes.of_session(code).action is action


def test_a_problem_says_ours_and_ksefs_words() -> None:
    found = codes.problem_of(450, "Błąd weryfikacji semantyki", ["Nieprawidłowy XML"])
    assert found.code == "K450"
    assert found.message.endswith("Odpowiedź KSeF: „Nieprawidłowy XML”.")
    assert "wyeksportuj" in found.advice


def test_every_meaning_that_is_not_a_success_tells_what_to_do() -> None:
    for code, meaning in codes.INVOICE.items():
        assert meaning.sentence.endswith("."), code
        assert meaning.advice or meaning.action is Action.ACCEPTED, code


def test_an_exception_code_is_a_problem_too() -> None:
    assert codes.problem_of(21405, "Błąd walidacji danych wejściowych.").code == "K21405"
