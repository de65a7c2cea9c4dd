"""The table of rules → docs/reguly.md."""

from __future__ import annotations

from itertools import groupby

from bridge.fa3.rules.rule import ALWAYS, Rule
from bridge.fa3.rules.table import RULES
from bridge.model.problem import Severity
from docs.generate.markdown import table

SECTIONS = {
    "A": "Plik i zapis",
    "B": "Strony",
    "C": "Daty",
    "D": "Sumy",
    "E": "Adnotacje",
    "F": "Rodzaje faktur i korekty",
    "G": "Pozycje",
    "H": "Płatność",
    "I": "Wysyłka",
}
WEIGHTS = {Severity.ERROR: "błąd", Severity.WARNING: "ostrzeżenie", Severity.INFO: "informacja"}
INTRO = """\
# Reguły FA(3)

KSeF sprawdza schemat i niewiele więcej: faktura zgodna ze schematem, a błędna, zostaje prawnie wystawiona. Dlatego mostek
sprawdza przed wysłaniem te reguły. W komunikatach mają kod z literą R: reguła B06 to `RB06`.

**Błąd** zatrzymuje fakturę, **ostrzeżenie** i **informacja** nie. Po średniku stoi, kiedy ta sama reguła waży inaczej. Wagę można zmienić w sekcji `zasady` mapowania (`ostrzezenie`, `blad`, `wylaczona`) albo w
`bridge.toml` w `severities` (`warning`, `error`, `off`), ale nie tam, gdzie stoi „stała”: to sprawdza także KSeF albo od tego
zależy prawo nabywcy do zobaczenia faktury. Zmienione wagi są wypisane w każdym wyniku.
„Do potwierdzenia” znaczy: reguła wynika z wykładni przepisów; pozostaje ostrzeżeniem, dopóki nie potwierdzi jej księgowy.
"""


def page() -> str:
    """The whole page."""
    parts = [INTRO]
    for letter, rules in groupby(RULES, key=lambda each: each.id[0]):
        heading = ("reguła", "waga", "co musi być spełnione", "element FA(3)", "co zrobić", "źródło")
        parts.append(f"## {letter}: {SECTIONS.get(letter, '')}\n\n{table(heading, map(_row, rules))}")
    return "\n".join(parts)


def _row(each: Rule) -> tuple[str, ...]:
    weight = WEIGHTS[each.severity] + (", stała" if each.keeps else "") + (", do potwierdzenia" if each.law else "")
    weight += f"; {each.otherwise}" if each.otherwise else ""
    since = f" Od {each.since}." if each.since != ALWAYS else ""
    return each.code, weight, each.condition + since, each.element, each.advice, each.source
