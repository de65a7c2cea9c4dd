"""First bytes of a file and its name → what it really holds; names only mislead."""

from __future__ import annotations

import zipfile
from enum import StrEnum
from pathlib import PurePath
from typing import TYPE_CHECKING

from bridge.model.problem import Problem, problem

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO


class Content(StrEnum):
    """What a file holds, by its bytes (erp-exports.md, section 1.8)."""

    EMPTY = "plik bez żadnego bajtu"
    TEXT = "zwykły tekst"
    HTML = "strona HTML"
    XML = "dokument XML"
    XLSX = "skoroszyt .xlsx"
    XLSB = "skoroszyt .xlsb"
    ODS = "skoroszyt .ods"
    OLE = "skoroszyt .xls"
    ENCRYPTED = "skoroszyt zaszyfrowany hasłem"
    CUT_ZIP = "skoroszyt ucięty w połowie"
    ZIP = "archiwum ZIP"
    DBF = "tabela DBF (dBase)"


WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
_SAVE_AS = "Otwórz go w Excelu i zapisz jako „Skoroszyt programu Excel (*.xlsx)”."
_ADVICE = {
    Content.TEXT: "Zmień rozszerzenie na .csv albo .txt, albo wyeksportuj skoroszyt.",
    Content.HTML: _SAVE_AS,
    Content.XML: _SAVE_AS,
    Content.ENCRYPTED: "Zapisz go bez hasła (Plik > Informacje > Chroń skoroszyt) i wrzuć jeszcze raz.",
    Content.CUT_ZIP: "Kopiowanie nie dobiegło końca: skopiuj albo wyeksportuj plik jeszcze raz.",
    Content.DBF: "Wyeksportuj ją z programu ERP do CSV albo otwórz w Excelu i zapisz jako „CSV UTF-8”; czytnik DBF można dodać (docs/czytniki.md).",
    Content.ZIP: "Rozpakuj go i wrzuć pliki z jego środka.",
}
_HEAD = 4096
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")


def content(path: Path) -> tuple[Content, bytes]:
    """What the file holds, and its first bytes."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            stream.seek(0)  # the name may stand in the first bytes, too
            return (Content.ENCRYPTED if _holds(stream, _ENCRYPTED_STREAM) else Content.OLE), head
    if not head:
        return Content.EMPTY, head
    if head.startswith(b"PK\x03\x04"):
        return _zipped(path), head
    if _is_dbf(head):
        return Content.DBF, head
    start = head.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b"\xff\xfe \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<head", b"<meta")):
        return Content.HTML, head
    return (Content.XML if start.startswith(b"<?xml") else Content.TEXT), head


def impostor(held: Content, shown: str) -> Problem | None:
    """P07 of an empty file, P03 of half a workbook, P08 of what only calls itself one or cannot be opened."""
    if held is Content.EMPTY:
        return problem("P07", file=shown)
    ending = PurePath(shown).suffix.lower()
    if held in {Content.ENCRYPTED, Content.CUT_ZIP}:
        code = "P08" if held is Content.ENCRYPTED else "P03"
        said = f"Tego pliku nie da się otworzyć: to {held}."
        return problem(code, said, advice=_ADVICE[held], file=shown)
    if held in _ADVICE and ending in WORKBOOK_ENDINGS:
        said = f"Plik ma rozszerzenie {ending}, ale nie jest skoroszytem: to {held}."
        return problem("P08", said, advice=_ADVICE[held], file=shown)
    return None


def unread(held: Content, shown: str) -> Problem:
    """P16 of what no reader knows."""
    return problem("P16", f"Tego pliku mostek nie czyta: to {held}.", advice=_ADVICE.get(held, _SAVE_AS), file=shown)


def _is_dbf(head: bytes) -> bool:
    """dBase: a version, a date, a header as long as its field descriptors say, and no text before them."""
    if len(head) < 32 or head[0] not in {0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x83, 0x8B, 0x8E, 0xF5}:
        return False
    length = int.from_bytes(head[8:10], "little")
    return 1 <= head[2] <= 12 and 1 <= head[3] <= 31 and length >= 33 and length % 32 in {0, 1, 8, 9}


def _zipped(path: Path) -> Content:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            kind = archive.read("mimetype")[:100] if _small(archive, "mimetype") else b""
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return Content.CUT_ZIP
    if b"opendocument.spreadsheet" in kind:
        return Content.ODS
    if "xl/workbook.bin" in names:
        return Content.XLSB
    return (
        Content.XLSX
        if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)
        else Content.ZIP
    )


def _small(archive: zipfile.ZipFile, name: str) -> bool:
    return name in archive.namelist() and archive.getinfo(name).file_size < _HEAD


def _holds(stream: BinaryIO, wanted: bytes) -> bool:
    """Whether a stream holds these bytes, chunk by chunk."""
    tail = b""
    while chunk := stream.read(1024 * 1024):
        if wanted in tail + chunk:
            return True
        tail = chunk[-len(wanted) :]
    return False
