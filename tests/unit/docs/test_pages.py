"""The generated pages are what their sources say; commands and words stand in them."""

from __future__ import annotations

from docs.generate.__main__ import stale


def test_no_page_is_stale() -> None:
    assert stale() == [], "run `make docs`"
