"""An .xls, .ods or .xlsb workbook → a `Source`, by calamine: values and texts, but no number formats.

What calamine does not tell is said in the results. XLSB goes the same way, but was never tried on a file of Excel's.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from bridge.model.problem import Problem, problem
from bridge.reading import fast
from bridge.reading.content import Content
from bridge.reading.contract import Reader, holding
from bridge.reading.workbook import is_bomb, opened, source

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.model.table import Layout, Source
    from bridge.reading.contract import Read

NO_FORMATS = (
    "W skoroszytach .{} mostek nie widzi formatów komórek, ukrytych wierszy ani błędów formuł: numery i kody muszą być "
    "w nim zapisane jako tekst. Pewniejszy jest „Skoroszyt programu Excel (*.xlsx)”."
)
UNTESTED = "Czytania skoroszytów .xlsb nie sprawdzono na plikach z Excela: porównaj faktury z plikiem."


def _reading(kind: str, *notes: str) -> Read:
    def read(path: Path, shown: str, layout: Layout) -> tuple[Source | None, list[Problem]]:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                if is_bomb(archive.infolist()):
                    return None, [problem("P22", file=shown)]
        found, broken = opened(lambda: fast.sheets(path, odd={}), shown)
        return (None, [broken]) if broken else source(found, shown, layout, kind, (NO_FORMATS.format(kind), *notes))

    return read


READERS = (
    Reader("xls", holding(Content.OLE), _reading("xls")),
    Reader("ods", holding(Content.ODS), _reading("ods")),
    Reader("xlsb", holding(Content.XLSB), _reading("xlsb", UNTESTED)),
)
