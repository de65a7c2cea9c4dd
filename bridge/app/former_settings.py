"""Polish names that bridge.toml once had → the English ones that stand there now (decision record 0042).

An old name is refused with its new one; nothing of it is read, and nothing is ignored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

FORMER_KEYS = {
    "kursy_nbp": "bank_rates",
    "czekaj_na_calosc": "wait_for_whole",
    "po_terminie": "after_deadline",
    "cale_albo_nic": "all_or_nothing",
    "wymagaj_dowodu_calosci": "proof_required",
    "wynik_najpozniej": "results_latest",
    "bez_schematu": "without_schema",
    "wlasne_szablony": "own_templates",
    "potwierdz_po_zmianie": "confirm_after_change",
    "zasady": "severities",
    "obrazy": "pictures",
    "tryb": "mode",
    "po": "after",
    "dla": "of",
}
FORMER_VALUES = {
    "wstrzymaj": "hold",
    "wyslij": "send",
    "wszystkie": "all",
    "nie": "none",
    "ostrzezenie": "warning",
    "blad": "error",
    "wylaczona": "off",
}


def former_values_in(value: Any, allowed: Collection[str]) -> str:
    """Name the new word of each old one in `value` (a text or a table of texts): "; zamiast „nie” pisz „none”", or ""."""
    texts = value.values() if isinstance(value, dict) else [value]
    old = [each for each in texts if isinstance(each, str) and FORMER_VALUES.get(each) in allowed]
    return _instead({each: FORMER_VALUES[each] for each in old})


def former_words_in(value: Any) -> str:
    """Name the new word of each old key and value of a setting that has a new name itself; "" when all stay."""
    keys = {key: FORMER_KEYS[key] for key in value if key in FORMER_KEYS} if isinstance(value, dict) else {}
    texts = value.values() if isinstance(value, dict) else [value]
    return _instead(
        keys | {each: FORMER_VALUES[each] for each in texts if isinstance(each, str) and each in FORMER_VALUES}
    )


def _instead(words: dict[str, str]) -> str:
    return "".join(f"; zamiast „{old}” pisz „{new}”" for old, new in words.items())
