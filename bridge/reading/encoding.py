"""Bytes of a text file → the encoding it is written in, or why that cannot be said; nothing is guessed on a hair.

Order: declared → BOM → strict UTF-8 → score as Polish (erp-exports.md, section 3.3). What a declaration contradicts is
refused too: Polish UTF-8 decodes as cp1250 nearly always, and would reach KSeF as „WartoĹ›Ä‡”.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.model.problem import Problem, problem
from bridge.reading.mazovia import NAME as MAZOVIA

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CODECS: dict[str, str] = {
    "utf-8": "utf-8-sig",
    "cp1250": "cp1250",
    "iso-8859-2": "iso8859-2",
    "cp852": "cp852",
    "mazovia": MAZOVIA,
    "utf-16": "utf-16",
}
LEGACY = ("cp1250", "iso-8859-2", "cp852")  # Mazovia only when declared: too near to cp852
MARGIN = 10
SAMPLE = 64 * 1024  # bytes of lines that are not ASCII
CHUNK = 1024 * 1024  # also the longest line that is still a line

_SMALL, _CAPITAL = "ąćęłńóśźż", "ĄĆĘŁŃÓŚŹŻ"
_OTHER = re.compile(rf"[^\x00-\xa0{_SMALL}{_CAPITAL}„”“‚’‘–—…€§°²³×½­«»•·™®©\u2212\u202f\u2007\ufeff─-╿▀-▟]")
_C1 = re.compile(r"[\x80-\x9f\ufffd]")
_MIXED_CASE = re.compile(rf"[a-z{_SMALL}][{_CAPITAL}]")
_ALONE = re.compile(rf"(?<![^\W\d_])[{_SMALL}{_CAPITAL}](?![^\W\d_])")
_FRAME_IN_WORD = re.compile(r"[^\W\d_][─-╿▀-▟]|[─-╿▀-▟][^\W\d_]")
_WORD = re.compile(r"\w*[^\W\d_\x00-\x7f]\w*")
_WORDS = re.compile(
    "ilość|wartość|sprzedaż|płatnoś|usług|spółk|należnoś|dostaw[ąę]|księg|łącznie|złot|przelewem|gotówk|kwotą|ulicą"
    "|łódź|kraków|gdańsk|poznań|wrocław|toruń|częstochow|świę|części|wysyłk|zapłat|numeró|faktur[ęą]|stawką|śląsk",
    re.IGNORECASE,
)


def _twice_encoded(codec: str) -> set[str]:
    pairs = {letter.encode().decode(codec, "replace") for letter in _SMALL + _CAPITAL}
    return {pair for pair in pairs if "\ufffd" not in pair and not re.fullmatch("[─-╿]+", pair)}


# UTF-8 read as something else: „Ĺ‚” for „ł”. No Polish text has such pairs.
MOJIBAKE = re.compile(
    "|".join(sorted(map(re.escape, set().union(*map(_twice_encoded, ("cp1250", "cp1252", "latin-1", "iso8859-2"))))))
)
# And what ą, ś and C1 controls look like when one of cp1250 and ISO-8859-2 is read as the other: „ksi±żka”, „¶ruba”.
# Each alternative begins with a letter of its own: then the search skips from one such letter to the next.
_CONTROLS = (chr(code) for code in range(0x80, 0xA0) if code != 0x85)  # that one is a line break to some mainframes
_FOREIGN = {
    "cp1250": r"±(?<=[^\W\d_]±)(?=[^\W\d_])|¶(?=[^\W\d_])",
    "iso-8859-2": "|".join(_CONTROLS),
}
FOREIGN = {name: re.compile(f"{MOJIBAKE.pattern}|{more}") for name, more in _FOREIGN.items()}
MOJIBAKE_DOS = re.compile("|".join(sorted(map(re.escape, _twice_encoded("cp852")))))


@dataclass(frozen=True, slots=True)
class ByteSurvey:
    """What the bytes of a file say, after one pass over them that holds one chunk in memory."""

    blank: bool = True  # nothing but white space
    bom: str = ""  # utf-8 · utf-16
    ascii: bool = True
    utf8: bool = True  # strictly valid, but for a letter cut at the very end
    nul_row: int = 0  # the first row with a NUL, 0 = none (not asked for UTF-16)
    endless_line: bool = False
    sample: bytes = b""  # lines that are not ASCII
    ended: bool = True  # whether the last line has a line end
    ctrl_z: bool = False  # DOS end of file after the last line


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding under its name in mappings, and whether the bridge recognised it."""

    name: str
    recognised: bool = False
    marked: bool = True  # UTF-16 without its mark is taken for little-endian, as Windows writes it

    @property
    def codec(self) -> str:
        """As Python calls it."""
        return CODECS[self.name] if self.marked else "utf-16-le"

    @property
    def foreign(self) -> re.Pattern[str]:
        """What shows that a line is written in another encoding than this, or twice."""
        return MOJIBAKE_DOS if self.name == "cp852" else FOREIGN.get(self.name, MOJIBAKE)

    @property
    def note(self) -> str:
        """What the results say about it."""
        return f"Kodowanie pliku rozpoznano jako {self.name}; mapowanie go nie podaje." if self.recognised else ""


