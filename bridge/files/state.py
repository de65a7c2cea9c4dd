"""An overview → `stan.json` for machines and `stan.html` for people.

One page, everything escaped; its only script tells that the page has grown old.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from typing import Any

OLD = 180_000  # milliseconds without a sign of life
STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#222}
h1{font-size:1.4rem} .karty{display:flex;gap:.8rem;flex-wrap:wrap;margin:1rem 0}
.karta{border:1px solid #ddd;border-radius:.5rem;padding:.6rem 1rem;min-width:7rem}
.karta b{display:block;font-size:1.6rem} table{border-collapse:collapse;width:100%;margin:1rem 0}
td,th{border-bottom:1px solid #e5e5e5;padding:.4rem .6rem;text-align:left;vertical-align:top} th{background:#f6f6f6}
.przyjeta b{color:#15803d}.odrzucona b,.sprzeczna b,.bledna b{color:#b91c1c}.wstrzymana b{color:#b45309}.oczekuje b{color:#0369a1}
.cicho{color:#777} .klopot{color:#b91c1c}
"""


def state_json(state: dict[str, Any]) -> bytes:
    """The overview as it is, with dates as texts."""
    return (json.dumps(state, ensure_ascii=False, indent=2, default=str) + "\n").encode()


def state_html(state: dict[str, Any]) -> bytes:
    """The same as a page in Polish."""
    cards = "".join(
        f'<div class="karta {escape(status)}"><b>{count}</b>{escape(status)}</div>'
        for status, count in sorted(state["counts"].items())
    )
    waiting = _table(
        ("numer", "stan", "na co czeka", "data wystawienia", "termin wysłania", "plik"),
        [
            (each["number"], each["status"], each["reason"], each["issued"], local(each["until"]), each["file"])
            for each in state["waiting"]
        ],
    )
    failed = _table(
        ("numer", "stan", "dlaczego", "plik"),
        [(each["number"] or "cały plik", each["status"], each["reason"], each["file"]) for each in state["failed"]],
    )
    files = [*state["expected"], *(f"{name}: w kolejce do odczytania" for name in state["files_waiting"])]
    page = (
        f'<!doctype html><html lang="pl"><meta charset="utf-8"><meta http-equiv="refresh" content="30">'
        f"<title>ksef-bridge – {escape(state['name'])}</title><style>{STYLE}</style>"
        f"<h1>{escape(state['name'])} <span class='cicho'>NIP {escape(state['nip'])}</span></h1>"
        + _alive(state)
        + f'<div class="karty">{cards}</div>'
        + _list("Co przeszkadza", state["troubles"], "klopot")
        + (f'<h2 class="klopot">Do poprawy: tych faktur nie ma w KSeF</h2>{failed}' if failed else "")
        + _list("Uwagi", state["warnings"])
        + _list("Pliki, które czekają", files)
        + (f"<h2>Co czeka</h2>{waiting}" if waiting else "")
        + (
            ""
            if waiting or failed or files or state["troubles"]
            else '<p class="cicho">Nic nie czeka i nic nie wymaga poprawy.</p>'
        )
        + "</html>"
    )
    return page.encode()


def _alive(state: dict[str, Any]) -> str:
    """Whether the bridge works; the page itself says when it has grown old, as nobody else could."""
    pulse = state["pulse"]
    if not pulse:
        return f'<p class="cicho">Stan na {local(state["at"])}</p>'
    return (
        f'<p class="cicho" id="zyje">Mostek pracuje od {local(pulse["since"])}. Stan na {local(state["at"])}.</p>'
        f'<p class="klopot" id="milczy" hidden>Mostek nie działa od {local(pulse["at"])}: nikt nie odświeża tej strony. '
        "Sprawdź usługę (ksef-bridge status).</p>"
        f"<script>if(Date.now()-Date.parse({json.dumps(pulse['at'])})>{OLD})"
        "{document.getElementById('milczy').hidden=false;document.getElementById('zyje').hidden=true}</script>"
    )


def _list(title: str, sentences: Sequence[str], style: str = "") -> str:
    """A heading and a list; nothing for nothing."""
    if not sentences:
        return ""
    lines = "".join(f"<li>{escape(each)}</li>" for each in sentences)
    return f'<h2>{title}</h2><ul class="{style}">{lines}</ul>'


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; nothing for no rows."""
    if not rows:
        return ""
    head = "".join(f"<th>{each}</th>" for each in columns)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def local(moment: str) -> str:
    """2026-11-27T14:05:00+01:00 → 2026-11-27 14:05, as people here write it."""
    return escape(moment[:16].replace("T", " "))
