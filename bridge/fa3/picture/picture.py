"""XML bytes → a PDF that people read: A4, in Polish, with QR codes; drawn by typst with its own fonts.

Nothing of the invoice reaches typst as source: the view travels as JSON (templates/faktura.typ).
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import typst

from bridge.fa3.picture import qr
from bridge.fa3.picture.leaves import BREAK
from bridge.fa3.picture.view import view
from bridge.model.errors import FixSetup
from bridge.shipped import shipped

TEMPLATE = "faktura.typ"
SIZE, LARGE = 34, 44  # millimetres; a code by an RSA key has twice as many modules
LONG_LINK = 300
CAPTIONS = {qr.CERTIFICATE_LABEL: "Kod II: potwierdź wystawcę"}
CHECK = "Kod I: sprawdź fakturę w KSeF"
_ONE_AT_A_TIME = Lock()  # a compiler is not for several threads at once
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)  # in every file, so that equal invoices give equal bytes


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a picture says beside the invoice itself; "" where it is not known."""

    ksef_number: str = ""
    accepted: str = ""  # when KSeF accepted it, as people read it
    invoice_link: str = ""  # KOD I
    certificate_link: str = ""  # KOD II, of an invoice issued offline
    origin: str = ""  # for the foot of the page


def picture(xml: bytes, stamp: Stamp) -> bytes:
    """The PDF; raises FixSetup when the template is broken, lxml's XMLSyntaxError for what is no XML."""
    return _compiled(xml, stamp, "pdf")[0]


def pages(xml: bytes, stamp: Stamp, ppi: float = 110) -> list[bytes]:
    """The same as one PNG a page."""
    return _compiled(xml, stamp, "png", ppi=ppi)


def _compiled(xml: bytes, stamp: Stamp, form: Any, **more: Any) -> list[bytes]:
    inputs = {"data": json.dumps(_data(xml, stamp), ensure_ascii=False)}
    try:
        with _ONE_AT_A_TIME:
            made = _compiler(template()).compile(format=form, sys_inputs=inputs, timestamp=MOMENT, **more)
    except RuntimeError as error:  # TypstError is one, and so is a template that is not there
        raise FixSetup(f"Szablon {TEMPLATE}: {error}.") from error
    return [each for each in (made if isinstance(made, list) else [made]) if each is not None]


@cache
def _compiler(source: Path) -> typst.Compiler:
    """One a process: it keeps fonts and the parsed template."""
    return typst.Compiler(input=source, root=source.parent, ignore_system_fonts=True)


def template() -> Path:
    """The shipped template; no folder of a client's own is asked (design.md, section 7)."""
    return shipped("templates") / TEMPLATE


def _data(xml: bytes, stamp: Stamp) -> dict[str, Any]:
    label = stamp.ksef_number or qr.OFFLINE_LABEL
    codes = [_code(stamp.invoice_link, label)] if stamp.invoice_link else []
    codes += [_code(stamp.certificate_link, qr.CERTIFICATE_LABEL)] if stamp.certificate_link else []
    return {
        "view": asdict(view(xml)),
        "ksef": stamp.ksef_number or (qr.OFFLINE_LABEL if stamp.certificate_link else "jeszcze bez numeru"),
        "accepted": stamp.accepted,
        "codes": codes,
        "origin": stamp.origin,
        "author": "ksef-bridge",
    }


def _code(link: str, label: str) -> dict[str, Any]:
    return {
        "svg": qr.svg(link),
        "breakable": re.sub(r"(.{20})", rf"\1{BREAK}", link),
        "label": label,
        "caption": CAPTIONS.get(label, CHECK),
        "size": LARGE if len(link) > LONG_LINK else SIZE,
    }