def look(path: Path) -> ByteSurvey:
    """One pass over the bytes."""
    blank, pure, nul_row, rows, endless = True, True, 0, 0, False
    utf8: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
    sample, tail, bom = bytearray(), b"", ""
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            bom = bom or ("" if tail else _bom(chunk))
            blank = blank and not chunk.strip(b"\x00\x1a \t\r\n\x0b\x0c\xef\xbb\xbf\xff\xfe")
            if not nul_row and bom != "utf-16":
                nul_row = _nul_row(chunk, rows)
                rows += chunk.count(b"\n")
            endless = endless or (len(chunk) == CHUNK and not re.search(rb"[\r\n]", chunk))
            if not chunk.isascii():
                pure = False
                _collect(sample, chunk)
            utf8 = utf8 if utf8 and _goes_on(utf8, chunk) else None
            tail = (tail + chunk)[-64:]
    return ByteSurvey(blank, bom, pure, utf8 is not None, nul_row, endless, bytes(sample), *_ending(tail))


def settle(seen: ByteSurvey, declared: str, shown: str) -> tuple[Encoding | None, list[Problem]]:
    """The encoding to read with, or P01."""
    if seen.bom == "utf-16" and declared in {"", "utf-16"}:
        return Encoding("utf-16", recognised=not declared), []
    if declared == "utf-16" and seen.nul_row:
        return Encoding("utf-16", marked=False), []
    if declared:
        return _declared(seen, declared, shown)
    if seen.ascii or seen.bom:
        return Encoding("utf-8", recognised=bool(seen.bom)), []
    return _recognised(seen, shown)


def score(text: str) -> int:
    """How Polish a text looks: points for Polish letters and words, minus for what Polish texts do not hold."""
    points = sum(3 * text.count(letter) for letter in _SMALL) + sum(2 * text.count(letter) for letter in _CAPITAL)
    points -= 15 * len(_OTHER.findall(text)) + 40 * len(_C1.findall(text)) + 15 * len(_FRAME_IN_WORD.findall(text))
    points -= 10 * len(_MIXED_CASE.findall(text)) + 10 * len(_ALONE.findall(text))
    return points + 60 * sum(not word.isascii() for word in _WORDS.findall(text))


def _declared(seen: ByteSurvey, declared: str, shown: str) -> tuple[Encoding | None, list[Problem]]:
    other = seen.bom if seen.bom != declared else ""
    if not other and declared == "utf-16":
        other = "utf-8" if seen.utf8 else "cp1250"
    elif not other and declared != "utf-8" and not seen.ascii:
        other = _better(seen, declared)
    if not other:
        return Encoding(declared), []
    name = {"utf-8": "UTF-8", "utf-16": "UTF-16"}.get(other, other)
    return None, [
        problem(
            "P01",
            f"Mapowanie mówi {declared}, a plik jest zapisany w {name}.",
            advice=f"Zmień `zrodlo.kodowanie` na {other}.",
            file=shown,
        ),
    ]


