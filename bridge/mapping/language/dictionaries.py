"""`slowniki` and `slowniki_z_plikow` → dictionaries by folded key; two equal keys are a mistake (law 9)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from bridge.mapping.converters.armour import bare
from bridge.mapping.language.layers import find_inside
from bridge.mapping.language.nodes import Section, fold_key
from bridge.mapping.language.parts import Dictionary
from bridge.mapping.language.source import ENCODINGS, SEPARATORS
from bridge.model.text import collapsed, folded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bridge.mapping.language.compile import Compiler
    from bridge.mapping.language.nodes import Node

FILE_KEYS = ("plik", "klucz", "kodowanie", "separator", "arkusz")


def written(compiler: Compiler, node: Node | None) -> dict[str, Dictionary]:
    """Small dictionaries, written in the mapping."""
    found = compiler.section(node, "slowniki") if node is not None else None
    return {
        name: Dictionary(name, _entries(compiler, name, each))
        for name, each in (found.entries if found else {}).items()
    }


def _entries(compiler: Compiler, name: str, node: Node) -> dict[str, str]:
    found = compiler.section(node, name)
    entries: dict[str, str] = {}
    for key, each in (found.entries if found else {}).items():
        if folded(key) in entries:
            compiler.say(each.at, "M22", f"Słownik „{name}” ma dwa razy wpis „{key}”.", "Zostaw jeden z nich.")
        entries.setdefault(folded(key), collapsed(compiler.text(each, key)))
    return entries


def from_files(
    compiler: Compiler, node: Node | None, roots: Sequence[Path]
) -> tuple[dict[str, Dictionary], list[Path]]:
    """Big dictionaries in CSV files of the mappings folder; the files count as part of the mapping."""
    found = compiler.section(node, "slowniki_z_plikow") if node is not None else None
    made: dict[str, Dictionary] = {}
    files: list[Path] = []
    for name, each in (found.entries if found else {}).items():
        section = compiler.section(each, name, FILE_KEYS)
        if section is None or "plik" not in section.entries or "klucz" not in section.entries:
            compiler.say(each.at, "M19", f"Słownik „{name}” musi mieć klucze `plik` i `klucz`.")
            continue
        path, why = find_inside(compiler.text(section.entries["plik"], "plik"), roots)
        if path is None:
            compiler.say(section.entries["plik"].at, "M22", why)
            continue
        files.append(path)
        made[name] = Dictionary(name, rows=_rows(compiler, path, section))
    return made, files


def _rows(compiler: Compiler, path: Path, section: Section) -> dict[str, dict[str, str]]:
    entries = {fold_key(key): node for key, node in section.entries.items()}
    at = entries["plik"].at
    if path.suffix.lower() != ".csv":
        compiler.say(
            at,
            "M22",
            f"Słownik {path.name} musi być plikiem CSV.",
            "Zapisz go w Excelu jako „CSV UTF-8 (rozdzielany przecinkami)”.",
        )
        return {}
    encoding = compiler.choice(entries["kodowanie"], "kodowanie", ENCODINGS) if "kodowanie" in entries else "utf-8"
    separator = compiler.choice(entries["separator"], "separator", SEPARATORS) if "separator" in entries else ";"
    try:
        text = path.read_bytes().decode("utf-8-sig" if encoding == "utf-8" else encoding or "utf-8")
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator or ";", strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        compiler.say(at, "M22", f"Słownika {path.name} nie da się odczytać: {error}.")
        return {}
    return _by_key(compiler, path, rows, entries["klucz"])


def _by_key(compiler: Compiler, path: Path, rows: list[list[str]], key: Node) -> dict[str, dict[str, str]]:
    heading = [folded(bare(cell)) for cell in rows[0]] if rows else []
    names = [folded(column.name) for column in compiler.columns(key, "klucz")]
    absent = [name for name in names if name not in heading]
    if absent or not names:
        compiler.say(key.at, "M22", f"W słowniku {path.name} nie ma kolumny „{', '.join(absent)}”.")
        return {}
    made: dict[str, dict[str, str]] = {}
    for line, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(heading):
            compiler.say(key.at, "M22", f"Słownik {path.name}, wiersz {line}: {len(row)} pól zamiast {len(heading)}.")
            continue
        cells = {name: collapsed(bare(cell)) for name, cell in zip(heading, row, strict=True)}
        found = folded(" ".join(cells[name] for name in names if cells[name]))
        if found in made:
            compiler.say(key.at, "M22", f"Słownik {path.name}, wiersz {line}: klucz „{found}” powtarza się.")
        made.setdefault(found, cells)
    return made
