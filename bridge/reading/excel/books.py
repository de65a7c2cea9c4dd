"""A workbook of any format → a `Source`, by the engine that reads such files.

XLSB is read by calamine: values and texts, but no number formats; what it does not tell is said in the results. It was
never tried on a file of Excel's.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from bridge.model.problem import Problem, problem
from bridge.model.table import Layout, Source
from bridge.reading.content import Content
from bridge.reading.contract import Reader, holding
from bridge.reading.excel import calamine as fast
from bridge.reading.excel import ods, xls, xlsx
from bridge.reading.excel.workbook import Sheet, is_bomb, opened, source

NO_FORMATS = (
    "W skoroszytach .xlsb mostek nie widzi formatów komórek, ukrytych wierszy ani błędów formuł: numery i kody muszą być "
    "w nim zapisane jako tekst. Pewniejszy jest „Skoroszyt programu Excel (*.xlsx)”."
)
UNTESTED = "Czytania skoroszytów .xlsb nie sprawdzono na plikach z Excela: porównaj faktury z plikiem."


Engine = Callable[[Path, str], tuple[list[Sheet], list[Problem]]]


def _zipped(engine: Callable[[Path], list[Sheet]]) -> Engine:
    """An engine that is asked only when the archive cannot fill memory or disk."""

    def sheets(path: Path, shown: str) -> tuple[list[Sheet], list[Problem]]:
        with zipfile.ZipFile(path) as archive:
            if is_bomb(archive.infolist()):
                return [], [problem("P22", file=shown)]
        found, broken = opened(lambda: engine(path), shown)
        return found, [broken] if broken else []

    return sheets


ENGINES: Mapping[Content, Engine] = {
    Content.XLSX: _zipped(xlsx.sheets),
    Content.OLE: xls.sheets,
    Content.ODS: _zipped(ods.sheets),
    Content.XLSB: _zipped(fast.sheets),
}
NOTES = {Content.XLSB: (NO_FORMATS, UNTESTED)}


def _reader(kind: str, held: Content) -> Reader:
    def read(path: Path, shown: str, layout: Layout) -> tuple[Source | None, list[Problem]]:
        found, broken = ENGINES[held](path, shown)
        return (None, broken) if broken else source(found, shown, layout, kind, NOTES.get(held, ()))

    return Reader(kind, holding(held), read)


READERS = (
    _reader("xlsx", Content.XLSX),
    _reader("xls", Content.OLE),
    _reader("ods", Content.ODS),
    _reader("xlsb", Content.XLSB),
)
