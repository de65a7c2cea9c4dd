"""An .xlsx workbook → its sheets: a row at a time, with formats, merged ranges and hidden rows, whatever its size.

Only what rows need is read of a workbook: names of sheets, texts, number formats, cells. Programs write the rest in many
ways that Excel forgives, so nothing of it may stand between a person and her file. Both editions of the format (ECMA-376
"transitional" and "strict") differ in namespaces only, which are not asked for.
"""

from __future__ import annotations

import posixpath
import zipfile
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING

from lxml import etree
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.escape import unescape

from bridge.model.table import MAC_EPOCH, NO_VALUES, WINDOWS_EPOCH, Row
from bridge.reading.excel.sheet_xml import Book, forget, rows_of, shape_of, text_of
from bridge.reading.excel.workbook import Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SMALL = 10 * 1024**2  # bytes of a sheet whose rows are kept in memory; a bigger one is parsed again for each pass


def sheets(path: Path) -> list[Sheet]:
    """The sheets of a workbook in its order; chart sheets and macro sheets hold no rows and are left out."""
    with zipfile.ZipFile(path) as archive:
        book, parts = _book(archive)
        return [_sheet(path, archive, book, each) for each in parts]


@dataclass(frozen=True, slots=True)
class _Part:
    """One sheet: its name, whether it is shown, and where it lies in the archive."""

    name: str
    visible: bool
    path: str


def _book(archive: zipfile.ZipFile) -> tuple[Book, list[_Part]]:
    main = _main(archive)
    root = _parsed(archive, main)
    related = _related(archive, main)
    properties = root.find("{*}workbookPr")
    mac = properties is not None and properties.get("date1904") in {"1", "true", "on"}
    kinds = dict(related.values())
    book = Book(
        _strings(archive, kinds.get("sharedStrings", "")),
        _formats(archive, kinds.get("styles", "")),
        MAC_EPOCH if mac else WINDOWS_EPOCH,
    )
    parts = []
    for sheet in root.iterfind("{*}sheets/{*}sheet"):
        kind, target = related.get(_reference(sheet), ("", ""))
        if kind == "worksheet":
            parts.append(_Part(sheet.get("name", ""), sheet.get("state", "visible") == "visible", target))
    return book, parts


def _sheet(path: Path, archive: zipfile.ZipFile, book: Book, part: _Part) -> Sheet:
    with archive.open(part.path) as stream:
        shape = shape_of(stream)  # a damaged sheet is told now, not in the middle of its rows
    again = partial(_again, path, part.path, book)
    if archive.getinfo(part.path).file_size > SMALL and shape.in_order:
        return Sheet(part.name, part.visible, again, shape.merged, shape.hidden, book.epoch)
    kept: dict[int, Row] = {}
    for row in again():  # the same row twice: its later half stands in other cells
        known = kept.get(row.number)
        kept[row.number] = row if known is None else _joined(known, row)
    ordered = [kept[number] for number in sorted(kept)]
    return Sheet(part.name, part.visible, lambda: iter(ordered), shape.merged, shape.hidden, book.epoch)


def _joined(row: Row, later: Row) -> Row:
    width = max(len(row.cells), len(later.cells))
    both = zip_longest(row.cells, later.cells, fillvalue="")
    taken = {place for place in range(width) if place in later.values or later.cells[place : place + 1] > ("",)}
    values = {place: value for place, value in row.values.items() if place not in taken}
    texts = tuple(new if place in taken else old for place, (old, new) in enumerate(both))
    return Row(row.number, texts, {**values, **later.values} or NO_VALUES)


def _again(path: Path, part: str, book: Book) -> Iterator[Row]:
    with zipfile.ZipFile(path) as archive, archive.open(part) as stream:
        yield from rows_of(stream, book)


def _parsed(archive: zipfile.ZipFile, name: str) -> etree._Element:
    return etree.fromstring(archive.read(name), etree.XMLParser(resolve_entities=False, no_network=True))


def _main(archive: zipfile.ZipFile) -> str:
    """Where the workbook itself lies: the package says so."""
    kinds = dict(_related(archive, "").values())
    return kinds.get("officeDocument") or "xl/workbook.xml"


def _related(archive: zipfile.ZipFile, part: str) -> Mapping[str, tuple[str, str]]:
    """Id → kind and path of the parts that one refers to."""
    folder, name = posixpath.split(part)
    where = posixpath.join(folder, "_rels", f"{name}.rels")
    if where not in archive.NameToInfo:
        return {}
    found = {}
    for each in _parsed(archive, where):
        target = each.get("Target", "").replace("\\", "/")
        place = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        if each.get("TargetMode") != "External":
            found[each.get("Id", "")] = (each.get("Type", "").rpartition("/")[2], place)
    return found


def _reference(sheet: etree._Element) -> str:
    return next((str(value) for name, value in sheet.attrib.items() if str(name).endswith("}id")), "")


def _strings(archive: zipfile.ZipFile, part: str) -> list[str]:
    """The texts that cells share; phonetic hints of Asian scripts are no part of them."""
    if part not in archive.NameToInfo:
        return []
    found = []
    with archive.open(part) as stream:
        for _, element in etree.iterparse(stream, tag="{*}si", resolve_entities=False, no_network=True):
            found.append(unescape(text_of(element)))
            forget(element)
    return found


def _formats(archive: zipfile.ZipFile, part: str) -> list[str]:
    """The number format of each style of cells."""
    if part not in archive.NameToInfo:
        return []
    root = _parsed(archive, part)
    own = {each.get("numFmtId", ""): each.get("formatCode", "") for each in root.iterfind("{*}numFmts/{*}numFmt")}
    asked = (each.get("numFmtId", "0") for each in root.iterfind("{*}cellXfs/{*}xf"))
    return [own[each] if each in own else format_of(each) for each in asked]


def format_of(number: str) -> str:
    """A format that is built in; one that Excel does not number is nobody's."""
    return str(BUILTIN_FORMATS.get(int(number), "General")) if number.isdecimal() else "General"
