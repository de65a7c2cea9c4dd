"""Options are English; the Polish ones that there were stay as second names (decision record 0042)."""

from __future__ import annotations

import pytest

from docs.generate.commands import commands

SECOND = {
    "mapping test": {"--save": "--zapisz", "--confirm": "--potwierdz"},
    "storno": {"--number": "--numer", "--date": "--data", "--reason": "--powod", "--type": "--typ"},
    "retry": {"--other-invoice": "--inna-faktura"},
    "withdraw": {"--not-handed-over": "--nie-wydana"},
    "doctor": {"--take-over": "--przejmij"},
}


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=lambda each: each if isinstance(each, str) else "")
def test_an_option_has_one_english_name_and_at_most_a_polish_second(name: str, command: object) -> None:
    given = [each.opts for each in command.params if each.param_type_name == "option"]  # type: ignore[attr-defined]
    assert {first: rest[0] for first, *rest in given if rest} == SECOND.get(name, {})
