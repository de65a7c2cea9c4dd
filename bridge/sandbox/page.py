"""A page for demonstrations: sessions, invoices, calls, faults and the clock of the simulator, at a glance."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bridge.sandbox import processing
from bridge.sandbox.store import Store

NEWEST = 50  # rows of a table
STYLE = """body{font:15px system-ui;margin:2rem;color:#222}h2{margin-top:2rem}table{border-collapse:collapse}
td,th{padding:.3rem .8rem;border-bottom:1px solid #ddd;text-align:left}"""


async def home(request: Request) -> Response:
    """GET /_sim."""
    store: Store = request.app.state.store
    accepted = processing.accepted(store, store.clock.now())
    sessions = list(store.kept.sessions.values())[::-1][:NEWEST]
    parts = [
        f"<h1>Symulator KSeF</h1><p>Zegar: {store.clock.now():%Y-%m-%d %H:%M:%S} UTC, {store.clock.speed:g}×. ",
        f"Przyjęte faktury: {len(accepted)} z {len(store.kept.invoices)} wysłanych.</p>",
        _table(
            "Przyjęte faktury",
            ("numer", "rodzaj", "sprzedawca", "numer KSeF", "tryb"),
            ((each.number, each.kind, each.seller, each.ksef_number, each.mode) for each in accepted[::-1][:NEWEST]),
        ),
        _table(
            "Sesje",
            ("numer", "rodzaj", "kontekst", "status", "faktur"),
            ((each.ref, each.kind, each.context, each.code, len(each.invoices)) for each in sessions),
        ),
        _table("Wywołania", ("co", "ile"), sorted(store.kept.counts.items())),
        _table(
            "Awarie",
            ("co", "gdzie", "ile razy jeszcze", "użyto"),
            ((f.do, f.path, f.count, f.used) for f in store.faults),
        ),
        _table("Ustawienia", ("co", "wartość"), sorted(store.settings.items())),
    ]
    return HTMLResponse(
        f"<!doctype html><html lang=pl><meta charset=utf-8><title>Symulator KSeF</title><style>{STYLE}</style>"
        f"{''.join(parts)}</html>"
    )


def _table(title: str, heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    head = "".join(f"<th>{escape(each)}</th>" for each in heads)
    body = "".join(f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows)
    return f"<h2>{escape(title)}</h2><table><tr>{head}</tr>{body}</table>"
