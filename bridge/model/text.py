"""A text as people write it → the text by which the bridge compares (mapping.md, law 9)."""

from __future__ import annotations

import re
import unicodedata

_XML_BLANKS = re.compile(r"[ \t\r\n]+")


def collapsed(text: str) -> str:
    """NFC, non-breaking spaces and line breaks → space, runs of spaces → one, trimmed; case is kept."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).replace("\ufeff", " ")
    return " ".join(text.split())


def folded(text: str) -> str:
    """The same, and without case: for headings, tests and dictionary keys. Diacritics count."""
    return collapsed(text).casefold()


def xml_collapsed(text: str) -> str:
    """White space as XML Schema collapses it (xsd:token): space, tab, CR, LF only."""
    return _XML_BLANKS.sub(" ", text).strip(" ")
