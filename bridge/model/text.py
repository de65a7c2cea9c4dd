"""A text as people write it → the text by which the bridge compares (mapping.md, law 9)."""

from __future__ import annotations

import re
import unicodedata

_BLANKS = re.compile(r"[\s\u00a0\u202f\u2007\ufeff]+")


_XML_BLANKS = re.compile(r"[ \t\r\n]+")


def collapsed(text: str) -> str:
    """NFC, non-breaking spaces and line breaks → space, runs of spaces → one, trimmed; case is kept."""
    if text.isascii() and text.isalnum():
        return text
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", text)).strip()


def folded(text: str) -> str:
    """The same, and without case: for headings, tests and dictionary keys. Diacritics count."""
    return collapsed(text).casefold()


def xml_collapsed(text: str) -> str:
    """White space as XML Schema collapses it (xsd:token): space, tab, CR, LF only."""
    return _XML_BLANKS.sub(" ", text).strip(" ")
