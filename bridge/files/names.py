"""Names from invoices and files → names that are safe on every file system; never a path (design.md, section 4)."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_OTHER = re.compile(r"[^\w.-]")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
LONGEST = 120  # characters, so that suffixes still fit below 255 bytes


def safe_name(text: str) -> str:
    """What is no letter, digit, `-`, `_` or `.` becomes `_`, and then `~` with six hex digits of its hash follows."""
    name = _OTHER.sub("_", unicodedata.normalize("NFC", text))
    spoiled = _RESERVED.fullmatch(name) or name.startswith(".") or name.endswith(".") or len(name) > LONGEST or not name
    if name == text and not spoiled:
        return name
    stem = name[:LONGEST].strip(".") or "_"
    stem = f"_{stem}" if _RESERVED.fullmatch(stem) else stem
    return f"{stem}~{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}"
