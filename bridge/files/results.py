"""Result rows → the bytes of result files, and bytes → a file that appears whole or not at all.

Temporary name in the same folder, flush, fsync, `os.replace`; a bounded retry where a reader holds the file.
"""

from __future__ import annotations

import csv
import io
import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from bridge.errors import TryLater
from bridge.model.causes import cause_of

TRIES, PAUSE = 20, 0.1  # a reader that holds a file open is waited for this often, this long (seconds)


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One line of a result file; the columns of design.md section 4 in their order, then echoed cells."""

    plik: str
    wiersze: str
    numer: str
    rodzaj: str
    status: str
    numer_ksef: str = ""
    data_nadania: str = ""
    tryb: str = ""
    skrot_sha256: str = ""
    sesja: str = ""
    kod: str = ""
    opis: str = ""
    link_qr: str = ""
    plik_xml: str = ""
    plik_upo: str = ""
    plik_pdf: str = ""
    przepisane: tuple[str, ...] = ()


COLUMNS = tuple(each.name for each in fields(ResultRow))[:-1]
MAY_BE_SPOILED = COLUMNS.index("opis")  # letters that an encoding lacks become ? here and in echoed columns only


@dataclass(frozen=True, slots=True)
class Style:
    """`wyniki`: encoding and separator of a CSV; UTF-8 with BOM and `;` when nothing is said."""

    encoding: str = "utf-8-sig"
    separator: str = ";"


def result_csv(rows: Sequence[ResultRow], echo_names: Sequence[str], style: Style) -> bytes:
    """The table for the ERP; the same rows give the same bytes. UnicodeEncodeError is impossible but in free texts."""
    out = io.StringIO(newline="")
    write = csv.writer(out, delimiter=style.separator, lineterminator="\r\n")
    write.writerow([*COLUMNS, *echo_names])
    for row in rows:
        cells = [str(getattr(row, name)) for name in COLUMNS]
        cells[MAY_BE_SPOILED] = _fitting(cells[MAY_BE_SPOILED], style.encoding)
        write.writerow([*cells, *(_fitting(cell, style.encoding) for cell in row.przepisane)])
    return out.getvalue().encode(style.encoding)


def _fitting(text: str, encoding: str) -> str:
    return text.encode(encoding, "replace").decode(encoding)


def result_json(rows: Sequence[ResultRow], echo_names: Sequence[str], notes: Sequence[str] = ()) -> bytes:
    """The same for programs that read JSON, with what was noted while the file was read."""
    plain = []
    for row in rows:
        values = asdict(row)
        values["przepisane"] = dict(zip(echo_names, row.przepisane, strict=False))
        plain.append(values)
    return (json.dumps({"wyniki": plain, "uwagi": list(notes)}, ensure_ascii=False, indent=2) + "\n").encode()


def put(path: Path, content: bytes) -> None:
    """Write a file whole; TryLater when the disk is full, the folder read-only or a reader never lets go."""
    temporary = _temporary(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        replace_held(temporary, path)
        _sync(path.parent)
    except OSError as error:
        raise TryLater(
            f"Nie da się zapisać {path}: {cause_of(error)}. Zwolnij miejsce, prawa albo zamknij plik."
        ) from error


def put_all(files: Iterable[tuple[Path, bytes]]) -> None:
    """Write many files whole, those that are not there yet with these bytes; one synchronisation for all of them.

    TryLater as `put`; what was written before it stays.
    """
    new = [(path, content) for path, content in files if not _holds(path, content)]
    if not new:
        return
    try:
        for path, content in new:
            path.parent.mkdir(parents=True, exist_ok=True)
            _temporary(path).write_bytes(content)
        _sync_all([_temporary(path) for path, _ in new])
        for path, _ in new:
            replace_held(_temporary(path), path)
        for folder in {path.parent for path, _ in new}:
            _sync(folder)
    except OSError as error:
        raise TryLater(
            f"Nie da się zapisać {error.filename}: {cause_of(error)}. Zwolnij miejsce albo prawa."
        ) from error


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.tmp")


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False


def _sync_all(paths: Sequence[Path]) -> None:
    """Everything to the disk at once where the system can; else one after the other."""
    if os.name == "posix":
        os.sync()
        return
    for path in paths:
        with path.open("rb+") as file:
            os.fsync(file.fileno())


def replace_held(
    temporary: Path,
    path: Path,
    replace: Callable[[Path, Path], None] = os.replace,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Put a file in another's place; on Windows a reader that holds it makes this fail for a moment."""
    for left in reversed(range(TRIES)):
        try:
            replace(temporary, path)
        except PermissionError:
            if not left:
                raise
            sleep(PAUSE)
        else:
            return


def _sync(folder: Path) -> None:
    """The name itself must survive a power cut (POSIX; Windows has no such call)."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sweep(folder: Path) -> None:
    """Remove temporary files that a crash left; nobody else writes here."""
    for stale in folder.rglob(".*.tmp"):
        stale.unlink(missing_ok=True)
