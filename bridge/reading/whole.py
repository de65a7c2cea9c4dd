"""A file that lies still → whether it can be whole already; looks at both ends only, before the file is taken.

A copy that allocates first has its final size from the first second, and a cut text its last row half (erp-exports.md,
section 2.2); what is wrong here may be right in a moment, so it is waited for and not yet refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

_END_OF_DIRECTORY = b"PK\x05\x06"
_TAIL = 65_536 + 22  # where a zip's end record may begin
EMPTY = "P07"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Whole:
    """`problem` is the code it would be refused with (P03, P06, P07), "" when nothing is missing."""

    problem: str = ""
    line_end: bool = True  # whether the last line of a text has its end; a workbook always has

    @property
    def sure(self) -> bool:
        """Whether nothing tells of a copy that still runs; where not, the quiet time is ten times as long."""
        return not self.problem and self.line_end


def whole(path: Path) -> Whole:
    """What both ends of the file say; raises OSError when it cannot be read."""
    with path.open("rb") as stream:
        head = stream.read(4)
        tail = _tail(stream)
    if not head:
        return Whole(EMPTY)
    if head.startswith(b"PK"):
        return Whole("" if _has_directory(tail, path.stat().st_size) else "P03")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return Whole()  # an old workbook may rightly end in NULs; the reader will see
    text = tail.replace(b"\0", b"") if head.startswith(_UTF16) else tail
    if text.endswith(b"\0") or not text:
        return Whole("P06", line_end=False)
    return Whole(line_end=bool(re.search(rb"[\r\n][\x1a]*\Z", text)))


def _tail(stream: BinaryIO) -> bytes:
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _TAIL))
    return stream.read()


def _has_directory(tail: bytes, size: int) -> bool:
    """Whether the end record of a zip is there and its directory lies inside the file."""
    place = tail.rfind(_END_OF_DIRECTORY)
    record = tail[place : place + 22]
    if place < 0 or len(record) < 22:
        return False
    length, start = int.from_bytes(record[12:16], "little"), int.from_bytes(record[16:20], "little")
    return 0xFFFFFFFF in {length, start} or start + length <= size  # all ones: the true numbers stand in a Zip64 record
