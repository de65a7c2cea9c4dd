"""The XML of sheets of an .xlsx → cells that no engine tells truly: formulas without a result, and errors.

openpyxl and calamine both give nothing for a formula that was never computed, and calamine nothing for #N/A
(erp-exports.md, section 1.8); an amount that is silently missing would be worse than a refusal.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from lxml import etree
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.cell import coordinate_to_tuple

from bridge.model.table import Untold
from bridge.reading.workbook import Cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NOT_COMPUTED = Cell("", Untold("formuła nie ma wyniku, bo plik zapisał program, który nie liczy"))
_SUSPECT = (b"<f>", b"<f ", b"<f/", b":f>", b":f ", b":f/", b't="e"', b"t='e'")
_CHUNK = 1024 * 1024


def odd_cells(path: Path) -> Mapping[str, Mapping[tuple[int, int], Cell]]:
    """Sheet → (row, column from 1) → what to read there."""
    with path.open("rb") as stream:  # openpyxl would leave it open when the workbook is damaged
        reader = ExcelReader(stream, data_only=True)
        reader.read_manifest()
        reader.read_workbook()
        parts = {sheet.name: rel.target for sheet, rel in reader.parser.find_sheets()}
        return {
            name: dict(_odd(reader.archive, part)) for name, part in parts.items() if _suspect(reader.archive, part)
        }


def _suspect(archive: zipfile.ZipFile, part: str) -> bool:
    """Whether a sheet holds any formula or error; parsing all of a big sheet would cost more than reading it."""
    tail = b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            piece = tail + chunk
            if any(mark in piece for mark in _SUSPECT):
                return True
            tail = chunk[-10:]
    return False


def _odd(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[tuple[int, int], Cell]]:
    with archive.open(part) as stream:
        elements = etree.iterparse(stream, tag=("{*}c", "{*}row"), resolve_entities=False, no_network=True)
        for _, element in elements:
            if element.tag.endswith("}row"):
                element.clear()
            elif (cell := _read(element)) is not None:
                yield coordinate_to_tuple(element.get("r", "")), cell


def _read(element: etree._Element) -> Cell | None:
    kind, result = element.get("t"), element.findtext("{*}v")
    if kind == "e":
        return Cell(result or "#N/A")
    if element.find("{*}f") is not None and not result and kind not in {"str", "inlineStr"}:
        return NOT_COMPUTED
    return None
