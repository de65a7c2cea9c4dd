"""Bytes of Mazovia → text: the code page of Polish DOS programs that Python does not know.

cp437 with eighteen letters of its own (erp-exports.md, section 1.5); Python calls it "mazovia" once this is imported.
"""

from __future__ import annotations

import codecs

NAME = "mazovia"
LETTERS = dict(
    zip(
        bytes.fromhex("86 8D 91 92 A4 A2 9E A6 A7 8F 95 90 9C A5 A3 98 A0 A1"),
        "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ",
        strict=True,
    ),
)
_DECODING = "".join(LETTERS.get(byte) or bytes([byte]).decode("cp437") for byte in range(256))
_ENCODING = codecs.charmap_build(_DECODING)


class _Incremental(codecs.IncrementalDecoder):
    def decode(self, input: object, final: bool = False) -> str:  # noqa: A002, ARG002 - named by the standard library
        return codecs.charmap_decode(input, self.errors, _DECODING)[0]  # type: ignore[arg-type]


class _IncrementalBack(codecs.IncrementalEncoder):
    def encode(self, input: str, final: bool = False) -> bytes:  # noqa: A002, ARG002 - as above
        return codecs.charmap_encode(input, self.errors, _ENCODING)[0]


def _mazovia(name: str) -> codecs.CodecInfo | None:
    if name != NAME:
        return None
    return codecs.CodecInfo(
        name=NAME,
        encode=lambda text, errors="strict": codecs.charmap_encode(text, errors, _ENCODING),
        decode=lambda data, errors="strict": codecs.charmap_decode(data, errors, _DECODING),
        incrementalencoder=_IncrementalBack,
        incrementaldecoder=_Incremental,
    )


codecs.register(_mazovia)
