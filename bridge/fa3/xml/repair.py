"""Bytes that KSeF would not take for their wrapping → the same business content in a clean one, when there is such.

What can be mended without a person: a byte order mark, comments, processing instructions, another encoding than UTF-8,
blanks that make the file too big. Nothing that an invoice says is touched; the business hash proves it.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from bridge.fa3.xml.business import business_hash

LARGEST = 1_000_000  # bytes of an invoice without attachment (protocol.md, 8)
MARK = b"\xef\xbb\xbf"
_WRAPPED = re.compile(rb"<!--|<\?(?!xml )|<!DOCTYPE")
_OTHER_ENCODING = re.compile(rb"<\?xml[^>]*encoding=[\"'](?!utf-8[\"'])", re.IGNORECASE)
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)


def repaired(xml: bytes) -> bytes | None:
    """Strip BOM, comments, processing instructions and a wrong encoding; None when the business content would change."""
    big = len(xml) > LARGEST
    if not (big or xml.startswith(MARK) or _WRAPPED.search(xml) or _OTHER_ENCODING.match(xml.removeprefix(MARK))):
        return None
    plain = xml.removeprefix(MARK)
    try:
        root = etree.fromstring(plain, _PARSER)
        if big:
            _tighten(root)
        made: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
        same = business_hash(plain) == business_hash(made)
    except etree.XMLSyntaxError:
        return None
    return made if same and made != xml else None


def _tighten(root: Any) -> None:
    """Without the blanks between elements."""
    for each in root.iter():
        if len(each) and not (each.text or "").strip():
            each.text = None
        if not (each.tail or "").strip():
            each.tail = None
