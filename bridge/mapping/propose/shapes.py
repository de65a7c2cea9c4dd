"""Texts of a sample's dates and amounts → how the file writes them, as entries of `zrodlo`; only for a proposal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

from bridge.mapping.converters.dates import day
from bridge.mapping.converters.formats import Bad, Formats
from bridge.mapping.language.yamltext import Entry

if TYPE_CHECKING:
    from collections.abc import Sequence

DATES = (
    "DD.MM.RRRR",
    "RRRR-MM-DD",
    "DD-MM-RRRR",
    "DD/MM/RRRR",
    "RRRR.MM.DD",
    "RRRR/MM/DD",
    "RRRRMMDD",
    "DD.MM.RR",
    "DD-MM-RR",
    "RRRR-MM-DD gg:mm:ss",
    "RRRR-MM-DD gg:mm:ss strefa",
    "DD.MM.RRRR gg:mm:ss",
)
ONE_DIGIT = ("D.MM.RRRR", "D.M.RRRR", "D/MM/RRRR", "RRRR-M-D")  # only where no shape of two digits fits
_GROUPED = {",": re.compile(r"\d{1,3}(\.\d{3})+,\d+"), ".": re.compile(r"\d{1,3}(,\d{3})+\.\d+")}
_FRACTION = {",": re.compile(r"\d,\d{1,8}(?!\d)"), ".": re.compile(r"\d\.\d{1,8}(?!\d)")}
_SUFFIX = re.compile(r"[\d,.)-]\s*(zł|PLN|EUR|USD)$")


class SampledTexts(Protocol):
    """A column as `propose` has it."""

    @property
    def seen(self) -> list[str]:
        """Texts, each once."""


def formats(dates: Sequence[SampledTexts], amounts: Sequence[SampledTexts]) -> Iterator[Entry]:
    """What `zrodlo` has to say about them; nothing for cells that carry values of their own."""
    found = [_date_formats(column.seen) for column in dates if column.seen]
    needed = tuple(dict.fromkeys(format_ for each in found for format_ in each[:1]))
    if needed:
        two = any(len(each) > 1 for each in found)
        yield (
            Entry("format_daty", needed[0], "SPRAWDŹ" if two else "")
            if len(needed) == 1
            else Entry("format_daty", values=needed, note="SPRAWDŹ")
        )
    texts = [text for column in amounts for text in column.seen]
    yield from _marks(texts)


def _date_formats(texts: Iterable[str]) -> list[str]:
    """Ways of writing that all these texts fit, at most one by itself."""
    texts = list(texts)
    return _fitting(DATES, texts) or _fitting(ONE_DIGIT, texts)[:1]


def _fitting(shapes: Iterable[str], texts: Sequence[str]) -> list[str]:
    return [each for each in shapes if all(not isinstance(day(text, Formats(dates=(each,)), 0), Bad) for text in texts)]


def _marks(texts: Sequence[str]) -> Iterator[Entry]:
    mark = next((each for each in (",", ".") if any(_GROUPED[each].search(text) for text in texts)), "")
    grouped = bool(mark)
    mark = mark or next((each for each in (",", ".") if any(_FRACTION[each].search(text) for text in texts)), "")
    if not mark:
        return
    words = {",": "przecinek", ".": "kropka"}
    both = any(_FRACTION[each].search(text) for each in words if each != mark for text in texts) and not grouped
    yield Entry("znak_dziesietny", words[mark], "SPRAWDŹ: w pliku są i przecinki, i kropki" if both else "")
    if grouped:
        yield Entry("separator_tysiecy", words["." if mark == "," else ","])
    negatives = [
        *(["minus na końcu"] if any(re.fullmatch(r"[\d\s.,]+-", text) for text in texts) else []),
        *(["nawiasy"] if any(re.fullmatch(r"\([\d\s.,]+\)", text) for text in texts) else []),
    ]
    if negatives:
        yield Entry("zapis_ujemnych", values=tuple(negatives))
    suffixes = tuple(dict.fromkeys(found[1] for text in texts if (found := _SUFFIX.search(text))))
    if suffixes:
        yield Entry("dopisek_kwoty", values=suffixes)
