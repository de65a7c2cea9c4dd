"""What KSeF's validator says of our XML, in the English of .NET or in Polish → problems with element and value.

KSeF checks with System.Xml.Schema, whose texts name an element without its path; the document that was sent tells
which one is meant (protocol.md, 4.4: status 450).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lxml import etree

from bridge.fa3.xml.schema import NAMESPACE
from bridge.fa3.xml.sentences import sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bridge.model.problem import Problem

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)
# The texts of System.Xml.Schema; "the value …" is left out where the reason itself names it.
_VALUE = re.compile(
    r"The '(?:[^']*:)?(?P<name>\w+)' element is invalid - The value '(?P<value>.*?)' is invalid according to its datatype"
    r" '[^']*'(?: - (?P<reason>.*))?",
    re.DOTALL,
)
_CHILD = re.compile(
    r"The element '(?P<parent>\w+)'(?: in namespace '[^']*')? has invalid child element '(?P<name>\w+)'"
    r"(?: in namespace '[^']*')?\.(?: List of possible elements expected: '(?P<expected>[^']*)')?"
)
_INCOMPLETE = re.compile(
    r"The element '(?P<parent>\w+)'(?: in namespace '[^']*')? has incomplete content\."
    r"(?: List of possible elements expected: '(?P<expected>[^']*)')?"
)
_UNDECLARED = re.compile(r"The '(?:[^']*:)?(?P<name>\w+)' element is not declared")
_REASONS = {
    "Pattern constraint": "pattern",
    "Enumeration constraint": "enumeration",
    "MaxLength": "maxLength",
    "MinLength": "minLength",
    "FractionDigits": "fractionDigits",
    "TotalDigits": "totalDigits",
    "MinInclusive": "min",
    "MinExclusive": "min",
    "MaxInclusive": "max",
    "MaxExclusive": "max",
    "is not a valid": "type",
}
_FIELD = re.compile(r"\b(P_\d\w*|NIP|KodWaluty|NrRB)\b")  # names that KSeF's own Polish texts use


def refusals(whole: Problem, details: Sequence[str], xml: bytes) -> list[Problem]:
    """One problem for each detail that names an element of the document; `whole` where none does."""
    try:
        root = etree.fromstring(xml, _PARSER)
    except etree.XMLSyntaxError:
        return [whole]
    used: set[str] = set()
    found = [each for detail in details for each in _problems_of_detail(whole, detail, root, used)]
    return found or [whole]


def _problems_of_detail(whole: Problem, detail: str, root: Any, used: set[str]) -> Iterator[Problem]:
    """The problem of a detail; silent when it names no element that the document has."""
    if found := _VALUE.search(detail):
        kind = next((kind for text, kind in _REASONS.items() if text in (found["reason"] or "")), "type")
        yield from _about(whole, kind, _path(root, found["name"], found["value"], used), found["value"])
    elif found := _CHILD.search(detail):
        yield from _about(whole, "place", _path(root, found["name"], None, used))
    elif found := _INCOMPLETE.search(detail):
        parent, missing = _path(root, found["parent"], None, set()), (found["expected"] or "").split(",")[0].strip()
        yield from _about(whole, "missing" if missing else "place", "/".join(filter(None, (parent, missing))))
    elif found := _UNDECLARED.search(detail):
        yield from _about(whole, "unknown", _path(root, found["name"], None, used))
    elif found := _FIELD.search(detail):
        path = _path(root, found[1], None, used)
        yield replace(whole, element=path, message=f"KSeF odrzucił fakturę: {detail}")


def _about(whole: Problem, kind: str, path: str, value: str = "") -> Iterator[Problem]:
    if path:
        said = f"KSeF odrzucił fakturę. {sentence(kind, path, value)}"
        yield replace(whole, message=said, element=path, value=value)


def _path(root: Any, name: str, value: str | None, used: set[str]) -> str:
    """The first element of that name and value that no other detail took; below Faktura; "" when there is none."""
    tree = root.getroottree()
    for element in root.iter(f"{{{NAMESPACE}}}{name}"):
        path = str(tree.getelementpath(element)).replace(f"{{{NAMESPACE}}}", "")
        if path not in used and (value is None or (element.text or "").strip() == value.strip()):
            used.add(path)
            return path
    return ""