def _better(seen: ByteSurvey, declared: str) -> str:
    """The encoding that contradicts a declared legacy one, or ""."""
    own = score(_decoded(seen.sample, declared))
    if seen.utf8 and score(_decoded(seen.sample, "utf-8")) >= own:
        return "utf-8"
    if own >= 0:
        return ""
    best = max(LEGACY, key=lambda name: score(_decoded(seen.sample, name)))
    points = score(_decoded(seen.sample, best))
    return best if best != declared and points > 0 and points - own >= MARGIN else ""


def _recognised(seen: ByteSurvey, shown: str) -> tuple[Encoding | None, list[Problem]]:
    candidates = ("utf-8", *LEGACY) if seen.utf8 else LEGACY
    texts = {name: _decoded(seen.sample, name) for name in candidates}
    points = {name: score(text) for name, text in texts.items()}
    best = max(candidates, key=lambda name: points[name])  # of equals the first
    rivals = [points[name] for name in candidates if texts[name] != texts[best]]
    others = {**texts, MAZOVIA: _decoded(seen.sample, MAZOVIA)}
    points[MAZOVIA] = score(others[MAZOVIA])
    rivals += [points[MAZOVIA]] * (others[MAZOVIA] != texts[best])  # never recognised, but never taken for another
    sure = points[best] > 0 and all(points[best] - each >= MARGIN for each in rivals)
    if seen.utf8 and (best == "utf-8" or not sure):
        return Encoding("utf-8", recognised=True), []
    if sure and not seen.utf8:  # „RÓŻNE” in cp1250 happens to be valid UTF-8: both can be meant
        return Encoding(best, recognised=True), []
    return None, [
        problem(
            "P01",
            f"Nie wiadomo, w jakim kodowaniu zapisano ten plik{_candidates(others, points)}.",
            advice="Dopisz `zrodlo.kodowanie` w mapowaniu: utf-8, cp1250, iso-8859-2, cp852 albo mazovia.",
            file=shown,
        ),
    ]


def _candidates(texts: Mapping[str, str], points: Mapping[str, int]) -> str:
    """The likely ones with a word as each reads it: a person sees at once which is right."""
    likely_ones = sorted((name for name in texts if points[name] > 0), key=lambda name: -points[name])
    shown = [(name, found[0]) for name in likely_ones if (found := _WORD.search(texts[name]))]
    return f" ({' albo '.join(f'{name}: „{word}”' for name, word in shown)})" if len(shown) > 1 else ""


def _decoded(sample: bytes, name: str) -> str:
    return sample.decode("utf-8" if name == "utf-8" else CODECS[name], "replace")


def _bom(head: bytes) -> str:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8"
    return "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ""


def _nul_row(chunk: bytes, rows_before: int) -> int:
    place = chunk.find(b"\0")
    return rows_before + chunk.count(b"\n", 0, place) + 1 if place >= 0 else 0


def _collect(sample: bytearray, chunk: bytes) -> None:
    for line in re.finditer(rb"[^\n]*[\x80-\xff][^\n]*\n?", chunk):
        if len(sample) >= SAMPLE:
            return
        sample += line.group()


def _goes_on(decoder: codecs.IncrementalDecoder, chunk: bytes) -> bool:
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError:
        return False
    return True


def _ending(tail: bytes) -> tuple[bool, bool]:
    text = tail.replace(b"\0", b"")  # UTF-16
    kept = text.rstrip(b"\x1a")
    return kept.endswith((b"\n", b"\r")) or not kept, kept != text


def likely(sample: bytes) -> str:
    """The legacy encoding that bytes are surely in, as Polish; "" when none is."""
    points = {name: score(_decoded(sample, name)) for name in LEGACY}
    best = max(LEGACY, key=lambda name: points[name])
    texts = {name: _decoded(sample, name) for name in LEGACY}
    rivals = [points[name] for name in LEGACY if texts[name] != texts[best]]
    return best if points[best] > 0 and all(points[best] - each >= MARGIN for each in rivals) else ""
