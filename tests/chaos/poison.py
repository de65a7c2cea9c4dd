"""Every kind of odd thing that has lain in an inbox: none may hold back a good file, and each is told or is nobody's.

`POISON` is what the harness drops beside good files; `fate` says how each must end:
`done` (it is a good export with an odd name), `refused` (a result that says why), `aside` (never taken, and said in
`stan.json`), `silent` (made by Explorer or Finder, nobody waits for it).
"""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Plant = Callable[[Path, bytes], None]  # an inbox, and a good export


@dataclass(frozen=True, slots=True)
class Poison:
    """A kind, how it must end, and how it comes into an inbox."""

    kind: str
    fate: str
    plant: Plant


def _named(name: str | bytes, content: bytes | None = None) -> Plant:
    def plant(inbox: Path, good: bytes) -> None:
        target = os.path.join(os.fsencode(inbox), os.fsencode(name))  # noqa: PTH118 - bytes that are no text
        with open(target, "wb") as file:  # noqa: PTH123
            file.write(good if content is None else content)

    return plant


def _link(name: str, target: str) -> Plant:
    return lambda inbox, _good: (inbox / name).symlink_to(target)


def _socket(inbox: Path, _good: bytes) -> None:
    # The path of a socket may have a hundred letters only, and others may work in this process: made elsewhere.
    with tempfile.TemporaryDirectory() as short, socket.socket(socket.AF_UNIX) as made:
        made.bind(f"{short}/s")
        Path(short, "s").rename(inbox / "01_comarch_gniazdo.csv")


def _in_work(name: str) -> Plant:
    def plant(inbox: Path, good: bytes) -> None:
        (inbox / ".w_toku").mkdir(exist_ok=True)
        (inbox / ".w_toku" / name).write_bytes(good)

    return plant


LONG = "01_comarch_" + "ż" * 115 + ".csv"
POISON = (
    Poison("name in cp1250", "done", _named(b"01_comarch_sprzeda\xbf.csv")),
    Poison("name that is no text at all", "done", _named(b"01_comarch_\x81\xfe.csv")),
    Poison("name of 245 bytes", "done", _named(LONG)),
    Poison("name with a line end and a control", "done", _named("01_comarch_a\nb\x07.csv")),
    Poison("name with quotes and a colon", "done", _named("01_comarch_\"a\":'b'.csv")),
    Poison("name that turns the text around", "done", _named("01_comarch_\u202evsc.csv")),
    Poison("name with blanks around", "done", _named("01_comarch_ x .csv")),
    Poison("name with glob signs", "done", _named("01_comarch_[a]*?.csv")),
    Poison("a day as name, without ending", "refused", _named("20261127")),
    Poison("eight hex digits as name", "refused", _named("1a2b3c4d")),
    Poison("reserved by Windows", "refused", _named("con.csv")),
    Poison("empty", "refused", _named("01_comarch_pusty.csv", b"")),
    Poison("half a workbook", "refused", _named("01_comarch_pol.xlsx", b"PK\x03\x04" + bytes(200))),
    Poison("zeros", "refused", _named("01_comarch_zera.csv", bytes(4000))),
    Poison("noise", "refused", _named("01_comarch_szum.csv", bytes(range(256)) * 20)),
    Poison("link", "aside", _link("01_comarch_link.csv", "/etc/hostname")),
    Poison("link to nothing", "aside", _link("01_comarch_donikad.csv", "nie_ma")),
    Poison("link to itself", "aside", _link("01_comarch_petla.csv", "01_comarch_petla.csv")),
    Poison("folder", "aside", lambda inbox, _good: (inbox / "01_comarch_folder.csv").mkdir()),
    Poison("pipe", "aside", lambda inbox, _good: os.mkfifo(inbox / "01_comarch_rura.csv")),
    Poison("socket", "aside", _socket),
    Poison("a file that somebody put into .w_toku", "aside", _in_work("01_comarch_obcy.csv")),
    Poison("Thumbs.db in .w_toku", "silent", _in_work("Thumbs.db")),
    Poison("desktop.ini in .w_toku", "silent", _in_work("desktop.ini")),
    Poison(".DS_Store in .w_toku", "silent", _in_work(".DS_Store")),
)
