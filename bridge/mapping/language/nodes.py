"""YAML text → a tree of texts, columns, values and sections, each with its place; all mistakes in Polish.

PyYAML reads; this module refuses what the mapping language has no use for (anchors, aliases, tags, second documents,
deep nesting) and keeps the two list styles apart: [brackets] are columns, dashes are values (mapping.md, laws 1-2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import yaml

from bridge.model.codes import CODES
from bridge.model.problem import Problem, problem

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST = 1_000_000  # bytes
DEEPEST = 20  # levels


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a mapping: line and column from 1."""

    file: str
    line: int
    column: int
    text: str = ""  # the whole line, for the excerpt

    def problem(self, code: str, message: str = "", advice: str = "") -> Problem:
        """A problem at this place, with its line and an arrow."""
        found = problem(code, message, file=self.file, rows=(self.line,), excerpt=self.excerpt if self.text else "")
        return found if not advice else _with_advice(found, advice)

    @property
    def excerpt(self) -> str:
        """The line with its number, and an arrow under the place."""
        prefix = f"{self.line:5d} | "
        return f"{prefix}{self.text}\n{' ' * (len(prefix) - 2)}| {' ' * (self.column - 1)}^"


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar: always text, whatever it looks like."""

    value: str
    at: Mark


@dataclass(frozen=True, slots=True)
class Columns:
    """A list in brackets: names of columns."""

    names: tuple[Text, ...]
    at: Mark


@dataclass(frozen=True, slots=True)
class Values:
    """A list by dashes: values or parts."""

    items: tuple[Node, ...]
    at: Mark


@dataclass(frozen=True, slots=True)
class Section:
    """Keys with their nodes, in the order written; keys are folded to ASCII."""

    entries: dict[str, Node]
    keys: dict[str, Text]  # the same keys as written, with their places
    at: Mark


Node = Text | Columns | Values | Section

_FOLDED = str.maketrans("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", "acelnoszzACELNOSZZ")


def fold_key(key: str) -> str:
    """A key without diacritics: „płatność” is platnosc (law 10)."""
    return key.translate(_FOLDED)


def parse(content: bytes, file: str) -> tuple[Section | None, list[Problem]]:
    """The tree of a mapping, or every reason why there is none; never raises for what a person can write."""
    start = Mark(file, 1, 1)
    if len(content) > LARGEST:
        return None, [start.problem("M10", f"Plik ma {len(content)} bajtów, a mapowanie może mieć najwyżej {LARGEST}.")]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return None, [Mark(file, content[: error.start].count(b"\n") + 1, 1).problem("M01")]
    reader = _Reader(file, text.splitlines())
    root = reader.root(text)
    if isinstance(root, yaml.MappingNode):
        return reader.section(root), reader.problems
    nothing = start.problem("M03", "Plik nie zawiera mapowania: powinien zaczynać się od `mapowanie: 1`.")
    return None, reader.problems or [nothing]


@dataclass(slots=True)
class _Reader:
    file: str
    lines: list[str]
    problems: list[Problem] = field(default_factory=list)

    def root(self, text: str) -> yaml.Node | None:
        """The first node, unless the text is no YAML or says what a mapping may not say."""
        try:
            self.problems += self.forbidden(text)
            return None if self.problems else yaml.compose(text, Loader=yaml.BaseLoader)
        except yaml.MarkedYAMLError as error:
            self.problems.append(self.syntax(error))
        except yaml.YAMLError as error:
            self.problems.append(Mark(self.file, 1, 1).problem("M03", f"Jest tu znak, którego YAML nie zna: {error}."))
        return None

    def mark(self, place: Any) -> Mark:
        if place is None:
            return Mark(self.file, 1, 1)
        text = self.lines[place.line] if place.line < len(self.lines) else ""
        return Mark(self.file, place.line + 1, place.column + 1, text)

    def forbidden(self, text: str) -> Iterator[Problem]:
        """What YAML can say and a mapping may not; depth is counted before anything is built of it."""
        depth = documents = 0
        for event in yaml.parse(text, Loader=yaml.BaseLoader):
            at = self.mark(event.start_mark)
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > DEEPEST:
                    yield at.problem("M10", f"Mapowanie ma więcej niż {DEEPEST} poziomów wcięć.")
                    return
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    yield at.problem("M05", "W pliku jest drugi dokument YAML (wiersz „---”).")
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                trap = _trap(at)
                yield trap or at.problem("M05", "Odwołań (& i *) w mapowaniu nie ma.")
            elif getattr(event, "tag", None):
                yield at.problem("M05", "Znaczników (!) w mapowaniu nie ma.")

    def syntax(self, error: yaml.MarkedYAMLError) -> Problem:
        """A YAML error as the habit that caused it (mapping.md, "YAML's traps"), else where it stands."""
        at = self.mark(error.problem_mark or error.context_mark)
        begun = self.mark(error.context_mark) if error.context_mark else at
        for place in (begun, at):
            trap = _trap(place)
            if trap:
                return trap
        return at.problem("M03")

    def node(self, node: yaml.Node) -> Node:
        at = self.mark(node.start_mark)
        if isinstance(node, yaml.ScalarNode):
            if node.style in ("|", ">"):
                self.problems.append(at.problem("M09"))
            return Text(str(node.value), at)
        if isinstance(node, yaml.SequenceNode):
            return self.sequence(node, at)
        assert isinstance(node, yaml.MappingNode)
        return self.section(node)

    def sequence(self, node: yaml.SequenceNode, at: Mark) -> Node:
        if not node.flow_style:
            return Values(tuple(self.node(each) for each in node.value), at)
        names = []
        for each in node.value:
            inner = self.mark(each.start_mark)
            if isinstance(each, yaml.ScalarNode):
                names.append(Text(str(each.value), inner))
            elif isinstance(each, yaml.MappingNode):
                self.problems.append(inner.problem("M13", advice=_quoted("M13", inner.text)))
            else:
                self.problems.append(inner.problem("M12", advice=_quoted("M12", inner.text)))
        return Columns(tuple(names), at)

    def section(self, node: yaml.MappingNode) -> Section:
        at = self.mark(node.start_mark)
        if node.flow_style:
            self.problems.append(at.problem("M07"))
        entries: dict[str, Node] = {}
        keys: dict[str, Text] = {}
        for key, value in node.value:
            place = self.mark(key.start_mark)
            if not isinstance(key, yaml.ScalarNode):
                self.problems.append(place.problem("M03", "Nazwa klucza musi być zwykłym tekstem."))
                continue
            name = str(key.value)
            if name in entries:
                self.problems.append(
                    place.problem("M04", f"Klucz „{name}” jest już w wierszu {keys[name].at.line}."),
                )
                continue  # the first is kept, as later messages would mislead otherwise
            entries[name] = self.node(value)
            keys[name] = Text(name, place)
        return Section(entries, keys, at)


# What is written → the code whose sentence and advice explain it; tried from top to bottom.
TRAPS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^ *\t"), "M08"),
    (re.compile(r"^\s*(?P<at><<)\s*:"), "M05"),
    (re.compile(r"[:-]\s+(?P<at>\*)"), "M11"),
    (re.compile(r"\[[^\]\"']*\[[^\]]*\]"), "M12"),
    (re.compile(r"\[\s*(?P<at>[%@>!&*|`?-])"), "M14"),
    (re.compile(r"\[[^\]\"']*\s(?P<at>#)"), "M15"),
    (re.compile(r":\s*(?P<at>[,|>])\s*$"), "M09"),
    (re.compile(r":\s*[^\"'\[\s].*?(?P<at>:)(\s|$)"), "M16"),
)


def _trap(at: Mark) -> Problem | None:
    for pattern, code in TRAPS:
        found = pattern.search(at.text)
        if found:
            start = found.start("at") if "at" in pattern.groupindex else found.start()
            return Mark(at.file, at.line, start + 1, at.text).problem(code, advice=_quoted(code, at.text))
    return None


def _quoted(code: str, line: str) -> str:
    """The advice of a trap in the name of a column, with that name; "" where the code's own will do."""
    name = re.search(r"\[\s*(.*\S)\s*\]", line)
    advice, example, _ = CODES[code].advice.partition('["')
    return f'{advice}["{name[1]}"].' if example and name else ""


def _with_advice(found: Problem, advice: str) -> Problem:
    return replace(found, advice=advice)
