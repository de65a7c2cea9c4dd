"""A mapping file and what it includes → one merged tree (mapping.md, law 5), and the files it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.mapping.language.nodes import Mark, Node, Section, Text, Values, fold_key, parse
from bridge.mapping.language.vocabulary import SECTIONS
from bridge.system.causes import cause_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bridge.model.problem import Problem

FIELDS = frozenset(SECTIONS)  # below them stand fields, which a later file replaces whole


def layers(path: Path, roots: Sequence[Path]) -> tuple[Section | None, list[Path], list[Problem]]:
    """The merged tree, the files with the mapping itself last, and every mistake of reading them."""
    tree, problems = _read(path)
    if tree is None:
        return None, [path], problems
    trees, files = [], []
    for text in _included(tree, problems):
        layer, where = _find(text, roots)
        if layer is None:
            problems.append(text.at.problem("M21", where))
            continue
        inner, mistakes = _read(layer)
        problems += mistakes
        if inner is not None:
            if "dolacz" in inner.entries:
                problems.append(inner.keys["dolacz"].at.problem("M21", "Dołączany plik nie może sam niczego dołączać."))
            trees.append(inner)
            files.append(layer)
    merged = trees[0] if trees else tree
    for each in [*trees[1:], *([tree] if trees else [])]:
        merged = _merged(merged, each, ())
    return merged, [*files, path], problems


def _read(path: Path) -> tuple[Section | None, list[Problem]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        return None, [
            Mark(path.name, 1, 1).problem("M21", f"Pliku {path.name} nie da się odczytać: {cause_of(error)}.")
        ]
    return parse(content, path.name)


def _included(tree: Section, problems: list[Problem]) -> list[Text]:
    node = tree.entries.get("dolacz")
    if node is None or (isinstance(node, Text) and not node.value):
        return []
    if isinstance(node, Values) and all(isinstance(each, Text) for each in node.items):
        return [each for each in node.items if isinstance(each, Text)]
    if isinstance(node, Text):
        return [node]
    problems.append(node.at.problem("M06", "„dolacz” to lista plików od myślników."))
    return []


def _find(text: Text, roots: Sequence[Path]) -> tuple[Path | None, str]:
    """A layer inside the mappings folders; no absolute path, no .., no link (design.md, section 7)."""
    return find_inside(text.value, roots)


def find_inside(name: str, roots: Sequence[Path]) -> tuple[Path | None, str]:
    """A file below one of the roots, or the Polish reason why it cannot be used."""
    steps = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in steps or ":" in name:
        return None, f"Ścieżka „{name}” wychodzi poza folder mapowań."
    for root in roots:
        path = root.joinpath(*steps)
        if not path.is_file():
            continue
        if path.resolve() != root.resolve().joinpath(*steps):
            return None, f"„{name}” jest dowiązaniem; dołączyć można tylko zwykły plik."
        return path, ""
    return None, f"W folderze mapowań nie ma pliku „{name}”."


def _merged(earlier: Section, later: Section, path: tuple[str, ...]) -> Section:
    """Sections and dictionaries entry by entry, fields and lists whole, rules appended or replaced in place by title."""
    entries, keys = dict(earlier.entries), dict(earlier.keys)
    known = {fold_key(key): key for key in entries}
    for key, node in later.entries.items():
        old = known.get(fold_key(key), key)
        before = entries.pop(old, None) if old != key else entries.get(key)
        keys.pop(old, None)
        entries[key] = node if before is None else _joined(before, node, (*path, fold_key(key)))
        keys[key] = later.keys[key]
    return Section(entries, keys, later.at)


def _joined(before: Node, node: Node, path: tuple[str, ...]) -> Node:
    if path == ("reguly",) and isinstance(before, Values) and isinstance(node, Values):
        return _rules(before, node)
    is_field = len(path) == 2 and path[0] in FIELDS
    if isinstance(before, Section) and isinstance(node, Section) and not is_field:
        return _merged(before, node, path)
    return node


def _rules(before: Values, node: Values) -> Values:
    items = list(before.items)
    titles = {_title(each): place for place, each in enumerate(items)}
    for each in node.items:
        place = titles.get(_title(each))
        if place is None:
            items.append(each)
        else:
            items[place] = each
    return Values(tuple(items), node.at)


def _title(node: Node) -> str:
    title = node.entries.get("opis") if isinstance(node, Section) else None
    return title.value if isinstance(title, Text) else f"wiersz {node.at.file}:{node.at.line}"
