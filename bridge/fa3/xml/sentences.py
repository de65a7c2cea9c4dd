"""What a schema can have against an element → one Polish sentence, whichever validator said it.

"Element <path>" stands in the sentence; where the path has a word of the mapping, that word takes its place
(bridge.mapping.evaluate.locate).
"""

from __future__ import annotations

from collections.abc import Mapping

LONGEST = 80  # characters of a value that are shown
# What is wrong → sentence; {0} is the element's path below Faktura, {1} its value or what is expected.
SENTENCES: Mapping[str, str] = {
    "pattern": "Element {0}: wartość „{1}” nie pasuje do wzoru FA(3).",
    "enumeration": "Element {0}: wartości „{1}” nie ma na liście dozwolonych.",
    "maxLength": "Element {0}: tekst „{1}” jest za długi.",
    "minLength": "Element {0}: tekst jest za krótki albo pusty.",
    "fractionDigits": "Element {0}: liczba „{1}” ma za dużo miejsc po przecinku.",
    "totalDigits": "Element {0}: liczba „{1}” ma za dużo cyfr.",
    "min": "Element {0}: wartość „{1}” jest mniejsza od najmniejszej dozwolonej.",
    "max": "Element {0}: wartość „{1}” jest większa od największej dozwolonej.",
    "type": "Element {0}: „{1}” nie jest wartością tego rodzaju (liczbą, datą).",
    "missing": "Element {0}: brakuje go, a jest wymagany.",
    "place": "Element {0} stoi w złym miejscu albo brakuje czegoś przed nim lub w nim.",
    "unknown": "Element {0}: schemat FA(3) go tu nie zna.",
}


def sentence(kind: str, path: str, value: str = "") -> str:
    """The sentence about an element and its value."""
    return SENTENCES[kind].format(path, value if len(value) <= LONGEST else value[:LONGEST] + "…")
