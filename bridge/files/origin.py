"""Custom properties of a workbook of errors ↔ the drop that it explains, so that a mended copy is known when it returns.

Excel and LibreOffice keep such properties when a workbook is saved, also under another name and as .ods.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from defusedxml import ElementTree
from openpyxl.packaging.custom import StringProperty
from openpyxl.workbook import Workbook

PREFIX = "ksef-bridge-"
LARGEST = 100_000  # bytes of the part that holds the properties
_PART = "docProps/custom.xml"
_ODS_PART = "meta.xml"
_ODS_NAME = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}name"
_CHUNK = 1024 * 1024
_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes}lpwstr"


class BookShape(StrEnum):
    """What the sheets of a workbook of errors are."""

    BOOK = "skoroszyt"  # the dropped workbook itself, painted
    ROWS = "wiersze"  # a sheet of rows for each table of the export
    LINES = "linie"  # the lines of a text that no reader could open


@dataclass(frozen=True, slots=True)
class BookOrigin:
    """Where a workbook of errors comes from."""

    drop: int
    mapping: str  # its name
    file: str  # the dropped file, as the person called it
    shape: BookShape
    front: str  # title of the sheet that lists the problems
    sheets: Mapping[str, str]  # title of each other sheet of ROWS → table of the source
    partial: bool = False  # only the affected invoices


def sign(book: Workbook, origin: BookOrigin) -> None:
    """Write the origin into the workbook."""
    values = {
        "drop": str(origin.drop),
        "mapping": origin.mapping,
        "file": origin.file,
        "shape": origin.shape,
        "front": origin.front,
        "sheets": json.dumps(dict(origin.sheets), ensure_ascii=False),
        "partial": str(origin.partial),
    }
    properties: Any = book.custom_doc_props  # type: ignore[attr-defined]  # the stubs are older than openpyxl 3.1
    for name in [each.name for each in properties.props if each.name.startswith(PREFIX)]:
        del properties[name]
    for name, value in values.items():
        properties.append(StringProperty(name=PREFIX + name, value=value))


def origin_of(path: Path) -> BookOrigin | None:
    """The origin of a returned workbook of errors; None for every other file."""
    try:
        with zipfile.ZipFile(path) as archive:
            part = _PART if _PART in archive.NameToInfo else _ODS_PART
            if archive.getinfo(part).file_size > LARGEST:
                return None
            root = ElementTree.fromstring(archive.read(part))
    except (zipfile.BadZipFile, KeyError, OSError, ElementTree.ParseError, NotImplementedError, RuntimeError):
        return None
    named = (
        (each.get("name", ""), each.findtext(_TEXT, ""))
        if part == _PART
        else (each.get(_ODS_NAME, ""), each.text or "")
        for each in root.iter()
    )
    return _origin({name.removeprefix(PREFIX): value for name, value in named if name.startswith(PREFIX)})


def signed_somehow(path: Path) -> bool:
    """Whether the properties stand in a workbook of whatever format."""
    marks = tuple(f"{PREFIX}mapping".encode(codec) for codec in ("ascii", "utf-16-le"))
    tail = b""
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            if any(mark in tail + chunk for mark in marks):
                return True
            tail = chunk[-100:]
    return False


def _origin(found: Mapping[str, str]) -> BookOrigin | None:
    try:
        return BookOrigin(
            int(found["drop"]),
            found["mapping"],
            found["file"],
            BookShape(found["shape"]),
            found["front"],
            {str(title): str(table) for title, table in json.loads(found["sheets"]).items()},
            found["partial"] == "True",
        )
    except (KeyError, ValueError, AttributeError):
        return None
