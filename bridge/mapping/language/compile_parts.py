"""Sections of a mapping → fields that stand once, and parts that repeat (mapping.md, "Parts that repeat").

A part may be written as one section, as a list by dashes (each dash one part), or with `z_tabeli`: every row of that
table with the invoice's key is one part. Parts stand inside parts in the same three ways. `raz_na` says what several
rows of one invoice mean, where the vocabulary means something else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.mapping.language.compile import names_of
from bridge.mapping.language.nodes import Section, Text, Values, fold_key
from bridge.mapping.language.parts import Repeat
from bridge.mapping.language.vocabulary import BY_KEY, HEADER_SECTIONS, PARTS, REPEATED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.mapping.language.compile import Compiler
    from bridge.mapping.language.nodes import Node
    from bridge.mapping.language.parts import Field

FROM_TABLE, PER = "z_tabeli", "raz_na"
ORIGINAL = {word.name for word in BY_KEY.values() if word.section == "faktury_korygowane"}


def all_sections(compiler: Compiler, top: Mapping[str, Node]) -> tuple[tuple[Field, ...], tuple[Repeat, ...]]:
    """Header fields and parts of every section of a mapping."""
    fields: list[Field] = []
    repeats: list[Repeat] = []
    for section in PARTS:
        node = top.get(section)
        if node is None or "." in section:
            continue
        if section in REPEATED:
            repeats += _repeats(compiler, section, node)
        elif section == "korekta" and isinstance(node, Values):
            _originals(compiler, node, fields, repeats)
        elif section in HEADER_SECTIONS:
            _once(compiler, section, node, fields, repeats)
    return tuple(fields), tuple(repeats)


def _once(compiler: Compiler, section: str, node: Node, fields: list[Field], repeats: list[Repeat]) -> None:
    """A section that stands once: its words, and the parts inside it."""
    found = compiler.section(node, section, [*names_of(section), *_inner_names(section)])
    if found is None:
        return
    fields += compiler.words(section, found)
    repeats += _inner(compiler, section, found)


def _originals(compiler: Compiler, node: Values, fields: list[Field], repeats: list[Repeat]) -> None:
    """`korekta` as a list: each dash one original; what concerns the whole correction stands in one of them."""
    seen: dict[str, Section] = {}
    for each in node.items:
        found = compiler.section(each, "korekta", [*names_of("korekta"), PER])
        if found is None:
            continue
        mine = _only(found, lambda key: key in ORIGINAL)
        fields_ = compiler.words("faktury_korygowane", mine)
        repeats.append(Repeat("faktury_korygowane", "", fields_, at=found.at, per=_per(compiler, found)))
        rest = _only(found, lambda key: key not in ORIGINAL and key != PER)
        for key, written in rest.keys.items():
            if fold_key(key) in seen:
                said = f"„{key}” dotyczy całej korekty, a stoi przy kilku fakturach."
                compiler.say(written.at, "M18", said, "Zostaw je przy jednej z nich.")
            seen[fold_key(key)] = rest
        fields += compiler.words("korekta", rest)


def _only(found: Section, wanted: object) -> Section:
    entries = {key: node for key, node in found.entries.items() if wanted(fold_key(key))}  # type: ignore[operator]
    return Section(entries, {key: found.keys[key] for key in entries}, found.at)


def _repeats(compiler: Compiler, section: str, node: Node) -> list[Repeat]:
    """The parts of a section: one for a section, one per dash."""
    nodes = node.items if isinstance(node, Values) else (node,)
    if len(nodes) > PARTS[section].most:
        said = f"„{section}” może mieć najwyżej {PARTS[section].most} części, a jest ich {len(nodes)}."
        compiler.say(node.at, "M18", said)
    return [made for each in nodes for made in [_repeat(compiler, section, each)] if made]


def _repeat(compiler: Compiler, section: str, node: Node) -> Repeat | None:
    if isinstance(node, Text) and not node.value:
        return None
    found = compiler.section(node, section, [*names_of(section), *_inner_names(section), FROM_TABLE, PER])
    if found is None:
        return None
    entries = {fold_key(key): each for key, each in found.entries.items()}
    table = compiler.text(entries[FROM_TABLE], FROM_TABLE) if FROM_TABLE in entries else ""
    per = _per(compiler, found)
    if per and table:
        compiler.say(
            entries[PER].at, "M18", "Z tabeli każdy wiersz jest częścią: `raz_na` nic tu nie znaczy.", "Usuń je."
        )
    fields = compiler.words(section, found)
    made = Repeat(section, table, fields, tuple(_inner(compiler, section, found)), found.at, per)
    for inner in made.inner:
        if inner.table and not table:
            compiler.say(
                inner.at, "M18", f"„{inner.section}” ma `z_tabeli`, więc „{section}” też musi mieć `z_tabeli`."
            )
    return made


def _per(compiler: Compiler, found: Section) -> str:
    """`raz_na`: what several rows of one invoice mean here."""
    node = next((each for key, each in found.entries.items() if fold_key(key) == PER), None)
    return compiler.choice(node, PER, {"faktura": "faktura", "wiersz": "wiersz"}) if node else ""


def _inner_names(section: str) -> list[str]:
    return [part.name for part in PARTS.values() if part.around == section]


def _inner(compiler: Compiler, section: str, found: Section) -> list[Repeat]:
    entries = {fold_key(key): each for key, each in found.entries.items()}
    return [
        made
        for name in _inner_names(section)
        if name in entries
        for made in _repeats(compiler, f"{section}.{name}", entries[name])
    ]


def check_tables(compiler: Compiler, repeats: tuple[Repeat, ...], joins: Mapping[str, tuple[object, ...]]) -> None:
    """`z_tabeli` names a table of `zrodlo.tabele` that has a `klucz`; an inner table's `klucz` goes on where the outer's ends."""
    for repeat in repeats:
        _check_table(compiler, repeat, joins, 0)


def _check_table(compiler: Compiler, repeat: Repeat, joins: Mapping[str, tuple[object, ...]], outer: int) -> None:
    length = len(joins.get(repeat.table, ()))
    if repeat.table and repeat.table not in joins:
        said = f"„{repeat.section}” bierze części z tabeli „{repeat.table}”, której nie ma albo nie ma ona klucza."
        compiler.say(repeat.at, "M22", said, f"Dopisz w `zrodlo.tabele`: {repeat.table} z kluczem `klucz`.")
    elif repeat.table and outer and length <= outer:
        said = f"Klucz tabeli „{repeat.table}” musi wymieniać klucz tabeli, w której stoi, i jeszcze jedną kolumnę."
        compiler.say(repeat.at, "M18", said)
    for inner in repeat.inner:
        _check_table(compiler, inner, joins, length)
