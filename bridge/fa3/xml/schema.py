"""XML bytes → what the official XSD of FA(3) says against them, in Polish (rule A06).

The four schema files come from the package ksef-client (only its files; it is never imported) or from `schema_dir`, and
are used only when their SHA-256 are the known ones (design.md, decision 11). One Schema per thread: lxml's error log
is not safe to share.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree

from bridge.fa3.xml.sentences import sentence
from bridge.model.errors import FixSetup
from bridge.model.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGE = "ksef_client"  # pinned ==0.20.0 in pyproject.toml
MAIN = "schemat_FA(3)_v1-0E.xsd"
# As the package has them, and as the Ministry publishes them (line ends and include paths differ).
SHA256: Mapping[str, frozenset[str]] = {
    "ElementarneTypyDanych_v10-0E.xsd": frozenset(
        {
            "20f79cb00c12800a3b48c3fced4c05fd0455d9ec6da2a699d964fb23c84edbad",
            "8daf4d3771de200b26b697294cc906a2add3de9acfbbd97f4b1bd4fc0e5ecb2f",
        }
    ),
    "KodyKrajow_v10-0E.xsd": frozenset({"48be2a9f181d7ff80f185c62491ba12604c5cacbbe21af8e2aaaf2c585bbd214"}),
    "StrukturyDanych_v10-0E.xsd": frozenset(
        {
            "d26095dc6c68b40be67bb855be2ea59b1215f812ebb63176af294f43e9915a65",
            "cb08348374598e1e716e086c40d740390fb9e1bfa3aba1f4ec4cba0e1ef6d60f",
        }
    ),
    MAIN: frozenset(
        {
            "50c655de247d8efc706c1791468624e6768e12772b901b1d344240e8e3987e41",
            "b646b6b525f51adf1bb2545f111fc8ca6e7aa6dd2f98948f1667d3695c06d958",
        }
    ),
}
NAMESPACE = "http://crd.gov.pl/wzor/2025/06/25/13775/"
ADVICE = "Popraw tę wartość w pliku albo w mapowaniu; takiej faktury KSeF nie przyjmie."


class Schema:
    """The official XSD, ready to judge; for one thread."""

    def __init__(self, schema: etree.XMLSchema) -> None:
        self._schema = schema
        self._parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)

    @classmethod
    def load(cls, schema_dir: Path | None = None) -> Schema:
        """From the package or from own copies; FixSetup when a file is missing or not the official one."""
        folder = schema_dir or _package_folder()
        for name, known in SHA256.items():
            _verify(folder / name, known)
        parser = etree.XMLParser(no_network=True, resolve_entities=False)
        parser.resolvers.add(_Local(folder))
        return cls(etree.XMLSchema(etree.parse(str(folder / MAIN), parser)))

    def validate(self, xml: bytes) -> list[Problem]:
        """Everything that the schema refuses, each with the element's path below Faktura and its value."""
        try:
            tree = etree.fromstring(xml, self._parser)
        except etree.XMLSyntaxError as error:
            return [Problem("RA02", f"To nie jest poprawny XML: {error.msg}.", "Popraw szablon albo plik XML.")]
        return self.judge(tree)

    def judge(self, tree: Any) -> list[Problem]:
        """The same of a parsed document."""
        return [] if self._schema.validate(tree) else _to_problems(self._schema.error_log, tree)


class _Local(etree.Resolver):
    """The schema imports its types by absolute URL: they are the files beside it."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override]  # noqa: ARG002 - lxml calls it so; its stubs lack the context
        return self.resolve_filename(str(self._folder / system_url.rsplit("/", 1)[-1]), context)  # type: ignore[attr-defined]


def _package_folder() -> Path:
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise FixSetup(f"Brakuje pakietu {PACKAGE} ze schematami FA(3). Zainstaluj program jeszcze raz.")
    return Path(found.origin).parent / "documents" / "fa3" / "schemas"


def _verify(path: Path, known: frozenset[str]) -> None:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FixSetup(f"Nie ma schematu {path.name} w {path.parent}. Uzupełnij folder schematów.") from error
    if hashlib.sha256(content).hexdigest() not in known:
        raise FixSetup(
            f"Schemat {path.name} w {path.parent} nie jest tym, który ogłosiło Ministerstwo. Pobierz go jeszcze raz."
        )


# --- what libxml2 says, in Polish ----------------------------------------------------------------------------------

# libxml2's error types → what is wrong (bridge.fa3.xml.sentences).
KINDS: Mapping[str, str] = {
    "SCHEMAV_CVC_PATTERN_VALID": "pattern",
    "SCHEMAV_CVC_ENUMERATION_VALID": "enumeration",
    "SCHEMAV_CVC_MAXLENGTH_VALID": "maxLength",
    "SCHEMAV_CVC_MINLENGTH_VALID": "minLength",
    "SCHEMAV_CVC_FRACTIONDIGITS_VALID": "fractionDigits",
    "SCHEMAV_CVC_TOTALDIGITS_VALID": "totalDigits",
    "SCHEMAV_CVC_MININCLUSIVE_VALID": "min",
    "SCHEMAV_CVC_MINEXCLUSIVE_VALID": "min",
    "SCHEMAV_CVC_MAXINCLUSIVE_VALID": "max",
    "SCHEMAV_CVC_MAXEXCLUSIVE_VALID": "max",
    "SCHEMAV_CVC_DATATYPE_VALID_1_2_1": "type",
    "SCHEMAV_CVC_DATATYPE_VALID_1_2_3": "type",
    "SCHEMAV_ELEMENT_CONTENT": "place",
}
_MISSING = re.compile(r"Expected is \( (?:\{[^}]*\})?(\w+) \)")  # exactly one element can stand there
# One cause makes libxml2 speak twice: the facet, then "not a valid value of the atomic type".
_ECHOES = frozenset({"SCHEMAV_CVC_TYPE_3_1_3", "SCHEMAV_CVC_DATATYPE_VALID_1_2_1", "SCHEMAV_CVC_DATATYPE_VALID_1_2_3"})


def _to_problems(log: Any, tree: Any) -> list[Problem]:
    found: dict[str, Problem] = {}
    document = tree.getroottree()
    for entry in log:
        (node,) = document.xpath(entry.path)
        path = document.getelementpath(node).replace(f"{{{NAMESPACE}}}", "")
        if path not in found or entry.type_name not in _ECHOES:
            found.setdefault(path, _problem(entry.type_name, entry.message, path, (node.text or "").strip()))
    return list(found.values())


def _problem(type_name: str, message: str, path: str, value: str) -> Problem:
    kind = KINDS.get(type_name)
    missing = _MISSING.search(message) if kind == "place" else None
    if missing:
        kind, value = "missing", ""
        parent = path if "Missing child" in message else path.rpartition("/")[0]
        path = "/".join(filter(None, (parent, missing[1])))
    told = sentence(kind, path, value) if kind else f"Element {path}: {message.replace(f'{{{NAMESPACE}}}', '')}"
    return Problem("RA06", told, ADVICE, element=path, value=value)
