"""Result rows → the bytes of result files; the same rows give the same bytes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields


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
