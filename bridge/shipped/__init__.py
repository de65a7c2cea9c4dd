"""A name → the folder that comes with the program: mappings, templates, docs, in the wheel or in a checkout."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """`mappings`, `templates` or `docs` as they were shipped; beside the package in a checkout, inside it in a wheel."""
    inside = _HERE / name
    return inside if inside.is_dir() else _HERE.parent.parent / name
