"""Nodes of a mapping → its parts: fields, tests, rules, extra lines; every mistake said, with its place."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bridge.mapping.converters.convert import CONVERTERS
from bridge.mapping.converters.formats import Bad, Formats
from bridge.mapping.language.nodes import Columns, Mark, Node, Section, Text, Values, fold_key
from bridge.mapping.language.parts import Column, Dictionary, ExtraLine, Field, MappingRule, Pattern, Test, ValueOrigin
from bridge.mapping.language.vocabulary import BY_KEY, LINE_KEYS, REPEATED
from bridge.model.text import collapsed, folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bridge.mapping.language.vocabulary import Word
    from bridge.model.problem import Problem

VERBS = ("jest", "nie_jest", "zawiera", "nie_zawiera", "zaczyna_sie_od", "jest_puste")
ACTIONS = ("pomin", "koniec", "bez_pozycji", "odrzuc")
RULE_KEYS = ("opis", "tabela", "gdy", "ustaw", *ACTIONS)
MEANT = "stala"  # the text itself, though a column of the file has this name
FIELD_KEYS = ("wartosc", "wzor", "czesc", "slownik", "kolumna_slownika", "gdy_puste")
SLOTS = {
    "tekst": ".+",
    "nip": r"[\d\s-]*\d",
    "liczba": r"[-\d.,\s]*\d",
    "kwota": r"[-\d.,\s]*\d",
    "data": r"[\d.:/\s-]*\d",
}
SLOT_OF = {"nip": "nip", "number": "kwota", "count": "liczba", "date": "data", "sale_date": "data"}
YES, NO = "tak", "nie"
SETTABLE = tuple(key for key, word in BY_KEY.items() if word.section not in REPEATED)  # by rules


@dataclass(slots=True)
class Compiler:
    """Collects mistakes while nodes become parts."""

    formats: Formats = field(default_factory=Formats)
    dictionaries: Mapping[str, Dictionary] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def say(self, at: Mark, code: str, message: str = "", advice: str = "") -> None:
        """Note a mistake."""
        self.problems.append(at.problem(code, message, advice))

    def unknown(self, at: Mark, what: str, key: str, known: Iterable[str]) -> None:
        """A key that does not exist, with the nearest that does."""
        near = difflib.get_close_matches(fold_key(key).lower(), list(known), 1, 0.6)
        advice = f"Czy chodziło o „{near[0]}”?" if near else f"Możliwe: {', '.join(sorted(known))}."
        self.say(at, "M17", f"Nie ma klucza „{key}” w {what}.", advice)

    # --- scalars -----------------------------------------------------------------------------------------------------

    def text(self, node: Node, what: str) -> str:
        """A literal; columns and lists are refused."""
        if isinstance(node, Text):
            return node.value
        if isinstance(node, Columns):
            self.say(node.at, "M06", f"„{what}” to zwykły tekst, nie kolumna.", "Napisz go bez nawiasu [ ].")
        else:
            self.say(node.at, "M18", f"„{what}” to jedna wartość, nie lista ani sekcja.")
        return ""

    def flag(self, node: Node, what: str) -> bool:
        """Tak or nie."""
        value = fold_key(self.text(node, what)).lower()
        if value not in (YES, NO, ""):
            self.say(node.at, "M20", f"„{what}” przyjmuje: tak, nie.", "")
        return value == YES

    def choice(self, node: Node, what: str, known: Mapping[str, str]) -> str:
        """One of the known words, as the program's own value."""
        written = self.text(node, what)
        found = known.get(fold_key(written).lower())
        if found is None and isinstance(node, Text):
            self.say(node.at, "M20", f"„{what}” nie zna wartości „{written}”.", f"Możliwe: {', '.join(known)}.")
        return found or ""

    def texts(self, node: Node, what: str) -> tuple[str, ...]:
        """One value or a list of values by dashes."""
        if isinstance(node, Text):
            return (node.value,)
        if isinstance(node, Values):
            return tuple(self.text(each, what) for each in node.items)
        self.say(node.at, "M06")
        return ()

    def columns(self, node: Node, what: str) -> tuple[Column, ...]:
        """Names in brackets."""
        if not isinstance(node, Columns):
            self.say(node.at, "M06", f"„{what}” wskazuje kolumnę.", "Nazwę kolumny weź w nawias: [Nr dokumentu].")
            return ()
        return tuple(_column(name) for name in node.names)

    def section(self, node: Node, what: str, known: Iterable[str] | None = None) -> Section | None:
        """A section, its keys checked."""
        if not isinstance(node, Section):
            if not (isinstance(node, Text) and node.value == ""):
                self.say(node.at, "M18", f"„{what}” to sekcja: klucze jeden pod drugim.")
            return None
        if known is not None:
            allowed = tuple(known)
            for key, written in node.keys.items():
                if fold_key(key) not in allowed:
                    self.unknown(written.at, f"„{what}”", key, allowed)
        return node

    # --- fields ------------------------------------------------------------------------------------------------------

    def fields(self, section: str, node: Node | None) -> tuple[Field, ...]:
        """All words of a section."""
        if node is None:
            return ()
        found = self.section(node, section, names_of(section))
        return self.words(section, found) if found else ()

    def words(self, section: str, found: Section) -> tuple[Field, ...]:
        """The fields of a section whose keys were checked."""
        named = ((BY_KEY.get(f"{section}.{fold_key(key)}"), each) for key, each in found.entries.items())
        return tuple(made for word, each in named if word for made in [self.field(word, each)] if made)

    def field(self, word: Word, node: Node) -> Field | None:
        """One word: the short form, or the long one with `wartosc`."""
        if isinstance(node, Values):
            self.say(node.at, "M18", f"„{word.key}” bierze jedną wartość, nie listę.")
            return None
        if not isinstance(node, Section):
            return self._constant(Field(word, self._origin(node)))
        if MEANT in map(fold_key, node.entries):
            return self._constant(Field(word, self._origin(node)))
        found = self.section(node, word.key, FIELD_KEYS)
        if found is None or "wartosc" not in found.entries:
            self.say(node.at, "M19", f"W „{word.key}” brakuje klucza `wartosc`.")
            return None
        origin = self._origin(found.entries["wartosc"])
        pattern = self._pattern(word, found) if "wzor" in found.entries else None
        dictionary, column = self._dictionary(found)
        origin = ValueOrigin(origin.at, origin.columns, origin.literal, pattern, dictionary, column, origin.meant)
        fallbacks = self._fallbacks(found.entries.get("gdy_puste"))
        return self._constant(Field(word, origin, fallbacks))

    def _origin(self, node: Node) -> ValueOrigin:
        if isinstance(node, Columns):
            return ValueOrigin(node.at, tuple(_column(name) for name in node.names))
        if isinstance(node, Section) and MEANT in map(fold_key, node.entries):
            found = self.section(node, "wartosc", (MEANT,))
            assert found is not None, "a section is a section"
            (meant,) = (each for key, each in found.entries.items() if fold_key(key) == MEANT)
            return ValueOrigin(node.at, literal=collapsed(self.text(meant, MEANT)), meant=True)
        return ValueOrigin(node.at, literal=collapsed(self.text(node, "wartosc")))

    def _fallbacks(self, node: Node | None) -> tuple[ValueOrigin, ...]:
        if node is None:
            return ()
        return tuple(self._origin(each) for each in (node.items if isinstance(node, Values) else (node,)))

    def _dictionary(self, found: Section) -> tuple[Dictionary | None, str]:
        if "slownik" not in found.entries:
            return None, ""
        node = found.entries["slownik"]
        name = self.text(node, "slownik")
        dictionary = self.dictionaries.get(name)
        if dictionary is None:
            near = difflib.get_close_matches(name, self.dictionaries, 1)
            advice = f"Czy chodziło o „{near[0]}”?" if near else "Dopisz go w sekcji `slowniki`."
            self.say(node.at, "M22", f"Nie ma słownika „{name}”.", advice)
            return None, ""
        column = found.entries.get("kolumna_slownika")
        if dictionary.rows is not None:
            if column is None:
                self.say(node.at, "M19", f"Słownik „{name}” jest plikiem: podaj `kolumna_slownika`.")
                return dictionary, ""
            (wanted,) = self.columns(column, "kolumna_slownika") or (Column("", "", node.at),)
            headings = next(iter(dictionary.rows.values()), {})
            if headings and folded(wanted.name) not in headings:
                self.say(wanted.at, "M22", f"W słowniku „{name}” nie ma kolumny „{wanted.name}”.")
            return dictionary, folded(wanted.name)
        return dictionary, ""

    def _pattern(self, word: Word, found: Section) -> Pattern | None:
        node = found.entries["wzor"]
        written = self.text(node, "wzor")
        slot = (
            self.text(found.entries["czesc"], "czesc") if "czesc" in found.entries else SLOT_OF.get(word.takes, "tekst")
        )
        pieces = re.split(r"(<\w+>)", collapsed(written))
        wrong = [piece for piece in pieces[1::2] if piece[1:-1] not in SLOTS]
        if wrong or f"<{slot}>" not in pieces:
            known = " ".join(f"<{each}>" for each in SLOTS)
            self.say(node.at, "M20", f"Wzór „{written}” nie ma części <{slot}>.", f"Części: {known}.")
            return None
        return Pattern(_regex(pieces, slot, "?"), _regex(pieces, slot, ""), slot)

    def _constant(self, made: Field) -> Field:
        """A literal is converted now, so that a wrong one is a mistake of the mapping."""
        origin = made.origin
        for literal in (origin, *made.fallbacks):
            if literal.columns or not literal.literal or literal.dictionary or literal.pattern:
                continue
            value = CONVERTERS[made.word.takes](literal.literal, self._literal_formats(), made.word.limit)
            if isinstance(value, Bad):
                self.say(literal.at, "M23", f"„{made.word.key}”: {value.message}", value.advice)
            elif literal is origin:
                return Field(made.word, origin, made.fallbacks, value)
        return made

    def _literal_formats(self) -> Formats:
        """A literal date may be written as the file writes dates, or as RRRR-MM-DD; a number with its mark or a dot."""
        formats = self.formats
        return Formats(
            decimal=formats.decimal or ".",
            thousands=formats.thousands,
            minus_behind=formats.minus_behind,
            dates=tuple(dict.fromkeys((*formats.dates, "RRRR-MM-DD"))),
        )

    # --- rules -------------------------------------------------------------------------------------------------------

    def tests(self, node: Node | None, at: Mark) -> tuple[Test, ...]:
        """`gdy`: a list by dashes, each naming one column and one test."""
        if not isinstance(node, Values):
            self.say(node.at if node else at, "M18", "„gdy” to lista testów od myślników.")
            return ()
        return tuple(test for each in node.items for test in self._test(each))

    def _test(self, node: Node) -> list[Test]:
        found = self.section(node, "gdy", ("kolumna", *VERBS))
        if found is None or "kolumna" not in found.entries:
            self.say(node.at, "M19", "Test w „gdy” musi mieć klucz `kolumna`.")
            return []
        columns = self.columns(found.entries["kolumna"], "kolumna")
        if len(columns) != 1:
            self.say(node.at, "M18", "Test dotyczy jednej kolumny.")
            return []
        verbs = [(fold_key(key), each) for key, each in found.entries.items() if fold_key(key) in VERBS]
        if not verbs:
            self.say(node.at, "M19", f"Test musi mieć jeden z kluczy: {', '.join(VERBS)}.")
        return [Test(columns[0], verb, self._wanted(verb, each)) for verb, each in verbs]

    def _wanted(self, verb: str, node: Node) -> tuple[str, ...]:
        if verb == "jest_puste":
            return (YES if self.flag(node, verb) else NO,)
        return tuple(folded(value) for value in self.texts(node, verb))

    def rule(self, node: Node) -> MappingRule | None:
        """One entry of `reguly`."""
        found = self.section(node, "reguly", RULE_KEYS)
        if found is None:
            return None
        if "opis" not in found.entries:
            self.say(found.at, "M19", "Reguła musi mieć `opis`: jej tytuł trafia do wyników.")
            return None
        title = self.text(found.entries["opis"], "opis")
        table = self.text(found.entries["tabela"], "tabela") if "tabela" in found.entries else ""
        actions = [key for key in ACTIONS if key in found.entries and self.flag(found.entries[key], key)]
        if not actions and "ustaw" not in found.entries:
            self.say(found.at, "M19", f"Reguła „{title}” niczego nie robi: dopisz `ustaw` albo {', '.join(ACTIONS)}.")
        if len(actions) > 1:
            self.say(found.at, "M18", f"Reguła „{title}” może robić tylko jedno z: {', '.join(ACTIONS)}.")
        tests = self.tests(found.entries.get("gdy"), found.at)
        return MappingRule(
            title, table, tests, self._set(found.entries.get("ustaw")), actions[0] if actions else "", found.at
        )

    def _set(self, node: Node | None) -> tuple[Field, ...]:
        found = self.section(node, "ustaw") if node else None
        if found is None:
            return ()
        made = []
        for key, each in found.entries.items():
            word = BY_KEY.get(fold_key(key))
            if word is None or word.section in REPEATED:
                self.unknown(found.keys[key].at, "„ustaw”", key, SETTABLE)
                continue
            field_ = self.field(word, each)
            if field_:
                made.append(field_)
        return tuple(made)

    def extra_line(self, node: Node) -> ExtraLine | None:
        """One entry of `pozycje_z_kolumn`."""
        found = self.section(node, "pozycje_z_kolumn", ("opis", "raz_na", "gdy", "pozycja"))
        if found is None or "pozycja" not in found.entries:
            self.say(node.at, "M19", "Wpis w „pozycje_z_kolumn” musi mieć sekcję `pozycja`.")
            return None
        title = self.text(found.entries["opis"], "opis") if "opis" in found.entries else ""
        once = (
            "raz_na" in found.entries
            and self.choice(found.entries["raz_na"], "raz_na", {"faktura": "f", "wiersz": "w"}) == "f"
        )
        tests = self.tests(found.entries["gdy"], found.at) if "gdy" in found.entries else ()
        return ExtraLine(title, once, tests, self.fields("pozycja", found.entries["pozycja"]))


def names_of(section: str) -> list[str]:
    """The words of a section, without those of sections inside it."""
    return [word.name for word in BY_KEY.values() if word.section == section]


def is_line(made: Field) -> bool:
    """Whether the field stands in every line rather than once per invoice."""
    return made.word.key in LINE_KEYS


def _column(name: Text) -> Column:
    table, mark, column = name.value.partition("!")
    return Column(column, table, name.at) if mark and table and " " not in table else Column(name.value, "", name.at)


def _regex(pieces: list[str], slot: str, greed: str) -> re.Pattern[str]:
    """The pattern with one named slot; a second equal slot is not named."""
    body, named = "", False
    for piece in pieces:
        if piece.startswith("<") and piece.endswith(">"):
            inner = SLOTS[piece[1:-1]].replace("+", f"+{greed}").replace("*", f"*{greed}")
            body += f"(?P<slot>{inner})" if piece[1:-1] == slot and not named else f"(?:{inner})"
            named = named or piece[1:-1] == slot
        else:
            body += re.escape(piece)
    return re.compile(body, re.IGNORECASE)
