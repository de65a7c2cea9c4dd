"""Every kind of fault of the simulator that may meet a sender, each as a rule with a chance."""

from __future__ import annotations

from typing import Any

SEND, OPEN, OPEN_BATCH = r"/sessions/online/[^/]+/invoices", r"/sessions/online", r"/sessions/batch"
CLOSE, CLOSE_BATCH = r"/sessions/online/[^/]+/close", r"/sessions/batch/[^/]+/close"
STATUS, LISTS = r"/sessions/[^/]+(/invoices/[^/]+)?", r"/sessions/[^/]+/invoices"
STORAGE, LINKS = r"/_sim/storage/.*", r"/_sim/files/.*"
LOGIN = r"/auth/.*"

# Name → rule. Unless it says otherwise a rule stays for the whole run and strikes by chance.
KINDS: dict[str, dict[str, Any]] = {
    "answer to open lost": {"do": "drop", "method": "POST", "path": OPEN, "chance": 0.2},
    "answer to send lost": {"do": "drop", "method": "POST", "path": SEND, "chance": 0.05},
    "answer to close lost": {"do": "drop", "method": "POST", "path": CLOSE, "chance": 0.2},
    "answer to batch open lost": {"do": "drop", "method": "POST", "path": OPEN_BATCH, "chance": 0.1},
    "answer to batch close lost": {"do": "drop", "method": "POST", "path": CLOSE_BATCH, "chance": 0.25},
    "answer to login lost": {"do": "drop", "method": "POST", "path": LOGIN, "chance": 0.03},
    "answer to upload lost": {"do": "drop", "method": "PUT", "path": STORAGE, "chance": 0.1},
    "no answer to send for long": {"do": "hang", "seconds": 0.3, "method": "POST", "path": SEND, "chance": 0.02},
    "connection reset": {"do": "reset", "path": r".*", "chance": 0.01},
    "close says 500 but works": {"do": "500-but-works", "method": "POST", "path": CLOSE_BATCH, "chance": 0.15},
    "close says 500": {"do": "status", "code": 500, "method": "POST", "path": CLOSE_BATCH, "chance": 0.15},
    "send says 503": {"do": "status", "code": 503, "body": "html", "method": "POST", "path": SEND, "chance": 0.03},
    "status says 502": {"do": "status", "code": 502, "body": "html", "method": "GET", "path": STATUS, "chance": 0.05},
    "lists say 504, empty": {
        "do": "status",
        "code": 504,
        "body": "empty",
        "method": "GET",
        "path": LISTS,
        "chance": 0.05,
    },
    "429 on send": {"do": "429", "retry_after": 3, "method": "POST", "path": SEND, "chance": 0.05},
    "429 on status": {
        "do": "429",
        "retry_after": 5,
        "growing": True,
        "method": "GET",
        "path": STATUS,
        "count": 3,
        "chance": 0.05,
    },
    "slow answers": {"do": "slow", "seconds": 0.1, "path": r".*", "chance": 0.01},
    "firewall": {"do": "waf", "method": "GET", "path": STATUS, "chance": 0.03},
    "page instead of a link": {"do": "html", "method": "GET", "path": LINKS, "chance": 0.05},
    "truncated download": {"do": "truncate", "method": "GET", "path": LINKS, "chance": 0.05},
    "corrupt download": {"do": "corrupt", "method": "GET", "path": LINKS, "chance": 0.05},
    "truncated list": {"do": "truncate", "method": "GET", "path": LISTS, "chance": 0.05},
    "part not kept": {"do": "lose-part", "method": "PUT", "path": STORAGE, "chance": 0.1},
    "storage refuses": {"do": "status", "code": 400, "body": "xml", "method": "PUT", "path": STORAGE, "chance": 0.1},
    "session in maintenance": {"do": "refuse", "exception": 21184, "method": "POST", "path": SEND, "chance": 0.02},
    "session not there yet": {
        "do": "refuse",
        "exception": 21173,
        "method": "POST",
        "path": CLOSE_BATCH,
        "chance": 0.05,
    },
    "slow processing": {"do": "stuck", "seconds": 90, "chance": 0.01, "count": None},
    "stuck processing": {"do": "stuck", "seconds": 900, "count": 2},
    "cancelled by the system": {"do": "fate", "invoice": ".", "code": 550, "chance": 0.01},
    "not decrypted": {"do": "fate", "invoice": ".", "code": 435, "count": 2, "chance": 0.05},
    "batch: part hash": {"do": "session", "kind": "Batch", "code": 405, "chance": 0.05},
    "batch: archive": {"do": "session", "kind": "Batch", "code": 435, "chance": 0.05},
    "batch: unknown error": {"do": "session", "kind": "Batch", "code": 500, "chance": 0.1, "count": 2},
    "batch: key": {"do": "session", "kind": "Batch", "code": 415, "chance": 0.03},
    "session: key": {"do": "session", "kind": "Online", "code": 415, "chance": 0.1},
    "upo late": {"do": "upo-delay", "seconds": 30, "invoice": r"7$"},
    "system warning": {"do": "warning", "text": "[sig-001]: podpis", "path": r"/sessions.*", "chance": 0.02},
}


def rules() -> list[dict[str, Any]]:
    """All of them, as the simulator takes them."""
    return [{"count": None, **rule} for rule in KINDS.values()]


def once() -> list[dict[str, Any]]:
    """All of them, each striking the first time it can, and once: for a short run."""
    certain = [{key: value for key, value in rule.items() if key != "chance"} for rule in KINDS.values()]
    return [{**rule, "count": 1} for rule in certain]
