"""An overview → `stan.json` for machines and `stan.html` for people; one page, no scripts, everything escaped."""

from __future__ import annotations

import json
from html import escape
from typing import Any

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#222}
h1{font-size:1.4rem} .karty{display:flex;gap:.8rem;flex-wrap:wrap;margin:1rem 0}
.karta{border:1px solid #ddd;border-radius:.5rem;padding:.6rem 1rem;min-width:7rem}
.karta b{display:block;font-size:1.6rem} table{border-collapse:collapse;width:100%;margin:1rem 0}
td,th{border-bottom:1px solid #e5e5e5;padding:.4rem .6rem;text-align:left;vertical-align:top} th{background:#f6f6f6}
.przyjeta b{color:#15803d}.odrzucona b,.sprzeczna b{color:#b91c1c}.wstrzymana b{color:#b45309}.oczekuje b{color:#0369a1}
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
    waiting = "".join(
        f"<tr><td>{escape(each['number'])}</td><td>{escape(each['status'])}</td><td>{escape(each['reason'])}</td>"
        f"<td>{escape(each['issued'])}</td><td>{escape(each['until'])}</td><td>{escape(each['file'])}</td></tr>"
        for each in state["waiting"]
    )
    table = (
        f"<table><tr><th>numer</th><th>stan</th><th>na co czeka</th><th>data wystawienia</th><th>termin wysłania</th><th>plik</th></tr>{waiting}</table>"
        if waiting
        else '<p class="cicho">Nic nie czeka.</p>'
    )
    refused = "".join(f"<li>{escape(name)}</li>" for name in state["refused"])
    warnings = "".join(f"<li>{escape(each)}</li>" for each in state["warnings"])
    troubles = "".join(f"<li>{escape(each)}</li>" for each in state["troubles"])
    page = (
        f'<!doctype html><html lang="pl"><meta charset="utf-8"><meta http-equiv="refresh" content="30">'
        f"<title>ksef-bridge – {escape(state['name'])}</title><style>{STYLE}</style>"
        f"<h1>{escape(state['name'])} <span class='cicho'>NIP {escape(state['nip'])}</span></h1>"
        f'<p class="cicho">Stan na {escape(str(state["at"]))}</p><div class="karty">{cards}</div>'
        + (f'<h2>Co przeszkadza</h2><ul class="klopot">{troubles}</ul>' if troubles else "")
        + (f"<h2>Uwagi</h2><ul>{warnings}</ul>" if warnings else "")
        + f"<h2>Co czeka</h2>{table}"
        + (f"<h2>Odrzucone pliki</h2><ul>{refused}</ul>" if refused else "")
        + "</html>"
    )
    return page.encode()
