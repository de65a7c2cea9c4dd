"""A mapping and small files, written as a person would → what the mapping makes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from bridge.mapping.evaluate.apply import apply, missing
from bridge.mapping.evaluate.locate import Places
from bridge.mapping.language.load import load
from bridge.model.invoice import Invoice
from bridge.model.item import Closing, Mapped
from bridge.model.problem import Problem, errors
from bridge.reading.open import open_source

HEAD = """\
mapowanie: 1
zrodlo:
  separator:         średnik
  format_daty:       RRRR-MM-DD
  znak_dziesietny:   przecinek
  jedna_faktura_to:  [Nr]
"""
SELLER = """\
sprzedawca:
  nip:               1111111111
  nazwa:             Firma Testowa
  adres_linia1:      ul. Próbna 1
  kraj:              PL
"""
PLAIN = """\
faktura:
  numer:             [Nr]
  rodzaj:            VAT
  data_wystawienia:  2026-02-03
  waluta:            PLN
nabywca:
  nip:               2222222222
  nazwa:             Nabywca
  adres_linia1:      ul. Druga 2
  kraj:              PL
pozycja:
  nazwa:             [Towar]
  wartosc_netto:     [Netto]
  stawka_vat:        23
"""


@dataclass(frozen=True)
class Told:
    """What came of the files."""

    mapped: list[Mapped]
    closing: Closing
    problems: list[Problem]
    places: Places | None = None  # where fields stand in the source

    @property
    def invoice(self) -> Invoice:
        (only,) = self.mapped
        assert not errors(only.problems), only.problems
        assert only.invoice
        return only.invoice

    @property
    def codes(self) -> list[str]:
        return [each.code for each in self.problems]


Tell = Callable[..., Told]


def told_by(folder: Path, yaml: str, only: str = "", **files: str) -> Told:
    """What comes of a mapping and the files of its tables (one file: `only`)."""
    path = folder / "proba.yaml"
    path.write_text(dedent(yaml), "utf-8")
    mapping, mistakes = load(path, [folder])
    if mapping is None:
        return Told([], Closing(), mistakes)
    given = files or {"": only}
    paths = {name: folder / f"{name or 'plik'}.csv" for name in given}
    for name, text in given.items():
        paths[name].write_text(dedent(text), "utf-8")
    source, broken = open_source(paths, {name: each.name for name, each in paths.items()}, mapping.layout)
    assert source, broken
    absent = missing(mapping, source)
    if absent:
        return Told([], Closing(), absent)
    told = list(apply(mapping, source))
    made = [each for each in told if isinstance(each, Mapped)]
    (closing,) = [each for each in told if isinstance(each, Closing)]
    problems = [*(each for one in made for each in one.problems), *closing.problems]
    return Told(made, closing, problems, Places(mapping, source))


def tables(**keys: str) -> str:
    """`zrodlo` with tables: name → klucz, "" for naglowki."""
    lines = ["  tabele:"]
    for name, key in keys.items():
        lines += [f"    {name}:", f'      pliki: "*_{name}.csv"', *([f"      klucz: {key}"] if key else [])]
    return HEAD + "\n".join(lines) + "\n"


def with_field(mapping: str, key: str, value: str) -> str:
    """The mapping with this key, instead of the one it may have."""
    section, _, name = key.rpartition(".")
    kept, inside = [], ""
    for line in mapping.splitlines():
        inside = line.partition(":")[0] if line and not line.startswith(" ") else inside
        if not (inside == section and line.startswith(f"  {name}:")):
            kept.append(f"{line}\n")
        if line == f"{section}:":
            kept.append(f"  {name}: {value}\n")
    return "".join(kept) if f"{section}:\n" in kept else "".join([*kept, f"{section}:\n  {name}: {value}\n"])
