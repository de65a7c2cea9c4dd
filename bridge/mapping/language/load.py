"""A YAML file → a Mapping without mistakes, or all its mistakes at once (mapping.md)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from bridge.mapping.language import dictionaries
from bridge.mapping.language import source as source_of
from bridge.mapping.language.compile import Compiler, is_line
from bridge.mapping.language.compile_parts import all_sections, check_tables
from bridge.mapping.language.demands import demand
from bridge.mapping.language.layers import find_inside, layers
from bridge.mapping.language.nodes import Section, Values, fold_key
from bridge.mapping.language.parts import MappingFile, Results
from bridge.mapping.language.vocabulary import SECTIONS
from bridge.model.problem import errors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bridge.mapping.language.nodes import Mark, Node
    from bridge.mapping.language.parts import ExtraLine, MappingRule
    from bridge.model.problem import Problem

TOP = (
    *("mapowanie", "przyklad", "dolacz", "zrodlo", "slowniki", "slowniki_z_plikow"),
    *(section for section in SECTIONS if "." not in section),
    *("pozycja_zbiorcza", "pozycje_z_kolumn", "reguly", "zasady", "szablon", "wyniki"),
)
SEVERITIES = {"ostrzezenie": "ostrzezenie", "blad": "blad", "wylaczona": "wylaczona"}
VERSION = "1"


def load(path: Path, roots: Sequence[Path]) -> tuple[MappingFile | None, list[Problem]]:
    """The mapping of a file, its layers found in `roots`; None when anything in it is wrong."""
    tree, files, problems = layers(path, roots)
    if tree is None or errors(problems):
        return None, problems
    compiler = Compiler()
    compiler.section(tree, "mapowaniu", TOP)
    mapping = _mapping(compiler, {fold_key(key): node for key, node in tree.entries.items()}, tree, files, roots)
    return (None, compiler.problems) if errors(compiler.problems) else (mapping, compiler.problems)


def _mapping(
    compiler: Compiler, top: dict[str, Node], tree: Section, files: list[Path], roots: Sequence[Path]
) -> MappingFile:
    _version(compiler, top, tree)
    source = compiler.section(top["zrodlo"], "zrodlo", source_of.KEYS) if "zrodlo" in top else None
    source = source or Section({}, {}, tree.at)
    compiler.formats = source_of.formats(compiler, source)
    from_files, dictionary_files = dictionaries.from_files(compiler, top.get("slowniki_z_plikow"), roots)
    compiler.dictionaries = {**dictionaries.written(compiler, top.get("slowniki")), **from_files}
    control = compiler.fields("kontrola", top.get("kontrola"))
    header, repeats = all_sections(compiler, top)
    template = _template(compiler, top.get("szablon"), roots)
    line = compiler.fields("pozycja", top.get("pozycja"))
    all_files = (*files[:-1], *dictionary_files, *([template] if template else []), files[-1])
    content = [each.read_bytes() for each in all_files]
    mapping = MappingFile(
        name=files[-1].name,
        files=tuple(all_files),
        sha256=hashlib.sha256(b"\0".join(content)).hexdigest(),
        text=_text(all_files, content),
        pattern=_text_of(compiler, source, "pliki"),
        layout=source_of.layout(compiler, source),
        formats=compiler.formats,
        key=source_of.key(compiler, source, tree.at),
        joins=source_of.joins(compiler, source),
        header=(*header, *(each for each in control if not is_line(each))),
        line=(*line, *(each for each in control if is_line(each))),
        repeats=repeats,
        extra_lines=_extra_lines(compiler, top.get("pozycje_z_kolumn")),
        file_control=compiler.fields("plik", top.get("plik")),
        rules=_rules(compiler, top.get("reguly")),
        header_in_first_row=_flag(compiler, source, "naglowek_w_pierwszym_wierszu"),
        example="przyklad" in top and compiler.flag(top["przyklad"], "przyklad"),
        lump="pozycja_zbiorcza" in top and compiler.flag(top["pozycja_zbiorcza"], "pozycja_zbiorcza"),
        marker=_text_of(compiler, source, "znacznik"),
        severities=_severities(compiler, top.get("zasady")),
        template=str(template or ""),
        results=_results(compiler, top.get("wyniki")),
        places=_places(tree),
    )
    check_tables(compiler, mapping.repeats, mapping.joins)
    demand(compiler, mapping, tree.at)
    return mapping


def _version(compiler: Compiler, top: dict[str, Node], tree: Section) -> None:
    if "mapowanie" not in top:
        compiler.say(tree.at, "M19", "Na początku brakuje wiersza `mapowanie: 1`.")
    elif (written := compiler.text(top["mapowanie"], "mapowanie")) != VERSION:
        compiler.say(
            top["mapowanie"].at, "M20", f"Ten program zna wersję {VERSION} języka mapowania, a tu jest „{written}”."
        )


def _text_of(compiler: Compiler, source: Section, key: str) -> str:
    return compiler.text(source.entries[key], key) if key in source.entries else ""


def _flag(compiler: Compiler, source: Section, key: str) -> bool:
    return key in source.entries and compiler.flag(source.entries[key], key)


def _template(compiler: Compiler, node: Node | None, roots: Sequence[Path]) -> Path | None:
    """`szablon`: a file of the mappings folders; it is compiled, and so checked, when the mapping is used."""
    if node is None:
        return None
    path, why = find_inside(compiler.text(node, "szablon"), roots)
    if path is None:
        compiler.say(node.at, "M21", why)
    return path


def _items(compiler: Compiler, node: Node | None, what: str) -> tuple[Node, ...]:
    if node is None:
        return ()
    if isinstance(node, Values):
        return node.items
    compiler.say(node.at, "M18", f"„{what}” to lista od myślników.")
    return ()


def _extra_lines(compiler: Compiler, node: Node | None) -> tuple[ExtraLine, ...]:
    made = (compiler.extra_line(each) for each in _items(compiler, node, "pozycje_z_kolumn"))
    return tuple(each for each in made if each)


def _rules(compiler: Compiler, node: Node | None) -> tuple[MappingRule, ...]:
    made = (compiler.rule(each) for each in _items(compiler, node, "reguly"))
    return tuple(each for each in made if each)


def _severities(compiler: Compiler, node: Node | None) -> dict[str, str]:
    found = compiler.section(node, "zasady") if node is not None else None
    return {
        key.removeprefix("R"): compiler.choice(each, key, SEVERITIES)
        for key, each in (found.entries if found else {}).items()
    }


def _results(compiler: Compiler, node: Node | None) -> Results:
    found = compiler.section(node, "wyniki", ("kodowanie", "separator", "przepisz")) if node is not None else None
    if found is None:
        return Results()
    entries = found.entries
    return Results(
        encoding=compiler.choice(entries["kodowanie"], "kodowanie", source_of.ENCODINGS)
        if "kodowanie" in entries
        else "",
        separator=compiler.choice(entries["separator"], "separator", source_of.SEPARATORS)
        if "separator" in entries
        else "",
        echo=compiler.columns(entries["przepisz"], "przepisz") if "przepisz" in entries else (),
    )


def _text(files: Sequence[Path], content: Sequence[bytes]) -> str:
    parts = (f"# --- {path.name}\n{each.decode('utf-8', 'replace')}" for path, each in zip(files, content, strict=True))
    return "\n".join(parts)


def _places(tree: Section, prefix: str = "") -> dict[str, Mark]:
    """Every merged key with the place that said it last, for `mapping explain`."""
    places: dict[str, Mark] = {}
    for key, node in tree.entries.items():
        places[f"{prefix}{fold_key(key)}"] = node.at
        if isinstance(node, Section):
            places |= _places(node, f"{prefix}{fold_key(key)}.")
    return places
