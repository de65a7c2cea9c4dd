"""Lists → pages: by continuation token in a header, or by page number in the query (protocol.md, 5.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request

from bridge.sandbox.problems import bad


def page(request: Request, items: Sequence[Any], *, least: int, most: int) -> tuple[Sequence[Any], dict[str, str]]:
    """One page; the token is opaque and bound to the query (21418)."""
    size = _size(request, least, most)
    seal = hashlib.sha256(f"{request.url.path}?{request.url.query}".encode()).hexdigest()[:16]
    token = request.headers.get("x-continuation-token", f"{seal}-0")
    bound, _, place = token.partition("-")
    if bound != seal or not place.isdecimal():
        raise bad(21418)
    begin, end = int(place), int(place) + size
    return items[begin:end], {"continuationToken": f"{seal}-{end}"} if end < len(items) else {}


def numbered(request: Request, items: Sequence[Any], *, least: int, most: int) -> tuple[Sequence[Any], bool]:
    """One page by pageOffset, which counts pages; and whether more follow."""
    size, place = _size(request, least, most), _number(request, "pageOffset", 0)
    return items[place * size : (place + 1) * size], len(items) > (place + 1) * size


def _size(request: Request, least: int, most: int) -> int:
    size = _number(request, "pageSize", least)
    if not least <= size <= most:
        raise bad(21405, f"pageSize ma być między {least} a {most}.")
    return size


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isdecimal():
        raise bad(21405, f"{name} nie jest liczbą.")
    return int(text)
