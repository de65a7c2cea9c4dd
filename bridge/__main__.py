"""Command line → exit code: the one place where exceptions become sentences (design.md, section 5)."""

from __future__ import annotations

import sys

from bridge.errors import FixSetup, TryLater, Unsure


def main() -> None:
    """Run the command; FixSetup ends with 2, TryLater and Unsure with 3, a mistake of ours with a traceback."""
    from bridge.cli import app  # noqa: PLC0415 - kept out of the import of bridge, so that tests can import main cheaply

    try:
        app()
    except FixSetup as error:
        sys.exit(_said(f"Trzeba poprawić ustawienia: {error}", 2))
    except (TryLater, Unsure) as error:
        sys.exit(_said(f"Nie teraz: {error}", 3))


def _said(sentence: str, code: int) -> int:
    sys.stderr.write(f"{sentence}\n")
    return code


if __name__ == "__main__":
    main()
