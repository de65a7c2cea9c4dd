"""Names from invoices and files → names that are safe on every file system; never a path (design.md, section 4)."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata

_OTHER = re.compile(r"[^\w.-]")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_NO_NAME = frozenset('<>:"/\\|?*')  # what Windows and its shares do not take
_NO_TEXT = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # controls, marks of direction, half letters
LONGEST = 120  # characters, so that suffixes still fit below 255 bytes
LONGEST_DROP = 180  # bytes; moment, hash, number and the longest suffix still fit below 255
HEAD, TAIL = 100, 70  # bytes that are kept of a longer one: patterns look at the begin and the end


def safe_name(text: str) -> str:
    """Return a name that every file system takes: other characters become `_`; then `~` and 6 hex digits of the SHA-256 follow."""
    name = _OTHER.sub("_", unicodedata.normalize("NFC", text))
    spoiled = _RESERVED.fullmatch(name) or name.startswith(".") or name.endswith(".") or len(name) > LONGEST or not name
    if name == text and not spoiled:
        return name
    stem = name[:LONGEST].strip(".") or "_"
    stem = f"_{stem}" if _RESERVED.fullmatch(stem) else stem
    return f"{stem}~{_mark(text)}"


def drop_name(found: str) -> str:
    """How a dropped file is called everywhere, from its name in the inbox; nearly always the same.

    A name of another encoding is read as cp1250; what a file system may not take becomes `_`; of a name that leaves no
    room for suffixes head and tail are kept. Each of these adds `~` and six hex digits of the hash of the name found.
    """
    text = _decoded(found)
    name = "".join("_" if each in _NO_NAME or unicodedata.category(each) in _NO_TEXT else each for each in text)
    if _RESERVED.fullmatch(name) or name.startswith((".", "~")) or not name:
        name = f"_{name}"
    if name.endswith((" ", ".")):
        name = f"{name[:-1]}_"
    size = len(name.encode())
    if name == found and size <= LONGEST_DROP:
        return name
    stem, _, ending = name.rpartition(".")
    if size > LONGEST_DROP:
        return f"{_cut(name.encode()[:HEAD])}~{_mark(found)}~{_cut(name.encode()[-TAIL:])}"
    return f"{stem}~{_mark(found)}.{ending}" if stem else f"{name}~{_mark(found)}"


def _decoded(found: str) -> str:
    """The name as text: bytes that are no UTF-8 come from a Polish Windows."""
    raw = os.fsencode(found) if any(0xDC80 <= ord(each) <= 0xDCFF for each in found) else None
    return found if raw is None else raw.decode("cp1250", "replace")


def _cut(part: bytes) -> str:
    return part.decode("utf-8", "ignore").strip(" .")


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]
