"""The table of codes and the folders of tests/errors → docs/bledy.md."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import openpyxl

from bridge.ksef.codes import INVOICE
from bridge.model.codes import CODES
from docs.generate.cases import ANSWER, BASIS, Case, cases
from docs.generate.markdown import block, table

if TYPE_CHECKING:
    from pathlib import Path

LETTERS = {
    "D": ("Dane w wierszu", "poprawia się je w programie ERP albo w zwróconym skoroszycie `bledy.xlsx`."),
    "P": ("Plik", "poprawia się sposób eksportu albo sekcję `zrodlo` mapowania."),
    "M": ("Mapowanie", "poprawia je osoba, która prowadzi mapowania."),
    "K": (
        "Odpowiedź KSeF",
        "tak odpowiedział KSeF, gdy faktura już do niego dotarła. Kod 445 dotyczy całej sesji i nie stoi przy fakturach: każda ma własny.",
    ),
    "L": ("Księga mostka", "mostek pamięta, co już wysłał."),
    "U": ("Ustawienia", "poprawia je administrator w pliku `bridge.toml`."),
}
INTRO = """\
# Błędy i ostrzeżenia

Ten spis powstaje z najmniejszych plików, które dany komunikat wywołują; dlatego komunikaty są tu dosłowne.
Kody zaczynające się od R to reguły FA(3): są w [reguly.md](reguly.md).

Komunikat czyta się tak: **miejsce** (plik, arkusz, wiersz, kolumna), `[kod]`, **co jest nie tak**; pod nim, gdy chodzi
o mapowanie, wiersz mapowania ze strzałką pod miejscem błędu; na końcu **co zrobić**. Te same komunikaty stoją w czerwonych
komórkach skoroszytu `bledy.xlsx` i w kolumnie `opis` wyników.

Litera kodu mówi, kto może pomóc:

{letters}

Przykłady stoją na wspólnym mapowaniu i wspólnym eksporcie; każdy zmienia jedno miejsce.

{basis}
"""


def page() -> str:
    """The whole page."""
    parts = [INTRO.format(letters=_letters(), basis=_shown(BASIS / "faktury.csv") + _shown(BASIS / "podstawa.yaml"))]
    for letter, (title, _) in LETTERS.items():
        own = [case for case in cases() if case.code[0] == letter]
        parts.append(f"## {letter}: {title}\n")
        parts += [_section(code, [case for case in own if case.code == code]) for code in _codes(own)]
    return "\n".join(parts)


def _letters() -> str:
    return "\n".join(
        f"- **{letter}** – {title[0].lower()}{title[1:]}: {who}" for letter, (title, who) in LETTERS.items()
    )


def _codes(own: list[Case]) -> list[str]:
    return list(dict.fromkeys(case.code for case in own))


def _section(code: str, own: list[Case]) -> str:
    name, sentence, advice = _known(code)
    parts = [
        f"### {code} – {sentence.rstrip('.')}\n",
        f"Dla maszyn: `{name}`.\n" if name else "",
        f"**Co zrobić:** {advice}\n",
    ]
    for case in own:
        parts.append("".join(_answer(path) if path.name == ANSWER else _shown(path) for path in case.files))
        parts.append("Komunikat:\n\n" + block(case.expected))
    return "\n".join(filter(None, parts))


def _known(code: str) -> tuple[str, str, str]:
    if code[0] == "K":
        said = INVOICE[int(code[1:])]
        return "", said.sentence, said.advice
    return CODES[code]


def _answer(path: Path) -> str:
    """What KSeF said, in its own words."""
    answer = json.loads(path.read_text("utf-8"))
    return "KSeF odpowiedział:\n\n" + block(
        "\n".join([f"{answer['code']} {answer['description']}", *answer["details"]])
    )


def _shown(path: Path) -> str:
    """A file as a person sees it: a workbook as tables, a text as it is."""
    title = f"`{path.name}`:\n\n"
    if path.suffix == ".xlsx" and path.read_bytes().startswith(b"PK"):
        return title + (_workbook(path) or "(skoroszyt, którego nie da się pokazać)\n\n")
    text = _text(path.read_bytes())
    kind = path.suffix[1:] if path.suffix in {".yaml", ".toml"} else ""
    return title + (block(text, kind) if text else "(pusty plik)\n\n")


def _workbook(path: Path) -> str:
    try:
        book = openpyxl.load_workbook(path)
    except (KeyError, OSError):  # a zip that only looks like one
        return ""
    sheets = []
    for sheet in book.worksheets:
        heading, *rows = [[str("" if cell is None else cell) for cell in row] for row in sheet.values]
        sheets.append(f"arkusz „{sheet.title}”\n\n{table(heading, rows)}")
    return "".join(sheets)


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("cp1250")
    return text.replace("\r\n", "\n").replace("\0", "\N{SYMBOL FOR NULL}")
